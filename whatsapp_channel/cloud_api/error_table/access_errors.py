"""Errors of the Graph API itself: access, permissions, call limits, unknown objects."""

from whatsapp_channel.sentences import _

from ..error_rule import ASK_ADMIN, OUR_FAULT, REPORT, SENT_LATER, Cause, ErrorRule, Retry, Scope

RENEW_TOKEN = _(
	"Meta refused the access token: it has expired or was withdrawn. Open the WhatsApp Business Account, "
	"enter a new token (or connect the account again), then send the waiting messages."
)
ASSIGN_ACCESS = _(
	"The access token lacks a permission or access to this account. In Meta Business Suite assign the WhatsApp "
	"account to the system user and grant whatsapp_business_messaging and whatsapp_business_management, then "
	"enter a new token."
)

ACCESS = (
	ErrorRule(
		0,
		"Access could not be checked",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		RENEW_TOKEN,
	),
	ErrorRule(
		1,
		"Unknown error at Meta",
		Cause.TEMPORARY,
		Retry.FEW,
		30,
		Scope.PLATFORM,
		_("WhatsApp had a temporary problem. It is tried again; if the message stays failed, send it again."),
		_("Meta reported an unknown error. If it goes on, look at metastatus.com and check the request."),
	),
	ErrorRule(
		2,
		"Service down or overloaded",
		Cause.TEMPORARY,
		Retry.BACKOFF,
		30,
		Scope.PLATFORM,
		SENT_LATER,
		_("Meta's service is down or overloaded. Sending goes on by itself; metastatus.com shows outages."),
	),
	ErrorRule(
		3,
		"Missing capability or permission",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"The Meta app may not use this function. Check in the App Dashboard that the app has the WhatsApp "
			"product and the permissions whatsapp_business_messaging and whatsapp_business_management."
		),
	),
	ErrorRule(
		4,
		"Too many calls by the app",
		Cause.THROTTLING,
		Retry.BACKOFF,
		120,
		Scope.ACCOUNT,
		SENT_LATER,
		_(
			"The Meta app made too many calls. They are repeated later; look for another program with this app."
		),
	),
	ErrorRule(
		10,
		"Permission not granted or removed",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		ASSIGN_ACCESS,
	),
	ErrorRule(
		33,
		"Business number deleted",
		Cause.REGISTRATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"The business phone number was deleted at Meta. Add it again in WhatsApp Manager, or choose another "
			"number for the channel."
		),
	),
	ErrorRule(
		100,
		"Invalid parameter",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OUR_FAULT,
		_(
			"Meta refused a value of the request; the details name it. Check the ids of the account and the "
			"number. If they are right, update the app, or report the error with these details."
		),
	),
	ErrorRule(
		100,
		"Object not found or no access",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"Meta knows no object with this id, or the token may not see it. Compare the ids of account and "
			"number with WhatsApp Manager, and assign the account to the system user that owns the token."
		),
		subcode=33,
	),
	# Not among the Cloud API's codes but of the Graph API below it ("API Session"), which any call may answer.
	ErrorRule(
		102,
		"Access token expired or revoked",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		RENEW_TOKEN,
	),
	ErrorRule(
		104,
		"No access token",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"The request reached Meta without an access token. Enter a token in the WhatsApp Business Account; if "
			"there is one, check that no proxy removes the Authorization header."
		),
	),
	ErrorRule(
		190,
		"Access token expired",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		RENEW_TOKEN,
	),
	ErrorRule(
		190,
		"Access token expired",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"The access token has passed its end date. Create a new one (a system user's token can be made to "
			"never expire) and enter it in the WhatsApp Business Account."
		),
		subcode=463,
	),
	ErrorRule(
		190,
		"Access token invalid",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"The access token is no longer valid: it was withdrawn, its user's password changed, or it was copied "
			"incompletely. Create a new one and enter it in the WhatsApp Business Account."
		),
		subcode=467,
	),
	ErrorRule(
		200,
		"No access to this asset",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		ASSIGN_ACCESS,
		last=299,
	),
	ErrorRule(
		368,
		"Account blocked for a policy violation",
		Cause.POLICY,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"Meta blocked the WhatsApp Business Account for breaking its policies. Business Support Home "
			"(business.facebook.com/business-support-home) shows the reason and lets you ask for a review."
		),
	),
	ErrorRule(
		80007,
		"Too many calls on the account",
		Cause.THROTTLING,
		Retry.BACKOFF,
		300,
		Scope.ACCOUNT,
		SENT_LATER,
		_(
			"The WhatsApp Business Account reached Meta's hourly limit of calls. They are repeated later; look for "
			"another program that reads this account."
		),
	),
	ErrorRule(
		135000,
		"Request not understood",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OUR_FAULT,
		REPORT,
	),
	ErrorRule(
		138000,
		"Calling is not possible",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("WhatsApp calls cannot be made from here. Write to the customer, or call by telephone."),
		_("Meta refused a call. Calls are not part of this channel; see the calling settings of the number."),
		last=138999,
	),
	ErrorRule(
		139100,
		"Blocking a user failed",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"WhatsApp could not change the block on this contact. Only people who wrote in the last 24 hours can be "
			"blocked there."
		),
		_(
			"Meta refused to block or unblock a user; the details say whom and why. Try again after they write."
		),
		last=139103,
	),
	ErrorRule(
		147001,
		"Business username refused",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("Meta refused the business username; the details say why. Choose another one in WhatsApp Manager."),
		last=147005,
	),
)
