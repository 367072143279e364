"""How the bot itself is, as ``/evals status`` tells it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import TogetherError


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """What a person wants to know when answers are late or odd.

    Attributes:
        version: the bot's own version, e.g. ``0.1.0``.
        transport: how Slack reaches us, in words of ours, e.g. ``Socket Mode, connected``.
        started_at, now: aware, UTC.
        last_answer_at: when Together last gave a usable answer; None before the first.
        last_failure: when Together last gave none, and why; None when it always did.
        calls: how often Together was asked since the start.
    """

    version: str
    transport: str
    started_at: datetime
    now: datetime
    last_answer_at: datetime | None = None
    last_failure: tuple[datetime, TogetherError] | None = None
    calls: int = 0

    @property
    def is_in_trouble(self) -> bool:
        """Whether Together has given no usable answer since its last failure."""
        if self.last_failure is None:
            return False
        return self.last_answer_at is None or self.last_failure[0] > self.last_answer_at
