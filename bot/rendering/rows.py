"""One evaluation job in a row of a list, or in one line of text."""

from bot.domain.jobs import ACTIVE, JOB_ID, EvaluationJob
from bot.rendering import controls, kit
from bot.rendering.controls import JobView, ListView
from bot.rendering.figures import span
from bot.rendering.foreign import foreign
from bot.rendering.kit import Block, Element
from bot.rendering.results import (
    error_words,
    failed_rows_line,
    models_line,
    result_parts,
    status_mark,
    status_words,
    type_word,
)

# The page of a job in Together's web app; people paste the same link in Slack.
JOB_PAGE_URL = "https://api.together.ai/evaluations/result/"

_ID_CHARS = 128
_ERROR_CHARS = 120
_SHORT_ERROR_CHARS = 60
_SPOKEN_ID_CHARS = 60


def job_rows(jobs: tuple[EvaluationJob, ...], *, back: ListView | None = None) -> list[Block]:
    """A section of three lines for each job, with a *Details* button that knows the way back."""
    return [_row(job, back=back) for job in jobs]


def job_head(job: EvaluationJob) -> str:
    """The mark, the linked id, the status and the type."""
    return f"{status_mark(job)}  {_link(job)} · {status_words(job)} · {type_word(job)}"


def job_text(job: EvaluationJob, *, short: bool = False) -> str:
    """One job in one line of mrkdwn that stands alone.

    The short form keeps the id, the status and the headline of the result, in at most 330
    characters, so that ten of them fit into a message's text whatever they hold.
    """
    failure = error_words(job, chars=_SHORT_ERROR_CHARS if short else _ERROR_CHARS)
    found = result_parts(job)[:1] if short else result_parts(job)
    outcome = " · ".join(filter(None, [failure, *found, failed_rows_line(job)]))
    words = f"{_id(job)} {status_words(job)}{f': {outcome}' if outcome else ''}"
    if short:
        return words
    return f"{words} ({', '.join(filter(None, [type_word(job), models_line(job)]))})"


def time_line(job: EvaluationJob) -> str:
    """Since when an active job is so; when another one changed last, and how long it took."""
    if job.status in ACTIVE:
        return f"since {kit.when(job.status_since)}" if job.status_since else ""
    changed = job.updated_at or job.created_at
    parts = [
        kit.when(changed) if changed else "",
        f"took {span(job.duration)}" if job.duration is not None else "",
    ]
    return " · ".join(filter(None, parts))


def _row(job: EvaluationJob, *, back: ListView | None) -> Block:
    failure, found = error_words(job, chars=_ERROR_CHARS), result_parts(job)
    if found:
        found[0] = f"*{found[0]}*"
    middle = [models_line(job), failure, *found, failed_rows_line(job)]
    lines = [job_head(job), " · ".join(filter(None, middle)), time_line(job)]
    return kit.section("\n".join(filter(None, lines)), accessory=_details_button(job, back=back))


def _id(job: EvaluationJob) -> str:
    return foreign(job.id, chars=_ID_CHARS) or "no id"


def _link(job: EvaluationJob) -> str:
    """The id, linked to Together's page when it may stand in a link; then it needs no care."""
    return kit.link(JOB_PAGE_URL + job.id, job.id) if JOB_ID.fullmatch(job.id) else _id(job)


def _details_button(job: EvaluationJob, *, back: ListView | None) -> Element | None:
    if not JOB_ID.fullmatch(job.id):
        return None
    value = controls.job_value(JobView(job_id=job.id, back=back))
    return kit.button(
        "Details",
        action_id=controls.JOB_DETAILS,
        value=value,
        spoken=f"Details of {job.id[:_SPOKEN_ID_CHARS]}",
    )
