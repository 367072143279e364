"""What the bot needs from the world, as protocols. Adapters fit them, fakes stand in for them."""

from datetime import datetime
from typing import Protocol

from bot.domain.jobs import EvaluationJob, JobList


class Evaluations(Protocol):
    """Together's evaluation jobs."""

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        """Ask the list endpoint. None leaves an option out.

        Raises:
            TogetherError: no usable answer.
        """
        ...

    async def get_job(self, job_id: str) -> EvaluationJob:
        """Ask for one job by its whole id.

        Raises:
            JobNotFound: Together knows no such job.
            TogetherError: no usable answer.
        """
        ...


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> datetime:
        """Aware, UTC: for what people read."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards: for deadlines."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let others run for that long."""
        ...
