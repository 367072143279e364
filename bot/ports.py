"""What the bot needs from the world, as protocols. Adapters fit them, fakes stand in for them."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.jobs import EvaluationJob, JobList
from bot.rendering.kit import Message


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


class People(Protocol):
    """Who is who in the workspace."""

    async def is_member(self, user_id: str) -> bool:
        """Whether this is a full member of our workspace: no guest, no stranger, no bot.

        Raises:
            SlackError: Slack did not say.
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
