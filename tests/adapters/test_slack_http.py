"""HTTP mode over a real socket: what is let in, and what is refused with which status."""

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.slack_http import BODY_BYTES, PATH, SlackHttp
from bot.domain.jobs import EvaluationJob, Status
from bot.ports import Audience
from tests import payloads
from tests.fakes import FakeClock, FakeEvaluations, settle
from tests.front import Front, front

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # of the worked example in Slack's documentation
FORM = "application/x-www-form-urlencoded"
JOB = EvaluationJob(id="eval-1", status=Status.RUNNING)


@dataclass
class Inlet:
    bot: Front
    session: aiohttp.ClientSession
    url: str

    async def post(self, body: bytes, **headers: str) -> tuple[int, str]:
        async with self.session.post(self.url, data=io.BytesIO(body), headers=headers) as response:
            text = await response.text()
        await settle()
        return response.status, text

    async def signed(
        self, body: bytes, *, content_type: str = FORM, age: float = 0
    ) -> tuple[int, str]:
        return await self.post(
            body, **signature(body, self.bot.clock, age=age), **{"Content-Type": content_type}
        )


def signature(body: bytes, clock: FakeClock, *, age: float = 0) -> dict[str, str]:
    timestamp = str(int(clock.now().timestamp() - age))
    digest = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


@asynccontextmanager
async def inlet() -> AsyncIterator[Inlet]:
    async with front(evaluations=FakeEvaluations(jobs=[JOB])) as bot:
        http = SlackHttp(bot.bot.slack_app, signing_secret=SECRET, clock=bot.clock)
        async with TestServer(http.web_app()) as server, aiohttp.ClientSession() as session:
            yield Inlet(bot, session, str(server.make_url(PATH)))


def typed(text: str = "") -> bytes:
    return urlencode(payloads.command(text)).encode()


async def test_a_signed_command_is_acknowledged_and_answered() -> None:
    async with inlet() as slack:
        assert await slack.signed(typed()) == (200, "")
        assert JOB.id in slack.bot.last[0].text


async def test_a_signed_press_is_acknowledged_and_answered() -> None:
    async with inlet() as slack:
        body = urlencode({"payload": json.dumps(payloads.press("list_refresh", "1"))}).encode()
        assert await slack.signed(body) == (200, "")
        assert JOB.id in slack.bot.last[0].text


async def test_slacks_own_worked_example_is_accepted_in_its_time() -> None:
    # https://docs.slack.dev/authentication/verifying-requests-from-slack
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    async with inlet() as slack:
        await slack.bot.clock.advance(1531420618 - slack.bot.clock.now().timestamp())
        status, _ = await slack.post(
            body,
            **{
                "X-Slack-Request-Timestamp": "1531420618",
                "X-Slack-Signature": (
                    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
                ),
                "Content-Type": FORM,
            },
        )
        assert status == 404, "let in; and no command of ours"


@pytest.mark.parametrize("age", [301, -301, 10**9])
async def test_what_is_too_old_or_from_the_future_is_refused(age: float) -> None:
    async with inlet() as slack:
        assert (await slack.signed(typed(), age=age))[0] == 401
        assert slack.bot.replies.sent == []


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "٣", "9" * 40, "1531420618 ", "0x1"])
async def test_a_malformed_timestamp_is_refused_and_is_no_error_of_ours(timestamp: str) -> None:
    async with inlet() as slack:
        headers = signature(typed(), slack.bot.clock)
        headers["X-Slack-Request-Timestamp"] = timestamp
        assert (await slack.post(typed(), **headers))[0] == 401


@pytest.mark.parametrize("forged", ["", "v0=", "v0=" + "0" * 64, "v1=é", "v0=" + "f" * 63])
async def test_a_forged_signature_is_refused_without_effect(forged: str) -> None:
    async with inlet() as slack:
        headers = signature(typed(), slack.bot.clock) | {"X-Slack-Signature": forged}
        assert (await slack.post(typed(), **headers))[0] == 401
        assert slack.bot.evaluations.asked == []


async def test_an_unsigned_request_is_refused_even_when_it_is_garbage() -> None:
    async with inlet() as slack:
        assert (await slack.post(typed()))[0] == 401
        assert (await slack.post(b"\xff\xfe"))[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"nothing=here",
        b"payload=not-json",
        b"payload=[1,2]",
        b"payload=" + b"[" * 5000,
        b"%%%=%%%",
        b'{"type":"event_callback"}',
    ],
)
async def test_garbage_under_a_valid_signature_is_a_bad_request(body: bytes) -> None:
    async with inlet() as slack:
        assert (await slack.signed(body))[0] == 400
        assert slack.bot.replies.sent == []


async def test_json_that_is_no_object_is_a_bad_request() -> None:
    async with inlet() as slack:
        assert (await slack.signed(b"[]", content_type="application/json"))[0] == 400


async def test_slacks_question_for_the_address_is_answered() -> None:
    async with inlet() as slack:
        body = b'{"type":"url_verification","challenge":"made-up"}'
        status, text = await slack.signed(body, content_type="application/json")
        assert (status, json.loads(text)) == (200, {"challenge": "made-up"})


async def test_a_large_body_is_refused_before_anything_else() -> None:
    async with inlet() as slack:
        assert (await slack.signed(b"a" * (BODY_BYTES + 1)))[0] == 413


async def test_a_replay_has_no_second_effect() -> None:
    async with inlet() as slack:
        body = typed()
        headers = signature(body, slack.bot.clock) | {"Content-Type": FORM}
        answers = await asyncio.gather(*(slack.post(body, **headers) for _ in range(5)))
        assert {status for status, _ in answers} == {200}
        assert len(slack.bot.replies.sent) == 1


async def test_nothing_else_is_served() -> None:
    async with inlet() as slack:
        async with slack.session.get(slack.url) as response:
            assert response.status == 405
        async with slack.session.post(slack.url.replace(PATH, "/")) as response:
            assert response.status == 404


@pytest.mark.parametrize("text", ["a" * 10_000, "\0", "\x1b[31m", "status:" + "\u202e" * 100])
async def test_strange_text_is_a_clear_private_answer(text: str) -> None:
    async with inlet() as slack:
        assert await slack.signed(typed(text)) == (200, "")
        assert slack.bot.evaluations.asked == []
        message, to = slack.bot.last
        assert to is Audience.ASKER
        assert 10 < len(message.text) < 500


async def test_half_a_surrogate_pair_is_a_clear_private_answer() -> None:
    async with inlet() as slack:
        body = typed("TEXT").replace(b"TEXT", b"%ED%A0%80")
        assert await slack.signed(body) == (200, "")
        assert "I don't know" in slack.bot.last[0].text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_signed_body_is_an_error_of_ours(body: bytes) -> None:
    async def check() -> None:
        async with inlet() as slack:
            assert (await slack.signed(body))[0] in {200, 400, 404}

    asyncio.run(check())
