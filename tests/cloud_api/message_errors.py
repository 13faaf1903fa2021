"""The error objects of the payload files."""

from whatsapp_channel.cloud_api.content import ErrorObject

UNKNOWN_TYPE = ErrorObject(
	131051, "Message type unknown", "Message type unknown", "Message type is currently not supported."
)
TOO_LARGE = ErrorObject(
	131052,
	"Media file size too big",
	"Media file size too big",
	"Max file size we currently support: 100 MB",
)
UNAVAILABLE = ErrorObject(
	131060,
	"This message is unavailable",
	"This message is unavailable",
	"This message is currently unavailable.",
)
UNKNOWN_OF_OLD = ErrorObject(
	131051, "Unsupported message type", None, "Message type is not currently supported"
)
