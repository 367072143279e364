"""Why a job failed, in Together's words, and what to do next, in ours."""

from bot.domain.jobs import EvaluationJob, Status
from bot.rendering import kit
from bot.rendering.foreign import plain
from bot.rendering.kit import Block

_ERROR_CHARS = 1500
_NEXT_STEP: dict[str, str] = {
    Status.ERROR: (
        "Nothing to mend in your data: run it again later. If it fails twice, ask Together with "
        "this id."
    ),
    Status.USER_ERROR: (
        "Check the dataset's columns and the job's settings against this, then start it again."
    ),
}


def failure_quote(job: EvaluationJob) -> list[Block]:
    """Why it failed, as Together wrote it; empty when Together says nothing."""
    if job.error is None:
        return []
    return [kit.quote(plain(job.error, chars=_ERROR_CHARS) or "no reason given")]


def next_step(job: EvaluationJob) -> str:
    """What to do about a failure; empty when it did not fail."""
    return _NEXT_STEP.get(job.status, "")
