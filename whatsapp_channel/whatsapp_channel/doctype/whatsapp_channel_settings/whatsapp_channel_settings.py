import re
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.settings import META_API

WEBHOOK_PATH = "/api/method/whatsapp_channel.api.webhook.receive"


class WhatsAppChannelSettings(Document):
	"""What the administrator sets once for the site."""

	def onload(self) -> None:
		"""Gives the form the address for Meta's webhook settings."""
		self.set_onload("webhook_url", frappe.utils.get_url(WEBHOOK_PATH))

	def validate(self) -> None:
		"""Refuses what would fail later without saying why."""
		self._strip_secrets()
		self._validate_version()
		self._validate_base_url()

	def on_update(self) -> None:
		"""A channel without an app secret cannot receive, and its status says so."""
		for channel in frappe.get_all("WhatsApp Channel", pluck="name"):
			frappe.get_doc("WhatsApp Channel", channel).refresh_status()

	def _strip_secrets(self) -> None:
		"""A line end that was copied along would have every signature fail."""
		self.verify_token = (self.verify_token or "").strip()
		for row in self.app_secrets:
			row.secret = (row.secret or "").strip()

	def _validate_version(self) -> None:
		self.graph_version = (self.graph_version or "").strip()
		if not re.fullmatch(r"v\d{1,3}\.\d", self.graph_version):
			frappe.throw(
				_("Graph API Version: {0} is no version. Write it like v25.0.").format(
					frappe.bold(self.graph_version or "?")
				)
			)

	def _validate_base_url(self) -> None:
		"""The access token is sent to this address: only the server's owner may point it elsewhere."""
		self.api_base_url = (self.api_base_url or META_API).strip().rstrip("/")
		if self.api_base_url == META_API:
			return
		if urlsplit(self.api_base_url).scheme not in ("http", "https"):
			frappe.throw(_("API Base URL: write the whole address, like {0}.").format(META_API))
		if not frappe.conf.get("whatsapp_channel_allow_custom_api"):
			frappe.throw(
				_(
					"API Base URL: only {0} is allowed. To use a sandbox, set whatsapp_channel_allow_custom_api to 1 "
					"in the site configuration."
				).format(META_API)
			)
