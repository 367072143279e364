"""Who we are and who others are, asked of the strict local Slack."""

from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import SlackPeople, channel_name, web_client, who_we_are
from bot.adapters.socket_mode import check_app_token
from bot.domain.errors import SlackRefused, SlackUnreachable
from bot.domain.workspace import Workspace
from bot.ports import Room
from bot.sandbox.slack import BOT_USER_ID, TEAM_ID, InstalledApp, LocalSlack
from bot.scopes import SCOPES
from tests.fakes import FakeClock

APP = InstalledApp(scopes=frozenset(SCOPES))


def client_of(slack: LocalSlack, *, token: str = APP.bot_token) -> AsyncWebClient:
    return web_client(token, api_url=slack.api_url)


def people_of(slack: LocalSlack) -> SlackPeople:
    workspace = Workspace(
        team_id=TEAM_ID, enterprise_id=None, bot_user_id=BOT_USER_ID, bot_id="B0EVALSBOT"
    )
    return SlackPeople(client_of(slack), workspace, FakeClock())


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


@pytest.mark.parametrize(
    ("channel", "room"),
    [
        ("C0EVALS", Room.JOINED),
        ("D0MEMBER", Room.JOINED),
        ("C0QUIET", Room.OPEN),
        ("C0OLD", Room.ARCHIVED),
        ("G0SECRET", Room.HIDDEN),
        ("D0OTHERS", Room.HIDDEN),
        ("C0NONE", Room.HIDDEN),
    ],
)
async def test_slack_tells_what_a_channel_is_to_the_bot(channel: str, room: Room) -> None:
    async with LocalSlack(APP) as slack:
        assert await people_of(slack).room(channel) is room


async def test_a_private_channel_with_the_bot_in_it_is_joined() -> None:
    async with LocalSlack(APP) as slack:
        slack.workspace.join("G0SECRET", BOT_USER_ID)
        assert await people_of(slack).room("G0SECRET") is Room.JOINED


async def test_a_direct_message_is_ours_whether_or_not_its_scope_was_granted() -> None:
    async with LocalSlack(replace(APP, scopes=APP.scopes | {"im:read"})) as slack:
        assert await people_of(slack).room("D0MEMBER") is Room.JOINED


@pytest.mark.parametrize(
    ("user", "channel", "inside"),
    [
        ("U0MEMBER", "C0EVALS", True),
        ("U0MEMBER", "C0QUIET", True),
        ("U0GUEST", "C0QUIET", False),
        ("U0MEMBER", "G0SECRET", False),
        ("U0MEMBER", "C0OLD", False),
        ("U0NOBODY", "C0EVALS", False),
    ],
)
async def test_slack_tells_who_is_in_which_channel(
    user: str, channel: str, *, inside: bool
) -> None:
    async with LocalSlack(APP) as slack:
        assert await people_of(slack).is_in(user, channel) is inside


async def test_of_private_channels_those_are_told_that_the_bot_is_in_too() -> None:
    async with LocalSlack(APP) as slack:
        slack.workspace.join("G0SECRET", BOT_USER_ID)
        assert await people_of(slack).is_in("U0MEMBER", "G0SECRET")
        assert not await people_of(slack).is_in("U0GUEST", "G0SECRET")


async def test_a_person_of_many_channels_is_found_in_the_last_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.adapters.slack._CHANNELS_PER_PAGE", 1)
    async with LocalSlack(APP) as slack:
        assert await people_of(slack).is_in("U0MEMBER", "C0QUIET")
        assert len(slack.ledger.calls("users.conversations")) == 3
        assert not await people_of(slack).is_in("U0MEMBER", "C0NONE")


async def test_a_slack_that_does_not_say_where_somebody_is_is_an_error() -> None:
    async with LocalSlack(replace(APP, scopes=frozenset({"commands"}))) as slack:
        for ask in (people_of(slack).room("C0EVALS"), people_of(slack).is_in("U0", "C0EVALS")):
            with pytest.raises(SlackRefused) as caught:
                await ask
            assert caught.value.code == "missing_scope"
