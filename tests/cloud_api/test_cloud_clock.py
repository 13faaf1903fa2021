"""Meta's time, from whatever it answers."""

from datetime import datetime, timezone

import httpx
import pytest

from whatsapp_channel.cloud_api import ping
from whatsapp_channel.cloud_api.errors import NotSent

AT = datetime(2026, 11, 23, 8, 5, 6, tzinfo=timezone.utc)
DATES = {
	"as HTTP writes it": ("Mon, 23 Nov 2026 08:05:06 GMT", AT),
	"with an offset": ("Mon, 23 Nov 2026 05:05:06 -0300", AT),
	"without a zone": ("Mon, 23 Nov 2026 08:05:06", AT),
	"no date": ("yesterday", None),
	"empty": ("", None),
}


@pytest.fixture
def asked() -> list[httpx.Request]:
	"""The requests that reach Meta."""
	return []


def answering(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, asked: list[httpx.Request]) -> None:
	def handle(request: httpx.Request) -> httpx.Response:
		asked.append(request)
		return answer

	client = httpx.Client(transport=httpx.MockTransport(handle))
	monkeypatch.setattr(ping, "http_client", lambda _base, _transport: client)


@pytest.mark.parametrize(("header", "expected"), DATES.values(), ids=DATES.keys())
@pytest.mark.parametrize("status", [200, 400, 503])
def test_any_answer_tells_the_time(
	monkeypatch: pytest.MonkeyPatch,
	asked: list[httpx.Request],
	header: str,
	expected: datetime | None,
	status: int,
) -> None:
	answering(monkeypatch, httpx.Response(status, headers={"Date": header}), asked)
	answer = ping.ping("https://graph.example.com")
	assert answer.at == expected
	assert answer.seconds >= 0
	assert "authorization" not in asked[0].headers


def test_an_answer_without_a_date_is_still_an_answer(
	monkeypatch: pytest.MonkeyPatch, asked: list[httpx.Request]
) -> None:
	answering(monkeypatch, httpx.Response(200), asked)
	assert ping.ping("https://graph.example.com").at is None


def test_nobody_answers() -> None:
	with pytest.raises(NotSent) as caught:
		ping.ping("http://127.0.0.1:9")
	assert "refused" in caught.value.details
