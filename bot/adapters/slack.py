"""Slack's Web API: who we are, who others are. The SDK's retries stay off; its errors stop here."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.addresses import leads_here
from bot.domain.errors import SlackRefused, SlackUnreachable
from bot.domain.workspace import Workspace
from bot.ports import Clock, Room

DEADLINE_SECONDS = 10

# https://docs.slack.dev/apis/web-api/rate-limits, and the "errors" of each method's page
_PASSING = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
    }
)
_CHANNELS_PER_PAGE = 999
"""The most that users.conversations takes."""
_PEOPLE_KNOWN = 5000
_PEOPLE_SECONDS = 600.0
"""So long a person who became a guest may still pass for a member."""


def web_client(token: str | None, *, api_url: str) -> AsyncWebClient:
    """A client that never sends twice by itself, and reaches stand-ins without a proxy."""
    client = AsyncWebClient(
        token=token, base_url=api_url, timeout=DEADLINE_SECONDS, retry_handlers=[]
    )
    if leads_here(api_url):
        client.proxy = None
    return client


async def who_we_are(client: AsyncWebClient) -> Workspace:
    """Ask Slack whose token this is.

    Raises:
        SlackRefused: the token is no good.
        SlackUnreachable: Slack did not answer.
    """
    with slack_errors():
        told = await client.auth_test()
    granted = str((told.headers or {}).get("x-oauth-scopes") or "")
    return Workspace(
        team_id=str(told["team_id"]),
        enterprise_id=told.get("enterprise_id"),
        bot_user_id=str(told["user_id"]),
        bot_id=str(told.get("bot_id") or ""),
        name=str(told.get("team") or ""),
        scopes=frozenset(filter(None, granted.replace(" ", "").split(","))),
    )


async def channel_name(client: AsyncWebClient, channel_id: str) -> str:
    """The name of a channel in which the bot can post.

    Raises:
        SlackRefused: it cannot, and ``code`` says why.
        SlackUnreachable: Slack did not answer.
    """
    with slack_errors():
        told = await client.conversations_info(channel=channel_id)
    channel = told.get("channel") or {}
    if channel.get("is_archived"):
        raise SlackRefused("the channel is archived", code="is_archived")
    if not channel.get("is_member"):
        raise SlackRefused("the bot is not in the channel", code="not_in_channel")
    return str(channel.get("name") or channel_id)


class SlackPeople:
    """Who is a full member. Slack's word is kept for ten minutes, so most answers cost nothing."""

    def __init__(self, client: AsyncWebClient, workspace: Workspace, clock: Clock) -> None:
        self._client = client
        self._workspace = workspace
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, bool]] = OrderedDict()

    async def is_member(self, user_id: str) -> bool:
        """Ask Slack, unless it said so lately.

        Raises:
            SlackError: Slack did not say.
        """
        known = self._known.get(user_id)
        if known is not None and self._clock.monotonic() - known[0] < _PEOPLE_SECONDS:
            return known[1]
        with slack_errors():
            told = await self._client.users_info(user=user_id)
        member = _is_member(told.get("user") or {}, self._workspace)
        self._known[user_id] = (self._clock.monotonic(), member)
        self._known.move_to_end(user_id)
        while len(self._known) > _PEOPLE_KNOWN:
            self._known.popitem(last=False)
        return member

    async def is_in(self, user_id: str, channel: str) -> bool:
        """Go through this person's channels, which are fewer than a large channel's people.

        Of private channels Slack lists those alone that the bot is in, too.
        https://docs.slack.dev/reference/methods/users.conversations

        Raises:
            SlackError: Slack did not say.
        """
        cursor = ""
        while True:
            with slack_errors():
                told = await self._client.users_conversations(
                    user=user_id,
                    types="public_channel,private_channel",
                    exclude_archived=True,
                    limit=_CHANNELS_PER_PAGE,
                    cursor=cursor or None,
                )
            if any(listed.get("id") == channel for listed in told.get("channels") or ()):
                return True
            cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return False

    async def room(self, channel: str) -> Room:
        """Ask Slack what it lets us know of a channel.

        Raises:
            SlackError: Slack did not say.
        """
        try:
            with slack_errors():
                told = await self._client.conversations_info(channel=channel)
        except SlackRefused as refused:
            if refused.code == "channel_not_found":
                return Room.HIDDEN
            # We have no im:read, as nothing else needs it. Slack was seen to say so of our own
            # direct messages; those of others it does not let us see at all.
            # https://github.com/microsoft/BotFramework-Composer/issues/9412
            if refused.code == "missing_scope" and channel.startswith("D"):
                return Room.JOINED
            raise
        shape = told.get("channel") or {}
        if shape.get("is_archived"):
            return Room.ARCHIVED
        if shape.get("is_member") or shape.get("is_im"):
            return Room.JOINED
        return Room.HIDDEN if shape.get("is_private") else Room.OPEN


@contextmanager
def slack_errors() -> Iterator[None]:
    """Let the SDK's and aiohttp's errors leave as ours, without the request that they hold."""
    try:
        yield
    except SlackApiError as error:
        # What is not JSON comes without ``data``, or with text in its place.
        told = getattr(error.response, "data", None)
        code = str(told.get("error") or "") if isinstance(told, dict) else ""
        if not code or code in _PASSING:
            reason = code or "unreadable answer"
            raise SlackUnreachable(f"Slack is in trouble: {reason}", code=code) from None
        raise SlackRefused(f"Slack refused: {code}", code=code) from None
    except (TimeoutError, aiohttp.ClientError, json.JSONDecodeError) as error:
        raise SlackUnreachable(f"Slack did not answer: {type(error).__name__}") from None


def _is_member(user: Mapping[str, Any], workspace: Workspace) -> bool:
    """Fields: https://docs.slack.dev/reference/objects/user-object."""
    teams = (user.get("enterprise_user") or {}).get("teams") or ()
    at_home = workspace.is_home_of(user.get("team_id")) or workspace.team_id in teams
    barred = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
    return at_home and not any(user.get(word) for word in barred)
