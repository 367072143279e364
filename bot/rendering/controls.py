"""What Slack sends back when somebody presses: action ids, and values that need no memory of ours.

A list's value is its page and the query as one would type it: ``2 status:failed limit:5``. So an
old message still works after a restart, and every value is checked by the grammar itself.
"""

import re
from dataclasses import dataclass

from bot.domain.commands import ListJobs
from bot.domain.errors import QueryError
from bot.domain.jobs import JOB_ID
from bot.domain.query import parse
from bot.domain.spelling import spell

LIST_REFRESH = "list_refresh"
LIST_OLDER = "list_older"
LIST_NEWER = "list_newer"
LIST_STATUS = "list_status"
LIST_SHARE = "list_share"
LIST_OPEN = "list_open"
JOB_DETAILS = "job_details"
JOB_REFRESH = "job_refresh"
JOB_SHARE = "job_share"
JOB_PAGE = "job_page"

LIST_ACTIONS = (LIST_REFRESH, LIST_OLDER, LIST_NEWER, LIST_STATUS, LIST_SHARE, LIST_OPEN)
JOB_ACTIONS = (JOB_DETAILS, JOB_REFRESH, JOB_SHARE)
LINK_ACTIONS = (JOB_PAGE,)
"""Buttons that only open a page: there is nothing to do but to acknowledge them."""

_PAGE = re.compile(r"[1-9][0-9]?")
_STALE = "This button is from an older version of the bot. Type `/evals` for a new list."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """One page (from 1) of one question."""

    query: ListJobs
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """One job, and the list to go back to, if it was opened from one."""

    job_id: str
    back: ListView | None = None


def list_value(view: ListView) -> str:
    """The value of a list's control."""
    return f"{view.page} {spell(view.query)}".rstrip()


def job_value(view: JobView) -> str:
    """The value of a job's control."""
    return view.job_id if view.back is None else f"{view.job_id} {list_value(view.back)}"


def read_list_value(value: str) -> ListView:
    """The view that ``list_value`` wrote.

    Raises:
        QueryError: nothing of ours wrote that value.
    """
    page, _, typed = value.partition(" ")
    query = parse(typed)
    if not isinstance(query, ListJobs) or not _is_page(page):
        raise QueryError(_STALE)
    return ListView(query=query, page=int(page))


def read_job_value(value: str) -> JobView:
    """The view that ``job_value`` wrote.

    Raises:
        QueryError: nothing of ours wrote that value.
    """
    job_id, _, rest = value.partition(" ")
    if not JOB_ID.fullmatch(job_id):
        raise QueryError(_STALE)
    return JobView(job_id=job_id, back=read_list_value(rest) if rest else None)


def _is_page(text: str) -> bool:
    return _PAGE.fullmatch(text) is not None
