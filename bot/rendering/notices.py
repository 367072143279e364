"""A notice of one job: it began, it ended, or it ended otherwise than was told.

A mention wakes people, so only a failure has any, and only of whom its watches name.
"""

from bot.domain.jobs import ACTIVE, FAILED, ClassifyResults, EvaluationJob, Model
from bot.domain.notices import Notice
from bot.domain.outbox import Kind
from bot.rendering import controls, kit
from bot.rendering.failures import failure_quote, next_step
from bot.rendering.figures import span
from bot.rendering.kit import Block, Element, Message
from bot.rendering.results import (
    bars,
    error_words,
    failed_rows_line,
    model_name,
    models_line,
    passed_rows,
    result_parts,
    status_mark,
    status_word,
    status_words,
    type_word,
)
from bot.rendering.rows import (
    JOB_PAGE_URL,
    details_button,
    job_line,
    job_link,
    time_line,
    watch_button,
)

MENTIONS_SHOWN = 50
"""So many fit into a section and into the text in any case."""

_BARS = 5
_ERROR_CHARS = 200
_REPEAT = "possible repeat: Slack did not confirm the first one"
_IN_THREAD = "The notice is in this card's thread."
_SAMPLE = "This is a sample: no job ended. Notices of real jobs have more buttons."


def notice_message(notice: Notice) -> Message:
    """What a row of kind started, ended or corrected says."""
    if notice.kind is Kind.STARTED:
        return started_card(notice)
    job = notice.job
    above = ""
    if notice.kind is Kind.CORRECTED and notice.previous_status is not None:
        above = (
            f"Correction: told before as {status_word(notice.previous_status)}, "
            f"now {status_words(job)}."
        )
    calls = mentions(notice.mentions) if job.status in FAILED else ""
    return _ended(job, above=above, calls=calls)


def started_card(notice: Notice) -> Message:
    """A job under way, and since when. ``ended_card`` takes its place."""
    job = notice.job
    since = time_line(job)
    return Message(
        text=kit.joined([job_line(job), since]),
        blocks=(
            kit.section("\n".join(filter(None, [_headline(job), since]))),
            kit.actions(_controls(job)),
        ),
    )


def ended_card(notice: Notice) -> Message:
    """The same card at the job's end. Its notice is in the thread, so it mentions nobody."""
    job = notice.job
    outcome = _found(job) or error_words(job, chars=_ERROR_CHARS)
    lines = filter(None, [_headline(job), outcome, time_line(job)])
    return Message(
        text=kit.joined([job_line(job), time_line(job), _IN_THREAD]),
        blocks=(
            kit.section("\n".join(lines)),
            kit.context(_IN_THREAD),
            kit.actions(_controls(job)),
        ),
    )


def sample_message() -> Message:
    """What ``/evals test`` posts: it looks like a completed job's notice, and says what it is."""
    # An id that may not stand in a link, so nothing leads to a job that is none.
    job = EvaluationJob(
        id="eval-…",
        status="completed",
        type="classify",
        models=(Model(name="Qwen3.5-9B"),),
        judge="Llama-3.3-70B",
        pass_labels=("yes",),
        results=ClassifyResults(pass_percentage=87.0, label_counts={"yes": 174.0, "no": 26.0}),
    )
    return _with_small_print(_ended(job), _SAMPLE)


def possible_repeat(message: Message) -> Message:
    """The same, marked: it may be there already, and Slack does not let us look."""
    return _with_small_print(message, _REPEAT)


def plain(message: Message) -> Message:
    """Its words alone, for a Slack that does not take its blocks."""
    return Message(text=message.text)


def mentions(slack_ids: tuple[str, ...]) -> str:
    """People and groups, live, each once; those that do not fit are counted."""
    unique = tuple(dict.fromkeys(slack_ids))
    shown = [kit.mention(slack_id) for slack_id in unique[:MENTIONS_SHOWN]]
    if len(unique) > MENTIONS_SHOWN:
        shown.append(f"and {len(unique) - MENTIONS_SHOWN} more")
    return " ".join(shown)


def mute_button() -> Element:
    """*Mute 2 h*: the whole channel, with a summary at the end."""
    return kit.button("Mute 2 h", action_id=controls.CHANNEL_MUTE, value=controls.MUTE_FOR)


def _ended(job: EvaluationJob, *, above: str = "", calls: str = "") -> Message:
    took = "" if job.duration is None else f"took {span(job.duration)}, queue included"
    advice = next_step(job)
    headline = f"{_headline(job)}  {calls}".rstrip()
    return Message(
        text=kit.joined([above, f"{job_line(job)} {calls}".rstrip(), advice, took]),
        blocks=(
            kit.section("\n".join(filter(None, [above, headline, _found(job)]))),
            *_chart(job),
            *failure_quote(job),
            *([kit.section(advice)] if advice else []),
            *([kit.context(took)] if took else []),
            kit.actions(_controls(job)),
        ),
    )


def _headline(job: EvaluationJob) -> str:
    """``✅  eval-7df2 completed · classify · Qwen3.5-9B, judged by Llama-3.3-70B``."""
    judge = f"judged by {model_name(Model(name=job.judge))}" if job.judge else ""
    who = ", ".join(filter(None, [models_line(job), judge]))
    words = [f"{status_mark(job)}  {job_link(job)} {status_words(job)}", type_word(job), who]
    return " · ".join(filter(None, words))


def _found(job: EvaluationJob) -> str:
    """The result in one line; what the chart shows anyway is left out."""
    parts = result_parts(job)
    if not parts:
        return ""
    of_rows = passed_rows(job)
    found = [f"*{parts[0]}* ({of_rows})"] if of_rows else [f"*{parts[0]}*", *parts[1:]]
    return " · ".join(filter(None, [*found, failed_rows_line(job)]))


def _chart(job: EvaluationJob) -> list[Block]:
    chart = bars(job, most=_BARS)
    return [kit.preformatted(chart)] if chart else []


def _controls(job: EvaluationJob) -> list[Element]:
    elements = []
    details = details_button(job)
    if details is not None:
        page = JOB_PAGE_URL + job.id
        elements.append(kit.link_button("Open in Together", action_id=controls.JOB_PAGE, url=page))
        elements.append(details)
        if job.status in ACTIVE:
            elements.append(watch_button(job))
    return [*elements, mute_button()]


def _with_small_print(message: Message, words: str) -> Message:
    """Said first where people only hear it, and last where they see it."""
    blocks = (*message.blocks, kit.context(words)) if message.blocks else ()
    return Message(text=f"{words}\n{message.text}", blocks=blocks)
