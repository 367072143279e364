"""What follows ``/evals watch``: rule 5 of the grammar."""

import re
from collections.abc import Sequence

from bot.domain.commands import Event, Watch
from bot.domain.errors import QueryError
from bot.domain.terms import Term, read_terms
from bot.domain.values import one, read_choice, read_filter, read_reference
from bot.domain.vocabulary import EVENTS, FILTER_KEYS, SWITCH, WATCHING
from bot.domain.words import Word

_PERSON_OR_GROUP = re.compile(r"[UWS][A-Z0-9]{1,20}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,20}")


def read_watch(words: Sequence[Word]) -> Watch:
    """The watch that ``words`` describe.

    Raises:
        QueryError: a word that a watch does not take.
    """
    terms = read_terms(words, WATCHING)
    job = one(terms, "job", read_reference)
    if job is not None:
        for term in terms:
            if term.key in FILTER_KEYS:
                raise QueryError(
                    "A watch of one job takes no filters, so {word} does not go with it.",
                    word=term.shown,
                )
    events: frozenset[Event] = frozenset()
    for term in terms:
        if term.key == "events":
            events |= read_choice(term, EVENTS, WATCHING)
    notify = [_person_or_group(term) for term in terms if term.key == "notify"]
    return Watch(
        job=job,
        filter=read_filter(terms, WATCHING),
        events=events,
        notify=tuple(dict.fromkeys(notify)),
        thread=one(terms, "thread", lambda term: read_choice(term, SWITCH, WATCHING)),
        channel=one(terms, "in", _channel),
    )


def _person_or_group(term: Term) -> str:
    if not _PERSON_OR_GROUP.fullmatch(term.value):
        raise QueryError(
            "{word} is nobody whom I can mention: choose a person or a group from Slack's list "
            "after typing @.",
            word=term.shown,
        )
    return term.value


def _channel(term: Term) -> str:
    if not _CHANNEL.fullmatch(term.value):
        raise QueryError(
            "{word} is no channel that I can find: choose one from Slack's list after typing #.",
            word=term.shown,
        )
    return term.value
