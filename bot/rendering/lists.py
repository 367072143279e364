"""A list of evaluation jobs, ten a message.

Sections and not a table: each row has a button, phones do not scroll sideways, and every client
shows them.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.commands import ListJobs, Sort
from bot.domain.jobs import ACTIVE, FAILED, EvaluationJob, Status
from bot.domain.selection import PAGE_SIZE, Page, widen
from bot.domain.spelling import spell
from bot.rendering import controls, kit
from bot.rendering.controls import ListView, list_value
from bot.rendering.kit import Element, Message
from bot.rendering.rows import job_row, job_text

_ASKED_CHARS = 400
_STATUS_MENU: tuple[tuple[str, frozenset[Status]], ...] = (
    ("All", frozenset()),
    ("Completed", frozenset({Status.COMPLETED})),
    ("Failed", FAILED),
    ("Active", ACTIVE),
)


def job_list(page: Page, query: ListJobs, *, fetched_at: datetime, notice: str = "") -> Message:
    """The answer to a list question. ``notice`` (mrkdwn) stands above it, e.g. why it is old."""
    view = ListView(query=query, page=page.number)
    headline = "1 evaluation job" if page.matching == 1 else f"{page.matching} evaluation jobs"
    if page.jobs:
        body = [kit.header(headline), *(job_row(job, back=view) for job in page.jobs)]
        lines = [headline, *(job_text(job) for job in page.jobs)]
        elements = _controls(view, has_older=page.has_older)
    else:
        nothing, elements = _nothing(page, view)
        body, lines = [kit.section(nothing)], [nothing]
    small_print = kit.context(_small_print(page, query, fetched_at=fetched_at))
    above = [kit.section(notice)] if notice else []
    return Message(
        text="\n".join(filter(None, [notice, *lines])),
        blocks=(*above, *body, small_print, kit.actions(elements)),
    )


def candidates(reference: str, jobs: tuple[EvaluationJob, ...]) -> Message:
    """Several jobs whose ids begin with what was typed."""
    shown = jobs[:PAGE_SIZE]
    words = f"{len(jobs)} evaluation jobs begin with {kit.code(reference, chars=160)}."
    if len(shown) < len(jobs):
        words += f" Here are {len(shown)}; more letters of the id narrow it down."
    return Message(
        text="\n".join([words, *(job_text(job) for job in shown)]),
        blocks=(kit.section(words), *(job_row(job) for job in shown)),
    )


def _small_print(page: Page, query: ListJobs, *, fetched_at: datetime) -> str:
    asked = _asked(query)
    parts = [f"asked for: {asked or 'all jobs'}"]
    if page.filtered and asked and query != ListJobs(sort=query.sort):
        parts.append(f"{page.matching} of {_listed(page)} match")
    if page.jobs and len(page.jobs) < page.matching:
        last = page.first + len(page.jobs) - 1
        parts.append(f"{page.first} to {last} of {page.matching}")
    if query.sort is not Sort.NEWEST:
        parts.append(f"sorted by {query.sort}, here")
    if page.unreadable:
        parts.append(f"{page.unreadable} more could not be read")
    return " · ".join([*parts, kit.when(fetched_at, form="{time}")])


def _nothing(page: Page, view: ListView) -> tuple[str, list[Element]]:
    """What to say of an empty page, and the nearest wider question to press."""
    asked = _asked(view.query)
    if page.matching:
        words = f"There is no page {page.number} any more: {page.matching} jobs match."
        wider: ListJobs | None = view.query
    elif page.filtered:
        words = f"Nothing matches {asked} among {_listed(page)}."
        wider = widen(view.query)
    elif asked:
        words = f"Together lists no evaluation jobs for {asked}."
        wider = widen(view.query)
    else:
        words = "Together lists no evaluation jobs yet. Start one, and `/evals` shows it here."
        wider = None
    elements = [_list_button("Refresh", controls.LIST_REFRESH, view)]
    if wider is not None:
        label = "All jobs" if not _asked(wider) else "Ask wider"
        elements.append(_list_button(label, controls.LIST_OPEN, ListView(query=wider)))
    return words, elements


def _controls(view: ListView, *, has_older: bool) -> list[Element]:
    elements = [_list_button("Refresh", controls.LIST_REFRESH, view)]
    if view.page > 1:
        newer = replace(view, page=view.page - 1)
        elements.append(_list_button("Newer", controls.LIST_NEWER, newer))
    if has_older:
        older = replace(view, page=view.page + 1)
        elements.append(_list_button("Older", controls.LIST_OLDER, older))
    options = [
        (label, list_value(ListView(query=replace(view.query, statuses=statuses))))
        for label, statuses in _STATUS_MENU
    ]
    # A menu's value is short in Slack; long filters are typed again instead.
    if all(len(value) <= kit.OPTION_VALUE_CHARS for _, value in options):
        elements.append(kit.menu("Status", action_id=controls.LIST_STATUS, options=options))
    if not view.query.public:
        elements.append(_list_button("Share to channel", controls.LIST_SHARE, view))
    return elements


def _list_button(label: str, action_id: str, view: ListView) -> Element:
    return kit.button(label, action_id=action_id, value=list_value(view))


def _asked(query: ListJobs) -> str:
    """What was asked, as one would type it; whom it was shown to does not matter here."""
    typed = spell(replace(query, public=False))
    return kit.code(typed, chars=_ASKED_CHARS) if typed else ""


def _listed(page: Page) -> str:
    return f"the {page.listed} that Together lists"
