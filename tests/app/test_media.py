"""Files of customers: fetched before any lock, checked, private, in their ticket, and fetched again when they failed."""

import hashlib
import html
import threading
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import MESSAGE, Desk, newest
from tests.app.waiting import make_due
from tests.files import HTML, MP4, OGG, PDF, PNG, SCRIPTED_PDF, WEBP, zip_bomb
from whatsapp_channel.conversations.media import attachments, circuit_breaker, store
from whatsapp_channel.conversations.media.circuit_breaker import CircuitBreaker
from whatsapp_channel.inbound.media import refetch
from whatsapp_channel.privacy import erase, old_media
from whatsapp_channel.privacy.person import asked

MB = 1024 * 1024
ROW = refetch.MEDIA
PHONE = "5511912345678"
ANA = "5511987654321"


@pytest.fixture(autouse=True)
def _closed_circuit_breakers() -> None:
	CircuitBreaker._known.clear()


@pytest.fixture
def site_limit() -> Iterator[Any]:
	"""Sets the site's limit for files, in MB; back to its default afterwards."""

	def limit(megabytes: int) -> None:
		frappe.db.set_single_value("System Settings", "max_file_size", megabytes)
		frappe.db.commit()
		frappe.clear_cache(doctype="System Settings")

	before = frappe.db.get_single_value("System Settings", "max_file_size")
	yield limit
	limit(before or 0)


def send(desk: Desk, kind: str, data: bytes, mime_type: str, *, wa_id: str = PHONE, **more: Any) -> str:
	"""A customer sends a file and it is filed; returns the name of the message."""
	wamid = desk.sandbox.customer(wa_id, "Maria").sends_file(kind, data, mime_type, **more)
	desk.flush()
	desk.settle()
	return frappe.db.get_value(MESSAGE, {"wamid": wamid})


def photo(desk: Desk, **more: Any) -> str:
	return send(desk, "image", PNG, "image/png", **more)


def row_of(message: str) -> "frappe._dict":
	frappe.db.commit()
	return frappe.db.get_value(ROW, {"parent": message}, "*", as_dict=True)


def files_at(url: str) -> set[tuple[str, str]]:
	"""What the rows of a file's content are attached to."""
	rows = frappe.get_all(
		"File", {"file_url": url}, ["attached_to_doctype", "attached_to_name", "is_private"]
	)
	assert all(row.is_private for row in rows)
	return {(row.attached_to_doctype, str(row.attached_to_name)) for row in rows}


def content_of(row: "frappe._dict") -> bytes:
	return path_of(row).read_bytes()


def path_of(row: "frappe._dict") -> Path:
	return Path(frappe.get_doc("File", row.file).get_full_path())


def downloads(desk: Desk) -> int:
	return len([one for one in desk.sandbox.requests if "attachments" in one.path])


def shown(message: str) -> str:
	"""What agents see of a message."""
	frappe.db.commit()
	return frappe.db.get_value(
		"Communication", frappe.db.get_value(MESSAGE, message, "communication"), "content"
	)


def age(message: str, **ago: float) -> None:
	"""Makes the media row of a message older, by the arguments of timedelta."""
	row = row_of(message)
	moved = {
		field: frappe.utils.add_to_date(row[field], seconds=-sum(ago.values()))
		for field in ("creation", "modified", "available_until")
		if row[field]
	}
	frappe.db.set_value(ROW, row.name, moved, update_modified=False)
	frappe.db.commit()


# Every kind

KINDS = {
	"photo": ("image", PNG, "image/png", None, ".png", "image/png"),
	"photo declared as another picture": ("image", PNG, "image/jpeg", None, ".png", "image/png"),
	"sticker": ("sticker", WEBP, "image/webp", None, ".webp", "image/webp"),
	"voice note": ("audio", OGG, "audio/ogg; codecs=opus", None, ".ogg", "audio/ogg"),
	"video": ("video", MP4, "video/mp4", None, ".mp4", "video/mp4"),
	"document": ("document", PDF, "application/pdf", "receipt.pdf", "receipt.pdf", "application/pdf"),
	"document of an odd name": ("document", PDF, None, "../\u202efdp.exe", "fdp.pdf", "application/pdf"),
	"page named as a photo": ("document", HTML, "image/jpeg", "photo.jpg", "photo_jpg.txt", "text/plain"),
	"archive that unpacks to a hundred times its size": (
		"document", zip_bomb(), "application/zip", "zeros.zip", "zeros.zip", "application/zip",
	),
}  # fmt: skip


@pytest.mark.parametrize(
	("kind", "data", "declared", "filename", "name", "mime_type"), KINDS.values(), ids=KINDS.keys()
)
def test_file_is_stored_privately_in_its_ticket(
	desk: Desk, kind: str, data: bytes, declared: str, filename: str | None, name: str, mime_type: str
) -> None:
	message = send(desk, kind, data, declared or "application/pdf", filename=filename)
	row = row_of(message)
	assert (row.state, row.kind, row.mime_type, row.error) == ("Stored", kind, mime_type, None)
	assert row.file_name.endswith(name)
	assert row.size == len(data)
	assert row.sha256 == hashlib.sha256(data).hexdigest()
	assert content_of(row) == data
	communication = frappe.db.get_value(MESSAGE, message, "communication")
	assert files_at(row.file_url) == {("Communication", communication), ("HD Ticket", desk.ticket())}
	assert row.file_url in shown(message)
	assert downloads(desk) == 1


@pytest.mark.parametrize(("voice", "label"), [(True, "Voice message"), (False, "Audio file")])
def test_recording_is_called_what_it_is(desk: Desk, voice: bool, label: str) -> None:
	message = send(desk, "audio", OGG, "audio/ogg; codecs=opus", voice=voice)
	view = attachments.files_of([message])[message][0]
	assert (view.voice, view.animated) == (voice, False)
	desk.sandbox.faults.add("media_gone")
	assert f"{label}: " in shown(send(desk, "audio", OGG + b"x", "audio/ogg", voice=voice))


def test_link_of_the_webhook_saves_a_question(desk: Desk) -> None:
	message = photo(desk, link_base=desk.sandbox.url)
	assert row_of(message).state == "Stored"
	assert [one.path for one in desk.sandbox.requests] == ["/whatsapp_business/attachments/"]


@pytest.mark.parametrize(
	("link", "fault"),
	[
		({"link_seconds": -1}, None),
		({}, "media_gone"),
		({}, "media_changed"),
		({}, "media_redirect"),
		({"url": "not an address"}, None),
	],
	ids=["expired", "dead", "with another content", "that leads elsewhere", "that is none"],
)
def test_link_of_the_webhook_that_does_not_work(desk: Desk, link: dict, fault: str | None) -> None:
	if fault:
		desk.sandbox.faults.add(fault)
	message = photo(desk, link_base=desk.sandbox.url, **link)
	assert row_of(message).state == "Stored"
	assert content_of(row_of(message)) == PNG


# Refused for good


def test_announced_checksum_counts_in_whichever_of_the_two_places(desk: Desk) -> None:
	"""Recorded: base64 in webhooks, hexadecimal in the answer about a media id."""
	message = photo(desk, sha256=hashlib.sha256(b"of something else").hexdigest())
	assert row_of(message).state == "Stored"


REFUSED = {
	"photo that is a page": ("image", HTML, "image/jpeg", None, "text/html"),
	"photo that is a drawing with scripts": ("image", b"<svg onload='alert(1)'/>", "image/png", None, "svg"),
	"program": ("document", b"MZ\x90\x00\x03", "application/pdf", "invoice.pdf", ".exe"),
	"PDF with scripts": ("document", SCRIPTED_PDF, "application/pdf", "form.pdf", "contains scripts"),
	"empty file": ("document", b"", "text/plain", "a.txt", "empty"),
}


@pytest.mark.parametrize(
	("kind", "data", "declared", "filename", "reason"), REFUSED.values(), ids=REFUSED.keys()
)
def test_file_that_is_never_stored(
	desk: Desk, kind: str, data: bytes, declared: str, filename: str | None, reason: str
) -> None:
	message = send(desk, kind, data, declared, filename=filename)
	row = row_of(message)
	assert (row.state, row.file_url) == ("Refused", None)
	assert reason in row.error
	assert reason in shown(message)
	assert not frappe.db.exists("File", {"file_name": ["like", "%whatsapp-%"]})
	assert refetch.fetch_again(message) == "There is nothing to fetch for this message."


def test_file_that_changes_on_its_way(desk: Desk) -> None:
	desk.sandbox.faults.add("media_changed", count=5)
	assert row_of(photo(desk)).state == "Refused"
	assert "checksum" in row_of(newest(MESSAGE)).error


def test_message_without_any_file(desk: Desk) -> None:
	message = photo(desk, id=None)
	assert row_of(message).state == "Refused"
	assert "passed on no file" in shown(message)


# Sizes


@pytest.mark.parametrize(("over", "state"), [(0, "Stored"), (1, "Refused")], ids=["at it", "one byte over"])
def test_limit_of_a_kind(desk: Desk, over: int, state: str) -> None:
	data = WEBP + bytes(MB - len(WEBP) + over)
	row = row_of(send(desk, "sticker", data, "image/webp"))
	assert row.state == state
	assert downloads(desk) == 1 - over
	assert not over or "more than 1 MB" in row.error


@pytest.mark.parametrize(("over", "state"), [(0, "Stored"), (1, "Failed")], ids=["at it", "one byte over"])
def test_limit_of_the_site(desk: Desk, site_limit: Any, over: int, state: str) -> None:
	site_limit(1)
	message = photo_of(desk, MB + over)
	assert row_of(message).state == state
	if over:
		assert "at most 1 MB" in row_of(message).error
		site_limit(2)
		assert refetch.fetch_again(message) == "The file has been fetched."


def photo_of(desk: Desk, size: int) -> str:
	return send(desk, "image", PNG + bytes(size - len(PNG)), "image/png")


@pytest.mark.parametrize("fault", [{"kind": "media_endless", "times": 40}, {"kind": "media_bomb", "times": 40}],
	ids=["of no announced length", "packed"])  # fmt: skip
def test_file_that_is_larger_than_announced(desk: Desk, fault: dict) -> None:
	desk.sandbox.faults.add(**fault, count=2)
	assert row_of(photo_of(desk, MB)).state == "Refused"
	assert "more than 16 MB" in row_of(newest(MESSAGE)).error


def test_document_of_100_mb_is_never_in_memory(desk: Desk, site_limit: Any) -> None:
	site_limit(100)
	data = b"\x01" * (100 * MB)
	desk.sandbox.customer(PHONE, "Maria").sends_file(
		"document", data, "application/x-thing", filename="plan.skp"
	)
	desk.flush()
	tracemalloc.start()
	desk.settle()
	_now, peak = tracemalloc.get_traced_memory()
	tracemalloc.stop()
	row = row_of(newest(MESSAGE))
	assert (row.state, row.size, row.file_name) == ("Stored", 100 * MB, "plan.skp")
	assert path_of(row).stat().st_size == 100 * MB
	path_of(row).unlink()
	assert peak < 20 * MB


def test_document_of_more_than_100_mb_is_not_downloaded(desk: Desk, site_limit: Any) -> None:
	site_limit(500)
	message = send(desk, "document", bytes(100 * MB + 1), "application/x-thing", filename="plan.skp")
	assert row_of(message).state == "Refused"
	assert downloads(desk) == 0


def test_type_that_the_administrator_does_not_allow(desk: Desk) -> None:
	frappe.db.set_single_value("System Settings", "allowed_file_extensions", "PDF\nJPG")
	try:
		message = photo(desk)
		assert row_of(message).state == "Failed"
		assert "no files of type .png" in shown(message)
		assert row_of(send(desk, "document", PDF, "application/pdf", filename="a.pdf")).state == "Stored"
	finally:
		frappe.db.set_single_value("System Settings", "allowed_file_extensions", "")
		frappe.db.commit()


# Trouble that passes

PASSING = {
	"dead link": [{"kind": "media_gone"}],
	"cut off": [{"kind": "media_cut"}],
	"connection reset": [{"kind": "reset", "match": "download"}],
	"server error": [{"kind": "server_error", "match": "download"}],
	"page of a proxy": [{"kind": "proxy_error", "match": "download"}],
	"throttled": [{"kind": "throttled", "match": "media"}],
	"server error about the id": [{"kind": "server_error", "match": "media"}],
	"token refused": [{"kind": "token_refused", "match": "media"}],
	"leads elsewhere": [{"kind": "media_redirect"}],
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING.keys())
def test_missing_file_is_fetched_by_itself(desk: Desk, faults: list[dict]) -> None:
	for fault in faults:
		desk.sandbox.faults.add(**fault)
	message = photo(desk)
	row = row_of(message)
	assert (row.state, row.file_url) == ("Failed", None)
	assert row.error in html.unescape(shown(message))
	refetch.fetch_failed()
	assert row_of(message).state == "Failed", "the first pause is not over"
	CircuitBreaker._known.clear()
	age(message, seconds=120)
	refetch.fetch_failed()
	row = row_of(message)
	assert (row.state, row.error) == ("Stored", None)
	assert row.file_url in shown(message)
	communication = frappe.db.get_value(MESSAGE, message, "communication")
	assert files_at(row.file_url) == {("Communication", communication), ("HD Ticket", desk.ticket())}


def test_pauses_double(desk: Desk) -> None:
	desk.sandbox.faults.add("media_gone", count=50)
	message = photo(desk)
	waited = []
	for minutes in range(1, 20):
		age(message, seconds=60)
		before = downloads(desk)
		refetch.fetch_failed()
		if downloads(desk) > before:
			waited.append(minutes)
	assert waited == [1, 3, 7, 15]


def test_file_that_meta_has_no_more(desk: Desk) -> None:
	desk.sandbox.faults.add("error", code=100, subcode=33, match="media", count=50)
	message = photo(desk)
	assert (row_of(message).state, "does not find" in shown(message)) == ("Failed", True)
	age(message, seconds=7 * 24 * 3600)
	refetch.fetch_failed()
	assert row_of(message).state == "Expired"
	assert "no longer has this file" in shown(message)
	assert refetch.fetch_again(message) == "There is nothing to fetch for this message."


def test_slow_file_is_broken_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(circuit_breaker, "FILE_SECONDS", 0.3)
	desk.sandbox.faults.add("media_drip", ms=50)
	message = photo(desk)
	assert (row_of(message).state, "too slowly" in shown(message)) == ("Failed", True)


def test_texts_do_not_wait_for_dead_servers(desk: Desk) -> None:
	desk.sandbox.faults.add("reset", match="download", count=100)
	items = []
	for index in range(10):
		customer = desk.sandbox.customer(f"55119123456{index:02d}", f"Customer {index}")
		items.append(customer.composes(customer.file_message("image", PNG, "image/png")))
		items.append(customer.writes(f"text {index}"))
	desk.post(desk.sandbox.payload_for(*items))
	desk.settle()
	assert downloads(desk) == 1
	assert frappe.db.count(MESSAGE, {"message_type": "text"}) == 10
	assert frappe.db.count(ROW, {"state": "Failed"}) == 10
	desk.sandbox.faults.clear()
	CircuitBreaker._known.clear()
	for message in frappe.get_all(ROW, pluck="parent"):
		age(message, seconds=120)
	refetch.fetch_failed()
	assert frappe.db.count(ROW, {"state": "Stored"}) == 10


PAUSES = {
	"no failure": ([False], 60.0),
	"one failure": ([True], 0.0),
	"failures and an answer": ([True, True, False], 60.0),
}


@pytest.mark.parametrize(("outcomes", "seconds"), PAUSES.values(), ids=PAUSES.keys())
def test_time_for_the_next_file(desk: Desk, outcomes: list[bool], seconds: float) -> None:
	breaker = CircuitBreaker.of(desk.account)
	for failed in outcomes:
		breaker.note(failed=failed)
	assert breaker.seconds() == seconds


def test_next_file_after_a_pause_gets_less_time(desk: Desk) -> None:
	breaker = CircuitBreaker.of(desk.account)
	for _failure in range(20):
		breaker.note(failed=True)
	assert 0 < breaker.pause_ends - circuit_breaker.time.monotonic() <= circuit_breaker.LONGEST_PAUSE
	breaker.pause_ends = 0
	assert breaker.seconds() == circuit_breaker.PROBE_SECONDS


def test_refused_token_is_told_to_the_administrator(desk: Desk) -> None:
	desk.sandbox.faults.add("token_refused", match="media", count=2)
	photo(desk)
	assert "Tell your administrator" in shown(photo(desk))
	assert frappe.db.get_value("WhatsApp Business Account", desk.account, "attention_reason")


# Where the token goes


class Foreign:
	"""A server that is not Meta's."""

	def __init__(self) -> None:
		seen: list[str] = []

		class Handler(BaseHTTPRequestHandler):
			def do_GET(self) -> None:
				seen.append(str(self.headers))
				self.send_response(200)
				self.end_headers()
				self.wfile.write(PNG)

			def log_message(self, *_arguments: object) -> None:
				"""Say nothing."""

		self.seen = seen
		self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
		self.url = f"http://127.0.0.1:{self.server.server_port}/file"
		threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def foreign() -> Iterator[Foreign]:
	server = Foreign()
	yield server
	server.server.shutdown()
	server.server.server_close()


def test_link_to_a_foreign_server_is_not_followed(desk: Desk, foreign: Foreign) -> None:
	assert row_of(photo(desk, url=foreign.url)).state == "Stored"
	assert foreign.seen == []


def test_redirect_to_a_foreign_server_is_not_followed(desk: Desk, foreign: Foreign) -> None:
	desk.sandbox.faults.add("media_redirect", details=foreign.url, count=5)
	assert row_of(photo(desk)).state == "Failed"
	assert foreign.seen == []


# Once


def test_delivery_that_comes_twice(desk: Desk) -> None:
	desk.sandbox.faults.add("duplicate", times=3)
	photo(desk)
	assert frappe.db.count(ROW) == 1
	assert downloads(desk) == 1
	assert frappe.db.count("File", {"file_url": row_of(newest(MESSAGE)).file_url}) == 2


def test_worker_that_dies_between_fetching_and_filing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	class Died(BaseException):
		"""Nothing catches it, as nothing survives a kill."""

	def die(*_arguments: object) -> None:
		raise Died

	customer = desk.sandbox.customer(PHONE, "Maria")
	desk.post(desk.sandbox.payload_for(customer.composes(customer.file_message("image", PNG, "image/png"))))
	with monkeypatch.context() as patched:
		patched.setattr("whatsapp_channel.conversations.customers.customer.under_lock", die)
		with pytest.raises(Died):
			desk.settle()
	frappe.db.rollback()
	(file,) = frappe.get_all("File", {"attached_to_doctype": "WhatsApp Customer"}, ["name", "file_url"])
	make_due()
	desk.settle()
	row = row_of(newest(MESSAGE))
	assert (row.state, row.file, row.file_url) == ("Stored", file.name, file.file_url)
	assert downloads(desk) == 1
	assert {doctype for doctype, _name in files_at(file.file_url)} == {"Communication", "HD Ticket"}


def test_same_content_twice_is_two_files_of_one_content(desk: Desk) -> None:
	first, second = row_of(photo(desk)), row_of(photo(desk))
	assert first.file != second.file
	assert first.file_url == second.file_url


def test_file_that_was_deleted_before_it_was_filed(desk: Desk) -> None:
	message = photo(desk)
	row = row_of(message)
	communication = frappe.db.get_value(MESSAGE, message, "communication")
	frappe.db.delete("File", {"name": row.file})
	attachments.attach(message, communication, desk.ticket())
	assert row_of(message).state == "Failed"
	assert refetch.fetch_again(message) == "The file has been fetched."


def test_message_without_a_ticket_keeps_its_file_until_it_has_one(desk: Desk) -> None:
	frappe.db.set_value("WhatsApp Channel", desk.channel, "ticket_policy", "None")
	message = photo(desk)
	row = row_of(message)
	assert files_at(row.file_url) == {
		("WhatsApp Customer", frappe.db.get_value(MESSAGE, message, "customer"))
	}
	from whatsapp_channel.api.conversation import convert_to_ticket

	convert_to_ticket(frappe.db.get_value(MESSAGE, message, "conversation"))
	frappe.db.commit()
	assert {doctype for doctype, _name in files_at(row.file_url)} == {"Communication", "HD Ticket"}


# Who may see it


def test_agents_see_files_and_strangers_do_not(desk: Desk, agent: str) -> None:
	row = row_of(photo(desk))
	stranger = user("whatsapp-outsider@example.com")
	assert desk.web.login(agent).get(row.file_url).content == PNG
	assert desk.web.login(stranger).get(row.file_url).status_code == 403
	assert desk.web.get(row.file_url).status_code == 403


# Fetch again

API = "/api/method/whatsapp_channel.api."


def test_agent_fetches_again(desk: Desk, agent: str) -> None:
	desk.sandbox.faults.add("media_gone")
	message = photo(desk)
	client = desk.web.login(agent)
	state = client.get(API + "ticket.state", params={"ticket": desk.ticket()}).json()["message"]
	(missing,) = state["missing_files"]
	assert missing["name"] == message
	assert missing["label"].startswith("Photo · ")
	assert "link to this file was dead" in missing["reason"]
	answer = client.post(API + "media.fetch_again", json={"message": message}).json()["message"]
	assert answer == {"text": "The file has been fetched.", "fetched": True}
	assert row_of(message).file_url in shown(message)
	state = client.get(API + "ticket.state", params={"ticket": desk.ticket()}).json()["message"]
	assert state["missing_files"] == []


def test_agent_fetches_again_in_vain(desk: Desk, agent: str) -> None:
	desk.sandbox.faults.add("media_gone", count=5)
	message = photo(desk)
	answer = (
		desk.web.login(agent).post(API + "media.fetch_again", json={"message": message}).json()["message"]
	)
	assert (answer["fetched"], "dead" in answer["text"]) == (False, True)


def test_agent_asks_too_late(desk: Desk, agent: str) -> None:
	desk.sandbox.faults.add("media_gone")
	message = photo(desk)
	age(message, seconds=8 * 24 * 3600)
	answer = (
		desk.web.login(agent).post(API + "media.fetch_again", json={"message": message}).json()["message"]
	)
	assert (answer["fetched"], "no longer has" in answer["text"]) == (False, True)
	assert row_of(message).state == "Expired"


@pytest.mark.parametrize("who", ["nobody", "portal user"])
def test_fetching_again_is_for_agents(desk: Desk, who: str) -> None:
	desk.sandbox.faults.add("media_gone")
	message = photo(desk)
	client = desk.web if who == "nobody" else desk.web.login(user("whatsapp-portal@example.com"))
	assert client.post(API + "media.fetch_again", json={"message": message}).status_code == 403
	assert client.get(API + "media.fetch_again", params={"message": message}).status_code == 403
	assert row_of(message).state == "Failed"


def test_file_is_shown_in_the_ticket_to_which_its_message_was_moved(desk: Desk) -> None:
	desk.sandbox.faults.add("media_gone")
	message = photo(desk)
	frappe.set_user("Administrator")
	from helpdesk.helpdesk.doctype.hd_ticket.api import split_ticket

	other = split_ticket("Photo", frappe.db.get_value(MESSAGE, message, "communication"))
	frappe.db.commit()
	refetch.fetch_again(message)
	assert ("HD Ticket", str(other)) in files_at(row_of(message).file_url)


@pytest.mark.parametrize("how", ["erased", "too old"])
def test_file_that_arrives_after_its_message_was_emptied(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
	with monkeypatch.context() as broken:
		broken.setattr(store, "_download", unreachable)
		message = photo(desk)
	assert row_of(message).state == "Failed"
	obtain = refetch.obtain

	def meanwhile(*arguments: Any) -> Any:
		found = obtain(*arguments)
		if how == "erased":
			erase.erase(asked(PHONE), None, lambda _percent, _step: None)
		else:
			old_media._redact(message, 30)
		return found

	monkeypatch.setattr(refetch, "obtain", meanwhile)
	before = contents()
	told = refetch.fetch_again(message)
	assert told == "This message was erased, or its file removed, while the file was being fetched."
	assert not frappe.get_all("File", {"file_name": ["like", "whatsapp-image%"]})
	assert contents() == before


def unreachable(*_arguments: Any) -> None:
	raise OSError("no such host")


def contents() -> set[str]:
	"""The private files of the site."""
	return {path.name for path in Path(frappe.get_site_path("private", "files")).iterdir()}


# Old files


def old(desk: Desk, message: str, days: int) -> None:
	age(message, seconds=days * 24 * 3600)


def keep_for(days: int) -> None:
	frappe.db.set_single_value("WhatsApp Channel Settings", "media_retention_days", days)
	frappe.db.commit()


@pytest.mark.parametrize(
	("kept", "days", "state"),
	[(0, 4000, "Stored"), (30, 29, "Stored"), (30, 31, "Removed")],
	ids=["for ever", "younger", "older"],
)
def test_old_files_are_deleted(desk: Desk, kept: int, days: int, state: str) -> None:
	keep_for(kept)
	message = photo(desk, caption="Look")
	path, url = path_of(row_of(message)), row_of(message).file_url
	old(desk, message, days)
	old_media.redact_old_media()
	row = row_of(message)
	assert row.state == state
	gone = state == "Removed"
	assert path.exists() is not gone
	assert bool(files_at(url)) is not gone
	if gone:
		assert (row.error, row.file_url, row.file_name) == ("Removed after 30 days.", None, None)
		assert "Removed after 30 days." in shown(message)
		assert "Look" in shown(message)
		assert url not in shown(message)


def test_old_file_goes_with_its_copy_in_a_merged_ticket(desk: Desk) -> None:
	keep_for(30)
	message = photo(desk)
	url = row_of(message).file_url
	desk.writes("from Ana", wa_id=ANA, name="Ana")
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	source, target = desk.tickets()
	frappe.set_user("Administrator")
	merge_ticket(source, target)
	frappe.db.commit()
	old(desk, message, 31)
	old_media.redact_old_media()
	assert files_at(url) == set()


def test_same_content_sent_later_stays(desk: Desk) -> None:
	keep_for(30)
	first, second = photo(desk), photo(desk, wa_id=ANA)
	old(desk, first, 31)
	old_media.redact_old_media()
	assert (row_of(first).state, row_of(second).state) == ("Removed", "Stored")
	assert content_of(row_of(second)) == PNG
	places = {
		("Communication", frappe.db.get_value(MESSAGE, second, "communication")),
		("HD Ticket", frappe.db.get_value(MESSAGE, second, "ticket")),
	}
	assert files_at(row_of(second).file_url) == places


def test_one_file_that_resists_does_not_keep_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	keep_for(30)
	monkeypatch.setattr("whatsapp_channel.privacy.old_media.BATCH", 2)
	messages = [photo(desk, wa_id=f"55119123456{index:02d}") for index in range(5)]
	for message in messages:
		old(desk, message, 31)
	from whatsapp_channel.helpdesk import files

	remove, resisting = files.remove, row_of(messages[0]).file

	def fail_for_the_first(file: str, *arguments: Any, **named: Any) -> None:
		if file == resisting:
			raise OSError("Permission denied")
		remove(file, *arguments, **named)

	monkeypatch.setattr(files, "remove", fail_for_the_first)
	old_media.redact_old_media()
	states = [row_of(message).state for message in messages]
	assert states == ["Stored", "Removed", "Removed", "Removed", "Removed"]
