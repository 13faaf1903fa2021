"""Runs the demo's main steps once, over HTTP only, and prints each result. Exit code 0 only if all steps succeed."""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from embedded.demo import WEBHOOK, Demo

STEP_SECONDS = 10.0
CUSTOMER, NAME = "14155550134", "Maria"
QUESTION, ANSWER = "Hello, where is my order?", "It leaves our warehouse today."
TABLE = "WhatsApp Session Message"


class NotSeen(RuntimeError):
	"""A step did not happen in time."""


class Check:
	"""The steps; each one waits for its expected result."""

	def __init__(self, desk_url: str, phone_url: str) -> None:
		self.desk = httpx.Client(base_url=desk_url, trust_env=False, timeout=STEP_SECONDS)
		self.phone = httpx.Client(base_url=f"{phone_url}/sandbox/", trust_env=False, timeout=STEP_SECONDS)
		self.began = time.monotonic()

	def run(self) -> None:
		"""All steps; raises NotSeen at the first one that does not happen, httpx.HTTPError for an error response."""
		self._refuse_stranger()
		ticket = self._customer_writes()
		self._agent_answers(ticket)
		self._statuses_arrive(ticket)

	def say(self, text: str) -> None:
		"""One line of the transcript."""
		_say(f"  {time.monotonic() - self.began:5.2f} s  {text}")

	def _wait(self, what: str, look: Callable[[], Any]) -> Any:
		end = time.monotonic() + STEP_SECONDS
		while not (found := look()):
			if time.monotonic() > end:
				raise NotSeen(f"{what}: not seen within {STEP_SECONDS:.0f} s")
			time.sleep(0.05)
		self.say(what)
		return found

	def _call(self, path: str, /, **arguments: Any) -> Any:
		answer = self.desk.post(f"/api/method/{path}", json=arguments)
		if answer.status_code != 200:
			raise NotSeen(f"{path} answered {answer.status_code}: {answer.text[:300]}")
		return answer.json().get("message")

	def _refuse_stranger(self) -> None:
		answer = self.desk.post(WEBHOOK, content=b"{}", headers={"X-Hub-Signature-256": "sha256=" + "0" * 64})
		if answer.status_code != 401:
			raise NotSeen(f"A wrong signature was answered {answer.status_code} instead of 401")
		self.say("Webhook with a wrong signature: refused with 401")

	def _customer_writes(self) -> str:
		customer = {"wa_id": CUSTOMER, "name": NAME}
		self.phone.post("customers", json=customer).raise_for_status()
		self.phone.post(f"customers/{CUSTOMER}/messages", json={"text": QUESTION}).raise_for_status()
		self.say(f'{NAME} writes on the phone: "{QUESTION}"')
		self._wait("Signed webhook: answered with 200", self._webhook_taken)
		self._call(
			"login", usr=(about := self.desk.get("/desk/about.json").json())["user"], pwd=about["password"]
		)
		self.say(f"Agent {about['name']} logs in")
		row = self._wait(
			"The desk lists a new ticket", lambda: self._call("embedded.desk.overview")["tickets"]
		)[0]
		self.say(
			f"Ticket {row['name']}: {row['subject']} | {row['agent_group']} | {row['whatsapp']['label']}"
		)
		self._wait(
			f"The ticket shows {NAME}'s words", lambda: self._communication(row["name"], "Received", QUESTION)
		)
		return str(row["name"])

	def _webhook_taken(self) -> bool:
		attempts = [
			each for hook in self.phone.get("webhooks").json()["webhooks"] for each in hook["attempts"]
		]
		return bool(attempts) and attempts[-1]["status"] == 200

	def _communication(self, ticket: str, direction: str, text: str) -> dict[str, Any] | None:
		method = "helpdesk.helpdesk.doctype.hd_ticket.api.get_ticket_activities"
		rows = self._call(method, ticket=ticket)["communications"]
		found = [row for row in rows if row["sent_or_received"] == direction and text in row["content"]]
		return found[0] if found else None

	def _agent_answers(self, ticket: str) -> None:
		recipient = self._call("frappe.client.get", doctype="HD Ticket", name=ticket)["raised_by"]
		arguments = json.dumps(
			{"message": f"<p>{ANSWER}</p>", "to": recipient, "cc": "", "bcc": "", "attachments": []}
		)
		self._call("run_doc_method", dt="HD Ticket", dn=ticket, method="reply_via_agent", args=arguments)
		self.say(f'The agent replies in the ticket: "{ANSWER}"')
		self._wait(f"{NAME}'s phone shows the reply", lambda: self._on_phone("text") == ANSWER)

	def _on_phone(self, field: str) -> str | None:
		rows = self.phone.get(f"customers/{CUSTOMER}/messages").json()["messages"]
		return next((row[field] for row in rows if row["outgoing"]), None)

	def _statuses_arrive(self, ticket: str) -> None:
		self._wait("Status sent reached the ticket's message", lambda: self._reported("sent_on"))
		self._wait("Status delivered reached the ticket's message", lambda: self._reported("delivered_on"))
		self._wait("The ticket shows the reply as Sent", lambda: self._badge(ticket) == "Sent")
		self.phone.post(f"customers/{CUSTOMER}/read", json={}).raise_for_status()
		self.say(f"{NAME} looks at the phone")
		self._wait("Status read reached the ticket's message", lambda: self._reported("read_on"))
		self._wait("The ticket shows the reply as Read", lambda: self._badge(ticket) == "Read")

	def _reported(self, column: str) -> bool:
		filters = {"direction": "Outgoing", column: ["is", "set"]}
		return bool(self._call("frappe.client.get_list", doctype=TABLE, filters=filters, fields=["name"]))

	def _badge(self, ticket: str) -> str | None:
		reply = self._communication(ticket, "Sent", ANSWER)
		return reply and reply["delivery_status"]


def main() -> int:
	"""Runs everything in a temporary folder on free ports; returns the exit code."""
	began = time.monotonic()
	with tempfile.TemporaryDirectory(prefix="whatsapp_channel_demo_") as folder:
		try:
			with Demo(Path(folder), (0, 0), lambda text: _say(f"  {text}")) as demo:
				_say(f"  Desk {demo.desk_url}, phone {demo.phone_url}")
				Check(demo.desk_url, demo.phone_url).run()
		except (NotSeen, httpx.HTTPError) as problem:
			_say(f"FAILED after {time.monotonic() - began:.1f} s. {problem}")
			return 1
	_say(f"Every step was seen. {time.monotonic() - began:.1f} s in all.")
	return 0


def _say(text: str) -> None:
	sys.stdout.write(text + "\n")
	sys.stdout.flush()


if __name__ == "__main__":
	sys.exit(main())
