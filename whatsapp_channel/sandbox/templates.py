"""Message templates of the account: enough to list, make, change, delete and send them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from whatsapp_channel.sandbox import errors, ids
from whatsapp_channel.sandbox.model import JSON

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")


@dataclass(slots=True)
class Template:
	"""One template in one language."""

	name: str
	language: str
	category: str
	components: list[JSON]
	parameter_format: str = "POSITIONAL"
	status: str = "APPROVED"
	id: str = field(default_factory=ids.object_id)

	def node(self) -> JSON:
		"""Fields of its Graph node, in the recorded order."""
		return {
			"name": self.name,
			"parameter_format": self.parameter_format,
			"components": self.components,
			"language": self.language,
			"status": self.status,
			"category": self.category,
			"id": self.id,
		}

	def variables(self, kind: str) -> set[str]:
		"""Names or numbers of the variables in the text of HEADER or BODY."""
		texts = [str(part.get("text", "")) for part in self.components if part.get("type") == kind]
		return set(_VARIABLE.findall(" ".join(texts)))


class Templates:
	"""The account's templates. A new one is PENDING until `decide`."""

	def __init__(self) -> None:
		self.all: list[Template] = [
			Template(
				"hello_world",
				"en_US",
				"MARKETING",
				[
					{"type": "HEADER", "format": "TEXT", "text": "Hello World"},
					{"type": "BODY", "text": "Welcome and congratulations!!"},
					{"type": "FOOTER", "text": "WhatsApp Business API Team"},
				],
			)
		]

	def add(
		self,
		name: str,
		body: str,
		*,
		language: str = "en_US",
		category: str = "UTILITY",
		status: str = "APPROVED",
	) -> Template:
		"""Adds a template with one BODY, `{{1}}` or `{{name}}` being variables."""
		template = Template(name, language, category, [{"type": "BODY", "text": body}], status=status)
		self.all.append(template)
		return template

	def create(self, fields: JSON) -> Template:
		"""POST message_templates; GraphError for missing or unusable parameters."""
		for name in ("name", "language", "category", "components"):
			if not fields.get(name):
				raise errors.missing(name)
		if not _NAME.fullmatch(str(fields["name"])):
			raise errors.invalid("Param name must contain only lowercase letters, digits and underscores")
		if fields["category"] not in CATEGORIES:
			raise errors.invalid(f"Param category must be one of {{{', '.join(CATEGORIES)}}}")
		template = Template(
			fields["name"], fields["language"], fields["category"], list(fields["components"])
		)
		template.parameter_format = str(fields.get("parameter_format") or "POSITIONAL").upper()
		template.status = "PENDING"
		self.all.append(template)
		return template

	def find(self, template_id: str) -> Template | None:
		"""By id."""
		return next((one for one in self.all if one.id == template_id), None)

	def change(self, template: Template, fields: JSON) -> None:
		"""POST {template id}: replaces components and category."""
		template.components = list(fields.get("components") or template.components)
		template.category = fields.get("category") or template.category

	def delete(self, name: str, template_id: str | None) -> None:
		"""DELETE message_templates by name, in one or all languages; GraphError 100/2593002 if there is none."""
		doomed = [one for one in self.all if one.name == name and template_id in (None, one.id)]
		if not doomed:
			text = f"The message template {name} wasn't found for this account."
			raise errors.user_error(100, 2593002, "Message Template Not Found", text)
		self.all = [one for one in self.all if one not in doomed]

	def category(self, name: str) -> str:
		"""Category that a send is priced by."""
		return next((one.category for one in self.all if one.name == name), "UTILITY")

	def check_send(self, name: str, language: str, components: list[JSON]) -> None:
		"""GraphError 132001 without an approved template in that language, 132000 for a wrong number of parameters."""
		fitting = [one for one in self.all if (one.name, one.language) == (name, language)]
		template = next((one for one in fitting if one.status == "APPROVED"), None)
		if template is None:
			raise errors.cloud_error(132001, f"template name ({name}) does not exist in {language}")
		given = {str(part.get("type")).upper(): len(part.get("parameters") or []) for part in components}
		wanted = len(template.variables("BODY"))
		if given.get("BODY", 0) != wanted:
			details = f"body: number of localizable_params ({given.get('BODY', 0)}) does not match the expected number of params ({wanted})"
			raise errors.cloud_error(132000, details)
