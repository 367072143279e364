"""What the bot has seen of a job, kept between polls and restarts."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.jobs import TERMINAL, EvaluationJob


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenJob:
    """A job as it was last believed.

    Attributes:
        job: its last believed state. A terminal status absorbs: what comes after it is believed
            only when it is another terminal status.
        first_seen_at, last_seen_at: our polls' times, aware, UTC.
        started_at: the poll that first saw it running; None before.
        ended_at: the poll that first saw its present terminal status, or gave the job up; None
            before.
        silent: recorded by the baseline, or too old when it first came into view: its end is
            never told. A correction of it is silent, too.
        epoch: 0, and one more for each correction (``error`` became ``completed``, say).
    """

    job: EvaluationJob
    first_seen_at: datetime
    last_seen_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    silent: bool = False
    epoch: int = 0

    @property
    def id(self) -> str:
        """Together's id of the job."""
        return self.job.id

    @property
    def has_ended(self) -> bool:
        """Whether it reached a terminal status."""
        return self.job.status in TERMINAL
