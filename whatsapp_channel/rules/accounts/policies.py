"""The policies that an administrator chooses in the set-up, each with what it means (Z7 to Z10, Z14, Z36)."""

from __future__ import annotations

from dataclasses import dataclass

from whatsapp_channel.sentences import Sentence, _


@dataclass(frozen=True, slots=True)
class Policy:
	"""`value` as it is stored; `label` is English and marked; the sentence says what it means."""

	value: str
	label: str
	sentence: Sentence


TRIAL = (
	Policy(
		"Guide",
		_("Guide"),
		Sentence(
			_(
				"A business that Meta has not verified can send for 30 days from its first verified number. After that nothing is "
				"sent until it is verified; messages still arrive. The limits of two numbers and ten conversations are not counted "
				"by this version."
			)
		),
	),
	Policy(
		"Meta's Present Limits",
		_("Meta's Present Limits"),
		Sentence(_("Only what Meta itself refuses today is refused; this site counts nothing.")),
	),
	Policy("Off", _("Off"), Sentence(_("There is no trial and none is shown."))),
)
CREDIT = (
	Policy(
		"Record Only",
		_("Record Only"),
		Sentence(_("When credits are used up messages still go out, and the debt is shown.")),
	),
	Policy(
		"Block",
		_("Block"),
		Sentence(
			_(
				"When credits are used up replies are refused until more are bought. This version keeps no credits yet."
			)
		),
	),
)
