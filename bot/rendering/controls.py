"""What Slack sends back when somebody presses: action ids, and values that need no memory of ours.

A list's value is its page, who shared it, and the query as one would type it:
``2 by:U0MEMBER status:failed limit:5``. So an old message still works after a restart, and every
value is checked by the grammar itself.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from bot.domain.commands import ListJobs
from bot.domain.errors import QueryError
from bot.domain.jobs import JOB_ID
from bot.domain.query import parse
from bot.domain.spelling import spell
from bot.rendering.kit import USER_ID

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
JOB_WATCH = "job_watch"
CHANNEL_MUTE = "channel_mute"
UNWATCH = "watch_end"

MUTE_FOR = "2h"
"""As one would type it after ``/evals mute``: the value of that button."""

STALE_BUTTON = "This button is from an older version of the bot. Type `/evals` for a new list."
_BY = rf"(?: by:(?P<by>{USER_ID.pattern}))?"
_LIST_VALUE = re.compile(rf"(?P<page>[1-9][0-9]{{0,2}}){_BY}(?: (?P<query>.*))?", re.DOTALL)
_JOB_VALUE = re.compile(
    rf"(?P<id>{JOB_ID.pattern})(?P<public> public)?{_BY}(?: (?P<back>[1-9].*))?", re.DOTALL
)
# Slack was seen to hand these three back as entities (https://github.com/slackapi/bolt-python/issues/513),
# so no value holds any.
_ENCODED = str.maketrans({"%": "%25", "&": "%26", "<": "%3C", ">": "%3E"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """One page (from 1) of one question; ``shared_by`` is who put it before the channel, if so."""

    query: ListJobs
    page: int = 1
    shared_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """One job as one message shows it.

    Attributes:
        back: the list to go back to, if it was opened from one.
        public: the whole channel sees it.
        shared_by: the Slack id of who put it before the channel, if somebody did.
    """

    job_id: str
    back: ListView | None = None
    public: bool = False
    shared_by: str | None = None


def list_value(view: ListView) -> str:
    """The value of a list's control."""
    by = f" by:{view.shared_by}" if view.shared_by else ""
    return f"{view.page}{by} {spell(view.query).translate(_ENCODED)}".rstrip()


def job_value(view: JobView, *, way_back: str = "") -> str:
    """The value of a job's control. ``way_back`` is the ``list_value`` of ``view.back``, ready."""
    parts = [
        view.job_id,
        "public" if view.public else "",
        f"by:{view.shared_by}" if view.shared_by else "",
        way_back or (list_value(view.back) if view.back else ""),
    ]
    return " ".join(filter(None, parts))


def read_list_value(value: str) -> ListView:
    """The view that ``list_value`` wrote.

    Raises:
        QueryError: nothing of ours wrote that value.
    """
    parts = _LIST_VALUE.fullmatch(value)
    if parts is None:
        raise QueryError(STALE_BUTTON)
    try:
        query = parse(unquote(parts["query"] or ""))
    except QueryError as error:
        raise QueryError(STALE_BUTTON) from error
    if not isinstance(query, ListJobs):
        raise QueryError(STALE_BUTTON)
    return ListView(query=query, page=int(parts["page"]), shared_by=parts["by"])


def read_job_value(value: str) -> JobView:
    """The view that ``job_value`` wrote.

    Raises:
        QueryError: nothing of ours wrote that value.
    """
    parts = _JOB_VALUE.fullmatch(value)
    if parts is None:
        raise QueryError(STALE_BUTTON)
    return JobView(
        job_id=parts["id"],
        back=read_list_value(parts["back"]) if parts["back"] else None,
        public=parts["public"] is not None,
        shared_by=parts["by"],
    )
