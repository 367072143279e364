"""What the bot needs from Together."""

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
