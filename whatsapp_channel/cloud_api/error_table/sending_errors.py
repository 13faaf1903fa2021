"""Errors of sending a message, and of messages that came in damaged."""

from whatsapp_channel.sentences import _

from ..error_rule import ASK_ADMIN, SENT_LATER, Cause, ErrorRule, Retry, Scope

NO_STORAGE = _(
	"Meta's data storage settings of this number forbid the message. Check the number's local storage."
)
MARKETING_STOPPED = _(
	"The customer does not want marketing messages. You can still answer once they write; do not send it again."
)

SENDING = (
	ErrorRule(
		130403,
		"The business blocked this user",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("This contact is blocked on WhatsApp by your business. Unblock the contact, then send again."),
		_("The recipient is on the number's block list at Meta. Unblock the contact to write to it."),
	),
	ErrorRule(
		130429,
		"Too many messages a second",
		Cause.THROTTLING,
		Retry.BACKOFF,
		5,
		Scope.NUMBER,
		SENT_LATER,
		_("The number sends faster than Meta allows (80 messages a second). Messages go out more slowly."),
	),
	ErrorRule(
		130472,
		"Recipient is in an experiment of Meta",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("WhatsApp did not send this marketing message to this customer. Use another way to reach them."),
		_("Meta holds back marketing messages from some users as an experiment. Nothing can be changed."),
	),
	ErrorRule(
		130497,
		"Country not allowed for this business",
		Cause.POLICY,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("Your business may not write to customers in this country on WhatsApp. Use e-mail or telephone."),
		_(
			"Meta forbids businesses of this category to message this country. See its Business Messaging Policy."
		),
	),
	ErrorRule(
		131000,
		"Something went wrong at Meta",
		Cause.TEMPORARY,
		Retry.FEW,
		30,
		Scope.MESSAGE,
		_(
			"WhatsApp had a temporary problem. It is tried again; if the message stays failed, send it again later."
		),
		_("Meta failed to process the message. If it goes on, look at metastatus.com or ask Meta's support."),
	),
	ErrorRule(
		131005,
		"Access denied",
		Cause.AUTHORISATION,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"The token's permission for messages is missing or was withdrawn. Grant whatsapp_business_messaging to "
			"the system user, create a new token and enter it in the WhatsApp Business Account."
		),
	),
	ErrorRule(
		131016,
		"Service temporarily unavailable",
		Cause.TEMPORARY,
		Retry.BACKOFF,
		10,
		Scope.PLATFORM,
		SENT_LATER,
		_("A service at Meta is unavailable. Sending goes on by itself; metastatus.com shows outages."),
	),
	ErrorRule(
		131021,
		"Recipient is the sender",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("The message was addressed to your own WhatsApp number. Choose the customer's number."),
		_("The recipient is the business number itself. Correct the customer's number."),
	),
	ErrorRule(
		131026,
		"Message cannot be delivered",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"The customer cannot be reached on WhatsApp: the number is not on WhatsApp, its app is too old, or the "
			"new terms were not accepted. Use e-mail or telephone."
		),
		_(
			"The recipient is not on WhatsApp, uses an old version, or has not accepted the terms. Check the number."
		),
	),
	ErrorRule(
		131030,
		"Recipient not in the allowed list",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"Your WhatsApp number is a test number that may not write to this customer. Tell your administrator."
		),
		_(
			"Meta's test number writes to at most five listed recipients. Add this one in the App Dashboard under "
			"WhatsApp > API Setup, or use a real business number."
		),
	),
	ErrorRule(
		131031,
		"Account locked",
		Cause.POLICY,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"The account is locked for breaking a policy, or data in the request (such as the PIN) does not match "
			"it. Business Support Home shows the state; check the PIN as well."
		),
	),
	ErrorRule(
		131035,
		"Forbidden by the storage settings",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		ASK_ADMIN,
		NO_STORAGE,
		last=131036,
	),
	ErrorRule(
		131037,
		"Display name not approved",
		Cause.REGISTRATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"A number that begins with +1 555 sends only with an approved display name. Submit one in WhatsApp Manager."
		),
	),
	ErrorRule(
		131042,
		"Payment problem",
		Cause.PAYMENT,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		ASK_ADMIN,
		_(
			"Meta cannot charge the account: no payment method, credit used up, or the account lacks time zone or "
			"currency. Add or correct the payment method in WhatsApp Manager, then send the waiting messages."
		),
	),
	ErrorRule(
		131044,
		"Calling is not possible",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("WhatsApp calls cannot be made from here. Write to the customer, or call by telephone."),
		_("Meta refused a call. Calls are not part of this channel; see the calling settings of the number."),
	),
	ErrorRule(
		131047,
		"The 24-hour window is closed",
		Cause.WINDOW,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"More than 24 hours have passed since the customer's last message, so WhatsApp accepts no free text. "
			"Send an approved template, or wait until the customer writes again."
		),
		_(
			"The 24-hour customer service window was closed. Only an approved template reaches the customer now."
		),
	),
	ErrorRule(
		131048,
		"Limited because of spam reports",
		Cause.POLICY,
		Retry.WAIT,
		3600,
		Scope.NUMBER,
		_(
			"WhatsApp limits your number at the moment. The message is tried again later; tell your administrator."
		),
		_(
			"Too many of the number's messages were blocked or reported. Check its quality rating in WhatsApp "
			"Manager and send less marketing until it recovers."
		),
	),
	ErrorRule(
		131049,
		"Marketing message held back",
		Cause.POLICY,
		Retry.WAIT,
		24 * 3600,
		Scope.MESSAGE,
		_(
			"The customer got many marketing messages lately, so WhatsApp did not deliver this one. Wait at least "
			"24 hours before you try again, or use another way."
		),
		_(
			"Meta limits marketing messages per user. The same message goes through after 24 hours at the earliest."
		),
	),
	ErrorRule(
		131050,
		"Customer stopped marketing messages",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		MARKETING_STOPPED,
		_(
			"The customer opted out of marketing messages of this business. Respect it; other messages still go out."
		),
	),
	ErrorRule(
		131051,
		"Message type not supported",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"WhatsApp does not support this kind of message here. Use text, or ask the customer for another form."
		),
		_(
			"The message has a type that the Cloud API does not carry, such as a poll. It is shown on phones only."
		),
	),
	ErrorRule(
		131052,
		"Media could not be downloaded",
		Cause.MEDIA,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"The customer's file did not arrive; it may exceed 100 MB. Ask for it again, smaller or by e-mail."
		),
		_("Meta could not pass on the customer's file; the details say why. Nothing to set here."),
	),
	ErrorRule(
		131053,
		"Media could not be uploaded",
		Cause.MEDIA,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"WhatsApp does not accept this file's type or size. Convert or shrink it, for example to PDF or JPEG."
		),
		_(
			"Meta refused the file: type, size or its link. The details name the reason and the allowed types."
		),
	),
	ErrorRule(
		131055,
		"Calling method not allowed",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("WhatsApp calls cannot be made from here. Write to the customer, or call by telephone."),
		_("Meta refused a call. Calls are not part of this channel; see the calling settings of the number."),
	),
	ErrorRule(
		131056,
		"Too many messages to this customer",
		Cause.THROTTLING,
		Retry.BACKOFF,
		4,
		Scope.MESSAGE,
		_(
			"Too many messages went to this customer in a short time. The message is sent again automatically."
		),
		_(
			"One customer gets at most one message every 6 seconds in the long run. Messages go out more slowly."
		),
	),
	ErrorRule(
		131057,
		"Account in maintenance",
		Cause.TEMPORARY,
		Retry.BACKOFF,
		60,
		Scope.ACCOUNT,
		SENT_LATER,
		_(
			"Meta is changing the account, for example to a higher throughput. It takes a minute; sending goes on."
		),
	),
	ErrorRule(
		131060,
		"Message not available",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"This message is visible only in the WhatsApp Business app. Open it on the phone of your business."
		),
		_("Meta does not pass on this message to a number that is also used in the WhatsApp Business app."),
	),
	ErrorRule(
		131062,
		"A phone number is needed",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"This message needs the customer's phone number, and WhatsApp shows only a user name. Ask for the number."
		),
		_(
			"This kind of message cannot go to a business-scoped user id. Send another one, or ask for the number."
		),
	),
	ErrorRule(
		137000,
		"Customer's identity changed",
		Cause.RECIPIENT,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("The customer changed phone or reinstalled WhatsApp. Make sure who it is, then send again."),
		_("The identity key of the recipient changed. Acknowledge the new identity, then send again."),
	),
)
