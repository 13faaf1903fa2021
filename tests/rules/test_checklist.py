"""The seven lines of the checklist, from what Meta said (Z19, Z37)."""

import pytest

from whatsapp_channel.rules.onboarding.checklist_rules import Facts, entries


def states(facts: Facts) -> dict[str, str]:
	return {entry.key: entry.state for entry in entries(facts)}


@pytest.mark.parametrize(
	("facts", "line", "state"),
	[
		(Facts(), "business_manager", "unknown"),
		(Facts(has_account=True), "business_manager", "ok"),
		(Facts(), "business_account", "todo"),
		(Facts(has_account=True), "business_account", "ok"),
		(Facts(has_account=True, review="REJECTED"), "business_account", "todo"),
		(Facts(has_account=True, review="pending"), "business_account", "ok"),
		(Facts(), "verified_business", "unknown"),
		(Facts(verification="verified"), "verified_business", "ok"),
		(Facts(verification="VERIFIED"), "verified_business", "ok"),
		(Facts(verification="not_verified"), "verified_business", "todo"),
		(Facts(verification="pending_need_more_info"), "verified_business", "todo"),
		(Facts(verification="pending"), "verified_business", "todo"),
		(Facts(verification="rejected"), "verified_business", "todo"),
		(Facts(), "credit_line", "unknown"),
		(Facts(payment_method="Present"), "credit_line", "ok"),
		(Facts(payment_method="Missing"), "credit_line", "todo"),
		(Facts(), "registered_number", "todo"),
		(Facts(numbers=1, unread=1), "registered_number", "unknown"),
		(Facts(numbers=1), "registered_number", "todo"),
		(Facts(numbers=2, registered=1, unread=1), "registered_number", "ok"),
		(Facts(verification="not_verified"), "legal_entity", "unknown"),
		(Facts(verification="verified"), "legal_entity", "ok"),
		(Facts(verification="verified"), "business_access", "ok"),
	],
)
def test_lines(facts: Facts, line: str, state: str):
	assert states(facts)[line] == state


def test_details_differ_by_what_meta_says_of_the_verification():
	said = ("verified", "not_verified", "pending", "pending_need_more_info", "rejected", "")
	details = {entries(Facts(verification=one))[1].detail for one in said}
	assert len(details) == len(said)


def test_links_lead_to_the_portfolio():
	for entry in entries(Facts(has_account=True, business_id="77")):
		assert entry.url.startswith("https://business.facebook.com/")
		assert entry.url.endswith("?business_id=77")
