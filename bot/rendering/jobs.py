"""One evaluation job, with everything that Together tells of it."""

from dataclasses import replace
from datetime import datetime

from bot.domain.jobs import ACTIVE, JOB_ID, EvaluationJob, Model
from bot.rendering import controls, kit
from bot.rendering.controls import JobView
from bot.rendering.failures import failure_quote, next_step
from bot.rendering.figures import bound, count, span
from bot.rendering.foreign import foreign
from bot.rendering.kit import Block, Element, Message
from bot.rendering.results import bars, column_name, failed_rows_line, result_parts
from bot.rendering.rows import JOB_PAGE_URL, job_head, job_line, time_line, watch_button

_NAME_CHARS = 200
_LABELS_SHOWN = 20
_LABEL_CHARS = 40
_HISTORY_STEPS = 10
_HISTORY_WORDS_CHARS = 100
_NOTHING = Message(text="")


def job_card(
    job: EvaluationJob, view: JobView, *, fetched_at: datetime, notice: Message = _NOTHING
) -> Message:
    """One job: for the channel when ``view.public``, else for the asker.

    Args:
        job: what to show.
        view: how it is shown; its ``job_id`` is what was asked for, the job's own id counts.
        fetched_at: when Together said so.
        notice: what stands above it, e.g. why the answer is old.
    """
    facts = _facts(job)
    advice = next_step(job)
    small_print = f"as of {kit.when(fetched_at)}"
    if view.shared_by:
        small_print += f" · shared by {kit.mention(view.shared_by)}"
    elements = _controls(job, view)
    return Message(
        text=kit.joined(
            [
                notice.text,
                job_line(job),
                advice,
                small_print,
                *(f"{name}: {value}" for name, value in facts),
            ]
        ),
        blocks=(
            *notice.blocks,
            kit.section("\n".join(filter(None, [job_head(job), _found(job), _since(job)]))),
            *_chart(job),
            *failure_quote(job),
            *([kit.section(advice)] if advice else []),
            *kit.fields(facts),
            *_history(job),
            kit.context(small_print),
            *([kit.actions(elements)] if elements else []),
        ),
    )


def _found(job: EvaluationJob) -> str:
    parts = result_parts(job)
    if parts:
        parts[0] = f"*{parts[0]}*"
    return " · ".join(filter(None, [*parts, failed_rows_line(job)]))


def _since(job: EvaluationJob) -> str:
    return time_line(job) if job.status in ACTIVE else ""


def _chart(job: EvaluationJob) -> list[Block]:
    chart = bars(job)
    return [kit.preformatted(chart)] if chart else []


def _facts(job: EvaluationJob) -> list[tuple[str, str]]:
    """Name and value of all that is known, in reading order; a value is mrkdwn and never empty."""
    names = ("Model A", "Model B") if len(job.models) > 1 else ("Model",)
    threshold = None if job.pass_threshold is None else f"{bound(job.pass_threshold)} or more"
    facts = [
        *zip(names, map(_model, job.models), strict=False),
        ("Judge", _name(job.judge)),
        ("Dataset", _name(job.dataset)),
        ("Labels", _labels(job.labels)),
        ("Labels that pass", _labels(job.pass_labels)),
        ("Range", _range(job)),
        ("Passes from", threshold),
        ("Order of answers", _order(job)),
        ("Rows not judged", _failed_rows(job)),
        ("Created", job.created_at and kit.when(job.created_at)),
        ("Updated", job.updated_at and kit.when(job.updated_at)),
        ("Took", job.duration is not None and f"{span(job.duration)}, queue included"),
        ("Owner", _name(job.owner_id)),
        ("Result file", _name(job.results.result_file_id if job.results else None)),
    ]
    return [(name, value) for name, value in facts if value]


def _history(job: EvaluationJob) -> list[Block]:
    """The last steps of an administrator's view, newest first."""
    steps = [
        [
            kit.when(step.at) if step.at else "",
            foreign(step.status, chars=_LABEL_CHARS),
            foreign(step.message, chars=_HISTORY_WORDS_CHARS),
        ]
        for step in reversed(job.history[-_HISTORY_STEPS:])
    ]
    lines = [" · ".join(filter(None, step)) for step in steps if any(step)]
    return [kit.context("\n".join(lines))] if lines else []


def _controls(job: EvaluationJob, view: JobView) -> list[Element]:
    elements = []
    if view.back is not None:
        value = controls.list_value(view.back)
        elements.append(kit.button("Back to the list", action_id=controls.LIST_OPEN, value=value))
    if JOB_ID.fullmatch(job.id):
        page = JOB_PAGE_URL + job.id
        value = controls.job_value(replace(view, job_id=job.id))
        elements.append(kit.link_button("Open in Together", action_id=controls.JOB_PAGE, url=page))
        elements.append(kit.button("Refresh", action_id=controls.JOB_REFRESH, value=value))
        if job.status in ACTIVE:
            elements.append(watch_button(job))
        if not view.public:
            elements.append(
                kit.button("Share to channel", action_id=controls.JOB_SHARE, value=job.id)
            )
    return elements


def _name(text: str | None) -> str:
    return foreign(text, chars=_NAME_CHARS) if text else ""


def _model(model: Model) -> str:
    """With its maker: this is the place to copy the whole name from."""
    return column_name(model, chars=_NAME_CHARS) if model.is_column else _name(model.name)


def _labels(labels: tuple[str, ...]) -> str:
    shown = [foreign(label, chars=_LABEL_CHARS) for label in labels[:_LABELS_SHOWN]]
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


def _failed_rows(job: EvaluationJob) -> str:
    """What went wrong with how many rows. One row may be counted under two of them."""
    if job.results is None:
        return ""
    rows = job.results.failed_rows
    reasons = [
        (rows.generation, "without the model's answer"),
        (rows.judge, "without the judge's answer"),
        (rows.invalid, "with an invalid verdict"),
    ]
    return ", ".join(f"{count(number)} {words}" for number, words in reasons if number > 0)
