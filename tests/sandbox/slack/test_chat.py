"""Posting, editing and deleting: what Slack takes, keeps and refuses."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.sandbox.slack import Channel, LocalSlack
from bot.sandbox.slack.state import POST_BURST
from bot.sandbox.slack.workspace import BOT_USER_ID, TEXT_CHARS, Draft

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def refused(call: Awaitable[AsyncSlackResponse]) -> Any:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


def with_scopes(slack: LocalSlack, *scopes: str) -> None:
    slack._state.app = replace(slack.app, scopes=frozenset(scopes))


async def test_a_message_is_posted_with_its_metadata(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "evals_notice", "event_payload": {"key": "k", "n": 1}}
    told = await client.chat_postMessage(
        channel="C0EVALS", text="hi <!here>", blocks=[SECTION], metadata=metadata
    )
    (message,) = slack.workspace.messages
    assert (told["ts"], told["channel"]) == (message.ts, "C0EVALS")
    assert told["message"]["blocks"][0]["block_id"]
    assert message.metadata == metadata
    assert message.mentions == ("<!here>",)
    assert message.author == BOT_USER_ID
    assert slack.ledger.accepted == [message]


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0QUIET", "not_in_channel"),
        ("G0SECRET", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        ("C0OLD", "is_archived"),
        ("U0STRANGER", "channel_not_found"),
        ("U0NOBODY", "channel_not_found"),
    ],
)
async def test_where_the_bot_may_not_post(client: AsyncWebClient, channel: str, error: str) -> None:
    assert (await refused(client.chat_postMessage(channel=channel, text="x")))["error"] == error


async def test_a_public_channel_is_open_to_chat_write_public(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    with_scopes(slack, "chat:write", "chat:write.public")
    assert (await client.chat_postMessage(channel="C0QUIET", text="x"))["ok"]


async def test_a_person_is_reached_in_the_dm_with_them(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    known = await client.chat_postMessage(channel="U0MEMBER", text="x")
    assert known["channel"] == "D0MEMBER"
    opened = await client.chat_postMessage(channel="U0ADMIN", text="x")
    assert slack.workspace.channels[opened["channel"]].members == {"U0ADMIN", BOT_USER_ID}


async def test_a_scope_that_is_missing_is_named(slack: LocalSlack, client: AsyncWebClient) -> None:
    with_scopes(slack, "commands")
    told = await refused(client.chat_postMessage(channel="C0EVALS", text="x"))
    assert (told["error"], told["needed"], told["provided"]) == (
        "missing_scope",
        "chat:write",
        "commands",
    )


async def test_bad_blocks_are_refused_with_their_place(client: AsyncWebClient) -> None:
    told = await refused(
        client.chat_postMessage(channel="C0EVALS", text="x", blocks=[{"type": "section"}])
    )
    assert told["error"] == "invalid_blocks"
    assert told["errors"] == ["missing required field: text or fields [json-pointer:/blocks/0]"]
    assert told["response_metadata"]["messages"][0].startswith("[ERROR] missing")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "x", "event_payload": {"a": {"b": [[]]}}}},
            "invalid_metadata_format",
        ),
        ({"text": "x", "thread_ts": "1.000000"}, "cannot_reply_to_message"),
    ],
)
@pytest.mark.filterwarnings("ignore:The top-level:UserWarning")
async def test_messages_that_are_not_taken(
    slack: LocalSlack, client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    told = await refused(client.chat_postMessage(channel="C0EVALS", **arguments))
    assert told["error"] == error
    assert slack.ledger.entries[-1].outcome == error
    assert slack.ledger.accepted == []


async def test_a_text_beyond_forty_thousand_characters_is_cut(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C0EVALS", text="x" * (TEXT_CHARS + 1))
    assert len(slack.workspace.messages[0].text) == TEXT_CHARS


async def test_a_reply_goes_to_a_parent_and_to_no_reply(client: AsyncWebClient) -> None:
    parent = (await client.chat_postMessage(channel="C0EVALS", text="parent"))["ts"]
    reply = await client.chat_postMessage(channel="C0EVALS", text="reply", thread_ts=parent)
    assert reply["message"]["thread_ts"] == parent
    told = await refused(
        client.chat_postMessage(channel="C0EVALS", text="x", thread_ts=reply["ts"])
    )
    assert told["error"] == "cannot_reply_to_message"


async def test_a_burst_is_followed_by_429_until_a_second_has_passed(
    slack: LocalSlack, client: AsyncWebClient, clock: Any
) -> None:
    for _ in range(POST_BURST):
        await client.chat_postMessage(channel="C0EVALS", text="x")
    told = await refused(client.chat_postMessage(channel="C0EVALS", text="x"))
    assert (told.status_code, told["error"]) == (429, "ratelimited")
    assert told.headers["Retry-After"] == "1"
    assert (await client.chat_postMessage(channel="C0SHARED", text="another channel"))["ok"]
    clock.seconds += 1
    assert (await client.chat_postMessage(channel="C0EVALS", text="x"))["ok"]
    assert len(slack.ledger.accepted) == POST_BURST + 2


async def test_an_edit_keeps_the_place_and_the_metadata(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "e", "event_payload": {}}
    posted = await client.chat_postMessage(
        channel="C0EVALS", text="one", blocks=[SECTION], metadata=metadata
    )
    await client.chat_update(channel="C0EVALS", ts=posted["ts"], text="two")
    (message,) = slack.workspace.messages
    assert (message.text, message.ts, message.blocks) == ("two", posted["ts"], ())
    assert message.metadata == metadata
    assert [edit.text for edit in message.edits] == ["one"]
    assert [version.text for version in slack.ledger.accepted] == ["one", "two"]


async def test_what_cannot_be_edited_or_deleted(slack: LocalSlack, client: AsyncWebClient) -> None:
    foreign = slack.workspace.post(
        Draft(text="mine"), channel="C0EVALS", author="U0MEMBER", at=slack.app.now()
    ).ts
    private = (await client.chat_postEphemeral(channel="C0EVALS", user="U0GUEST", text="x"))[
        "message_ts"
    ]
    for ts, edit, delete in (
        (foreign, "cant_update_message", "cant_delete_message"),
        (private, "message_not_found", "message_not_found"),
        ("1.000000", "message_not_found", "message_not_found"),
    ):
        told = await refused(client.chat_update(channel="C0EVALS", ts=ts, text="x"))
        assert told["error"] == edit
        told = await refused(client.chat_delete(channel="C0EVALS", ts=ts))
        assert told["error"] == delete


async def test_an_edit_holds_four_thousand_characters(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="C0EVALS", text="x"))["ts"]
    told = await refused(client.chat_update(channel="C0EVALS", ts=ts, text="x" * 4001))
    assert told["error"] == "msg_too_long"


async def test_a_deleted_message_is_gone_and_remembered(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel="C0EVALS", text="x"))["ts"]
    await client.chat_delete(channel="C0EVALS", ts=ts)
    assert slack.workspace.messages == []
    assert slack.ledger.accepted[-1].deleted
    told = await refused(client.chat_update(channel="C0EVALS", ts=ts, text="x"))
    assert told["error"] == "message_not_found"


async def test_an_ephemeral_message_is_for_one_person_in_the_channel(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C0EVALS", user="U0GUEST", text="psst")
    assert [m.text for m in slack.workspace.seen_by("U0GUEST", "C0EVALS")] == ["psst"]
    assert slack.workspace.seen_by("U0MEMBER", "C0EVALS") == []
    for channel, user, error in (
        ("C0EVALS", "U0STRANGER", "user_not_in_channel"),
        ("C0QUIET", "U0MEMBER", "not_in_channel"),
        ("C0OLD", "U0MEMBER", "is_archived"),
    ):
        told = await refused(client.chat_postEphemeral(channel=channel, user=user, text="x"))
        assert told["error"] == error


async def test_link_names_makes_a_bare_name_live(slack: LocalSlack, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0EVALS", text="@channel", link_names=True)
    await client.chat_postMessage(channel="C0EVALS", text="@channel", parse="none")
    assert [message.mentions for message in slack.workspace.messages] == [("@channel",), ()]


async def test_state_moves_under_a_running_app(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.workspace.leave("C0EVALS", BOT_USER_ID)
    told = await refused(client.chat_postMessage(channel="C0EVALS", text="x"))
    assert told["error"] == "not_in_channel"
    slack.workspace.join("C0EVALS", BOT_USER_ID)
    slack.workspace.archive("C0EVALS")
    told = await refused(client.chat_postMessage(channel="C0EVALS", text="x"))
    assert told["error"] == "is_archived"
    slack.workspace.channels["C0NEW"] = Channel(
        id="C0NEW", name="new", members=frozenset({BOT_USER_ID})
    )
    assert (await client.chat_postMessage(channel="C0NEW", text="x"))["ok"]
