"""Who we are and who others are, asked of the strict local Slack."""

from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import SlackPeople, channel_name, web_client, who_we_are
from bot.adapters.socket_mode import check_app_token
from bot.domain.errors import SlackRefused, SlackUnreachable
from bot.sandbox.slack import BOT_USER_ID, TEAM_ID, InstalledApp, LocalSlack
from bot.scopes import SCOPES
from tests.fakes import FakeClock

APP = InstalledApp(scopes=frozenset(SCOPES))


def client_of(slack: LocalSlack, *, token: str = APP.bot_token) -> AsyncWebClient:
    return web_client(token, api_url=slack.api_url)


async def test_slack_tells_who_we_are_and_what_we_may_do() -> None:
    async with LocalSlack(APP) as slack:
        workspace = await who_we_are(client_of(slack))
        assert workspace.team_id == TEAM_ID
        assert workspace.bot_user_id == BOT_USER_ID
        assert workspace.scopes == frozenset(SCOPES)


async def test_a_wrong_token_is_refused_with_slacks_own_word_and_without_the_token() -> None:
    async with LocalSlack(APP) as slack:
        with pytest.raises(SlackRefused) as caught:
            await who_we_are(client_of(slack, token="xoxb-wrong"))
        assert caught.value.code == "invalid_auth"
        assert "xoxb-wrong" not in str(caught.value)
        with pytest.raises(SlackRefused):
            await check_app_token(client_of(slack), "xapp-wrong")
        await check_app_token(client_of(slack), APP.app_token)


@pytest.mark.parametrize("fault", ["500_after_accept", "reset_before_accept", "bad_json", "429"])
async def test_a_slack_in_trouble_is_not_a_refusal(fault: str) -> None:
    async with LocalSlack(APP) as slack:
        slack.faults.switch_on(fault, on="auth.test")
        with pytest.raises(SlackUnreachable):
            await who_we_are(client_of(slack))


@pytest.mark.parametrize(
    ("user", "member"),
    [
        ("U0MEMBER", True),
        ("U0ADMIN", True),
        ("U0GUEST", False),
        ("U0SINGLE", False),
        ("U0STRANGER", False),
        (BOT_USER_ID, False),
    ],
)
async def test_only_full_members_are_members(user: str, *, member: bool) -> None:
    async with LocalSlack(APP) as slack:
        client = client_of(slack)
        people = SlackPeople(client, await who_we_are(client), FakeClock())
        assert await people.is_member(user) is member


async def test_slacks_word_is_kept_for_ten_minutes() -> None:
    async with LocalSlack(APP) as slack:
        client, clock = client_of(slack), FakeClock()
        people = SlackPeople(client, await who_we_are(client), clock)
        for _ in range(3):
            assert await people.is_member("U0MEMBER")
        assert len(slack.ledger.calls("users.info")) == 1
        await clock.advance(601)
        assert await people.is_member("U0MEMBER")
        assert len(slack.ledger.calls("users.info")) == 2


async def test_a_person_whom_slack_does_not_know_or_tell_of_is_an_error() -> None:
    async with LocalSlack(replace(APP, scopes=frozenset({"commands"}))) as slack:
        client = client_of(slack)
        people = SlackPeople(client, await who_we_are(client), FakeClock())
        with pytest.raises(SlackRefused) as caught:
            await people.is_member("U0MEMBER")
        assert caught.value.code == "missing_scope"


async def test_a_channel_is_usable_when_the_bot_is_in_it() -> None:
    async with LocalSlack(APP) as slack:
        client = client_of(slack)
        assert await channel_name(client, "C0EVALS") == "evals"
        for channel, code in [
            ("C0QUIET", "not_in_channel"),
            ("G0SECRET", "channel_not_found"),
            ("C0OLD", "is_archived"),
            ("C0NONE", "channel_not_found"),
        ]:
            with pytest.raises(SlackRefused) as caught:
                await channel_name(client, channel)
            assert caught.value.code == code
