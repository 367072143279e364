"""Many notices in one message: jobs that ended at once, or while a channel was muted.

All jobs stand in a table and, since a table may be refused, in the text.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.jobs import FAILED, JOB_ID, EvaluationJob, Status
from bot.domain.notices import Notice
from bot.domain.outbox import Kind
from bot.rendering import kit
from bot.rendering.figures import number_of
from bot.rendering.foreign import bare, escape, foreign, plain
from bot.rendering.kit import Element, Message
from bot.rendering.notices import mentions, mute_button
from bot.rendering.results import (
    failed_rows_line,
    models_line,
    result_parts,
    status_words,
    type_word,
)
from bot.rendering.rows import JOB_PAGE_URL, job_rows

_HEAD = ("Status", "Job", "Type", "Model", "Result")
_ROWS = kit.TABLE_ROWS - 1
_CELLS_CHARS = 9000
"""Below both ``kit.TABLE_CHARS`` and what the rest leaves of ``kit.MESSAGE_CHARS``."""
_WIDEST = 80
_WAYS = ((True, _WIDEST), (False, _WIDEST), (False, 40), (False, 16))
"""How to write a table, the best first: whether ids are links, and how long a cell may be."""
_ID_CHARS = 130

_Cells = list[Element]


def group_message(notices: Sequence[Notice]) -> Message:
    """More notices than one by one would be read."""
    return _message(f"{_counted(notices)}.", notices)


def missed_message(notices: Sequence[Notice], *, since: datetime) -> Message:
    """What a mute kept back, the failed jobs first. Of each job the last notice counts."""
    last = tuple({notice.job.id: notice for notice in notices}.values())
    return _message(f"While this was muted (since {kit.when(since)}), {_counted(last)}.", last)


def _message(words: str, notices: Sequence[Notice]) -> Message:
    ordered = sorted(notices, key=lambda notice: notice.job.status not in FAILED)
    calls = mentions(
        tuple(
            slack_id
            for notice in ordered
            if notice.job.status in FAILED
            for slack_id in notice.mentions
        )
    )
    headline = f"{words}  {calls}".rstrip()
    rows = _table(ordered)
    small_print = ""
    if len(rows) <= len(ordered):
        shown = number_of(len(rows) - 1, "job")
        small_print = f"The table shows {shown} of {len(ordered)}. `/evals limit:100` lists more."
    return Message(
        text=_text(headline, [notice.job for notice in ordered]),
        blocks=(
            kit.section(headline),
            kit.table(rows),
            *([kit.context(small_print)] if small_print else []),
            kit.actions([mute_button()]),
        ),
    )


def _counted(notices: Sequence[Notice]) -> str:
    """``12 evaluation jobs ended: 3 failed, 9 completed``, and how many of them anew."""
    failed = sum(notice.job.status in FAILED for notice in notices)
    completed = sum(notice.job.status == Status.COMPLETED for notice in notices)
    corrected = sum(notice.kind is Kind.CORRECTED for notice in notices)
    parts = [(failed, "failed"), (completed, "completed"), (corrected, "corrected")]
    counted = ", ".join(f"{number} {word}" for number, word in parts if number)
    return f"{number_of(len(notices), 'evaluation job')} ended: {counted}"


def _text(headline: str, jobs: Sequence[EvaluationJob]) -> str:
    """All jobs in full, or in short, or their ids alone: never only some of them."""
    rows = job_rows(jobs)
    for lines in ([row.line for row in rows], [row.short_line for row in rows]):
        text = "\n".join([headline, *lines])
        if len(text) <= kit.TEXT_CHARS:
            return text
    ids: dict[str, list[str]] = {}
    for job in jobs:
        ids.setdefault(status_words(job), []).append(foreign(job.id, chars=_ID_CHARS) or "no id")
    lines = [f"{status}: {', '.join(names)}" for status, names in ids.items()]
    return _cut("\n".join([headline, *lines]))


def _cut(text: str) -> str:
    """Slack would cut it itself, without a word, and perhaps inside an id."""
    if len(text) <= kit.LONGEST_TEXT_CHARS:
        return text
    kept = text[: kit.LONGEST_TEXT_CHARS - 100].rpartition(", ")[0]
    return f"{kept} … and more, which `/evals limit:100` lists"


def _table(notices: Sequence[Notice]) -> list[_Cells]:
    """The head and a row a job: as many of them, and as much of each, as Slack takes."""
    head = [kit.cell(word) for word in _HEAD]
    written = [(notice.job, _words(notice)) for notice in notices[:_ROWS]]
    rows: list[_Cells] = []
    for has_links, chars in _WAYS:
        rows = [_row(job, words, has_link=has_links, chars=chars) for job, words in written]
        if _chars(rows) <= _CELLS_CHARS:
            return [head, *rows]
    while _chars(rows) > _CELLS_CHARS:
        rows.pop()
    return [head, *rows]


def _words(notice: Notice) -> tuple[str, ...]:
    """Status, type, models, and the result or the error, for where Slack reads no markup."""
    job = notice.job
    status = status_words(job)
    if notice.kind is Kind.CORRECTED:
        status += " (corrected)"
    if job.status in FAILED:
        found = plain(job.error or "", chars=_WIDEST) or "no reason given"
    else:
        found = bare(" · ".join(filter(None, [*result_parts(job)[:1], failed_rows_line(job)])))
    return bare(status), bare(type_word(job)), bare(models_line(job)), found


def _row(job: EvaluationJob, words: tuple[str, ...], *, has_link: bool, chars: int) -> _Cells:
    """A cell is never empty: Slack refuses the whole message for one that is."""
    status, kind, models, found = words
    if has_link and JOB_ID.fullmatch(job.id):
        named = kit.link_cell(JOB_PAGE_URL + job.id, job.id)
    else:
        named = kit.cell(plain(job.id, chars=_ID_CHARS) or "no id")
    cut = [kit.cell(plain(text, chars=chars) or "—") for text in (models, found)]
    return [kit.cell(status), named, kit.cell(kind), *cut]


def _chars(rows: Sequence[_Cells]) -> int:
    return sum(_weight(cell) for row in rows for cell in row)


def _weight(part: Element) -> int:
    """What is written in a cell, the address of a link included."""
    written = sum(len(escape(part.get(key, ""))) for key in ("text", "url"))
    return written + sum(map(_weight, part.get("elements", ())))
