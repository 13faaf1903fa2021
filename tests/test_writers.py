"""Whatever this app writes goes through whatsapp_channel/database.py, so that nobody forgets what columns may hold."""

import ast
import re
from pathlib import Path

APP = Path(__file__).parents[1] / "whatsapp_channel"
# Frappe's own ways to write values without the events of a document.
WRITERS = {
	"set_value",
	"set_single_value",
	"bulk_insert",
	"bulk_update",
	"multisql",
	"db_set",
	"db_insert",
	"db_update",
}
OWN = APP / "database.py"
# A sandbox has no site; a patch writes what it has made plain itself.
ELSEWHERE = ("sandbox", "patches")
WRITES = re.compile(r"^\s*(update|insert|replace)\b", re.IGNORECASE)
# Numbers, moments, states, names of rows and texts that are shown as text; what is in braces may be anything.
HARMLESS = re.compile(
	r"\{counter\}|ignored_group_messages|next_attempt|modified|trial_started_on|trial_number|notified|customer|text|ended_at|file_since|file_row|silent_since|next_probe"
)
CLEANED = "plain_values("
# Helpdesk's tickets get addresses and contacts of ours here, by name; what will not be sent gets a state of a closed set.
KNOWN = {("helpdesk/customer_tickets.py", "_change"), ("privacy/erase.py", "_stop_sending")}


def files() -> list[Path]:
	return [
		path
		for path in sorted(APP.rglob("*.py"))
		if path != OWN and path.relative_to(APP).parts[0] not in ELSEWHERE
	]


def receiver(node: ast.Attribute) -> str:
	return ast.unparse(node.value)


def test_nobody_else_writes_values() -> None:
	found = [
		f"{path.relative_to(APP)}:{node.lineno} {ast.unparse(node)}: use whatsapp_channel.database"
		for path in files()
		for node in ast.walk(ast.parse(path.read_text()))
		if isinstance(node, ast.Attribute)
		and node.attr in WRITERS
		and receiver(node) not in ("frappe.cache", "database")
	]
	assert found == []


def test_nobody_else_reads_singles() -> None:
	"""Frappe's own functions make a moment of what is empty: now, or one in the year 1."""
	# Below database.py, and a language.
	elsewhere = (APP / "translate.py",)
	found = [
		f"{path.relative_to(APP)}:{node.lineno} {ast.unparse(node)}: use single_value of whatsapp_channel.database"
		for path in files()
		if path not in elsewhere
		for node in ast.walk(ast.parse(path.read_text()))
		if isinstance(node, ast.Call) and _reads_single(node)
	]
	assert found == []


def _reads_single(call: ast.Call) -> bool:
	if not isinstance(call.func, ast.Attribute):
		return False
	if call.func.attr in ("get_single_value", "get_singles_value", "get_singles_dict"):
		return True
	names = [ast.unparse(each) for each in call.args[:2]]
	return call.func.attr == "get_value" and len(names) == 2 and names[0] == names[1]


def statements(function: ast.AST) -> list[str]:
	"""The SQL in a function, with what is filled in between braces."""
	texts = []
	for node in ast.walk(function):
		if isinstance(node, ast.JoinedStr):
			texts.append(
				"".join(
					str(part.value) if isinstance(part, ast.Constant) else ast.unparse(part)
					for part in node.values
				)
			)
		elif isinstance(node, ast.Constant) and isinstance(node.value, str):
			texts.append(node.value)
	return [
		text for text in texts if WRITES.match(text) and re.search(r"\bset\b|\bvalues\b|\bselect\b", text)
	]


def doubtful(statement: str) -> list[str]:
	"""The columns that a statement writes and that are not known to be harmless."""
	assigned = re.split(r"\bset\b", statement, maxsplit=1)[-1]
	assigned = re.split(r"\bwhere\b", assigned, maxsplit=1)[0]
	pairs = [part.partition("=") for part in re.split(r",(?![^()]*\))", assigned)]
	filled = [column.strip() for column, _equals, value in pairs if "%" in value or "{" in column]
	return [column for column in filled if not HARMLESS.fullmatch(column)]


def test_sql_that_writes_texts_makes_them_plain() -> None:
	found = []
	for path in files():
		place = str(path.relative_to(APP))
		for function in ast.walk(ast.parse(path.read_text())):
			if not isinstance(function, ast.FunctionDef) or (place, function.name) in KNOWN:
				continue
			if CLEANED not in ast.unparse(function):
				found += [
					f"{place}:{function.lineno} {each}"
					for text in statements(function)
					for each in doubtful(text)
				]
	assert found == []


def test_the_check_sees_what_it_is_for() -> None:
	assert doubtful("update `tabX` set {assignments}, modified = %s where name = %s") == ["{assignments}"]
	assert doubtful("update tabX set error = %s, state = 'Failed', kind = null where a = 1") == ["error"]
	(function,) = ast.parse('def a():\n\tfrappe.db.sql(f"update `tab{X}` set {b} = %s")').body
	assert statements(function) == ["update `tab{X}` set {b} = %s"]
