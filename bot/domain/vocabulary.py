"""The words of the grammar, and where each may stand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.commands import Event, Sort
from bot.domain.jobs import ACTIVE, FAILED, TERMINAL, EvaluationType, Status

STATUSES: Mapping[str, frozenset[Status]] = {
    **{status.value: frozenset({status}) for status in Status},
    "failed": FAILED,
    "active": ACTIVE,
    "done": frozenset({Status.COMPLETED}),
    "all": frozenset(),
    "success": frozenset({Status.COMPLETED}),
    "succeeded": frozenset({Status.COMPLETED}),
    "failure": FAILED,
    "fail": FAILED,
    "open": ACTIVE,
}
"""Each status and its aliases. ``all`` is no restriction, hence empty."""

EVENTS: Mapping[str, frozenset[Event]] = {
    "completed": frozenset({Event.COMPLETED}),
    "failed": frozenset({Event.ERROR, Event.USER_ERROR}),
    "started": frozenset({Event.STARTED}),
    **{
        word: frozenset(Event(status) for status in statuses)
        for word, statuses in STATUSES.items()
        if statuses and statuses <= TERMINAL
    },
}
"""What a watch can tell of. Every status that ends a job is an event, under all its names."""

TYPES: Mapping[str, EvaluationType] = {kind.value: kind for kind in EvaluationType}
SORTS: Mapping[str, Sort] = {sort.value: sort for sort in Sort}
SWITCH: Mapping[str, bool] = {"on": True, "off": False}

LATER_VERBS = ("digest", "baseline", "trend", "compare")
"""Reserved: nothing carries them out yet."""

VERBS = (
    "help",
    "show",
    "status",
    "watch",
    "watches",
    "unwatch",
    "mute",
    "unmute",
    "test",
    "log",
    *LATER_VERBS,
)
"""What the first word may be, and no other."""

FILTER_KEYS = ("type", "model", "judge", "dataset")
SHORT_KEYS: Mapping[str, str] = {"n": "limit"}
BARE_KEYS = ("status", "limit")
"""Keys that need no colon: ``status running``, ``limit 5``."""

JOB_PREFIX = "eval-"

SPAN = re.compile(r"[0-9]{1,7}[mhdw]")
"""``90m``, ``24h``, ``7d``, ``2w``."""

DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
"""``2026-11-24``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What may stand in one kind of command.

    Attributes:
        keys: the keys that it takes, in the order in which people should read them.
        choices: the valid words of each key that has a list of them.
        titles: what those lists are called.
        bare: words that need no key, each with the key that it stands for.
        refused: keys that exist elsewhere, each with the sentence that says why not here.
        renamed: keys that mean another one here.
        refused_words: as ``refused``, for words that are a status elsewhere.
    """

    keys: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    bare: Mapping[str, str]
    refused: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    refused_words: Mapping[str, str] = field(default_factory=dict)


_ON_THE_WAY = tuple(word for word, statuses in STATUSES.items() if statuses and statuses <= ACTIVE)
_GATES_LATER = "I can't read {word} yet: gates come with a later version."
_PUBLIC_ANYWAY = "A watch tells its channel anyway, so {word} does not go with it."
_FOR_WATCHES = "{word} goes with `watch` alone."
_TITLES = {
    "status": "Statuses",
    "type": "Types",
    "sort": "Orders",
    "events": "Events",
    "thread": "It takes",
}

LISTING = Lexicon(
    keys=("status", "limit", *FILTER_KEYS, "since", "sort"),
    choices={"status": tuple(STATUSES), "type": tuple(TYPES), "sort": tuple(SORTS)},
    titles=_TITLES,
    bare={**dict.fromkeys(STATUSES, "status"), "public": "public"},
    refused={
        **dict.fromkeys(("events", "notify", "thread", "in"), _FOR_WATCHES),
        "gate": _GATES_LATER,
    },
)
"""``/evals [statuses] [limit] [filters]``."""

WATCHING = Lexicon(
    keys=(*FILTER_KEYS, "events", "notify", "thread", "in"),
    choices={"events": tuple(EVENTS), "type": tuple(TYPES), "thread": tuple(SWITCH)},
    titles=_TITLES,
    bare=dict.fromkeys((*EVENTS, *_ON_THE_WAY), "events") | {"public": "public"},
    renamed={"status": "events"},
    refused_words=dict.fromkeys(
        _ON_THE_WAY, "A watch tells when a job starts or ends, so {word} does not go with it."
    )
    | {"public": _PUBLIC_ANYWAY},
    refused={
        "limit": "A watch has no limit, so {word} does not go with it.",
        "sort": "A watch has no order, so {word} does not go with it.",
        "since": "A watch begins now, so {word} does not go with it.",
        "public": _PUBLIC_ANYWAY,
        "gate": _GATES_LATER,
    },
)
"""``/evals watch [filters] [events:] [notify:] [thread:] [in:]``."""
