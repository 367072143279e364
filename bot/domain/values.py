"""What stands after a key, read: limits, spans and days, filter texts, words from a list."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from bot.domain.commands import MAX_LIMIT, JobFilter
from bot.domain.corrections import unknown_choice
from bot.domain.errors import Hint, QueryError
from bot.domain.jobs import JOB_ID
from bot.domain.terms import Term
from bot.domain.vocabulary import DAY, SPAN, TYPES, Lexicon
from bot.domain.words import job_id_in_link

MAX_FILTER_CHARS = 100
"""Of a model's, a judge's or a dataset's name. Three such filters fit a button's value."""

MAX_SPAN = timedelta(days=3650)
"""Older than any evaluation job."""

_Value = TypeVar("_Value")

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_LIMIT = re.compile(r"0*([0-9]{1,3})")
_LIMIT_DIGITS = 4
"""A longer bare number is rather the end of a job's id."""

_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LOOSE_SPAN = re.compile(
    r"([0-9]{1,7})(?: *(m|h|d|w|min|minute|hr|hour|day|wk|week)s?)?", re.IGNORECASE
)
_SPANS = ("90m", "24h", "7d", "2w")
_SHOWN_CHARS = 30
"""Two values stand side by side in an error, so neither may push the other out."""


def one(terms: Iterable[Term], key: str, read: Callable[[Term], _Value]) -> _Value | None:
    """The one value of a key, or None when it was not given.

    Raises:
        QueryError: what ``read`` raises, or two different values: rule 4.
    """
    first: tuple[Term, _Value] | None = None
    for term in terms:
        if term.key != key:
            continue
        value = read(term)
        if first is None:
            first = (term, value)
        elif first[1] != value:
            both = f"{_short(first[0].shown)} and {_short(term.shown)}"
            raise QueryError(f"There can be only one {key}, so {{word}} is too much.", word=both)
    return first[1] if first else None


def read_choice(term: Term, meanings: Mapping[str, _Value], lexicon: Lexicon) -> _Value:
    """One of the words that a key takes."""
    meaning = meanings.get(term.value.casefold())
    if meaning is None:
        raise unknown_choice(term.key, term.value, term.shown, lexicon)
    return meaning


def read_limit(term: Term) -> int:
    """1 to 100."""
    number = _LIMIT.fullmatch(term.value)
    if number and 1 <= int(number[1]) <= MAX_LIMIT:
        return int(number[1])
    nearest = None
    if _WHOLE_NUMBER.fullmatch(term.value):
        is_below = term.value.startswith("-") or not term.value.strip("0")
        nearest = "limit:1" if is_below else f"limit:{MAX_LIMIT}"
    if len(term.shown) > _LIMIT_DIGITS and term.shown.isdecimal():
        nearest = f"show {term.shown}"
    raise QueryError(
        f"A limit goes from 1 to {MAX_LIMIT}, so {{word}} does not fit.",
        word=term.shown,
        hint=Hint(suggestion=nearest),
    )


def read_since(term: Term) -> timedelta | date:
    """A span back from now, or a day."""
    day = DAY.fullmatch(term.value)
    if day is None:
        return read_span(term, also=("2026-11-24",))
    try:
        return date(int(day[1]), int(day[2]), int(day[3]))
    except ValueError:
        raise QueryError("There is no such day as {word}.", word=term.shown) from None


def read_span(term: Term, *, also: tuple[str, ...] = ()) -> timedelta:
    """``90m``, ``24h``, ``7d`` or ``2w``; ``also`` is what else the key takes."""
    typed = term.value.casefold()
    span = int(typed[:-1]) * _UNITS[typed[-1]] if SPAN.fullmatch(typed) else None
    if span is not None and timedelta(0) < span <= MAX_SPAN:
        return span
    if span is not None:
        raise QueryError(
            f"A span goes from 1m to {MAX_SPAN.days}d, so {{word}} does not fit.", word=term.shown
        )
    lead, unit = ("mute ", "h") if term.key == "mute" else ("since:", "d")
    loose = _LOOSE_SPAN.fullmatch(typed)
    meant = f"{lead}{loose[1]}{(loose[2] or unit)[0]}" if loose else None
    raise QueryError(
        "I can't read {word}.",
        word=term.shown,
        hint=Hint(
            suggestion=meant,
            valid_title="It takes, for example",
            valid=(*_SPANS, *also),
        ),
    )


def read_text(term: Term) -> str:
    """A part of a name."""
    if len(term.value) > MAX_FILTER_CHARS:
        raise QueryError(
            f"{{word}} is too long: a filter has {MAX_FILTER_CHARS} characters at most.",
            word=term.shown,
        )
    return term.value


def read_filter(terms: Iterable[Term], lexicon: Lexicon) -> JobFilter:
    """The filters among the terms."""
    terms = tuple(terms)
    return JobFilter(
        type=one(terms, "type", lambda term: read_choice(term, TYPES, lexicon)),
        model=one(terms, "model", read_text),
        judge=one(terms, "judge", read_text),
        dataset=one(terms, "dataset", read_text),
    )


def read_reference(term: Term) -> str:
    """A job's id or its beginning, as typed; or the id in a link to its page."""
    reference = job_id_in_link(term.value) or term.value
    if term.is_mention or not JOB_ID.fullmatch(reference):
        raise QueryError(
            "{word} is no job's id: that has letters, digits, - and _, 128 at most.",
            word=term.shown,
        )
    return reference


def _short(shown: str) -> str:
    return shown if len(shown) <= _SHOWN_CHARS else shown[: _SHOWN_CHARS - 1] + "…"
