"""What the bot needs from Slack."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.rendering.kit import Message


class Audience(StrEnum):
    """Who sees an answer, and where it appears."""

    ASKER = "asker"
    """A new message that the asker alone sees."""

    CHANNEL = "channel"
    """A new message for the whole channel."""

    SAME = "same"
    """The message whose button was pressed, in place: for those who saw it."""


class Replies(Protocol):
    """Answers over the response URL that came with a command or a button."""

    async def send(self, response_url: str, message: Message, *, to: Audience) -> None:
        """Send one answer; as words alone when Slack refuses its blocks.

        Raises:
            SlackError: Slack did not take it.
        """
        ...


class Room(StrEnum):
    """What a channel is to the bot."""

    JOINED = "joined"
    """The bot is in it; its own direct messages are such channels."""

    OPEN = "open"
    """Public, and the bot is not in it: it can join."""

    ARCHIVED = "archived"

    HIDDEN = "hidden"
    """Private or a conversation of others, and the bot is not in it; or there is none such."""


class People(Protocol):
    """Who is who in the workspace, and who is where."""

    async def is_member(self, user_id: str) -> bool:
        """Whether this is a full member of our workspace: no guest, no stranger, no bot.

        Raises:
            SlackError: Slack did not say.
        """
        ...

    async def is_in(self, user_id: str, channel: str) -> bool:
        """Whether somebody is a member of a channel; of a private one only if the bot is, too.

        Raises:
            SlackError: Slack did not say.
        """
        ...

    async def room(self, channel: str) -> Room:
        """What a channel is to the bot.

        Raises:
            SlackError: Slack did not say.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a message is: a post to a person's id lands in a channel of its own."""

    channel: str
    ts: str


class Notifier(Protocol):
    """Messages that nobody asked for just now. Nothing here is ever sent twice by itself."""

    async def post(
        self, channel: str, message: Message, *, key: str, thread_ts: str | None = None
    ) -> Posted:
        """Post once, marked with ``key`` so that ``find`` can recognise it.

        Raises:
            SlackInDoubt: no clear answer; it may be there.
            SlackUnreachable: nothing reached Slack.
            SlackBusy, SlackRefusedMessage, SlackRefusedChannel, SlackRefusedToken, SlackRefused:
                Slack said no, and nothing was posted.
        """
        ...

    async def update(self, posted: Posted, message: Message) -> None:
        """Change a message in place. May be repeated freely.

        Raises:
            SlackError: Slack did not take it.
        """
        ...

    async def find(
        self, channel: str, key: str, *, since: datetime, thread_ts: str | None = None
    ) -> Posted | None:
        """Read our own messages back and look for ``key``; None when it is not there.

        Raises:
            SlackRefusedChannel, SlackRefused: this channel cannot be read back.
            SlackError: Slack did not say.
        """
        ...

    async def join(self, channel: str) -> None:
        """Become a member of a public channel; nothing happens when the bot is one.

        Raises:
            SlackRefusedChannel: a private, archived or unknown channel.
            SlackError: Slack did not say.
        """
        ...
