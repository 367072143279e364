"""A list of evaluation jobs, ten a message.

Sections and not a table: each row has a button, phones do not scroll sideways, and every client
shows them.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.commands import JobFilter, ListJobs, Sort
from bot.domain.jobs import ACTIVE, FAILED, EvaluationJob, Status
from bot.domain.selection import PAGE_SIZE, Page, widen
from bot.domain.spelling import spell
from bot.rendering import controls, kit
from bot.rendering.controls import ListView, list_value
from bot.rendering.figures import number_of
from bot.rendering.foreign import code
from bot.rendering.kit import Element, Message
from bot.rendering.rows import Row, job_rows

_ASKED_CHARS = 200
_NOTHING = Message(text="")
_STATUS_MENU: tuple[tuple[str, frozenset[Status]], ...] = (
    ("All", frozenset()),
    ("Active", ACTIVE),
    ("Completed", frozenset({Status.COMPLETED})),
    ("Failed", FAILED),
)
_ORDERS = {
    Sort.OLDEST: "oldest first",
    Sort.PASS: "highest pass rate first",
    Sort.DURATION: "longest first",
}


def job_list(
    page: Page,
    query: ListJobs,
    *,
    fetched_at: datetime,
    notice: Message = _NOTHING,
    shared_by: str | None = None,
) -> Message:
    """The answer to a list question: for the channel when ``query.public``, else for the asker.

    Args:
        page: what to show.
        query: what was asked.
        fetched_at: when Together said so.
        notice: what stands above it, e.g. why the answer is old.
        shared_by: the Slack id of who put it before the channel, if somebody did.
    """
    view = ListView(query=query, page=page.number, shared_by=shared_by)
    small_print = _small_print(page, view, fetched_at=fetched_at)
    # A public list's details are answered to one person alone, where no list is to go back to.
    rows = job_rows(page.jobs, back=None if query.public else view)
    if rows:
        words, elements = _headline(page), _controls(view, has_older=page.has_older)
        top = kit.header(words)
    else:
        words, elements = _empty(page, view)
        top = kit.section(words)
    return Message(
        text=_text([notice.text, words], rows, small_print),
        blocks=(
            *notice.blocks,
            top,
            *(row.block for row in rows),
            kit.context(small_print),
            kit.actions(elements),
        ),
    )


def candidates(
    reference: str, jobs: tuple[EvaluationJob, ...], *, notice: Message = _NOTHING
) -> Message:
    """Several jobs whose ids begin with what was typed; ``notice`` stands above them."""
    rows = job_rows(jobs[:PAGE_SIZE])
    words = f"{len(jobs)} evaluation jobs begin with {code(reference, chars=_ASKED_CHARS)}."
    if len(rows) < len(jobs):
        words += f" Here are {len(rows)}; more letters of the id narrow it down."
    return Message(
        text=_text([notice.text, words], rows, ""),
        blocks=(*notice.blocks, kit.section(words), *(row.block for row in rows)),
    )


def _text(above: list[str], rows: list[Row], below: str) -> str:
    """All jobs in full, or all in short when that would be too long: never only some of them."""
    full = [*above, *(row.line for row in rows), below]
    if sum(map(len, full)) + len(full) < kit.TEXT_CHARS:
        return kit.joined(full)
    return kit.joined([*above, *(row.short_line for row in rows), below])


def _headline(page: Page) -> str:
    if len(page.jobs) == page.matching:
        return number_of(page.matching, "evaluation job")
    last = page.first + len(page.jobs) - 1
    shown = f"{page.first} to {last}" if last > page.first else f"{last}"
    return f"Evaluation jobs {shown} of {page.matching}"


def _small_print(page: Page, view: ListView, *, fetched_at: datetime) -> str:
    parts = _scope(page, view.query) if page.jobs else []
    if page.unreadable:
        parts.append(f"{page.unreadable} could not be read")
    if view.shared_by:
        parts.append(f"shared by {kit.mention(view.shared_by)}")
    return " · ".join([*parts, f"as of {kit.when(fetched_at)}"])


def _scope(page: Page, query: ListJobs) -> list[str]:
    """What was asked, and how much of what Together lists that is."""
    parts = [f"asked for: {_asked(query) or 'all jobs'}"]
    here = f"of the {page.listed} that Together lists"
    if query.filter != JobFilter() or query.since is not None:
        parts.append(f"{page.matching} {here} {'matches' if page.matching == 1 else 'match'}")
        here = ""
    if query.sort is not Sort.NEWEST:
        parts.append(f"{_ORDERS[query.sort]} {here}".rstrip())
    return parts


def _empty(page: Page, view: ListView) -> tuple[str, list[Element]]:
    """What to say of an empty page, and the nearest wider question to press."""
    asked = _asked(view.query)
    wider = widen(view.query)
    label = "All jobs" if wider is None or not _asked(wider) else "Without filters"
    if page.matching:
        words = (
            f"There is no page {page.number} any more: {number_of(page.matching, 'job')} in all."
        )
        wider, label = view.query, "First page"
    elif page.listed:
        words = f"No job matches {asked} among the {page.listed} that Together lists."
    elif asked:
        words = f"Together lists no jobs for {asked}."
    else:
        words = "Together lists no evaluation jobs yet. Start one, and `/evals` shows it here."
    elements = [_button("Refresh", controls.LIST_REFRESH, view)]
    if wider is not None:
        opened = replace(view, query=wider, page=1)
        elements.append(_button(label, controls.LIST_OPEN, opened))
    return words, elements


def _controls(view: ListView, *, has_older: bool) -> list[Element]:
    elements = [_button("Refresh", controls.LIST_REFRESH, view)]
    if view.page > 1:
        newer = replace(view, page=view.page - 1)
        elements.append(_button("Newer", controls.LIST_NEWER, newer))
    if has_older:
        older = replace(view, page=view.page + 1)
        elements.append(_button("Older", controls.LIST_OLDER, older))
    options = [
        (label, list_value(replace(view, query=replace(view.query, statuses=statuses), page=1)))
        for label, statuses in _STATUS_MENU
    ]
    # A menu's value is short in Slack; long filters are typed again instead.
    if all(len(value) <= kit.OPTION_VALUE_CHARS for _, value in options):
        elements.append(kit.menu("Status", action_id=controls.LIST_STATUS, options=options))
    if not view.query.public:
        elements.append(_button("Share to channel", controls.LIST_SHARE, view))
    return elements


def _button(label: str, action_id: str, view: ListView) -> Element:
    return kit.button(label, action_id=action_id, value=list_value(view))


def _asked(query: ListJobs) -> str:
    """What was asked, as one would type it; whom it was shown to does not matter here."""
    typed = spell(replace(query, public=False))
    return code(typed, chars=_ASKED_CHARS) if typed else ""
