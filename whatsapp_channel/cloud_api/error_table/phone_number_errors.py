"""Errors of adding, verifying, registering and synchronising a phone number."""

from whatsapp_channel.sentences import _

from ..error_rule import ASK_ADMIN, SENT_LATER, Cause, ErrorRule, Retry, Scope

NUMBERS = (
	ErrorRule(
		131045,
		"Number not registered or wrong certificate",
		Cause.REGISTRATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("The number is not registered for the Cloud API. Register it on the form of the WhatsApp Number."),
	),
	ErrorRule(
		133000,
		"Earlier deregistration incomplete",
		Cause.REGISTRATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("An earlier deregistration of the number did not finish. Deregister it again, then register it."),
	),
	ErrorRule(
		133004,
		"Registration service unavailable",
		Cause.TEMPORARY,
		Retry.BACKOFF,
		30,
		Scope.PLATFORM,
		SENT_LATER,
		_("Meta's registration service is unavailable for the moment. Try again in some minutes."),
	),
	ErrorRule(
		133005,
		"Wrong PIN",
		Cause.REGISTRATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"The PIN is not the number's two-step verification PIN. Enter the right one, or turn two-step "
			"verification off in WhatsApp Manager (Meta sends an e-mail) and choose a new PIN."
		),
	),
	ErrorRule(
		133006,
		"Number not verified",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("The number must be verified before it is registered. Request a code by text message or call."),
	),
	ErrorRule(
		133008,
		"Too many wrong PINs",
		Cause.REGISTRATION,
		Retry.WAIT,
		3600,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"The PIN was wrong too often. Wait as long as the details say, then enter the right PIN or reset it."
		),
	),
	ErrorRule(
		133009,
		"PIN entered too fast",
		Cause.REGISTRATION,
		Retry.WAIT,
		300,
		Scope.NUMBER,
		ASK_ADMIN,
		_("The PIN was entered again too soon. Wait as long as the details say, then try again."),
	),
	ErrorRule(
		133010,
		"Number not registered",
		Cause.REGISTRATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("The number is not registered for the Cloud API. Register it on the form of the WhatsApp Number."),
	),
	ErrorRule(
		133015,
		"Number deleted recently",
		Cause.REGISTRATION,
		Retry.WAIT,
		300,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"The number was deleted a short while ago and is not free yet. Wait five minutes and register again."
		),
	),
	ErrorRule(
		133016,
		"Too many registrations",
		Cause.REGISTRATION,
		Retry.WAIT,
		72 * 3600,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"The number was registered or deregistered more than 10 times in 72 hours. Meta unblocks it after 72 hours."
		),
	),
	ErrorRule(
		136024,
		"Code could not be requested",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"Meta sent no code: the number is already verified, or codes were requested too often. Reload the "
			"number's state; if it is not verified, wait some hours or choose a call instead of a text message."
		),
	),
	ErrorRule(
		136025,
		"Code refused",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("Meta refused the code. Enter the six digits of the newest message, or request another code."),
	),
	ErrorRule(
		2388001,
		"Number cannot be added or moved",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"Meta did not accept the number. Check that it can receive text messages or calls and is not in use in "
			"a WhatsApp app or at another provider; delete it there first."
		),
	),
	ErrorRule(
		2388012,
		"Number already added",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("The number is in this account's list already. Choose it from the list instead of adding it."),
	),
	ErrorRule(
		2388091,
		"Code requested too often",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_("Meta sends no further code for now. Wait some hours, then request one by text message or call."),
	),
	ErrorRule(
		2388093,
		"Wrong code",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"The code is wrong or older than ten minutes. Enter the newest six digits, or request another code."
		),
	),
	ErrorRule(
		2388103,
		"Number cannot be moved",
		Cause.VERIFICATION,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"The number cannot move to this account yet. Both accounts must belong to the same business, be approved "
			"and have a payment method and a subscribed webhook, and the display name must be approved."
		),
	),
	ErrorRule(
		2494100,
		"Number in maintenance",
		Cause.TEMPORARY,
		Retry.BACKOFF,
		60,
		Scope.NUMBER,
		SENT_LATER,
		_("Meta is changing the number at the moment. It takes some minutes; sending goes on by itself."),
	),
	ErrorRule(
		2593107,
		"Synchronisation already used",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"Contacts and history of the WhatsApp Business app can be fetched once. Connect the number again to repeat."
		),
	),
	ErrorRule(
		2593108,
		"Too late to synchronise",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.NUMBER,
		ASK_ADMIN,
		_(
			"Contacts and history can be fetched within 24 hours of connecting only. Connect the number again."
		),
	),
)
