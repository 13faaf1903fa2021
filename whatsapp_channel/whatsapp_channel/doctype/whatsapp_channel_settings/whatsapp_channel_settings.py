import re
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import settings
from whatsapp_channel.accounts import status
from whatsapp_channel.doctypes import ACCOUNT
from whatsapp_channel.settings import META_API


class WhatsAppChannelSettings(Document):
	"""The site's settings."""

	def onload(self) -> None:
		"""Gives the form the address for Meta's webhook settings."""
		self.set_onload("webhook_url", settings.callback_url())

	def before_validate(self) -> None:
		"""Sets defaults of mandatory fields: Frappe does so only if nothing is stored yet, so not after a token was stored, nor for
		a field that came with an update."""
		for field in self.meta.get("fields", {"reqd": 1}):
			if field.default and not self.get(field.fieldname):
				self.set(field.fieldname, field.default)

	def validate(self) -> None:
		"""Refuses values that would fail later without a clear error."""
		self._strip_secrets()
		self._validate_ids()
		self._validate_version()
		self._validate_base_url()
		self._refuse_published()

	def on_update(self) -> None:
		"""A channel without an app secret cannot receive, and its status says so."""
		for account in frappe.get_all(ACCOUNT, pluck="name"):
			status.refresh_account(account)

	def _strip_secrets(self) -> None:
		"""Strips secrets: with a copied line end, every signature would fail."""
		self.verify_token = (self.verify_token or "").strip()
		for row in self.app_secrets:
			row.secret = (row.secret or "").strip()

	def _validate_ids(self) -> None:
		"""Requires digits for Meta's ids: an app's name would only fail at a sign-up."""
		for field in ("meta_app_id", "signup_config_id"):
			self.set(field, self._digits(self.get(field), self.meta.get_label(field)))
		for row in self.app_secrets:
			row.app_id = self._digits(row.app_id, row.meta.get_label("app_id"))

	def _digits(self, given: str | None, label: str) -> str:
		text = (given or "").strip()
		if text and not (text.isascii() and text.isdigit()):
			frappe.throw(
				_("{0}: {1} is not an ID. It has digits only.").format(
					_(label), frappe.utils.escape_html(text)
				)
			)
		return text

	def _validate_version(self) -> None:
		self.graph_version = (self.graph_version or "").strip()
		if not re.fullmatch(r"v\d{1,3}\.\d", self.graph_version):
			frappe.throw(
				_("Graph API Version: {0} is no version. Write it like v25.0.").format(
					frappe.bold(self.graph_version or "?")
				)
			)

	def _validate_base_url(self) -> None:
		"""Refuses an address that is not Meta's unless the site configuration allows it, because access tokens are sent there. An
		address that is stored already does not keep other settings from being saved."""
		self.api_base_url = (self.api_base_url or META_API).strip().rstrip("/")
		if self.api_base_url == META_API or not self.has_value_changed("api_base_url"):
			return
		if urlsplit(self.api_base_url).scheme not in ("http", "https"):
			frappe.throw(_("API Base URL: write the whole address, like {0}.").format(META_API))
		if not settings.allows_custom_api():
			frappe.throw(
				_(
					"API Base URL: only {0} is allowed. To use a sandbox, set whatsapp_channel_allow_custom_api to 1 "
					"in the site configuration."
				).format(META_API)
			)

	def _refuse_published(self) -> None:
		"""Refuses published secrets, with which anybody could sign. Stored secrets are asterisks here; the health page reports
		published ones."""
		entered = [(self.verify_token, self.meta.get_label("verify_token"))]
		entered += [(row.secret, row.meta.get_label("secret")) for row in self.app_secrets]
		for secret, label in entered:
			settings.refuse_published(secret, _(label), self.api_base_url)
