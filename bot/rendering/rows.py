"""One evaluation job in a row of a list, or in one line of text."""

from collections.abc import Iterable
from dataclasses import dataclass

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

# The longest id that JOB_ID allows, should its underscores need a code span.
_ID_CHARS = 130
_ERROR_CHARS = 120
_SHORT_ERROR_CHARS = 60
_SPOKEN_ID_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job of a list.

    Attributes:
        block: its section of three lines, with a *Details* button.
        line: the same in one line of mrkdwn that stands alone.
        short_line: its id, its status, and the headline of its result or the first words of its
            error, in at most 320 characters: ten of them fit into a message's text in any case.
    """

    block: Block
    line: str
    short_line: str


def job_rows(jobs: Iterable[EvaluationJob], *, back: ListView | None = None) -> list[Row]:
    """The rows of some jobs, whose *Details* buttons know the way back."""
    way_back = "" if back is None else controls.list_value(back)
    return [_row(job, way_back=way_back) for job in jobs]


def job_line(job: EvaluationJob) -> str:
    """One job in one line of mrkdwn that stands alone."""
    return _row(job, way_back="").line


def job_head(job: EvaluationJob) -> str:
    """The mark, the linked id, the status and the type."""
    return _head(job, status=status_words(job), kind=type_word(job))


def job_link(job: EvaluationJob) -> str:
    """The id as a link to Together's page, or as it is where it may not stand in one."""
    # An id that may stand in a link needs no care, whatever its underscores.
    if JOB_ID.fullmatch(job.id):
        return kit.link(JOB_PAGE_URL + job.id, job.id)
    return foreign(job.id, chars=_ID_CHARS) or "no id"


def details_button(job: EvaluationJob, *, way_back: str = "") -> Element | None:
    """*Details*; ``way_back`` is the ``list_value`` to return to. None for an id of no link."""
    if not JOB_ID.fullmatch(job.id):
        return None
    return kit.button(
        "Details",
        action_id=controls.JOB_DETAILS,
        value=controls.job_value(JobView(job_id=job.id), way_back=way_back),
        spoken=f"Details of {job.id[:_SPOKEN_ID_CHARS]}",
    )


def watch_button(job: EvaluationJob) -> Element:
    """*Watch this job*, for one that has not ended and whose id may stand in a link."""
    return kit.button("Watch this job", action_id=controls.JOB_WATCH, value=job.id)


def time_line(job: EvaluationJob) -> str:
    """Since when an active job is so; when another one changed last, and how long it took."""
    if job.status in ACTIVE:
        return f"since {kit.when(job.status_since)}" if job.status_since else ""
    changed = job.updated_at or job.created_at
    took = job.duration
    return _dotted(
        kit.when(changed) if changed else "", f"took {span(took)}" if took is not None else ""
    )


def _row(job: EvaluationJob, *, way_back: str) -> Row:
    status, kind, models = status_words(job), type_word(job), models_line(job)
    found, unjudged = result_parts(job), failed_rows_line(job)
    failure = error_words(job, chars=_ERROR_CHARS)
    bold = [f"*{found[0]}*", *found[1:]] if found else []
    paragraph = [
        _head(job, status=status, kind=kind),
        _dotted(models, failure, *bold, unjudged),
        time_line(job),
    ]
    start = f"{foreign(job.id, chars=_ID_CHARS) or 'no id'} {status}"
    outcome = _dotted(failure, *found, unjudged)
    headline = error_words(job, chars=_SHORT_ERROR_CHARS) if failure else "".join(found[:1])
    short = _dotted(headline, unjudged)
    return Row(
        block=kit.section(
            "\n".join(filter(None, paragraph)), accessory=details_button(job, way_back=way_back)
        ),
        line=f"{start}{outcome and ': '}{outcome} ({kind}{models and ', '}{models})",
        short_line=f"{start}{short and ': '}{short}",
    )


def _head(job: EvaluationJob, *, status: str, kind: str) -> str:
    return f"{status_mark(job)}  {job_link(job)} · {status} · {kind}"


def _dotted(*parts: str) -> str:
    return " · ".join(filter(None, parts))
