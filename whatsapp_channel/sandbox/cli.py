"""Command line: python -m whatsapp_channel.sandbox, and `bench whatsapp-sandbox`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from whatsapp_channel.sandbox.core import Sandbox
from whatsapp_channel.sandbox.server import Running, serve
from whatsapp_channel.sandbox.state.model import Config, SandboxError, Settings
from whatsapp_channel.sandbox.webhooks import handshake

DEFAULT_PORT = 8090
# Credentials that stay the same over several starts can also be given here: every user can see a command line.
VARIABLE = "WHATSAPP_SANDBOX_{0}"
CREDENTIALS = {
	"app-secret": "secret that signs webhooks",
	"verify-token": "token of the webhook verification",
	"token": "access token of the Graph API",
}
OPTIONS = {
	"callback-url": "address of the helpdesk's webhook",
	"waba-id": "id of the WhatsApp Business Account",
	"phone-number-id": "id of the business number",
	"number": "business number in international form",
	"name": "display name of the business",
}


def parser() -> argparse.ArgumentParser:
	"""The options; every one has a default."""
	made = argparse.ArgumentParser(
		prog="whatsapp-sandbox",
		description="A local WhatsApp: Cloud API, signed webhooks and a customer's phone in the browser.",
	)
	made.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
	made.add_argument(
		"--port", type=int, default=DEFAULT_PORT, help="port, 0 for a free one (default: %(default)s)"
	)
	for option, text in CREDENTIALS.items():
		variable = VARIABLE.format(option.replace("-", "_").upper())
		told = f"{text} (default: ${variable}, or a new one at each start)"
		made.add_argument(f"--{option}", default=os.environ.get(variable) or None, help=told)
	defaults = Config()
	for option, text in OPTIONS.items():
		default = getattr(defaults, option.replace("-", "_"))
		made.add_argument(f"--{option}", default=default, help=f"{text} (default: %(default)s)")
	return made


def main(*, host: str = "127.0.0.1", port: int = DEFAULT_PORT, **given: str | None) -> int:
	"""Runs a sandbox until Ctrl-C or SIGTERM. `given`: fields of Config, None as its default. Returns the exit code."""
	config = Config(**{name: value for name, value in given.items() if value is not None})
	try:
		sandbox = Sandbox(config, settings=Settings(status_delay_ms=400))
		running = serve(sandbox, host, port)
	except (SandboxError, OSError) as problem:
		sys.stderr.write(f"The sandbox cannot start: {problem}\n")
		return 1
	sys.stdout.write(banner(running) + "\n")
	sys.stdout.flush()
	if config.callback_url:
		threading.Thread(target=_try_callback, args=(sandbox, config.callback_url), daemon=True).start()
	_until_stopped(running)
	return 0


def _try_callback(sandbox: Sandbox, url: str) -> None:
	"""Verifies the address given on the command line as Meta does; webhooks go there even if that fails."""
	problem = handshake.verify(url, sandbox.config.verify_token)
	with sandbox.condition:
		sandbox.callback.verified, sandbox.callback.problem = problem is None, problem
		sandbox.touch()
	sys.stdout.write(f"Webhook verification: {problem or 'passed'}\n")
	sys.stdout.flush()


def _until_stopped(running: Running) -> None:
	def stop(signum: int, frame: FrameType | None) -> None:
		running.sandbox.closing.set()

	if threading.current_thread() is threading.main_thread():
		signal.signal(signal.SIGTERM, stop)
		signal.signal(signal.SIGINT, stop)
	running.wait()
	running.close()


def banner(running: Running) -> str:
	"""Addresses and credentials to copy into the helpdesk's settings."""
	config = running.sandbox.config
	rows = (
		("Phone page", f"{running.url}/"),
		("Graph API base URL", running.url),
		("Control API", f"{running.url}/sandbox/state"),
		("Webhook goes to", config.callback_url or "nowhere yet (--callback-url, or the phone page)"),
		("Embedded Signup SDK", f"{running.url}/en_US/sdk.js"),
		("Configuration ID", config.config_id),
		("App ID", config.app_id),
		("App secret", config.app_secret),
		("Verify token", config.verify_token),
		("Access token", config.token),
		("WhatsApp Business Account ID", config.waba_id),
		("Phone number ID", config.phone_number_id),
		("Business number", f"{config.number}  ({config.name})"),
	)
	width = max(len(label) for label, _ in rows)
	lines = [f"  {label.ljust(width)}  {value}" for label, value in rows]
	return "\n".join(["", "WhatsApp sandbox", *lines, "", "  Stop with Ctrl-C.", ""])


def run(argv: Sequence[str] | None = None) -> int:
	"""Parses options (default: sys.argv) and runs. Returns the exit code; SystemExit for wrong options."""
	return main(**vars(parser().parse_args(argv)))
