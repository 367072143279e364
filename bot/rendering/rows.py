"""One evaluation job in a row of a list, or in one line of text."""

from bot.domain.jobs import ACTIVE, JOB_ID, EvaluationJob
from bot.rendering import controls, kit
from bot.rendering.controls import JobView, ListView
from bot.rendering.figures import span
from bot.rendering.kit import Block, Element
from bot.rendering.results import (
    failed_rows_line,
    models_line,
    result_line,
    status_mark,
    status_words,
    type_word,
)

# The page of a job in Together's web app; people paste the same link in Slack.
JOB_PAGE_URL = "https://api.together.ai/evaluations/result/"

_ERROR_CHARS = 120
_ID_CHARS = 128


def job_row(job: EvaluationJob, *, back: ListView | None = None) -> Block:
    """One job in one section of three lines, with a *Details* button that knows the way back."""
    lines = [
        f"{status_mark(job)}  {job_link(job)} · {status_words(job)} · {type_word(job)}",
        " · ".join(filter(None, [models_line(job), outcome(job), failed_rows_line(job)])),
        time_line(job),
    ]
    return kit.section("\n".join(filter(None, lines)), accessory=_details_button(job, back=back))


def job_text(job: EvaluationJob) -> str:
    """One job in one line of mrkdwn, complete without its row."""
    parts = [
        f"{status_mark(job)} {kit.foreign(job.id, chars=_ID_CHARS)} · {status_words(job)}",
        type_word(job),
        models_line(job),
        outcome(job),
        failed_rows_line(job),
    ]
    return " · ".join(filter(None, parts))


def job_link(job: EvaluationJob) -> str:
    """The id, linked to Together's page when it may stand in a link."""
    shown = kit.foreign(job.id, chars=_ID_CHARS)
    return kit.link(JOB_PAGE_URL + job.id, shown) if JOB_ID.fullmatch(job.id) else shown


def outcome(job: EvaluationJob) -> str:
    """What a job found, or the first words of why it failed."""
    if job.error is not None:
        return kit.foreign(job.error, chars=_ERROR_CHARS) or "no reason given"
    return result_line(job)


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


def _details_button(job: EvaluationJob, *, back: ListView | None) -> Element | None:
    if not JOB_ID.fullmatch(job.id):
        return None
    value = controls.job_value(JobView(job_id=job.id, back=back))
    return kit.button("Details", action_id=controls.JOB_DETAILS, value=value)
