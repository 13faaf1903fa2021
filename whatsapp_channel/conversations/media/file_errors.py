"""Why a file is missing, in texts for agents, and whether it can be downloaded later."""

import frappe

from whatsapp_channel.accounts import access
from whatsapp_channel.cloud_api.errors import (
	CloudAPIError,
	MediaGone,
	MediaRefused,
	MediaTooSlow,
	Retry,
)
from whatsapp_channel.conversations.media.file_request import FileRequest, FileState
from whatsapp_channel.logs import report
from whatsapp_channel.rules.files import file_check as rules
from whatsapp_channel.rules.files.file_check import FileRejected
from whatsapp_channel.sentences import Explained, Sentence, _, sentence


class FileNotStored(Explained):
	"""A file was not stored. `state`: Failed (may work later), Refused (never), Expired (Meta no longer has it)."""

	def __init__(self, state: str, sentence: Sentence) -> None:
		super().__init__(sentence)
		self.state = state


def expired() -> FileNotStored:
	"""Meta has deleted it."""
	text = _("WhatsApp no longer has this file. Ask the customer to send it again.")
	return FileNotStored(FileState.EXPIRED, Sentence(text))


def no_access() -> FileNotStored:
	"""The account has no valid token."""
	text = _(
		"This site has no valid access to WhatsApp, so the file could not be fetched. Tell your administrator."
	)
	return FileNotStored(FileState.FAILED, Sentence(text))


def no_file() -> FileNotStored:
	"""The message has neither a media id nor a link."""
	return FileNotStored(FileState.REFUSED, Sentence(_("WhatsApp passed on no file with this message.")))


def not_allowed(extension: str) -> FileNotStored:
	"""The site does not allow this type of file."""
	text = _("This site takes no files of type {0}. An administrator can allow it in System Settings.")
	return FileNotStored(FileState.FAILED, sentence(text, f".{extension}"))


def too_large(kind: str, limit: int, size: int | None = None) -> FileNotStored:
	"""Larger than files of customers may be, or than this site allows, which an administrator can change."""
	allowed = f"{limit / rules.MB:g} MB"
	if limit >= rules.limit_of(kind):
		text = _("The file has more than {0} and was not stored. Ask the customer for a smaller one.")
		return FileNotStored(FileState.REFUSED, sentence(text, allowed))
	if not size:
		text = _(
			"The file is larger than the {0} of this site. An administrator can change that in System Settings."
		)
		return FileNotStored(FileState.FAILED, sentence(text, allowed))
	text = _(
		"The file has {0}, and this site takes at most {1}. An administrator can change that in System Settings."
	)
	return FileNotStored(FileState.FAILED, sentence(text, f"{size / rules.MB:.1f} MB", allowed))


def problem_of(error: Exception, wanted: FileRequest) -> FileNotStored:
	"""The error of a file, from an exception."""
	if isinstance(error, FileNotStored):
		return error
	if isinstance(error, FileRejected):
		return FileNotStored(FileState.REFUSED, error.sentence)
	if isinstance(error, CloudAPIError):
		return _refused_by_meta(error, wanted.account)
	if isinstance(error, frappe.ValidationError):
		return _refused_by_frappe(error)
	report("WhatsApp: a file could not be stored")
	return _stored_later()


def _stored_later() -> FileNotStored:
	return FileNotStored(
		FileState.FAILED,
		Sentence(
			_("The server could not store this file; the error log says why. It is tried again by itself.")
		),
	)


def _refused_by_meta(error: CloudAPIError, account: str) -> FileNotStored:
	if isinstance(error, MediaGone):
		return FileNotStored(
			FileState.FAILED,
			Sentence(_("WhatsApp's link to this file was dead. It is tried again by itself.")),
		)
	if isinstance(error, MediaTooSlow):
		return FileNotStored(
			FileState.FAILED,
			Sentence(_("The file came too slowly from WhatsApp. It is tried again by itself.")),
		)
	if isinstance(error, MediaRefused):
		return FileNotStored(
			FileState.FAILED,
			Sentence(_("WhatsApp's link to this file does not lead to WhatsApp, or not to a file.")),
		)
	if access.is_refusal(error):
		access.note_refusal(account, error)
		return no_access()
	if error.code == 100 or error.http_status == 404:
		return FileNotStored(
			FileState.FAILED,
			Sentence(
				_(
					"WhatsApp does not find this file: it is gone there, or this site's access token may not see it."
				)
			),
		)
	if error.retry is Retry.NEVER:
		text = _("WhatsApp did not hand out this file: {0}")
		return FileNotStored(FileState.FAILED, sentence(text, error.title))
	return FileNotStored(
		FileState.FAILED,
		Sentence(_("WhatsApp could not be reached for this file. It is tried again by itself.")),
	)


def _refused_by_frappe(error: frappe.ValidationError) -> FileNotStored:
	"""Another app's validation refused the file.

	A problem of the site, such as a missing folder, is not the file's fault: an administrator has to fix it.
	"""
	frappe.clear_last_message()
	if type(error) is not frappe.ValidationError:
		report("WhatsApp: a file could not be stored")
		return _stored_later()
	return FileNotStored(
		FileState.REFUSED, sentence(_("The file was not stored: {0}"), frappe.utils.strip_html(str(error)))
	)
