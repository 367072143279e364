"""A watch in words: which jobs it tells of, and what else was asked of it."""

from bot.domain.commands import Event, JobFilter
from bot.domain.watches import NewWatch
from bot.rendering.figures import number_of
from bot.rendering.foreign import foreign, quoted

FILTER_CHARS = 60
"""So long may each text of a filter be in a message; it is typed, and at most 100 itself."""

_ID_CHARS = 130
_BOTH_FAILURES = frozenset({Event.ERROR, Event.USER_ERROR})


def watch_words(watch: NewWatch) -> str:
    """``completed and failed jobs of type classify with “qwen” in the model``, in mrkdwn."""
    events = _events(watch.events)
    if watch.job is not None:
        job = foreign(watch.job, chars=_ID_CHARS)
        return f"job {job}, when {_listed(events, last='or')}"
    return f"{_listed(events)} jobs{_wanted(watch.filter)}"


def more_words(watch: NewWatch) -> str:
    """What else was asked of it; empty when nothing was. It mentions nobody."""
    parts = []
    if watch.notify:
        called = number_of(len(watch.notify), "person or group is", "people or groups are")
        parts.append(f"{called} mentioned when one fails")
    if Event.STARTED in watch.events and not watch.thread:
        parts.append("the end comes as its own message, not in the card's thread")
    return ", ".join(parts)


def _events(events: frozenset[Event]) -> list[str]:
    """In the order of a job's life; one kind of failure alone by the word that is typed for it."""
    words = [event.value for event in (Event.STARTED, Event.COMPLETED) if event in events]
    if events >= _BOTH_FAILURES:
        return [*words, "failed"]
    return [*words, *(f"`{event.value}`" for event in events & _BOTH_FAILURES)]


def _wanted(wanted: JobFilter) -> str:
    kind = f" of type {wanted.type}" if wanted.type else ""
    texts = [("model", wanted.model), ("judge", wanted.judge), ("dataset", wanted.dataset)]
    within = [f"{quoted(text, chars=FILTER_CHARS)} in the {name}" for name, text in texts if text]
    return kind + (f" with {_listed(within)}" if within else "")


def _listed(words: list[str], *, last: str = "and") -> str:
    """``a, b and c``."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
