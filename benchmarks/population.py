"""Many rows on a site, by SQL: copies of what one real message made."""

import frappe

from benchmarks import bench
from whatsapp_channel.inbound import dispatch

MESSAGES_EACH = 10
"""Messages of one conversation; a customer has two conversations, the second one open."""
STEP = 50_000
# Rows of a kind are called by its letter and a number.
LETTERS = {
	"contact": "a",
	"phone": "b",
	"customer": "c",
	"conversation": "d",
	"session": "e",
	"message": "f",
	"communication": "g",
}
FIRST_TICKET = 500_000_000
DAYS = 90


def name_of(kind: str, number: int) -> str:
	"""The name of one copy."""
	return f"g{LETTERS[kind]}{number:08d}"


def number_of(customer: int) -> str:
	"""The wa_id of one customer."""
	return f"4477{customer:08d}"


def wamid_of(message: int) -> str:
	"""The id of one message."""
	return f"wamid.growth.{message}"


def grow(messages: int) -> int:
	"""Brings the site to this many copied messages; returns how many customers they are of."""
	customers = messages // (2 * MESSAGES_EACH)
	# Communications are copied last.
	copied = frappe.db.sql("select count(*) from `tabCommunication` where name like 'gg%'")[0][0]
	present = copied // (2 * MESSAGES_EACH)
	if present < customers:
		model = _model()
		for first in range(present + 1, customers + 1, STEP):
			_copy(model, first, min(first + STEP - 1, customers), customers)
			print(f"  {min(first + STEP - 1, customers)} of {customers} customers on {frappe.local.site}")
		for doctype in model:
			frappe.db.sql(f"analyze table `tab{doctype}`")
	return customers


def _model() -> dict[str, str]:
	"""The rows of one customer's first message, by DocType."""
	number = bench.new_number()
	dispatch.process("benchmark", bench.message_item(number))
	customer = frappe.db.get_value("WhatsApp Customer", {"wa_id": number}, ["name", "contact"], as_dict=True)
	fields = ["name", "conversation", "session", "communication", "ticket"]
	row = frappe.db.get_value("WhatsApp Session Message", {"customer": customer.name}, fields, as_dict=True)
	return {
		"Contact": customer.contact,
		"Contact Phone": frappe.db.get_value("Contact Phone", {"parent": customer.contact}),
		"WhatsApp Customer": customer.name,
		"HD Ticket": row.ticket,
		"WhatsApp Conversation": row.conversation,
		"WhatsApp Session": row.session,
		"WhatsApp Session Message": row.name,
		"Communication": row.communication,
	}


def _copy(model: dict[str, str], first: int, last: int, customers: int) -> None:
	"""All rows of the customers from `first` to `last`."""
	rows = {
		"Contact": (1, _contact()),
		"Contact Phone": (
			1,
			{"name": _name("phone"), "parent": _name("contact"), "phone": f"concat('+', {_WA_ID})"},
		),
		"WhatsApp Customer": (1, _customer()),
		"HD Ticket": (2, _ticket()),
		"WhatsApp Conversation": (2, _conversation(customers)),
		"WhatsApp Session": (4, _session(customers)),
		"WhatsApp Session Message": (2 * MESSAGES_EACH, _message(customers)),
		"Communication": (2 * MESSAGES_EACH, _communication(customers)),
	}
	for doctype, (each, values) in rows.items():
		_insert(doctype, model[doctype], (first - 1) * each + 1, last * each, values)
		frappe.db.commit()


def _insert(doctype: str, model: str, first: int, last: int, values: dict[str, str]) -> None:
	"""Copies one row for each number; `values`: SQL of the columns that differ, in which n is the number."""
	columns = [column for column in frappe.db.get_table_columns(doctype) if column != "_seen"]
	names = ", ".join(f"`{column}`" for column in columns)
	taken = ", ".join(values.get(column, f"model.`{column}`") for column in columns)
	frappe.db.sql(
		f"""insert ignore into `tab{doctype}` ({names}) select {taken} from `tab{doctype}` model
		join (select seq as n from seq_{first}_to_{last}) numbers where model.name = %s""",
		(model,),
	)


def _name(kind: str, number: str = "n") -> str:
	return f"concat('g{LETTERS[kind]}', lpad({number}, 8, '0'))"


def _of(number: str, each: int) -> str:
	"""To which of the owners with so many rows each the row of this number belongs."""
	return f"(({number} - 1) div {each} + 1)"


def _time(customers: int, each: int) -> str:
	"""Spread over the last months; the rows of a customer stay near each other."""
	return f"(now() - interval floor(({customers * each} - n) / {customers * each} * {DAYS * 86400}) + 90000 second)"


_WA_ID = "concat('4477', lpad(n, 8, '0'))"
_TICKET = f"({FIRST_TICKET} + %s)"


def _contact() -> dict[str, str]:
	number = f"concat('+', {_WA_ID})"
	return {"name": _name("contact"), "mobile_no": number, "full_name": _name("contact")}


def _customer() -> dict[str, str]:
	return {
		"name": _name("customer"),
		"wa_id": _WA_ID,
		"phone": f"concat('+', {_WA_ID})",
		"phone_key": f"concat('{bench.ACCOUNT}:', {_WA_ID})",
		"contact": _name("contact"),
	}


def _ticket() -> dict[str, str]:
	customer = _of("n", 2)
	open_one = "mod(n, 2) = 0"
	return {
		"name": _TICKET % "n",
		"contact": _name("contact", customer),
		"whatsapp_customer": _name("customer", customer),
		"raised_by": f"concat('4477', lpad({customer}, 8, '0'), '@whatsapp.invalid')",
		"status": f"if({open_one}, model.status, 'Closed')",
		"status_category": f"if({open_one}, model.status_category, 'Resolved')",
	}


def _conversation(customers: int) -> dict[str, str]:
	at = _time(customers, 2)
	return {
		"name": _name("conversation"),
		"customer": _name("customer", _of("n", 2)),
		"ticket": _TICKET % "n",
		"state": "if(mod(n, 2) = 0, 'Open', 'Ended')",
		"opened_at": at,
		"last_inbound": at,
		"window_ends": f"{at} + interval 1 day",
		"creation": at,
	}


def _session(customers: int) -> dict[str, str]:
	at = _time(customers, 4)
	return {
		"name": _name("session"),
		"customer": _name("customer", _of("n", 4)),
		"conversation": _name("conversation", _of("n", 2)),
		"opened_at": at,
		"ends_at": f"{at} + interval 1 day",
	}


def _message(customers: int) -> dict[str, str]:
	at = _time(customers, 2 * MESSAGES_EACH)
	incoming = "mod(n, 10) not in (3, 6, 9)"
	return {
		"name": _name("message"),
		"direction": f"if({incoming}, 'Incoming', 'Outgoing')",
		"status": f"if({incoming}, 'Received', if(mod(n, 7), 'Read', 'Delivered'))",
		"customer": _name("customer", _of("n", 2 * MESSAGES_EACH)),
		"conversation": _name("conversation", _of("n", MESSAGES_EACH)),
		"session": _name("session", _of("n", MESSAGES_EACH // 2)),
		"ticket": _TICKET % _of("n", MESSAGES_EACH),
		"communication": _name("communication"),
		"wamid": "concat('wamid.growth.', n)",
		# As keys.wamid_key makes it.
		"wamid_key": f"concat('n', sha2(concat('{bench.NUMBER}:', sha2(concat('wamid.growth.', n), 256)), 256))",
		"message_timestamp": at,
		"creation": at,
	}


def _communication(customers: int) -> dict[str, str]:
	at = _time(customers, 2 * MESSAGES_EACH)
	return {
		"name": _name("communication"),
		"sent_or_received": "if(mod(n, 10) not in (3, 6, 9), 'Received', 'Sent')",
		"delivery_status": "if(mod(n, 10) not in (3, 6, 9), '', 'Read')",
		"reference_name": _TICKET % _of("n", MESSAGES_EACH),
		"communication_date": at,
		"creation": at,
	}
