"""What a Slack workspace holds: people, channels, and the messages in them. No socket, no clock."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.sandbox.slack.blocks import with_ids
from bot.sandbox.slack.mentions import live_mentions

TEAM_ID = "T0LOCAL"
TEAM_DOMAIN = "local"
BOT_USER_ID = "UEVALSBOT"
BOT_ID = "B0EVALSBOT"

# https://docs.slack.dev/reference/methods/chat.postMessage: longer texts are cut
TEXT_CHARS = 40_000


class UserKind(StrEnum):
    """What somebody is in this workspace."""

    MEMBER = "member"
    ADMIN = "admin"
    GUEST = "guest"
    """A multi-channel guest (``is_restricted``)."""
    SINGLE_CHANNEL_GUEST = "single-channel guest"
    """``is_restricted`` and ``is_ultra_restricted``."""
    STRANGER = "stranger"
    """Of another workspace, met in a shared channel (``is_stranger``)."""
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, or the app's bot user. ``tz`` is an IANA time zone."""

    id: str
    name: str
    kind: UserKind = UserKind.MEMBER
    team_id: str = TEAM_ID
    tz: str = "Europe/Berlin"


class ChannelKind(StrEnum):
    """What sort of conversation this is."""

    PUBLIC = "public"
    PRIVATE = "private"
    DM = "dm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A conversation and who is in it. A DM's members are its two sides."""

    id: str
    name: str
    kind: ChannelKind = ChannelKind.PUBLIC
    members: frozenset[str] = frozenset()
    is_archived: bool = False
    is_ext_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One version of one message.

    Attributes:
        ts: its id in the channel, seconds with six decimals.
        author: a user id; the app's own messages are by ``BOT_USER_ID``.
        blocks: as stored, each with a ``block_id`` and each control with an ``action_id``.
        thread_ts: the ``ts`` of the message it replies to.
        ephemeral_to: the one person who sees it, or None for everybody in the channel.
        at: when this version came, epoch seconds.
        replaced: the version before this one.
        deleted: this version is the deletion.
        mentions: whom this version would call, see ``mentions.live_mentions``.
    """

    channel: str
    ts: str
    author: str
    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    at: float
    replaced: "Message | None" = None
    deleted: bool = False
    mentions: tuple[str, ...] = ()

    @property
    def edits(self) -> tuple["Message", ...]:
        """Its earlier versions, oldest first."""
        return () if self.replaced is None else (*self.replaced.edits, self.replaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to post, before Slack gave it a time and ids."""

    text: str
    blocks: Sequence[dict[str, Any]] = ()
    metadata: dict[str, Any] | None = None
    parses_names: bool = False


class Workspace:
    """The state of one workspace. ``messages`` holds the present version of each, in time order."""

    def __init__(self, users: Iterable[User], channels: Iterable[Channel]) -> None:
        self.users = {user.id: user for user in users}
        self.channels = {channel.id: channel for channel in channels}
        self._messages: dict[tuple[str, str], Message] = {}
        self._last_ts = 0
        self._numbers = itertools.count(1)

    @property
    def messages(self) -> list[Message]:
        """Every message that is still there, ephemeral ones included."""
        return [message for message in self._messages.values() if not message.deleted]

    def message(self, channel: str, ts: str) -> Message | None:
        """The present version of a message that Slack keeps: ephemeral ones are not kept."""
        found = self._messages.get((channel, ts))
        return None if found is None or found.deleted or found.ephemeral_to else found

    def seen_by(self, user: str, channel: str) -> list[Message]:
        """What this person sees in a channel, threads unfolded."""
        return [
            message
            for message in self.messages
            if message.channel == channel and message.ephemeral_to in {None, user}
        ]

    def post(
        self,
        draft: Draft,
        *,
        channel: str,
        author: str,
        at: float,
        thread_ts: str | None = None,
        ephemeral_to: str | None = None,
    ) -> Message:
        """Add a message. Whether its author may is for the caller to know."""
        message = Message(
            channel=channel,
            ts=self._new_ts(at),
            author=author,
            text=draft.text[:TEXT_CHARS],
            blocks=with_ids(draft.blocks, self.new_id),
            metadata=draft.metadata,
            thread_ts=thread_ts,
            ephemeral_to=ephemeral_to,
            at=at,
            mentions=_mentions(draft),
        )
        self._messages[channel, message.ts] = message
        return message

    def edit(self, message: Message, draft: Draft, *, at: float) -> Message:
        """Replace a message in place; metadata that the draft does not give is kept."""
        present = self._messages[message.channel, message.ts]
        return self._store(
            replace(
                present,
                text=draft.text[:TEXT_CHARS],
                blocks=with_ids(draft.blocks, self.new_id),
                metadata=present.metadata if draft.metadata is None else draft.metadata,
                at=at,
                replaced=present,
                mentions=_mentions(draft),
            )
        )

    def delete(self, message: Message, *, at: float) -> Message:
        """Take a message away; what is returned is the last version, marked as deleted."""
        present = self._messages[message.channel, message.ts]
        return self._store(replace(present, at=at, replaced=present, deleted=True))

    def join(self, channel: str, user: str) -> None:
        """Make somebody a member of a channel.

        Raises:
            KeyError: there is no such channel.
        """
        before = self.channels[channel]
        self.channels[channel] = replace(before, members=before.members | {user})

    def leave(self, channel: str, user: str) -> None:
        """Take somebody out of a channel.

        Raises:
            KeyError: there is no such channel.
        """
        before = self.channels[channel]
        self.channels[channel] = replace(before, members=before.members - {user})

    def archive(self, channel: str) -> None:
        """Archive a channel.

        Raises:
            KeyError: there is no such channel.
        """
        self.channels[channel] = replace(self.channels[channel], is_archived=True)

    def dm_with(self, user: str) -> Channel:
        """The bot's DM with somebody; it is opened when there is none.

        Raises:
            KeyError: there is no such person.
        """
        name = self.users[user].name
        both = frozenset({user, BOT_USER_ID})
        for channel in self.channels.values():
            if channel.kind is ChannelKind.DM and channel.members == both:
                return channel
        opened = Channel(id=f"D0{self.new_id()}", name=name, kind=ChannelKind.DM, members=both)
        self.channels[opened.id] = opened
        return opened

    def new_id(self) -> str:
        """A short id that nothing else in this workspace has."""
        return f"{next(self._numbers):05X}"

    def _store(self, message: Message) -> Message:
        self._messages[message.channel, message.ts] = message
        return message

    def _new_ts(self, at: float) -> str:
        """Never the same twice, even when the clock stands still."""
        self._last_ts = max(int(at * 1_000_000), self._last_ts + 1)
        seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06}"


def default_workspace() -> Workspace:
    """The workspace of the demo and of most tests.

    The bot is in ``C0EVALS`` and in the shared ``C0SHARED``, not in ``C0QUIET`` (public) nor in
    ``G0SECRET`` (private); ``C0OLD`` is archived; ``D0MEMBER`` is its DM with ``U0MEMBER``.
    """
    people = ("U0MEMBER", "U0ADMIN", "U0GUEST", "U0SINGLE")
    everybody = frozenset({*people, BOT_USER_ID})
    return Workspace(
        users=[
            User(id="U0MEMBER", name="member"),
            User(id="U0ADMIN", name="admin", kind=UserKind.ADMIN),
            User(id="U0GUEST", name="guest", kind=UserKind.GUEST),
            User(id="U0SINGLE", name="single", kind=UserKind.SINGLE_CHANNEL_GUEST),
            User(id="U0STRANGER", name="stranger", kind=UserKind.STRANGER, team_id="T0OTHER"),
            User(id=BOT_USER_ID, name="evals", kind=UserKind.BOT),
        ],
        channels=[
            Channel(id="C0EVALS", name="evals", members=everybody),
            Channel(
                id="C0SHARED",
                name="shared",
                members=frozenset({"U0MEMBER", "U0ADMIN", "U0GUEST", "U0STRANGER", BOT_USER_ID}),
                is_ext_shared=True,
            ),
            Channel(id="C0QUIET", name="quiet", members=frozenset({"U0MEMBER", "U0ADMIN"})),
            Channel(
                id="G0SECRET",
                name="secret",
                kind=ChannelKind.PRIVATE,
                members=frozenset({"U0MEMBER", "U0ADMIN"}),
            ),
            Channel(id="C0OLD", name="old", members=everybody, is_archived=True),
            Channel(
                id="D0MEMBER",
                name="member",
                kind=ChannelKind.DM,
                members=frozenset({"U0MEMBER", BOT_USER_ID}),
            ),
        ],
    )


def _mentions(draft: Draft) -> tuple[str, ...]:
    return live_mentions(draft.text, draft.blocks, parses_names=draft.parses_names)
