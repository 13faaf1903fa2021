"""Permissions: by roles, then by `has_permission` hooks, which can only remove permissions."""

from typing import Any

import frappe
from frappe._embedded.missing import missing_in

__getattr__ = missing_in(__name__)
rights = (
	"select",
	"read",
	"write",
	"create",
	"delete",
	"submit",
	"cancel",
	"report",
	"export",
	"email",
	"print",
)
AUTOMATIC_ROLES = ("Guest", "All", "Desk User")


def get_roles(user: str | None = None, with_standard: bool = True) -> list[str]:
	"""The roles of a user, with Guest and All."""
	user = user or frappe.session.user
	if user == "Guest":
		return ["Guest"]
	if user == "Administrator":
		return [*frappe.get_all("Role", pluck="name"), *AUTOMATIC_ROLES]
	own = frappe.get_all("Has Role", filters={"parent": user, "parenttype": "User"}, pluck="role")
	return [*own, "All", "Guest"]


def get_role_permissions(
	doctype_meta: Any, user: str | None = None, is_owner: bool | None = None, debug: bool = False
) -> Any:
	"""Right by right, 1 or 0; `if_owner` holds the rights that only owners have."""
	meta = frappe.get_meta(doctype_meta) if isinstance(doctype_meta, str) else doctype_meta
	user = user or frappe.session.user
	if user == "Administrator":
		return frappe._dict(dict.fromkeys(rights, 1), if_owner={})
	roles = get_roles(user)
	rules = [each for each in meta.permissions if each.get("role") in roles and not each.get("permlevel")]
	result = frappe._dict(if_owner={})
	for right in rights:
		for_all = any(each.get(right) and not each.get("if_owner") for each in rules)
		for_owner = any(each.get(right) and each.get("if_owner") for each in rules)
		result[right] = int(for_all or (for_owner and (right in ("select", "read", "create"))))
		if for_owner and not for_all and right != "create":
			result.if_owner[right] = int(bool(is_owner))
	return result


def get_doc_permissions(
	doc: Any, user: str | None = None, ptype: str | None = None, debug: bool = False
) -> Any:
	"""The rights to one document; none if a hook refuses."""
	user = user or frappe.session.user
	if not _hooks_allow(doc, ptype, user):
		return frappe._dict({ptype: 0})
	is_owner = (doc.get("owner") or "").lower() == user.lower()
	permissions = get_role_permissions(doc.meta, user=user, is_owner=is_owner)
	return frappe._dict(permissions, **permissions.if_owner)


def _hooks_allow(doc: Any, ptype: str | None, user: str) -> bool:
	hooks = frappe.get_hooks("has_permission", {})
	for method in reversed(hooks.get(doc.doctype, []) + hooks.get("*", [])):
		answer = frappe.call(method, doc=doc, ptype=ptype, user=user, debug=False)
		if answer is not None:
			return bool(answer)
	return True


def has_permission(
	doctype: Any,
	ptype: str = "read",
	doc: Any = None,
	user: str | None = None,
	raise_exception: bool = True,
	*,
	parent_doctype: str | None = None,
	debug: bool = False,
) -> bool:
	"""Whether the user has the right to the DocType or the document; never raises for a refusal."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	if not doc and hasattr(doctype, "doctype"):
		doc, doctype = doctype, doctype.doctype
	meta = frappe.get_meta(doctype)
	if meta.istable:
		parent = parent_doctype or (doc.get("parenttype") if hasattr(doc, "get") else None)
		return bool(parent) and has_permission(parent, ptype, user=user)
	if not doc:
		return bool(get_role_permissions(meta, user=user).get(ptype))
	if isinstance(doc, str | int):
		doc = frappe.get_doc(doctype, doc)
	return bool(get_doc_permissions(doc, user=user, ptype=ptype).get(ptype))


def add_permission(doctype: str, role: str, permlevel: int = 0, ptype: str | None = None) -> str | None:
	"""Give a role `ptype` (read) on a DocType as a Custom DocPerm; from then on those replace the standard ones."""
	setup_custom_perms(doctype)
	key = {"parent": doctype, "role": role, "permlevel": permlevel, "if_owner": 0}
	if frappe.db.exists("Custom DocPerm", key):
		return None
	rule = frappe.get_doc(
		{
			"doctype": "Custom DocPerm",
			"parenttype": "DocType",
			"parentfield": "permissions",
			ptype or "read": 1,
		}
		| key
	).insert(ignore_permissions=True)
	frappe.clear_cache(doctype=doctype)
	return rule.name


def setup_custom_perms(parent: str) -> bool | None:
	"""Copy the standard rules of a DocType to Custom DocPerm, once."""
	if frappe.db.exists("Custom DocPerm", {"parent": parent}):
		return None
	for rule in frappe.get_meta(parent).permissions:
		copy = {
			key: value for key, value in rule.items() if key in ("role", "permlevel", "if_owner", *rights)
		}
		frappe.get_doc({"doctype": "Custom DocPerm", "parent": parent} | copy).insert(ignore_permissions=True)
	frappe.clear_cache(doctype=parent)
	return True
