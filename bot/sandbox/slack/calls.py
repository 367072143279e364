"""One call of the Web API as its method sees it: arguments in either encoding, scopes, channels."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.state import Refusal, State
from bot.sandbox.slack.workspace import BOT_USER_ID, Channel, ChannelKind, Message

SCOPE_FAMILY = {
    ChannelKind.PUBLIC: "channels",
    ChannelKind.PRIVATE: "groups",
    ChannelKind.DM: "im",
}


@dataclass(slots=True, kw_only=True)
class Call:
    """Arguments are strings in a form and anything in JSON; ``message`` is what the call made."""

    state: State
    arguments: dict[str, Any]
    message: Message | None = field(default=None)

    def text(self, name: str) -> str:
        """A string argument; empty when it is absent."""
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A boolean argument; absent is false."""
        return self.text(name).lower() in {"1", "true"}

    def number(self, name: str, *, default: int) -> int:
        """A whole number.

        Raises:
            Refusal: it is something else.
        """
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise Refusal("invalid_arguments") from None

    def json(self, name: str, *, error: str) -> Any:
        """A structured argument, JSON in a form; None when it is absent.

        Raises:
            Refusal: it is no JSON; ``error`` says so.
        """
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error) from None

    def need(self, *scopes: str) -> None:
        """One of these scopes is enough.

        Raises:
            Refusal: ``missing_scope``, with what is needed and what there is.
        """
        granted = self.state.app.scopes
        if granted.isdisjoint(scopes):
            raise Refusal(
                "missing_scope", needed=",".join(scopes), provided=",".join(sorted(granted))
            )

    def channel(self, *, name: str = "channel") -> Channel:
        """The channel that is meant, if the bot can see it.

        Raises:
            Refusal: ``channel_not_found``, which is also what a private channel is to outsiders.
        """
        found = self.state.workspace.channels.get(self.text(name))
        if found is None or (found.kind is not ChannelKind.PUBLIC and not is_member(found)):
            raise Refusal("channel_not_found")
        return found

    def family(self, right: str) -> Channel:
        """The channel, with the scope that its kind needs: ``read`` or ``history``.

        Raises:
            Refusal: the channel cannot be seen, or the scope is missing.
        """
        self.need(*(f"{family}:{right}" for family in SCOPE_FAMILY.values()))
        channel = self.channel()
        self.need(f"{SCOPE_FAMILY[channel.kind]}:{right}")
        return channel


Method = Callable[[Call], dict[str, Any]]
"""What a method answers beside ``ok``. It raises ``Refusal``."""


def is_member(channel: Channel) -> bool:
    """Whether the bot is in this channel."""
    return BOT_USER_ID in channel.members
