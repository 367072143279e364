"""Reading channels, messages and people, with the scopes that each needs."""

from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import LocalSlack
from bot.sandbox.slack.workspace import BOT_USER_ID, Draft


def say(slack: LocalSlack, text: str, *, thread_ts: str | None = None) -> str:
    """Somebody writes in #evals."""
    return slack.workspace.post(
        Draft(text=text, metadata={"event_type": "e", "event_payload": {"key": text}}),
        channel="C0EVALS",
        author=BOT_USER_ID,
        at=slack.app.now(),
        thread_ts=thread_ts,
    ).ts


async def test_a_channel_tells_what_it_is(client: AsyncWebClient) -> None:
    evals = (await client.conversations_info(channel="C0EVALS", include_num_members=True))[
        "channel"
    ]
    assert (evals["name"], evals["is_member"], evals["is_ext_shared"]) == ("evals", True, False)
    assert evals["num_members"] == 5
    assert (await client.conversations_info(channel="C0SHARED"))["channel"]["is_ext_shared"]
    assert (await client.conversations_info(channel="C0OLD"))["channel"]["is_archived"]
    quiet = (await client.conversations_info(channel="C0QUIET"))["channel"]
    assert (quiet["is_member"], quiet["is_private"]) == (False, False)
    dm = (await client.conversations_info(channel="D0MEMBER"))["channel"]
    assert (dm["is_im"], dm["user"]) == (True, "U0MEMBER")


async def test_a_private_channel_is_unknown_to_outsiders(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_info(channel="G0SECRET")
    slack.workspace.join("G0SECRET", BOT_USER_ID)
    assert (await client.conversations_info(channel="G0SECRET"))["channel"]["is_private"]


async def test_each_kind_of_channel_needs_its_own_scope(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack._state.app = replace(slack.app, scopes=frozenset({"channels:read"}))
    assert (await client.conversations_info(channel="C0EVALS"))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_info(channel="D0MEMBER")
    assert caught.value.response["needed"] == "im:read"
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel="C0EVALS")
    assert caught.value.response["needed"] == "channels:history,groups:history,im:history"
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.users_info(user="U0MEMBER")


async def test_a_public_channel_can_be_joined_once(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    joined = await client.conversations_join(channel="C0QUIET")
    assert joined["channel"]["is_member"]
    assert BOT_USER_ID in slack.workspace.channels["C0QUIET"].members
    again = await client.conversations_join(channel="C0QUIET")
    assert again["warning"] == "already_in_channel"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("G0SECRET", "channel_not_found"),
        ("C0OLD", "is_archived"),
        ("D0MEMBER", "method_not_supported_for_channel_type"),
    ],
)
async def test_what_cannot_be_joined(client: AsyncWebClient, channel: str, error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        await client.conversations_join(channel=channel)


async def test_history_is_newest_first_and_without_replies(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    parent = say(slack, "one")
    say(slack, "reply", thread_ts=parent)
    say(slack, "two")
    await client.chat_postEphemeral(channel="C0EVALS", user="U0GUEST", text="psst")
    told = await client.conversations_history(channel="C0EVALS")
    assert [message["text"] for message in told["messages"]] == ["two", "one"]
    assert told["messages"][1]["reply_count"] == 1
    replies = await client.conversations_replies(channel="C0EVALS", ts=parent)
    assert [message["text"] for message in replies["messages"]] == ["one", "reply"]


async def test_metadata_is_whole_only_when_asked_for(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    say(slack, "one")
    part = await client.conversations_history(channel="C0EVALS")
    assert part["messages"][0]["metadata"] == {"event_type": "e"}
    whole = await client.conversations_history(channel="C0EVALS", include_all_metadata=True)
    assert whole["messages"][0]["metadata"]["event_payload"] == {"key": "one"}


async def test_history_comes_in_pages_that_miss_nothing(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    for number in range(5):
        say(slack, str(number))
    seen, cursor = [], None
    while cursor != "":
        told = await client.conversations_history(channel="C0EVALS", limit=2, cursor=cursor)
        seen += [message["text"] for message in told["messages"]]
        say(slack, "newer than the first page")
        cursor = told["response_metadata"]["next_cursor"]
        assert told["has_more"] == bool(cursor)
    assert seen == ["4", "3", "2", "1", "0"]


async def test_history_can_be_bounded(slack: LocalSlack, client: AsyncWebClient) -> None:
    first, second, third = (say(slack, text) for text in ("one", "two", "three"))
    between = await client.conversations_history(channel="C0EVALS", oldest=first, latest=third)
    assert [message["ts"] for message in between["messages"]] == [second]
    inclusive = await client.conversations_history(
        channel="C0EVALS", oldest=first, latest=second, inclusive=True
    )
    assert [message["ts"] for message in inclusive["messages"]] == [second, first]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": 0}, "invalid_limit"),
        ({"cursor": "1.000000"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_arguments"),
    ],
)
async def test_questions_that_make_no_sense(
    slack: LocalSlack, client: AsyncWebClient, arguments: dict[str, object], error: str
) -> None:
    say(slack, "one")
    with pytest.raises(SlackApiError, match=error):
        await client.api_call("conversations.history", params={"channel": "C0EVALS", **arguments})


async def test_only_members_read(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.conversations_history(channel="C0QUIET")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_replies(channel="G0SECRET", ts="1.000000")
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel="C0EVALS", ts="1.000000")


@pytest.mark.parametrize(
    ("user", "flags"),
    [
        ("U0MEMBER", set()),
        ("U0ADMIN", {"is_admin"}),
        ("U0GUEST", {"is_restricted"}),
        ("U0SINGLE", {"is_restricted", "is_ultra_restricted"}),
        ("U0STRANGER", {"is_stranger"}),
        (BOT_USER_ID, {"is_bot"}),
    ],
)
async def test_a_person_tells_what_they_are(
    client: AsyncWebClient, user: str, flags: set[str]
) -> None:
    told = (await client.users_info(user=user))["user"]
    assert {key for key, value in told.items() if value is True} == flags
    assert told["team_id"] == ("T0OTHER" if user == "U0STRANGER" else "T0LOCAL")


async def test_nobody_is_not_found(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.users_info(user="U0NOBODY")


async def test_a_person_is_told_of_by_the_channels_that_the_bot_may_know_of(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    async def ids(**arguments: Any) -> list[str]:
        told = await client.users_conversations(user="U0MEMBER", **arguments)
        assert all("is_member" not in channel for channel in told["channels"])
        return [channel["id"] for channel in told["channels"]]

    public = ["C0EVALS", "C0SHARED", "C0QUIET", "C0OLD"]
    assert await ids() == public
    assert await ids(types="public_channel,private_channel") == public
    slack.workspace.join("G0SECRET", BOT_USER_ID)
    assert await ids(types="private_channel,im") == ["G0SECRET", "D0MEMBER"]
    assert await ids(exclude_archived="true") == public[:-1]
    with pytest.raises(SlackApiError, match="invalid_types"):
        await ids(types="everything")
    first = await client.users_conversations(user="U0MEMBER", limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    assert await ids(cursor=cursor) == public[3:]
