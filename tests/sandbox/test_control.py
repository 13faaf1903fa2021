"""The control API under /sandbox/, the page's files, and the command line."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from typing import Any

import httpx
import pytest

from tests.credentials import APP_SECRET, VERIFY_TOKEN
from tests.sandbox.receiver import Receiver
from whatsapp_channel.sandbox import Customer, Running, Sandbox
from whatsapp_channel.sandbox.cli import banner, parser

ADA = "14155550123"


def test_conversation_from_both_sides(control: httpx.Client, graph: httpx.Client, sandbox: Sandbox) -> None:
	assert control.post("/customers", json={"wa_id": "+1 415 555 0123", "name": "Ada"}).json()["wa_id"] == ADA
	first = control.post(f"/customers/{ADA}/messages", json={"text": "Hello"}).json()["wamid"]
	image = {"type": "image", "image": {"id": "1", "caption": "Look"}}
	control.post(f"/customers/{ADA}/messages", json={"message": image})
	body = {
		"messaging_product": "whatsapp",
		"to": f"+{ADA}",
		"text": {"body": "Hi"},
		"context": {"message_id": first},
	}
	graph.post(f"/v26.0/{sandbox.config.phone_number_id}/messages", json=body)
	assert control.post("/flush", json={}).json() == {"empty": True, "pending": 0}
	messages = control.get(f"/customers/{ADA}/messages").json()["messages"]
	assert [(one["text"], one["outgoing"]) for one in messages] == [
		("Hello", False),
		("Look", False),
		("Hi", True),
	]
	assert [one.get("post", {}).get("state") for one in messages] == ["answered", "answered", None]
	assert (messages[2]["quoted"], messages[2]["status"]) == (first, "delivered")
	assert control.post(f"/customers/{ADA}/read", json={}).json() == {"read": [messages[2]["wamid"]]}
	assert control.get("/requests").json()["requests"][0]["body"] == body
	assert len(control.get("/webhooks").json()["webhooks"]) == 5


MOMENTS = {
	"seconds": 1790000000,
	"ISO 8601": "2026-09-21T14:13:20+00:00",
	"ISO 8601, Z": "2026-09-21T14:13:20Z",
}


@pytest.mark.parametrize("at", MOMENTS.values(), ids=MOMENTS.keys())
def test_message_at_another_time(
	control: httpx.Client, ada: Customer, receiver: Receiver, sandbox: Sandbox, at: Any
) -> None:
	control.post(f"/customers/{ADA}/messages", json={"text": "Then", "at": at})
	assert sandbox.flush()
	assert receiver.values()[-1]["messages"][0]["timestamp"] == "1790000000"


def test_phone_switch(control: httpx.Client, ada: Customer) -> None:
	assert control.post(f"/customers/{ADA}", json={"online": False}).json()["online"] is False
	assert ada.online is False
	assert control.post(f"/customers/{ADA}", json={"online": True}).json()["online"] is True


def test_status_by_hand(
	control: httpx.Client, send: Any, ada: Customer, sandbox: Sandbox, receiver: Receiver
) -> None:
	assert control.post("/settings", json={"statuses": "manual"}).json()["statuses"] == "manual"
	wamid = send().json()["messages"][0]["id"]
	control.post("/status", json={"wamid": wamid, "status": "failed", "code": 131049})
	assert sandbox.flush()
	assert receiver.status_items()[0]["errors"][0]["code"] == 131049
	shown = control.get(f"/customers/{ADA}/messages").json()["messages"][1]
	assert (shown["status"], shown["error"]["title"]) == ("failed", "Message not delivered")


def test_faults_are_ordered_listed_and_removed(control: httpx.Client, send: Any, ada: Customer) -> None:
	first = control.post("/faults", json={"kind": "throttled", "count": 2}).json()["id"]
	control.post("/faults", json={"kind": "duplicate"})
	assert send().status_code == 400
	shown = control.get("/faults").json()
	assert [(one["kind"], one["count"]) for one in shown["waiting"]] == [("throttled", 1), ("duplicate", 1)]
	assert set(shown["kinds"]["throttled"]) == {"on", "match", "help"}
	assert len(control.request("DELETE", "/faults", json={"id": first}).json()["waiting"]) == 1
	assert control.delete("/faults").json()["waiting"] == []


def test_hold_and_release(control: httpx.Client, ada: Customer, receiver: Receiver, sandbox: Sandbox) -> None:
	control.post("/hold")
	for text in ("1", "2"):
		control.post(f"/customers/{ADA}/messages", json={"text": text})
	shown = control.get("/phone", params={"customer": ADA}).json()
	assert (shown["business"]["held"], shown["messages"][-1]["post"]["state"]) == (2, "held")
	assert control.post("/release", json={"order": "reverse"}).json() == {"released": 2}
	assert sandbox.flush()
	assert receiver.texts() == ["Hello", "2", "1"]


def test_refused_message_shows_the_reason_and_is_sent_again(
	control: httpx.Client, sandbox: Sandbox, receiver: Receiver
) -> None:
	sandbox.settings.update({"retry_delays": [60]})
	receiver.answers = [401]
	wamid = sandbox.customer(ADA, "Ada").sends("Hello")

	def post() -> dict[str, Any]:
		return control.get("/phone", params={"customer": ADA}).json()["messages"][0]["post"]

	sandbox.wait_until(lambda: post()["state"] == "refused")
	refused = {
		"state": "refused",
		"reason": "HTTP 401",
		"http_status": 401,
		"answer": "said the helpdesk",
		"attempts": 1,
	}
	assert post() == refused
	assert control.get("/phone").json()["business"]["last_answer"]["status"] == 401
	control.post("/retry", json={"wamid": wamid})
	assert sandbox.flush()
	assert post()["state"] == "answered"


def test_reset_and_state(control: httpx.Client, ada: Customer, sandbox: Sandbox) -> None:
	sandbox.number().code = "123456"
	state = control.get("/state").json()
	assert (state["counts"]["customers"], state["numbers"][0]["verification_code"]) == (1, "123456")
	assert state["config"]["app_secret"] == APP_SECRET
	assert control.post("/reset").json() == {"ok": True}
	assert control.get("/customers").json() == {"customers": []}


def test_callback_is_set_after_verification(control: httpx.Client, receiver: Receiver) -> None:
	wrong = control.post("/callback", json={"url": receiver.url, "verify_token": "nonsense"})
	assert (wrong.status_code, "verify token" in wrong.json()["error"]) == (400, True)
	right = control.post("/callback", json={"url": receiver.url, "verify_token": VERIFY_TOKEN})
	assert (right.json()["callback_url"], right.json()["verified"]) == (receiver.url, True)


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
	"number without country code": ("/customers", {"wa_id": "0151 2345678", "name": "Bo"}, "country code"),
	"number in words": ("/customers", {"wa_id": "Ada", "name": "Bo"}, "international form"),
	"no number": ("/customers", {"name": "Bo"}, "wa_id"),
	"empty text": (f"/customers/{ADA}/messages", {"text": " "}, "text"),
	"message is no object": (f"/customers/{ADA}/messages", {"message": "Hi"}, "message"),
	"time in words": (f"/customers/{ADA}/messages", {"text": "Hi", "at": "soon"}, "at"),
	"unknown number": (f"/customers/{ADA}/messages", {"text": "Hi", "to": "1"}, "phone number id"),
	"unknown customer": ("/customers/1234567/messages", {"text": "Hi"}, "no customer"),
	"unknown message": ("/status", {"wamid": "wamid.X", "status": "read"}, "no message"),
	"retry of nothing": ("/retry", {"wamid": "wamid.X"}, "no webhook"),
	"unknown fault": ("/faults", {"kind": "gremlins"}, "no fault"),
	"unknown setting": ("/settings", {"speed": 1}, "no setting"),
	"setting of a wrong kind": ("/settings", {"auto_read": "yes"}, "auto_read"),
	"setting not offered": ("/settings", {"window": "ajar"}, "ajar"),
	"endless wait": ("/flush", {"timeout": 1e9}, "timeout"),
	"switch in words": (f"/customers/{ADA}", {"online": "yes"}, "online"),
}


@pytest.mark.parametrize(("path", "body", "words"), BAD.values(), ids=BAD.keys())
def test_bad_request_says_what_and_why(
	control: httpx.Client, ada: Customer, path: str, body: dict[str, Any], words: str
) -> None:
	answer = control.post(path, json=body)
	assert answer.status_code == 400
	assert words in answer.json()["error"]


BODIES = {
	"a form, as another site's page could send": ("application/x-www-form-urlencoded", b"wa_id=1"),
	"plain text": ("text/plain", b'{"wa_id":"+14155550123"}'),
	"no JSON": ("application/json", b"{"),
	"a list": ("application/json", b"[]"),
}


@pytest.mark.parametrize(("content_type", "content"), BODIES.values(), ids=BODIES.keys())
def test_only_json_objects_are_taken(
	control: httpx.Client, sandbox: Sandbox, content_type: str, content: bytes
) -> None:
	answer = control.post("/customers", content=content, headers={"Content-Type": content_type})
	assert (answer.status_code, sandbox.customers) == (400, {})


def test_unknown_path_is_not_found(control: httpx.Client) -> None:
	assert control.get("/nothing").status_code == 404


def test_events_report_changes(server: Running, sandbox: Sandbox) -> None:
	with httpx.stream("GET", f"{server.url}/sandbox/events", timeout=60) as stream:
		lines = stream.iter_lines()
		before = next(line for line in lines if line.startswith("data: "))
		sandbox.customer("+14155550123", "Ada")
		assert next(line for line in lines if line.startswith("data: ")) != before


PAGE = {
	"/": "text/html",
	"/sandbox/phone.css": "text/css",
	"/sandbox/phone.js": "text/javascript",
	"/sandbox/texts.js": "text/javascript",
	"/sandbox/components/dom.js": "text/javascript",
}


@pytest.mark.parametrize(("path", "mimetype"), PAGE.items(), ids=PAGE.keys())
def test_page_needs_nothing_from_elsewhere(server: Running, path: str, mimetype: str) -> None:
	answer = httpx.get(f"{server.url}{path}")
	assert answer.headers["Content-Type"].split(";")[0] == mimetype
	assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
	links = set(re.findall(r"""(?:src|href|url\()=?["'(]?(https?:[^"')]+)""", answer.text))
	assert links == set()


def test_every_text_that_the_page_names_is_in_the_table(server: Running) -> None:
	html, script, table = (
		httpx.get(f"{server.url}{path}").text for path in ("/", "/sandbox/phone.js", "/sandbox/texts.js")
	)
	known = set(re.findall(r"^\t(\w+):", table, re.M))
	named = set(re.findall(r'data-(?:text|label|placeholder)="(\w+)"', html)) | set(
		re.findall(r'\btext\("(\w+)"', script)
	)
	assert named - known == set()


@pytest.mark.parametrize("kind", ["latency", "lost_answer", "drop", "reorder"])
def test_faults_have_a_name_and_help_on_the_page(server: Running, control: httpx.Client, kind: str) -> None:
	table = httpx.get(f"{server.url}/sandbox/texts.js").text
	assert kind in control.get("/faults").json()["kinds"]
	assert f"\tkind_{kind}: " in table
	assert f"\thelp_{kind}: " in table


def test_banner_names_addresses_and_credentials(server: Running) -> None:
	text = banner(server)
	config = server.sandbox.config
	for value in (
		server.url,
		config.app_secret,
		config.verify_token,
		config.token,
		config.waba_id,
		config.phone_number_id,
	):
		assert value in text


def test_options_have_defaults() -> None:
	options = vars(parser().parse_args([]))
	assert options["host"] == "127.0.0.1"
	made_up = {"app_secret", "verify_token", "token"}
	assert {name for name, value in options.items() if value is None} == {"callback_url", *made_up}


def test_command_runs_and_ends(receiver: Receiver) -> None:
	command = [
		sys.executable,
		"-m",
		"whatsapp_channel.sandbox",
		"--port",
		"0",
		"--callback-url",
		receiver.url,
		"--verify-token",
		receiver.verify_token,
	]
	with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
		assert process.stdout is not None
		lines = iter(process.stdout.readline, "")
		url = next(line.split()[-1] for line in lines if "Phone page" in line)
		assert next(line for line in lines if "verification" in line) == "Webhook verification: passed\n"
		assert httpx.get(f"{url}sandbox/state").json()["business"]["verified"] is True
		process.send_signal(signal.SIGTERM)
		_, errors = process.communicate(timeout=60)
	assert (process.returncode, errors) == (0, "")


def test_command_says_why_it_cannot_start(server: Running) -> None:
	command = [sys.executable, "-m", "whatsapp_channel.sandbox", "--port", str(server.port)]
	done = subprocess.run(command, capture_output=True, text=True, timeout=60)
	assert done.returncode == 1
	assert done.stdout == ""
	assert str(server.port) in done.stderr
	assert "Traceback" not in done.stderr


def test_numbers_are_checked_at_start() -> None:
	command = [sys.executable, "-m", "whatsapp_channel.sandbox", "--port", "0", "--number", "Ada"]
	done = subprocess.run(command, capture_output=True, text=True, timeout=60)
	assert (done.returncode, "international form" in done.stderr) == (1, True)


def test_nothing_of_frappe_is_needed() -> None:
	script = "import sys, json, whatsapp_channel.sandbox; print(json.dumps(sorted(sys.modules)))"
	done = subprocess.run(
		[sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
	)
	assert not {"frappe", "pydantic", "phonenumbers", "bs4"} & set(json.loads(done.stdout))


def test_a_signal_that_another_thread_gets_ends_the_wait_too():
	script = """
import signal, threading, time
from whatsapp_channel.sandbox.server import wait_for
stopped = threading.Event()
signal.signal(signal.SIGINT, lambda *_: stopped.set())
def get_it():
	time.sleep(0.3)
	signal.pthread_kill(threading.get_ident(), signal.SIGINT)
	time.sleep(60)
threading.Thread(target=get_it, daemon=True).start()
wait_for(stopped)
"""
	subprocess.run([sys.executable, "-c", script], check=True, timeout=45)
