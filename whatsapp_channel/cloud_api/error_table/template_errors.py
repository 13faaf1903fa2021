"""Errors of message templates and flows: sending them and managing them."""

from whatsapp_channel.sentences import _

from ..error_rule import OUR_FAULT, REPORT, Cause, ErrorRule, Retry, Scope

OTHER_TEMPLATE = _(
	"WhatsApp did not accept this template. Please choose another one and tell your administrator."
)

TEMPLATES = (
	ErrorRule(
		132000,
		"Number of parameters differs from the template",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("The template expects other fields than were filled in. Choose it again and fill in every field."),
		_("The template was changed at Meta. Synchronise the templates and try again."),
	),
	ErrorRule(
		132001,
		"Template missing or not approved",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("This template is not available in this language. Please choose another template or language."),
		_(
			"The template does not exist at Meta in this language, or is not approved. Synchronise the templates; "
			"check name, language and approval in WhatsApp Manager."
		),
	),
	ErrorRule(
		132005,
		"Template text too long",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("With the values filled in, the template's text is too long. Please shorten the values."),
		_(
			"The translated text of the template is too long. Shorten this language's text in WhatsApp Manager."
		),
	),
	ErrorRule(
		132007,
		"Template content breaks a policy",
		Cause.POLICY,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OTHER_TEMPLATE,
		_(
			"Meta refused the content of the template under its policies. WhatsApp Manager shows the reason; "
			"change the text or ask for a review."
		),
	),
	ErrorRule(
		132008,
		"Template value invalid",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"A value filled into the template is not allowed. Please avoid line breaks, tabs and empty fields."
		),
		_("A template parameter has a value that Meta refuses; the details name it. Correct that value."),
	),
	ErrorRule(
		132012,
		"Template value has the wrong format",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("A value filled into the template has the wrong form. Please check dates, amounts and links."),
		_("The template was changed at Meta, or a value has another kind. Synchronise the templates."),
	),
	ErrorRule(
		132015,
		"Template paused",
		Cause.TEMPLATE,
		Retry.WAIT,
		3 * 3600,
		Scope.MESSAGE,
		_("WhatsApp has paused this template for some hours. Please choose another one."),
		_(
			"Meta paused the template because recipients rated it badly (3 hours, the second time 6 hours). Edit "
			"its text, or wait; after a third time it is disabled."
		),
	),
	ErrorRule(
		132016,
		"Template disabled",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("WhatsApp has disabled this template for good. Please choose another one."),
		_("Meta disabled the template because of its low quality. Create a new one with another text."),
	),
	ErrorRule(
		132018,
		"Template parameters refused",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("WhatsApp refused a value filled into the template. Please check every field and try again."),
		_("Meta refused the template's parameters; the details name the one. Synchronise the templates."),
	),
	ErrorRule(
		132068,
		"Flow blocked",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_("The form in this message is blocked by WhatsApp. Please use another template or plain text."),
		_("Meta blocked the flow. Correct it in WhatsApp Manager under Flows and publish it again."),
	),
	ErrorRule(
		132069,
		"Flow throttled",
		Cause.THROTTLING,
		Retry.WAIT,
		3600,
		Scope.MESSAGE,
		_("The form in this message was used too often in the last hour. Try later, or use plain text."),
		_(
			"Meta allows 10 messages an hour with this flow because its endpoint does badly. WhatsApp Manager "
			"shows the endpoint's errors."
		),
	),
	ErrorRule(
		134011,
		"Payment terms not accepted",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		OTHER_TEMPLATE,
		_("The terms of WhatsApp payments are not accepted. Accept them in WhatsApp Manager."),
	),
	ErrorRule(
		134100,
		"Marketing messages not set up",
		Cause.FEATURE,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		OTHER_TEMPLATE,
		_(
			"The account cannot send through the Marketing Messages API. Accept its terms in WhatsApp Manager, or "
			"send the template as an ordinary message."
		),
		last=134102,
	),
	ErrorRule(
		131059,
		"Page position of the template list is invalid",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		OUR_FAULT,
		_("The list of templates changed while it was read. Start the synchronisation again."),
	),
	ErrorRule(
		131063,
		"Marketing templates are disabled",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		_("Marketing templates cannot be sent from this number. Please choose another template."),
		_(
			"The account sends marketing templates by another Meta product only. See WhatsApp Manager's settings."
		),
	),
	ErrorRule(
		131064,
		"Templates in the wrong category",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		OTHER_TEMPLATE,
		_(
			"Too many templates of this account are in the wrong category. Correct their categories in WhatsApp "
			"Manager; Meta then lifts the limit."
		),
	),
	ErrorRule(
		2388019,
		"Too many templates",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.ACCOUNT,
		OTHER_TEMPLATE,
		_(
			"The account has reached its number of templates (250 unless verified). Delete some, or verify it."
		),
	),
	ErrorRule(
		2388039,
		"Template part too long",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OTHER_TEMPLATE,
		_("A part of the template has too many characters. Shorten it: header 60, body 1,024, footer 60."),
		last=2388040,
	),
	ErrorRule(
		2388047,
		"Template header refused",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OTHER_TEMPLATE,
		_(
			"The header of the template has a wrong format. No line breaks, emoji or asterisks are allowed there."
		),
	),
	ErrorRule(
		2388072,
		"Template body or footer refused",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OTHER_TEMPLATE,
		_("The body or footer of the template has a wrong format. Check variables, line breaks and spaces."),
		last=2388073,
	),
	ErrorRule(
		2388293,
		"Too many variables for the text",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OTHER_TEMPLATE,
		_("The template has too many variables for its length. Add words, or remove variables."),
	),
	ErrorRule(
		2388299,
		"Variable at the start or end",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OTHER_TEMPLATE,
		_("The template begins or ends with a variable. Put words before the first and after the last one."),
	),
	ErrorRule(
		2593002,
		"Template not found",
		Cause.TEMPLATE,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OTHER_TEMPLATE,
		_("Meta has no template of this name in this account. Synchronise the templates."),
	),
	ErrorRule(
		131008,
		"Required value missing",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		OUR_FAULT,
		REPORT,
	),
	ErrorRule(
		131009,
		"Value not valid",
		Cause.REQUEST,
		Retry.NEVER,
		0,
		Scope.MESSAGE,
		_(
			"WhatsApp refused a value of this message. If it answers or reacts to an old message (30 days), send it "
			"as a new one."
		),
		_(
			"Meta refused a value; the details name it. A quoted message may be too old or not exist. Update the app "
			"to its newest version; if the error stays, report it with the details of Meta's answer."
		),
	),
)
