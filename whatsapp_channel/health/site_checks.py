"""Checks of the site itself: files, limits, clocks, database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from tempfile import TemporaryFile

import frappe
from frappe import _
from frappe.core.api.file import get_max_file_size
from frappe.utils import cint

from whatsapp_channel.clock import utc_now
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.doctypes import MEDIA
from whatsapp_channel.health import account_checks
from whatsapp_channel.health.deadline import Deadline, TooSlow
from whatsapp_channel.health.result import Finding, Skip, ok, problem, warning
from whatsapp_channel.inbound.delivery import MAX_BODY_BYTES
from whatsapp_channel.rules.files.file_check import LIMITS, MB

FRAPPES_BODY = 25 * MB
CLOCK_WARNING = timedelta(seconds=60)
# From this difference on, customers' messages seem to come from the future and are kept back.
CLOCK_PROBLEM = timedelta(hours=1)
ISOLATION = "REPEATABLE-READ"
CHARSET = "utf8mb4"


def private_files(_deadline: object = None) -> Finding:
	"""Whether customers' files can be stored, and cannot be read without a login."""
	if problem_with_disk := _not_writable():
		return problem(
			_("The folder of private files cannot be written to: {0}").format(problem_with_disk),
			_("Give the user of the bench the right to write to {0}, and free space on its disk.").format(
				_private()
			),
		)
	public, copies = _public_files(), _public_copies()
	details = {_("Public files"): public, _("Public copies"): copies}
	if public:
		return problem(
			_("{0} files of customers are public: whoever knows the address can read them.").format(public),
			_("Open these rows of File, found by their attachment to a message, and make them private."),
			details=details,
		)
	if copies:
		return warning(
			_("{0} public files have the same content as files of customers.").format(copies),
			_(
				"Look in the list of File for public files that somebody uploaded again, and make them private."
			),
			details=details,
		)
	return ok(_("Customers' files are private."), details=details)


def _private() -> str:
	return frappe.get_site_path("private", "files")


def _not_writable() -> str:
	try:
		with TemporaryFile(dir=_private()) as file:
			file.write(b"?")
	except OSError as error:
		return os.strerror(error.errno or 0)
	return ""


def _public_files() -> int:
	return _count(
		f"""select count(*) from `tabFile` file where file.is_private = 0
		and file.name in (select media.file from `tab{MEDIA}` media where media.file is not null)"""
	)


def _public_copies() -> int:
	"""Public files with the content of a customer's file, compared by hash as Frappe does."""
	return _count(
		f"""select count(*) from `tabFile` copy where copy.is_private = 0 and copy.content_hash in (
			select file.content_hash from `tabFile` file where file.is_private = 1 and file.content_hash > ''
			and file.name in (select media.file from `tab{MEDIA}` media where media.file is not null))"""
	)


def _count(statement: str) -> int:
	return cint(frappe.db.sql(statement)[0][0])


def body_limits(_deadline: object = None) -> Finding:
	"""The size limits for deliveries and for customers' files. The limit of a proxy cannot be queried."""
	body, file = cint(frappe.conf.get("max_file_size")) or FRAPPES_BODY, get_max_file_size()
	details = {_("Request in MB"): round(body / MB, 1), _("File in MB"): round(file / MB, 1)}
	proxy = _(
		"The limit of a proxy in front cannot be asked; it must be at least 3 MB (nginx: client_max_body_size)."
	)
	if body < MAX_BODY_BYTES:
		return problem(
			_("The site takes requests of {0} MB, and Meta posts up to 3 MB.").format(round(body / MB, 1)),
			_("Raise max_file_size in the site configuration to at least {0}.").format(MAX_BODY_BYTES),
			details=details,
		)
	if file < LIMITS["image"]:
		return warning(
			_("Files of customers over {0} MB are not stored; photos alone may have {1} MB.").format(
				round(file / MB, 1), LIMITS["image"] // MB
			),
			_("Raise the largest file size in System Settings; customers may send up to {0} MB.").format(
				LIMITS["document"] // MB
			),
			details=details,
		)
	return ok(
		_("Deliveries fit, and files of up to {0} MB are stored.").format(file // MB) + " " + proxy,
		details=details,
	)


def clock(deadline: Deadline) -> Finding:
	"""Compares this server's clock with Meta's and the database's, in seconds."""
	apart = {**_apart_from_meta(deadline), **_apart_from_database()}
	if not apart:
		raise Skip(_("Meta did not answer, so there is no clock to compare with."))
	details = {who: round(difference.total_seconds()) for who, difference in apart.items()}
	who, difference = max(apart.items(), key=lambda each: abs(each[1]))
	if abs(difference) <= CLOCK_WARNING:
		return ok(
			_("The clock differs from the others by {0} s at most.").format(_seconds(difference)),
			details=details,
		)
	reason = _("The server's clock and that of {0} differ by {1} s.").format(who, _seconds(difference))
	fix = _("Have the clocks set by NTP (timedatectl set-ntp true), on the database's server too.")
	bad = problem if abs(difference) > CLOCK_PROBLEM else warning
	return bad(reason, fix, details=details)


def _seconds(difference: timedelta) -> int:
	return abs(round(difference.total_seconds()))


def _apart_from_meta(deadline: Deadline) -> dict[str, timedelta]:
	try:
		at = account_checks.ping_meta(deadline).at
	except (CloudAPIError, TooSlow):
		return {}
	return {_("Meta"): utc_now() - at} if at else {}


def _apart_from_database() -> dict[str, timedelta]:
	"""The difference to the database server's clock; SQLite has none."""
	if frappe.db.db_type != "mariadb":
		return {}
	at: datetime = frappe.db.sql("select utc_timestamp(6)")[0][0]
	return {_("the database"): utc_now() - at.replace(tzinfo=timezone.utc)}


@dataclass(frozen=True, slots=True)
class Server:
	"""The settings of the database server on which the app relies."""

	other_engines: tuple[str, ...]
	other_charsets: tuple[str, ...]
	isolation: str
	largest_packet: int


def database(_deadline: object = None) -> Finding:
	"""Whether rows can be locked one by one, snapshots are stable, and every character fits."""
	server = read_server()
	restart = _("Change it in the configuration of MariaDB and restart MariaDB.")
	if server.other_engines:
		return problem(
			_("These tables are not InnoDB, so nothing protects them from two jobs at once: {0}").format(
				", ".join(server.other_engines)
			),
			_("Convert them: alter table … engine=InnoDB."),
		)
	if server.other_charsets:
		return problem(
			_("These tables cannot keep every character, emojis for example: {0}").format(
				", ".join(server.other_charsets)
			),
			_("Convert them: alter table … convert to character set utf8mb4."),
		)
	if server.largest_packet <= MAX_BODY_BYTES:
		return problem(_("max_allowed_packet is smaller than a delivery of 3 MB."), restart)
	if server.isolation != ISOLATION:
		return warning(
			_("Transactions are isolated as {0}; the app is proven with {1} alone.").format(
				server.isolation, ISOLATION
			),
			restart,
		)
	return ok(_("InnoDB, {0}, utf8mb4.").format(ISOLATION))


def read_server() -> Server:
	"""Raises Skip for another database than MariaDB."""
	kind = frappe.db.db_type
	if kind != "mariadb":
		raise Skip(_("The database is {0}, which has none of these settings.").format(kind))
	tables = frappe.db.sql(
		"""select table_name, engine, table_collation from information_schema.tables
		where table_schema = database() and table_name like 'tabWhatsApp %%'"""
	)
	# The variable's name differs between versions of MariaDB.
	wanted = "'tx_isolation', 'transaction_isolation', 'max_allowed_packet'"
	variables = dict(frappe.db.sql(f"show session variables where variable_name in ({wanted})"))
	isolation = variables.get("transaction_isolation") or variables["tx_isolation"]
	return Server(
		tuple(name for name, engine, _collation in tables if engine != "InnoDB"),
		tuple(name for name, _engine, collation in tables if not (collation or "").startswith(CHARSET)),
		isolation,
		int(variables["max_allowed_packet"]),
	)
