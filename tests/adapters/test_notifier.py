"""What goes to Slack and what comes back, over real sockets; and every way in which a call ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.notifier import SlackNotifier
from bot.adapters.slack import web_client
from bot.domain.errors import (
    SlackBusy,
    SlackError,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedToken,
    SlackUnreachable,
)
from bot.ports import Posted
from bot.rendering.kit import Message, section
from bot.sandbox.slack import BOT_USER_ID, InstalledApp, LocalSlack
from bot.sandbox.slack.workspace import Draft

KEY = "ended:eval-1:0:C0EVALS"
HELLO = Message(text="eval-1 completed", blocks=(section("eval-1 completed"),))
SCOPES = frozenset(
    {
        "chat:write",
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "channels:join",
    }
)


def since() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def client_of(slack: LocalSlack) -> AsyncWebClient:
    return web_client(slack.app.bot_token, api_url=slack.api_url)


def notifier_of(slack: LocalSlack, *, deadline_seconds: float = 5) -> SlackNotifier:
    return SlackNotifier(client_of(slack), deadline_seconds=deadline_seconds)


@asynccontextmanager
async def local_slack(*, without: frozenset[str] = frozenset()) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(InstalledApp(scopes=SCOPES - without)) as slack:
        yield slack


# Posting


async def test_a_post_is_quiet_and_carries_its_key() -> None:
    async with local_slack() as slack:
        posted = await notifier_of(slack).post("C0EVALS", HELLO, key=KEY)
        [call] = slack.ledger.calls("chat.postMessage")
        sent = call.arguments
        quiet = {"link_names": False, "unfurl_links": False, "unfurl_media": False}
        assert quiet.items() <= sent.items()
        assert sent["parse"] == "none"
        assert sent["metadata"] == {"event_type": "evals_notice", "event_payload": {"key": KEY}}
        [message] = slack.workspace.messages
        assert posted == Posted(channel="C0EVALS", ts=message.ts)
        assert message.text == HELLO.text
        assert message.blocks


async def test_a_post_without_blocks_is_words() -> None:
    async with local_slack() as slack:
        await notifier_of(slack).post("C0EVALS", Message(text="words"), key=KEY)
        assert not slack.workspace.messages[0].blocks


async def test_a_post_to_a_person_tells_the_channel_in_which_it_landed() -> None:
    async with local_slack() as slack:
        posted = await notifier_of(slack).post("U0MEMBER", HELLO, key=KEY)
        assert posted.channel == "D0MEMBER"


async def test_a_post_can_go_into_a_thread() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        card = await notifier.post("C0EVALS", HELLO, key="started:eval-1:0:C0EVALS")
        await notifier.post("C0EVALS", HELLO, key=KEY, thread_ts=card.ts)
        assert slack.workspace.messages[-1].thread_ts == card.ts


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("500_after_accept", SlackInDoubt),
        ("reset_after_accept", SlackInDoubt),
        ("reset_before_accept", SlackInDoubt),
        ("bad_json", SlackInDoubt),
        ("stall", SlackInDoubt),
        ("late_accept", SlackInDoubt),
        ("drip", SlackInDoubt),
        ("429", SlackBusy),
        ("is_archived", SlackRefusedChannel),
        ("not_in_channel", SlackRefusedChannel),
        ("invalid_auth", SlackRefusedToken),
    ],
)
async def test_a_fault_ends_one_post_in_one_way(fault: str, expected: type[SlackError]) -> None:
    async with local_slack() as slack:
        slack.faults.switch_on(fault, retry_after_seconds=7)
        with pytest.raises(SlackError) as caught:
            await notifier_of(slack, deadline_seconds=0.1).post("C0EVALS", HELLO, key=KEY)
        assert type(caught.value) is expected
        if isinstance(caught.value, SlackBusy):
            assert caught.value.retry_after_seconds == 7
        slack.faults.switch_off()
        assert len(slack.ledger.calls("chat.postMessage")) <= 1, "nothing is sent twice"


async def test_without_a_connection_nothing_is_in_doubt() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        async with slack.away():
            with pytest.raises(SlackUnreachable):
                await notifier.post("C0EVALS", HELLO, key=KEY)
        await notifier.post("C0EVALS", HELLO, key=KEY)


async def test_an_error_holds_neither_the_token_nor_the_message() -> None:
    async with local_slack() as slack:
        for fault in ("500_after_accept", "reset_before_accept", "bad_json", "invalid_auth"):
            slack.faults.switch_on(fault, times=1)
            with pytest.raises(SlackError) as caught:
                await notifier_of(slack).post("C0EVALS", HELLO, key=KEY)
            assert slack.app.bot_token not in f"{caught.value!r}"
            assert HELLO.text not in f"{caught.value!r}"
            assert caught.value.__suppress_context__


# Changing a message


async def test_an_update_changes_words_and_blocks_and_keeps_the_key() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        posted = await notifier.post("C0EVALS", HELLO, key=KEY)
        await notifier.update(posted, Message(text="other words"))
        [message] = slack.workspace.messages
        assert message.text == "other words"
        assert not message.blocks
        assert await notifier.find("C0EVALS", KEY, since=since()) == posted


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("500_after_accept", SlackUnreachable),
        ("reset_before_accept", SlackUnreachable),
        ("bad_json", SlackUnreachable),
        ("429", SlackBusy),
        ("invalid_auth", SlackRefusedToken),
    ],
)
async def test_doubt_about_an_update_is_none(fault: str, expected: type[SlackError]) -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        posted = await notifier.post("C0EVALS", HELLO, key=KEY)
        slack.faults.switch_on(fault)
        with pytest.raises(SlackError) as caught:
            await notifier.update(posted, HELLO)
        assert type(caught.value) is expected
        slack.faults.switch_off()
        await notifier.update(posted, HELLO)


async def test_a_message_that_is_gone_cannot_be_changed() -> None:
    async with local_slack() as slack:
        with pytest.raises(SlackRefused) as caught:
            await notifier_of(slack).update(Posted(channel="C0EVALS", ts="1.000001"), HELLO)
        assert caught.value.code == "message_not_found"


# Reading back


async def test_what_was_posted_is_found_by_its_key() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        posted = await notifier.post("C0EVALS", HELLO, key=KEY)
        assert await notifier.find("C0EVALS", KEY, since=since()) == posted
        assert await notifier.find("C0EVALS", "another", since=since()) is None
        assert await notifier.find("C0SHARED", KEY, since=since()) is None
        late = datetime.now(UTC) + timedelta(seconds=5)
        assert await notifier.find("C0EVALS", KEY, since=late) is None


@pytest.mark.parametrize("fault", ["500_after_accept", "reset_after_accept", "bad_json"])
async def test_what_slack_took_without_saying_so_is_found(fault: str) -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        slack.faults.switch_on(fault, on="chat.postMessage", times=1)
        with pytest.raises(SlackInDoubt):
            await notifier.post("C0EVALS", HELLO, key=KEY)
        [message] = slack.workspace.messages
        found = await notifier.find("C0EVALS", KEY, since=since())
        assert found == Posted(channel="C0EVALS", ts=message.ts)


async def test_what_slack_takes_late_is_found_late() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack, deadline_seconds=0.1)
        fault = slack.faults.switch_on("late_accept", on="chat.postMessage", times=1)
        with pytest.raises(SlackInDoubt):
            await notifier.post("C0EVALS", HELLO, key=KEY)
        assert await notifier_of(slack).find("C0EVALS", KEY, since=since()) is None
        fault.release()
        await slack.ledger.wait("chat.postMessage")
        assert await notifier_of(slack).find("C0EVALS", KEY, since=since()) is not None


async def test_a_reply_is_found_in_its_thread_and_nowhere_else() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        card = await notifier.post("C0EVALS", HELLO, key="started:eval-1:0:C0EVALS")
        posted = await notifier.post("C0EVALS", HELLO, key=KEY, thread_ts=card.ts)
        assert await notifier.find("C0EVALS", KEY, since=since(), thread_ts=card.ts) == posted
        assert await notifier.find("C0EVALS", KEY, since=since()) is None


async def test_a_message_is_found_behind_many_others() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        posted = await notifier.post("C0EVALS", HELLO, key=KEY)
        at = datetime.now(UTC).timestamp()
        for number in range(450):
            draft = Draft(text=f"talk {number}")
            slack.workspace.post(draft, channel="C0EVALS", author="U0MEMBER", at=at)
        assert await notifier.find("C0EVALS", KEY, since=since()) == posted
        assert len(slack.ledger.calls("conversations.history")) == 3


async def test_nobody_else_can_pass_a_message_for_ours() -> None:
    async with local_slack() as slack:
        metadata = {"event_type": "evals_notice", "event_payload": {"key": KEY}}
        draft = Draft(text="not the bot", metadata=metadata)
        at = datetime.now(UTC).timestamp()
        slack.workspace.post(draft, channel="C0EVALS", author="U0MEMBER", at=at)
        assert await notifier_of(slack).find("C0EVALS", KEY, since=since()) is None
        other = replace_type(draft, "somebody_elses")
        slack.workspace.post(other, channel="C0EVALS", author=BOT_USER_ID, at=at)
        assert await notifier_of(slack).find("C0EVALS", KEY, since=since()) is None


def replace_type(draft: Draft, event_type: str) -> Draft:
    return replace(draft, metadata={**(draft.metadata or {}), "event_type": event_type})


async def test_a_channel_that_cannot_be_read_back_says_so() -> None:
    async with local_slack(without=frozenset({"channels:history"})) as slack:
        with pytest.raises(SlackRefused) as caught:
            await notifier_of(slack).find("C0EVALS", KEY, since=since())
        assert caught.value.code == "missing_scope"
    async with local_slack() as slack:
        for channel, code in [("C0QUIET", "not_in_channel"), ("G0SECRET", "channel_not_found")]:
            with pytest.raises(SlackRefusedChannel) as refused:
                await notifier_of(slack).find(channel, KEY, since=since())
            assert refused.value.code == code


async def test_a_channel_with_too_much_in_it_cannot_be_read_back() -> None:
    endless = {
        "ok": True,
        "user_id": BOT_USER_ID,
        "messages": [],
        "response_metadata": {"next_cursor": "more"},
    }

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(endless)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server:
        client = web_client("xoxb-made-up", api_url=str(server.make_url("/api/")))
        with pytest.raises(SlackRefused) as caught:
            await SlackNotifier(client, deadline_seconds=5).find("C0EVALS", KEY, since=since())
        assert caught.value.code == "too_many_messages"


@pytest.mark.parametrize("method", ["auth.test", "conversations.history"])
async def test_a_slack_in_trouble_does_not_say_that_nothing_is_there(method: str) -> None:
    async with local_slack() as slack:
        for fault in ("500_after_accept", "reset_before_accept", "bad_json"):
            notifier = notifier_of(slack)
            slack.faults.switch_on(fault, on=method)
            with pytest.raises(SlackUnreachable):
                await notifier.find("C0EVALS", KEY, since=since())
            slack.faults.switch_off()


async def test_who_we_are_is_asked_once() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        for _ in range(3):
            await notifier.find("C0EVALS", KEY, since=since())
        assert len(slack.ledger.calls("auth.test")) == 1


# Joining


async def test_a_public_channel_is_joined_once_or_again() -> None:
    async with local_slack() as slack:
        notifier = notifier_of(slack)
        for _ in range(2):
            await notifier.join("C0QUIET")
        await notifier.post("C0QUIET", HELLO, key=KEY)


@pytest.mark.parametrize("channel", ["G0SECRET", "C0OLD", "C0NONE", "D0MEMBER"])
async def test_what_cannot_be_joined_is_the_channels_fault(channel: str) -> None:
    async with local_slack() as slack:
        with pytest.raises(SlackRefusedChannel):
            await notifier_of(slack).join(channel)


async def test_joining_without_the_right_is_the_operators_matter() -> None:
    async with local_slack(without=frozenset({"channels:join"})) as slack:
        with pytest.raises(SlackRefused) as caught:
            await notifier_of(slack).join("C0QUIET")
        assert type(caught.value) is SlackRefused


async def test_a_call_that_is_given_up_from_outside_is_no_error_of_slack() -> None:
    async with local_slack() as slack:
        slack.faults.switch_on("stall")
        post = asyncio.ensure_future(notifier_of(slack).post("C0EVALS", HELLO, key=KEY))
        await asyncio.sleep(0)
        post.cancel()
        with pytest.raises(asyncio.CancelledError):
            await post
