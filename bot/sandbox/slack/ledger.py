"""What came in at the local Slack: every call, every use of a response URL, every message taken.

A checker that looks for lost and doubled messages reads this and nothing of the app.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.workspace import Message

ACCEPTED = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request.

    Attributes:
        at: epoch seconds by the local Slack's clock.
        method: ``chat.postMessage`` and so on; ``commands`` or ``actions`` for a response URL;
            ``ack`` for a message in an acknowledgement.
        arguments: what was sent, without any token.
        outcome: ``ok``, or the error that was answered, or the effect was refused with.
        fault: the fault that was switched on for this request, if one was.
        message: the version of a message that this request made.
    """

    at: float
    method: str
    arguments: dict[str, Any]
    outcome: str = ACCEPTED
    fault: str | None = None
    message: Message | None = None


@dataclass(slots=True)
class Ledger:
    """All entries in the order in which they took effect."""

    entries: list[Entry] = field(default_factory=list)
    _written: asyncio.Event = field(default_factory=asyncio.Event)

    def write(self, entry: Entry) -> None:
        """Add one entry and wake whoever waits for it."""
        self.entries.append(entry)
        self._written.set()

    @property
    def accepted(self) -> list[Message]:
        """Every version of every message that was ever taken, edits and deletions included."""
        return [entry.message for entry in self.entries if entry.message is not None]

    def calls(self, method: str) -> list[Entry]:
        """The entries of one method."""
        return [entry for entry in self.entries if entry.method == method]

    async def wait(self, method: str, *, count: int = 1, timeout: float = 10) -> list[Entry]:  # noqa: ASYNC109 - reads like asyncio's own waits
        """Wait until a method was called that often; woken by each call, never by polling.

        Raises:
            TimeoutError: it was not within ``timeout`` seconds.
        """
        async with asyncio.timeout(timeout):
            while len(self.calls(method)) < count:
                self._written.clear()
                await self._written.wait()
        return self.calls(method)
