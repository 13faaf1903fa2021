"""The whole channel on this computer: desk, worker, scheduler and sandbox. `python -m embedded.demo --help`"""

import argparse
import fcntl
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from embedded import demo_data
from embedded.boot import Site, open_site
from embedded.desk.pages import Desk
from embedded.scheduler import Ticker
from embedded.web import Application
from embedded.worker import Worker
from whatsapp_channel.sandbox import Sandbox, serve
from whatsapp_channel.sandbox.server import wait_for
from whatsapp_channel.sandbox.state.model import Settings

HOST = "127.0.0.1"
DESK_PORT, PHONE_PORT = 8080, 8090
FOLDER = Path(__file__).parent.parent / ".demo"
SETUP_FOLDER = FOLDER / "setup"
SETUP_PAGE = "/desk/setup.html"
WEBHOOK = "/api/method/whatsapp_channel.api.webhook.receive"
STATUS_DELAY_MS = 400  # slow enough to see one tick, then two

Say = Callable[[str], None]


class AlreadyRunning(RuntimeError):
	"""Another demo uses the same folder."""


class _Quiet(WSGIRequestHandler):
	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		return


class Demo(ExitStack):
	"""All running parts; the `with` block closes them. Addresses in `desk_url` and `phone_url`."""

	def __init__(
		self,
		folder: Path,
		ports: tuple[int, int],
		say: Say,
		*,
		fresh: bool = False,
		delay_ms: int = 0,
		connected: bool = True,
	) -> None:
		"""Starts all parts. Port 0 picks a free one. `connected`: a new site gets a channel. Raises AlreadyRunning."""
		super().__init__()
		self.say, self.connected = say, connected
		try:
			self._start(folder, ports, fresh, delay_ms)
		except BaseException:
			self.close()
			raise

	def _start(self, folder: Path, ports: tuple[int, int], fresh: bool, delay_ms: int) -> None:
		folder.mkdir(parents=True, exist_ok=True)
		self._lock(folder / "lock")
		self.site = self._open(folder / "demo.localhost", fresh)
		self.site_is_new = not demo_data.is_set_up()
		server = self._serve_desk(ports[0])
		self.desk_url = f"http://{HOST}:{server.server_port}"
		settings = Settings(status_delay_ms=delay_ms)
		self.sandbox = Sandbox(
			settings=settings, callback_url=self.desk_url + WEBHOOK, **demo_data.known_credentials()
		)
		self.phone_url = self.enter_context(serve(self.sandbox, HOST, self._free("sandbox", ports[1]))).url
		self.about.update(demo_data.agent(), **demo_data.administrator(), phone_url=self.phone_url)
		self._fill()
		for part in (Worker(self.site).start(), Ticker(self.site).start()):
			self.callback(part.stop)
		self.sandbox.configure_callback(self.desk_url + WEBHOOK)
		self.say("The webhook's address passed Meta's verification.")

	def _lock(self, path: Path) -> None:
		file = self.enter_context(path.open("w"))
		try:
			fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except OSError as error:
			raise AlreadyRunning(f"A demo with the data in {path.parent} is running already.") from error

	def _open(self, path: Path, fresh: bool) -> Site:
		known = (path / "installed").exists() and not fresh
		self.say(f"Opening the site in {path.parent} ..." if known else f"Making a site in {path.parent} ...")
		begin = time.monotonic()
		site = open_site(path, fresh=fresh)
		self.callback(site.disconnect)
		if known:
			site.migrate()
		self.say(f"The site is open ({time.monotonic() - begin:.1f} s).")
		return site

	def _free(self, what: str, wanted: int) -> int:
		with socket.socket() as attempt:
			attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
			try:
				attempt.bind((HOST, wanted))
				return wanted
			except OSError:
				self.say(f"Port {wanted} is taken: the {what} takes a free one.")
				return 0

	def _serve_desk(self, wanted: int) -> Any:
		self.about: dict[str, str] = {}
		desk = Desk(Application(self.site), self.about)
		server = make_server(HOST, self._free("desk", wanted), desk, threaded=True, request_handler=_Quiet)
		thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True, name="desk")
		thread.start()
		self.callback(server.server_close)
		self.callback(server.shutdown)
		return server

	def _fill(self) -> None:
		if self.site_is_new:
			what = (
				"settings, account, number, team, agent and channel"
				if self.connected
				else "settings, team and agent"
			)
			self.say(f"Entering {what} ...")
			demo_data.set_up(self.site, self.sandbox, connected=self.connected)
		else:
			self.say("Continuing with the data of the last start (--fresh starts anew).")
		demo_data.point_to(self.site, self.desk_url, self.phone_url)
		demo_data.restore_accounts(self.sandbox)
		demo_data.restore_phones(self.sandbox)


def main(argv: list[str] | None = None) -> int:
	"""Runs until Ctrl-C or SIGTERM; returns the exit code."""
	given = _options().parse_args(argv)
	stopped = threading.Event()
	for number in (signal.SIGINT, signal.SIGTERM):
		signal.signal(number, lambda *_: stopped.set())
	try:
		with Demo(
			given.folder or (SETUP_FOLDER if given.setup else FOLDER),
			(given.port, given.sandbox_port),
			_say,
			fresh=given.fresh,
			delay_ms=STATUS_DELAY_MS,
			connected=not given.setup,
		) as demo:
			_say(_banner(demo, given.setup))
			wait_for(stopped)
			_say("\nStopping ...")
	except AlreadyRunning as problem:
		sys.stderr.write(f"{problem} Stop it first, or give another --folder.\n")
		return 1
	_say("Stopped. The next start continues with the same data.")
	return 0


def _options() -> argparse.ArgumentParser:
	made = argparse.ArgumentParser(prog="python -m embedded.demo", description=__doc__)
	made.add_argument(
		"--port", type=int, default=DESK_PORT, help="of the desk, 0 for a free one (default: %(default)s)"
	)
	made.add_argument(
		"--sandbox-port", type=int, default=PHONE_PORT, help="of the phone page (default: %(default)s)"
	)
	made.add_argument(
		"--folder", type=Path, help=f"where the data is kept (default: {FOLDER}, with --setup {SETUP_FOLDER})"
	)
	made.add_argument(
		"--setup", action="store_true", help="begin without a channel and walk through its set-up"
	)
	made.add_argument("--fresh", action="store_true", help="forget the data of earlier starts")
	return made


def _say(text: str) -> None:
	sys.stdout.write(text + "\n")
	sys.stdout.flush()


def _banner(demo: Demo, setup: bool) -> str:
	agent, administrator = demo_data.agent(), demo_data.administrator()
	admin = f"{administrator['administrator']}, password {administrator['administrator_password']}"
	rows = (
		("Set-up page (the administrator's channels)", f"{demo.desk_url}{SETUP_PAGE}"),
		("Phone page (a customer's WhatsApp)", f"{demo.phone_url}/"),
		("Desk page (the agent's tickets)", f"{demo.desk_url}/"),
		("Agent", f"{agent['user']}, password {agent['password']} (the page logs in by itself)"),
		("Administrator", f"{admin} (so does the set-up page)"),
	)
	width = max(len(label) for label, _ in rows)
	line = "-" * 78
	lines = [f"  {label.ljust(width)}  {value}" for label, value in rows]
	text = "Write a message on the phone page, then answer the ticket on the desk page."
	if setup:
		text = "Open the set-up page, choose Configure > Integrate and connect a number with Meta's window."
	return "\n".join(["", line, *lines, "", f"  {text}", "  Stop with Ctrl-C.", line, ""])


if __name__ == "__main__":
	sys.exit(main())
