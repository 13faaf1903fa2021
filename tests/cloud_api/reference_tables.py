"""The words of Meta's webhook reference that this app has to know, as data: each needs a payload file."""

TYPES = (
	"text",
	"image",
	"video",
	"audio",
	"document",
	"sticker",
	"location",
	"contacts",
	"button",
	"interactive",
	"reaction",
	"order",
	"system",
	"unsupported",
	"edit",
	"revoke",
)
INTERACTIVE = ("button_reply", "list_reply", "nfm_reply")
SYSTEM = ("user_changed_number", "user_changed_user_id", "customer_identity_changed")
REFERRAL_SOURCES = ("ad", "post")
REFERRAL_MEDIA = ("image", "video")
# Meta's words for what it does not pass on.
NOT_PASSED_ON = (
	"button",
	"edit",
	"errors",
	"gif",
	"group_invite",
	"hsm",
	"image",
	"interactive",
	"keep_in_chat",
	"link_preview",
	"list",
	"location",
	"media_placeholder",
	"order",
	"pin",
	"poll_creation",
	"poll_update",
	"product",
	"reaction",
)
STATUSES = ("sent", "delivered", "read", "played", "failed", "deleted")
PRICE_TYPES = ("regular", "free_customer_service", "free_entry_point", "free_group_customer_service")
PRICE_CATEGORIES = (
	"service",
	"utility",
	"marketing",
	"marketing_lite",
	"authentication",
	"authentication-international",
	"referral_conversion",
	"group_service",
)
PRICE_MODELS = ("PMP", "CBP")
ORIGINS = ("user_initiated", "business_initiated", "referral_conversion", "marketing")
PREFERENCES = ("stop", "resume")
FIELDS = (
	"messages",
	"history",
	"smb_message_echoes",
	"smb_app_state_sync",
	"user_preferences",
	"account_update",
	"account_review_update",
	"account_alerts",
	"business_capability_update",
	"phone_number_quality_update",
	"phone_number_name_update",
	"message_template_status_update",
	"message_template_quality_update",
	"message_template_components_update",
	"template_category_update",
	"security",
)
