"""Commands of `bench`."""

import click


@click.command("whatsapp-sandbox", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def whatsapp_sandbox(arguments: tuple[str, ...]) -> None:
	"""Runs a local Cloud API with a phone page, to try the channel without Meta (--help for its options)."""
	from whatsapp_channel.sandbox.cli import run

	raise SystemExit(run(list(arguments)))


commands = [whatsapp_sandbox]
