"""The text after ``/evals``, read as a command.

The grammar has seven rules; ``tests/domain/test_query.py`` has a test for each.

1. Slack's tokens, quotes, dashes and spaces are read as they were meant (``words``).
2. The first word, and no other, may be a verb. ``status`` alone is the bot's health;
   ``status running`` and ``limit 5`` are filters.
3. Bare digits are the limit, a bare status word is a status, ``public`` is itself, a bare word that
   begins with ``eval-`` is a job. All else is an error (``terms``).
4. Statuses unite; a second, different value for any other key is an error.
5. A watch takes filters, or one job, and its own keys (``watch_query``).
6. Keywords fold case; ids stay as typed. ``since:`` stays a span or a day, as there is no clock.
7. ``unwatch 3`` names a number that a watch keeps, never a position.
"""

import re
from collections.abc import Callable, Sequence

from bot.domain.commands import (
    HELP_TOPICS,
    Command,
    Health,
    Help,
    Later,
    ListJobs,
    Mute,
    SendTest,
    ShowJob,
    ShowLog,
    Sort,
    Unmute,
    Unwatch,
    Watches,
)
from bot.domain.corrections import nearest
from bot.domain.errors import Hint, QueryError
from bot.domain.jobs import JOB_ID, Status
from bot.domain.terms import Term, as_term, read_terms
from bot.domain.values import (
    one,
    read_choice,
    read_filter,
    read_limit,
    read_reference,
    read_since,
    read_span,
)
from bot.domain.vocabulary import LATER_VERBS, LISTING, SORTS, STATUSES, VERBS
from bot.domain.watch_query import read_watch
from bot.domain.words import Word, job_id_in_link, split

_HELP_OPTIONS = frozenset({"--help", "-h", "?"})
_WATCH_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_COMPARED = 2


def parse(text: str) -> Command:
    """The command that ``text`` asks for; nothing at all asks for the list.

    Raises:
        QueryError: it is no command; the error says which word is wrong and what would work.
    """
    words = split(text)
    verb = words[0].shown.casefold() if words else ""
    if verb in _HELP_OPTIONS:
        verb = "help"
    if verb not in VERBS or (verb == "status" and len(words) > 1):
        return _read_list(words)
    rest = words[1:]
    if verb == "compare":
        return _read_compare(rest)
    if verb in LATER_VERBS:
        return Later(verb=verb)
    return _READERS[verb](rest)


def _read_list(words: Sequence[Word]) -> ListJobs | ShowJob:
    terms = read_terms(words, LISTING, first=True)
    public = any(term.key == "public" for term in terms)
    job = one(terms, "job", read_reference)
    if job is not None:
        for term in terms:
            if term.key not in {"job", "public"}:
                raise QueryError(
                    "One job needs no filters, so {word} does not go with it.", word=term.shown
                )
        return ShowJob(reference=job, public=public)
    return ListJobs(
        statuses=_read_statuses(terms),
        limit=one(terms, "limit", read_limit),
        filter=read_filter(terms, LISTING),
        since=one(terms, "since", read_since),
        sort=one(terms, "sort", lambda term: read_choice(term, SORTS, LISTING)) or Sort.NEWEST,
        public=public,
    )


def _read_statuses(terms: Sequence[Term]) -> frozenset[Status]:
    """Statuses unite, so with ``all`` among them they are all: the empty set."""
    groups = [read_choice(term, STATUSES, LISTING) for term in terms if term.key == "status"]
    return frozenset().union(*groups) if all(groups) else frozenset()


def _read_show(words: Sequence[Word]) -> ShowJob:
    is_public = [word.shown.casefold() in {"public", "--public"} for word in words]
    named = [word for word, public in zip(words, is_public, strict=True) if not public]
    return ShowJob(reference=_only_reference("show", named), public=any(is_public))


def _read_log(words: Sequence[Word]) -> ShowLog:
    return ShowLog(reference=_only_reference("log", words))


def _only_reference(verb: str, words: Sequence[Word]) -> str:
    if not words:
        raise QueryError(f"`{verb}` needs a job: its id, or the beginning of it.")
    reference = read_reference(as_term(words[0], verb))
    _nothing_more(verb, words[1:])
    return reference


def _read_help(words: Sequence[Word]) -> Help:
    if not words:
        return Help()
    topic = words[0].shown.casefold()
    if topic not in HELP_TOPICS:
        close = nearest(topic, HELP_TOPICS)
        raise QueryError(
            "There is no help on {word}.",
            word=words[0].shown,
            hint=Hint(
                suggestion=f"help {close}" if close else None,
                valid_title="Topics",
                valid=HELP_TOPICS,
            ),
        )
    _nothing_more("help", words[1:])
    return Help(topic=topic)


def _read_unwatch(words: Sequence[Word]) -> Unwatch:
    if not words:
        raise QueryError(
            "`unwatch` needs the number of a watch, or `all`. `/evals watches` shows the numbers."
        )
    typed = words[0].shown
    if typed.casefold() != "all" and not _WATCH_NUMBER.fullmatch(typed):
        raise QueryError(
            "{word} is no watch's number. `/evals watches` shows the numbers.", word=typed
        )
    _nothing_more("unwatch", words[1:])
    return Unwatch(number=None if typed.casefold() == "all" else int(typed))


def _read_mute(words: Sequence[Word]) -> Mute:
    if not words:
        raise QueryError("`mute` needs to know for how long.", hint=Hint(suggestion="mute 2h"))
    duration = read_span(as_term(words[0], "mute"))
    _nothing_more("mute", words[1:])
    return Mute(duration=duration)


def _read_compare(words: Sequence[Word]) -> Later:
    ids = [word for word in words if word.key is None or job_id_in_link(word.shown)]
    if len(words) == len(ids) == _COMPARED and all(map(_is_id, ids)):
        return Later(verb="compare")
    raise QueryError("`compare` needs the ids of two jobs.", hint=Hint(suggestion="type:compare"))


def _is_id(word: Word) -> bool:
    """Words that mean something else in a list are no ids: ``compare failed 20``."""
    typed = word.shown.casefold()
    known = typed in LISTING.bare or typed in LISTING.keys or typed.isdigit()
    return bool(job_id_in_link(word.shown) or (JOB_ID.fullmatch(word.shown) and not known))


def _alone(verb: str, command: Command) -> Callable[[Sequence[Word]], Command]:
    def read(words: Sequence[Word]) -> Command:
        _nothing_more(verb, words)
        return command

    return read


def _nothing_more(verb: str, words: Sequence[Word]) -> None:
    if words:
        raise QueryError(f"{{word}} does not go with `{verb}`.", word=words[0].shown)


_READERS: dict[str, Callable[[Sequence[Word]], Command]] = {
    "help": _read_help,
    "show": _read_show,
    "status": _alone("status", Health()),
    "watch": read_watch,
    "watches": _alone("watches", Watches()),
    "unwatch": _read_unwatch,
    "mute": _read_mute,
    "unmute": _alone("unmute", Unmute()),
    "test": _alone("test", SendTest()),
    "log": _read_log,
}
