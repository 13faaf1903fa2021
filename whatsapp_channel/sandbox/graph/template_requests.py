"""Creating, changing, deleting and sending templates, with the cases that Meta refuses."""

from __future__ import annotations

import re

from whatsapp_channel.sandbox.graph import graph_errors
from whatsapp_channel.sandbox.state.model import JSON
from whatsapp_channel.sandbox.state.templates import Template, Templates

_NAME = re.compile(r"[a-z0-9_]{1,512}")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")


def create(templates: Templates, fields: JSON) -> Template:
	"""POST message_templates; GraphError for missing or unusable parameters."""
	for name in ("name", "language", "category", "components"):
		if not fields.get(name):
			raise graph_errors.missing(name)
	if not _NAME.fullmatch(str(fields["name"])):
		raise graph_errors.invalid("Param name must contain only lowercase letters, digits and underscores")
	if fields["category"] not in CATEGORIES:
		raise graph_errors.invalid(f"Param category must be one of {{{', '.join(CATEGORIES)}}}")
	template = Template(fields["name"], fields["language"], fields["category"], list(fields["components"]))
	template.parameter_format = str(fields.get("parameter_format") or "POSITIONAL").upper()
	template.status = "PENDING"
	templates.all.append(template)
	return template


def change(templates: Templates, template: Template, fields: JSON) -> None:
	"""POST {template id}: replaces components and category."""
	template.components = list(fields.get("components") or template.components)
	template.category = fields.get("category") or template.category


def delete(templates: Templates, name: str, template_id: str | None) -> None:
	"""DELETE message_templates by name, in one or all languages; GraphError 100/2593002 if there is none."""
	doomed = [one for one in templates.all if one.name == name and template_id in (None, one.id)]
	if not doomed:
		text = f"The message template {name} wasn't found for this account."
		raise graph_errors.user_error(100, 2593002, "Message Template Not Found", text)
	templates.all = [one for one in templates.all if one not in doomed]


def check_send(templates: Templates, name: str, language: str, components: list[JSON]) -> None:
	"""Raises GraphError 132001 without an approved template in that language, 132000 for a wrong number of parameters."""
	fitting = [one for one in templates.all if (one.name, one.language) == (name, language)]
	template = next((one for one in fitting if one.status == "APPROVED"), None)
	if template is None:
		raise graph_errors.cloud_error(132001, f"template name ({name}) does not exist in {language}")
	given = {str(part.get("type")).upper(): len(part.get("parameters") or []) for part in components}
	wanted = len(template.variables("BODY"))
	if given.get("BODY", 0) != wanted:
		details = f"body: number of localizable_params ({given.get('BODY', 0)}) does not match the expected number of params ({wanted})"
		raise graph_errors.cloud_error(132000, details)
