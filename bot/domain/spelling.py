"""A list question as one would type it: what the grammar reads, written again."""

import re
from datetime import date, timedelta

from bot.domain.commands import ListJobs, Sort
from bot.domain.jobs import ACTIVE, FAILED, Status

_NEEDS_QUOTES = re.compile(r"[\s,\"']")
_ESCAPED = re.compile(r"[\\\"]")
# What Slack would have sent for these same characters; see domain.words.
_LIKE_AN_ENTITY = re.compile(r"&(?=(?:amp|lt|gt);)")
_LIKE_A_TOKEN = re.compile(r"<(?=[@#!]|https?:|mailto:|tel:)")
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def spell(query: ListJobs) -> str:
    """The shortest clear form: ``status:failed limit:5 model:qwen``; ``""`` asks for all.

    ``parse(spell(query)) == query`` for every question that ``parse`` can give, so the text can be
    the state of a button.
    """
    wanted = query.filter
    parts = [
        ("status", ",".join(_status_words(query.statuses))),
        ("limit", "" if query.limit is None else str(query.limit)),
        ("type", wanted.type or ""),
        ("model", quote(wanted.model or "")),
        ("judge", quote(wanted.judge or "")),
        ("dataset", quote(wanted.dataset or "")),
        ("since", "" if query.since is None else _since(query.since)),
        ("sort", "" if query.sort is Sort.NEWEST else query.sort),
    ]
    words = [f"{key}:{value}" for key, value in parts if value]
    return " ".join([*words, *(["public"] if query.public else [])])


def quote(text: str) -> str:
    """A text as the value of a key: in quotes where it needs them, and safe from unescaping."""
    safe = _LIKE_A_TOKEN.sub("&lt;", _LIKE_AN_ENTITY.sub("&amp;", text))
    if not _NEEDS_QUOTES.search(safe):
        return safe
    return '"' + _ESCAPED.sub(r"\\\g<0>", safe) + '"'


def _status_words(statuses: frozenset[Status]) -> list[str]:
    """Each status by its name, in the order of a job's life; whole groups by their short word."""
    words = []
    for short, group in (("active", ACTIVE), ("failed", FAILED)):
        if group <= statuses:
            statuses -= group
            words.append(short)
    return sorted([*words, *statuses], key=_ORDER.index)


_ORDER = ["active", *Status, "failed"]


def _since(since: timedelta | date) -> str:
    if isinstance(since, date):
        return since.isoformat()
    for unit, letter in ((_DAY, "d"), (_HOUR, "h")):
        if not since % unit:
            return f"{since // unit}{letter}"
    return f"{since // _MINUTE}m"
