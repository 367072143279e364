"""One evaluation job, with everything that Together tells of it."""

from dataclasses import replace
from datetime import datetime

from bot.domain.jobs import JOB_ID, EvaluationJob, Status
from bot.rendering import controls, kit
from bot.rendering.controls import JobView
from bot.rendering.figures import bound, span
from bot.rendering.kit import Block, Element, Message
from bot.rendering.results import (
    bars,
    failed_rows_line,
    model_name,
    result_line,
    status_mark,
    status_words,
    type_word,
)
from bot.rendering.rows import JOB_PAGE_URL, job_link, job_text

_NAME_CHARS = 200
_LABELS_SHOWN = 20
_LABEL_CHARS = 40
_ERROR_CHARS = 1500
_HISTORY_STEPS = 10
_HISTORY_WORDS_CHARS = 120
_NEXT_STEP: dict[str, str] = {
    Status.ERROR: (
        "Nothing to mend in your data: run it again later. If it fails twice, ask Together with "
        "this id."
    ),
    Status.USER_ERROR: (
        "Check the dataset and the job's settings against this message, then start it again."
    ),
}


def job_card(
    job: EvaluationJob,
    view: JobView,
    *,
    fetched_at: datetime,
    notice: str = "",
    public: bool = False,
) -> Message:
    """One job. ``notice`` (mrkdwn) stands above it, e.g. why the answer is old."""
    head = f"{status_mark(job)}  {job_link(job)} · {status_words(job)} · {type_word(job)}"
    found = " · ".join(filter(None, [result_line(job), failed_rows_line(job)]))
    chart = bars(job)
    blocks = [
        *([kit.section(notice)] if notice else []),
        kit.section(f"{head}\n*{found}*" if found else head),
        *([kit.preformatted(chart)] if chart else []),
        *_failure(job),
        *kit.fields(_facts(job)),
        *_history(job),
        kit.context(f"as Together tells it, {kit.when(fetched_at, form='{time}')}"),
        kit.actions(_controls(job, view, public=public)),
    ]
    lines = [notice, job_text(job), _NEXT_STEP.get(job.status)]
    return Message(text="\n".join(filter(None, lines)), blocks=tuple(blocks))


def _failure(job: EvaluationJob) -> list[Block]:
    """Why it failed, in Together's words, and what to do next."""
    blocks = []
    if job.error is not None:
        blocks.append(kit.quote(kit.plain(job.error, chars=_ERROR_CHARS) or "no reason given"))
    if job.status in _NEXT_STEP:
        blocks.append(kit.section(_NEXT_STEP[job.status]))
    return blocks


def _facts(job: EvaluationJob) -> list[tuple[str, str]]:
    """Name and value of all that is known, in reading order."""
    names = ("Model A", "Model B") if len(job.models) > 1 else ("Model",)
    threshold = None if job.pass_threshold is None else f"{bound(job.pass_threshold)} or more"
    facts = [
        *zip(names, (model_name(model, chars=_NAME_CHARS) for model in job.models), strict=False),
        ("Judge", _name(job.judge)),
        ("Dataset", _name(job.dataset)),
        ("Labels", _labels(job.labels)),
        ("Labels that pass", _labels(job.pass_labels)),
        ("Range", _range(job)),
        ("Passes from", threshold),
        ("Order of answers", _order(job)),
        ("Created", job.created_at and kit.when(job.created_at)),
        ("Updated", job.updated_at and kit.when(job.updated_at)),
        ("Took", job.duration is not None and f"{span(job.duration)}, queue included"),
        ("Owner", _name(job.owner_id)),
        ("Result file", _name(job.results and job.results.result_file_id)),
    ]
    return [(name, value) for name, value in facts if value]


def _history(job: EvaluationJob) -> list[Block]:
    """The last steps of an administrator's view, newest first."""
    lines = [
        " · ".join(
            filter(
                None,
                [
                    kit.when(step.at) if step.at else "",
                    kit.foreign(step.status, chars=_LABEL_CHARS),
                    kit.foreign(step.message, chars=_HISTORY_WORDS_CHARS),
                ],
            )
        )
        for step in reversed(job.history[-_HISTORY_STEPS:])
    ]
    return [kit.context("\n".join(lines))] if any(lines) else []


def _controls(job: EvaluationJob, view: JobView, *, public: bool) -> list[Element]:
    elements = []
    if view.back is not None:
        value = controls.list_value(view.back)
        elements.append(kit.button("Back to the list", action_id=controls.LIST_OPEN, value=value))
    if JOB_ID.fullmatch(job.id):
        page = JOB_PAGE_URL + job.id
        value = controls.job_value(replace(view, job_id=job.id))
        elements.append(kit.link_button("Open in Together", action_id=controls.JOB_PAGE, url=page))
        elements.append(kit.button("Refresh", action_id=controls.JOB_REFRESH, value=value))
        if not public:
            elements.append(
                kit.button("Share to channel", action_id=controls.JOB_SHARE, value=job.id)
            )
    return elements


def _name(text: str | None) -> str:
    return kit.foreign(text, chars=_NAME_CHARS) if text else ""


def _labels(labels: tuple[str, ...]) -> str:
    shown = [kit.foreign(label, chars=_LABEL_CHARS) for label in labels[:_LABELS_SHOWN]]
    if len(labels) > _LABELS_SHOWN:
        shown.append(f"{len(labels) - _LABELS_SHOWN} more")
    return ", ".join(filter(None, shown))


def _range(job: EvaluationJob) -> str:
    if job.min_score is None or job.max_score is None:
        return ""
    return f"{bound(job.min_score)} to {bound(job.max_score)}"


def _order(job: EvaluationJob) -> str:
    """In two-pass mode a win needs both passes to agree, so it tells how to read ties."""
    if job.position_bias_corrected is None or job.type != "compare":
        return ""
    return "judged both ways" if job.position_bias_corrected else "judged one way"
