"""The names of this app's DocTypes that SQL and queries use, so that each is written once."""

MODULE = "WhatsApp Channel"
"""The module that they are in, as Frappe calls it."""

SETTINGS = "WhatsApp Channel Settings"
ACCOUNT = "WhatsApp Business Account"
NUMBER = "WhatsApp Number"
CHANNEL = "WhatsApp Channel"
SIGNUP = "WhatsApp Signup"
SECRET = "WhatsApp App Secret"  # noqa: S105 - the name of a DocType
CUSTOMER = "WhatsApp Customer"
IDENTITY = "WhatsApp Customer Identity"
CONVERSATION = "WhatsApp Conversation"
SESSION = "WhatsApp Session"
MESSAGE = "WhatsApp Session Message"
MEDIA = "WhatsApp Message Media"
DELIVERY = "WhatsApp Delivery"
ITEM = "WhatsApp Delivery Item"
SIGN = "WhatsApp Missing Message Sign"
# The child tables. Frappe checks only the permissions of the parent's DocType when it reads their rows.
CHILDREN = (SECRET, IDENTITY, MEDIA)
# DocTypes that are saved by themselves; the others are child tables.
SAVED = (
	SETTINGS,
	ACCOUNT,
	NUMBER,
	CHANNEL,
	SIGNUP,
	CUSTOMER,
	CONVERSATION,
	SESSION,
	MESSAGE,
	DELIVERY,
	ITEM,
	SIGN,
)
SEARCHED = (*SAVED, *CHILDREN)
