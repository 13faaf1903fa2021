"""Commands of `bench`."""

import json
from typing import TYPE_CHECKING

import click
from frappe.commands import get_site, pass_context

if TYPE_CHECKING:
	from whatsapp_channel.health.result import Result


@click.command("whatsapp-sandbox", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def whatsapp_sandbox(arguments: tuple[str, ...]) -> None:
	"""Runs a local Cloud API with a phone page, to try the channel without Meta (--help for its options)."""
	# Bench loads this module for each of its commands, so it imports next to nothing.
	from whatsapp_channel.sandbox.cli import run

	raise SystemExit(run(list(arguments)))


@click.command("whatsapp-privacy")
@click.argument("action", type=click.Choice(["find", "export", "erase"]))
@click.argument("number")
@click.option("--customer", "customers", multiple=True, help="only this WhatsApp Customer; see find")
@click.option("--yes", is_flag=True, help="erase without asking for the number once more")
@pass_context
def whatsapp_privacy(
	context: object, action: str, number: str, customers: tuple[str, ...], yes: bool
) -> None:
	"""Finds, exports or erases everything about a phone NUMBER (with country code) or user id."""
	# Bench loads this module for each of its commands, so it imports next to nothing.
	import frappe

	# Bench loads this module for each of its commands, so it imports next to nothing.
	from whatsapp_channel.privacy.command import carry_out

	if action == "erase" and not yes and click.prompt("Enter the number once more") != number:
		raise click.ClickException("The two numbers differ. Nothing was erased.")
	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		told = carry_out(action, number, list(customers) or None, _show)
		click.echo(json.dumps(told, indent=1, default=str))
	except frappe.ValidationError as error:
		raise click.ClickException(frappe.utils.strip_html(str(error))) from None
	finally:
		frappe.destroy()


def _show(percent: int, step: str) -> None:
	click.echo(f"{percent:3d} % {step}", err=True)


@click.command("whatsapp-doctor")
@click.option("--json", "as_json", is_flag=True, help="for machines: results and the worst state")
@click.option("--only", "keys", multiple=True, metavar="KEY", help="only this check; may be repeated")
@pass_context
def whatsapp_doctor(context: object, as_json: bool, keys: tuple[str, ...]) -> None:
	"""Checks everything that messages need: tokens, webhook, workers, files, clock; exit code 1 for a problem."""
	# Bench loads this module for each of its commands, so it imports next to nothing.
	import frappe

	# Bench loads this module for each of its commands, so it imports next to nothing.
	from whatsapp_channel.health import doctor

	frappe.init(site=get_site(context))
	frappe.connect()
	try:
		results = doctor.examine(keys)
	except KeyError as error:
		known = ", ".join(doctor.BY_KEY)
		raise click.BadParameter(f"{error.args[0]}. There are: {known}", param_hint="--only") from None
	finally:
		frappe.destroy()
	click.echo(json.dumps(doctor.runner.summary(results), indent=1) if as_json else _report(results))
	raise SystemExit(int(doctor.has_problem(results)))


def _report(results: "list[Result]") -> str:
	"""The results, one below the other; click drops the colours where there is no terminal."""
	# Bench loads this module for each of its commands, so it imports next to nothing.
	from whatsapp_channel.health import doctor

	width = max(len(result.title) for result in results)
	rows = [
		click.style(state, fg=doctor.COLOURS[result.state], bold=True) + rest
		for result in results
		for state, rest in doctor.lines(result, width)
	]
	return "\n".join(rows)


commands = [whatsapp_sandbox, whatsapp_privacy, whatsapp_doctor]
