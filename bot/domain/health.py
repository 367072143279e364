"""How the bot itself is, as ``/evals status`` tells it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import TogetherError


@dataclass(frozen=True, slots=True, kw_only=True)
class PollHealth:
    """How polling stands.

    Attributes:
        last_poll_at: when Together last gave all that a poll needs; None before the first.
        failing_since: since when it does not; None when it does.
        leads: this process polls, and not another one on the same database.
        saturated: there are more jobs than Together lists, so some may be missed.
    """

    last_poll_at: datetime | None = None
    failing_since: datetime | None = None
    leads: bool = True
    saturated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHealth:
    """How delivery stands. Numbers of messages.

    Attributes:
        oldest_due_at: since when the oldest that waits should have been sent; None when none is.
        in_doubt: Slack did not say whether it took them, and they are being looked for.
        dead: given up.
    """

    waiting: int
    oldest_due_at: datetime | None = None
    in_doubt: int = 0
    dead: int = 0


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
        polls: how polling stands; None where nobody polls, as in ``evals-bot preview``.
        queue: how delivery stands; None likewise, and when the database does not say.
    """

    version: str
    transport: str
    started_at: datetime
    now: datetime
    last_answer_at: datetime | None = None
    last_failure: tuple[datetime, TogetherError] | None = None
    calls: int = 0
    polls: PollHealth | None = None
    queue: QueueHealth | None = None

    @property
    def is_in_trouble(self) -> bool:
        """Whether Together has given no usable answer since its last failure."""
        if self.last_failure is None:
            return False
        return self.last_answer_at is None or self.last_failure[0] > self.last_answer_at
