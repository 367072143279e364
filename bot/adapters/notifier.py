"""Messages that nobody asked for just now, over Slack's Web API: sent once, and read back.

A post is never repeated here: whoever repeats one has to know whether Slack took it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack_outcomes import post_errors, read_errors
from bot.domain.errors import SlackRefused
from bot.ports import Posted
from bot.rendering.kit import Message

# https://docs.slack.dev/messaging/message-metadata
EVENT_TYPE = "evals_notice"

# https://docs.slack.dev/reference/methods/conversations.history: "no more than 200" at a time
_PAGE = 200
_PAGES = 50


class SlackNotifier:
    """Fits the port ``Notifier``.

    Args:
        client: one without retry handlers: the SDK's own repeats a post that Slack has taken.
        deadline_seconds: for one call, from its connection to the last byte of its answer.
    """

    def __init__(self, client: AsyncWebClient, *, deadline_seconds: float) -> None:
        self._client = client
        self._deadline_seconds = deadline_seconds
        self._bot_user_id = ""

    async def post(
        self, channel: str, message: Message, *, key: str, thread_ts: str | None = None
    ) -> Posted:
        """Post once, to a channel or to a person; nothing in it calls anybody by a bare name.

        Raises:
            SlackInDoubt: it may be there.
            SlackUnreachable, SlackBusy, SlackRefused and its kin: it is not.
        """
        with post_errors():
            async with asyncio.timeout(self._deadline_seconds):
                told = await self._client.chat_postMessage(
                    channel=channel,
                    text=message.text,
                    blocks=list(message.blocks) or None,
                    thread_ts=thread_ts,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
                    link_names=False,
                    parse="none",
                    unfurl_links=False,
                    unfurl_media=False,
                )
            return Posted(channel=_word(told, "channel"), ts=_word(told, "ts"))

    async def update(self, posted: Posted, message: Message) -> None:
        """Change a message in place; its metadata stays as it is.

        Raises:
            SlackError: Slack did not take it.
        """
        with read_errors():
            async with asyncio.timeout(self._deadline_seconds):
                await self._client.chat_update(
                    channel=posted.channel,
                    ts=posted.ts,
                    text=message.text,
                    blocks=list(message.blocks),
                    link_names=False,
                    parse="none",
                )

    async def find(
        self, channel: str, key: str, *, since: datetime, thread_ts: str | None = None
    ) -> Posted | None:
        """Look for our own message with this key, in the channel or in one thread of it.

        Raises:
            SlackRefusedChannel, SlackRefused: it cannot be read back, or holds too much to read.
            SlackError: Slack did not say.
        """
        who = await self._who_we_are()
        async for page in self._pages(channel, since=since, thread_ts=thread_ts):
            for found in page:
                if found.get("user") == who and _key(found) == key:
                    return Posted(channel=channel, ts=found["ts"])
        return None

    async def join(self, channel: str) -> None:
        """Become a member of a public channel.

        Raises:
            SlackRefusedChannel: a private, archived or unknown channel.
            SlackError: Slack did not say.
        """
        with read_errors():
            async with asyncio.timeout(self._deadline_seconds):
                await self._client.conversations_join(channel=channel)

    async def _who_we_are(self) -> str:
        """Anybody in the workspace can write our metadata; nobody else can be its author."""
        if not self._bot_user_id:
            with read_errors():
                async with asyncio.timeout(self._deadline_seconds):
                    told = await self._client.auth_test()
                self._bot_user_id = _word(told, "user_id")
        return self._bot_user_id

    async def _pages(
        self, channel: str, *, since: datetime, thread_ts: str | None
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """History holds no replies, and a thread's replies hold nothing else."""
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        for _ in range(_PAGES):
            with read_errors():
                async with asyncio.timeout(self._deadline_seconds):
                    told = await (
                        self._client.conversations_history(**asked)
                        if thread_ts is None
                        else self._client.conversations_replies(ts=thread_ts, **asked)
                    )
                page = list(told["messages"])
                cursor = (told.get("response_metadata") or {}).get("next_cursor")
            yield page
            if not cursor:
                return
            asked["cursor"] = cursor
        raise SlackRefused("too many messages to read", code="too_many_messages")


def _word(told: AsyncSlackResponse, name: str) -> str:
    """A field that an answer cannot be without.

    Raises:
        ValueError: it is without.
    """
    value = told.get(name)
    if not isinstance(value, str):
        raise ValueError(f"no {name}")  # noqa: TRY004 - an unreadable answer, like the others
    return value


def _key(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return str((metadata.get("event_payload") or {}).get("key"))
