"""Message templates of the account."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


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
	"""The account's templates; a new account has one, as at Meta."""

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

	def find(self, template_id: str) -> Template | None:
		"""The template with this id."""
		return next((one for one in self.all if one.id == template_id), None)

	def category(self, name: str) -> str:
		"""The category that determines the price of a message."""
		return next((one.category for one in self.all if one.name == name), "UTILITY")
