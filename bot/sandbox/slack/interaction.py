"""One command typed, one button pressed, one event: how it was acknowledged and what came of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.slack.blocks import Refused
from bot.sandbox.slack.workspace import Message

Trouble = Literal["operation_timeout", "dispatch_failed"]
"""What the person is shown when the app did not acknowledge: too late, or not reached at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """How one delivery was acknowledged.

    Attributes:
        seconds: until the acknowledgement, or None when none came.
        problem: what the person sees instead of an answer, or None when all is well.
        status: the HTTP status; over a socket 200 for an acknowledgement.
        body: JSON as a value, anything else as text, None for nothing.
    """

    seconds: float | None = None
    problem: Trouble | None = None
    status: int | None = None
    body: dict[str, Any] | str | None = None


class AnswerRefused(Exception):
    """The answer that was waited for came, and Slack refused it. ``refused`` says why."""

    def __init__(self, refused: Refused) -> None:
        self.refused = refused
        super().__init__(f"{refused.error}: {'; '.join(map(str, refused.problems))}")


@dataclass(slots=True, kw_only=True)
class Interaction:
    """What somebody did, and everything that its response URL and its acknowledgement brought.

    Attributes:
        ack: of the first delivery.
        outcomes: messages and refusals, in the order in which they came.
    """

    payload: dict[str, Any]
    response_url: str = ""
    trigger_id: str = ""
    ack: Ack = field(default_factory=Ack)
    outcomes: list[Message | Refused] = field(default_factory=list)
    redeliver: Callable[[], Awaitable[Ack]] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ack_seconds(self) -> float | None:
        """Until the acknowledgement, or None when none came."""
        return self.ack.seconds

    @property
    def problem(self) -> Trouble | None:
        """What the person sees instead of an answer."""
        return self.ack.problem

    @property
    def ack_status(self) -> int | None:
        """The HTTP status of the acknowledgement."""
        return self.ack.status

    @property
    def ack_body(self) -> dict[str, Any] | str | None:
        """The body of the acknowledgement."""
        return self.ack.body

    @property
    def messages(self) -> list[Message]:
        """What was posted, replaced or deleted, each as it was then."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, Message)]

    @property
    def refusals(self) -> list[Refused]:
        """What Slack refused."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, Refused)]

    def add(self, outcome: Message | Refused) -> None:
        """Something came of it; whoever waits is woken."""
        self.outcomes.append(outcome)
        self._news.set()

    async def answer(self, count: int = 1, *, timeout: float = 10) -> Message:  # noqa: ASYNC109 - reads like asyncio's own waits
        """The ``count``-th outcome, once it is there; woken by it, never by polling.

        Raises:
            AnswerRefused: that outcome is a refusal.
            TimeoutError: it did not come within ``timeout`` seconds.
        """
        async with asyncio.timeout(timeout):
            while len(self.outcomes) < count:
                self._news.clear()
                await self._news.wait()
        outcome = self.outcomes[count - 1]
        if isinstance(outcome, Refused):
            raise AnswerRefused(outcome)
        return outcome

    async def replay(self) -> Ack:
        """Deliver the very same bytes once more, old timestamp and signature included."""
        if self.redeliver is None:
            raise RuntimeError("this interaction was never delivered")
        return await self.redeliver()
