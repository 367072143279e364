"""``evals.toml``: watches that are written down in a file, read and checked.

::

    [[watch]]
    channel = "C0123456789"
    type = "classify"
    model = "qwen"
    events = ["failed", "completed"]
    notify = ["U0123456789"]
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.domain.commands import Event, JobFilter, Watch
from bot.domain.corrections import nearest
from bot.domain.errors import SettingsError
from bot.domain.jobs import JOB_ID
from bot.domain.values import MAX_FILTER_CHARS
from bot.domain.vocabulary import EVENTS, TYPES

WATCH_FILE = Path("evals.toml")
"""Where it is looked for: the working directory."""

_TEXTS = ("model", "judge", "dataset")
_FILTERS = ("type", *_TEXTS)
_FIELDS = ("channel", "job", *_FILTERS, "events", "notify", "thread")
_CHANNEL = re.compile(r"[CGDUW][A-Z0-9]{2,20}")
_PERSON_OR_GROUP = re.compile(r"[UWS][A-Z0-9]{2,20}")
_TABLE = re.compile(r"\s*\[\[\s*watch\s*\]\]")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_SHOWN_CHARS = 40

T = TypeVar("T")


def read_watch_file(path: Path) -> tuple[Watch, ...]:
    """The watches of a file, each with a channel; none when there is no such file.

    Raises:
        SettingsError: it cannot be read; the error names the line and what is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise SettingsError(_syntax(error, path.name)) from error
    watches: list[Watch] = []
    lines: dict[tuple[str | None, str | None, JobFilter], int] = {}
    for table in _tables(data, text.splitlines(), path.name):
        watch = table.watch()
        line = lines.setdefault((watch.channel, watch.job, watch.filter), table.head)
        if line != table.head:
            raise table.fault(f"this watches the same jobs as line {line}: make them one")
        watches.append(watch)
    return tuple(watches)


def _tables(data: Mapping[str, Any], lines: Sequence[str], file: str) -> "list[_Table]":
    top = _Table(file=file, lines=lines, head=1, values=data)
    for key in data:
        if key != "watch":
            raise top.fault(_unknown(key, ("[[watch]]",)), key=key)
    tables = data.get("watch", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise top.fault("each watch has to begin with [[watch]]", key="watch")
    heads = [number for number, line in enumerate(lines, start=1) if _TABLE.match(line)]
    if len(heads) != len(tables):
        raise top.fault("each watch has to begin with [[watch]]", key="watch")
    return [
        _Table(file=file, lines=lines, head=head, values=values)
        for head, values in zip(heads, tables, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One ``[[watch]]``; ``head`` is the number of its first line."""

    file: str
    lines: Sequence[str]
    head: int
    values: Mapping[str, Any]

    def watch(self) -> Watch:
        """The watch that the table describes."""
        for key in self.values:
            if key not in _FIELDS:
                raise self.fault(_unknown(key, _FIELDS), key=key)
        if "channel" not in self.values:
            raise self.fault("this watch has no channel")
        job = self._one("job", _job)
        filters = [key for key in _FILTERS if key in self.values]
        if job is not None and filters:
            raise self.fault("a watch of one job takes no filters", key=filters[0])
        return Watch(
            channel=self._one("channel", _channel),
            job=job,
            filter=JobFilter(
                type=self._one("type", _type), **{key: self._one(key, _text) for key in _TEXTS}
            ),
            events=frozenset[Event]().union(*self._many("events", _events)),
            notify=tuple(dict.fromkeys(self._many("notify", _person_or_group))),
            thread=self._one("thread", _switch),
        )

    def fault(self, words: str, *, key: str | None = None) -> SettingsError:
        """What is wrong in the line of a key, or in the table as a whole."""
        line = self.head if key is None else self._line_of(key)
        return SettingsError(f"{self.file}, line {line}: {words}")

    def _line_of(self, key: str) -> int:
        """The line in which a key stands first; TOML's reader does not tell."""
        written = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
        for number, line in enumerate(self.lines[self.head - 1 :], start=self.head):
            if written.match(line):
                return number
        return self.head

    def _one(self, key: str, read: Callable[[Any], T]) -> T | None:
        """A field's value, or None when it is not there; ``read`` raises ValueError with words."""
        if key not in self.values:
            return None
        return self._read(key, self.values[key], read)

    def _many(self, key: str, read: Callable[[Any], T]) -> list[T]:
        values = self.values.get(key, [])
        if not isinstance(values, list) or (key in self.values and not values):
            raise self.fault(f'{key} has to be a list, such as {key} = ["…"]', key=key)
        return [self._read(key, value, read) for value in values]

    def _read(self, key: str, value: Any, read: Callable[[Any], T]) -> T:
        try:
            return read(value)
        except ValueError as error:
            raise self.fault(f"{key} {error}", key=key) from None


def _channel(value: Any) -> str:
    return _matching(
        value,
        _CHANNEL,
        "the id of a channel, such as C0123456789 (in Slack: the channel's details)",
    )


def _person_or_group(value: Any) -> str:
    return _matching(value, _PERSON_OR_GROUP, "ids of people (U…) or groups (S…)")


def _job(value: Any) -> str:
    return _matching(value, JOB_ID, "the whole id of a job, such as eval-7df2-1751287840")


def _matching(value: Any, pattern: re.Pattern[str], meant: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"has to be {meant}, not {_shown(value)}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_FILTER_CHARS:
        raise ValueError(
            f"has to be a text of 1 to {MAX_FILTER_CHARS} characters, not {_shown(value)}"
        )
    return value.strip()


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"has to be true or false, not {_shown(value)}")  # noqa: TRY004 - told with the others
    return value


def _type(value: Any) -> Any:
    return _choice(value, TYPES)


def _events(value: Any) -> frozenset[Event]:
    return _choice(value, EVENTS)


def _choice(value: Any, meanings: Mapping[str, T]) -> T:
    if not isinstance(value, str) or value.casefold() not in meanings:
        raise ValueError(f"has no {_shown(value)}: it takes {', '.join(meanings)}")
    return meanings[value.casefold()]


def _unknown(key: str, valid: Sequence[str]) -> str:
    close = nearest(key, valid)
    meant = f"did you mean {close}? " if close else ""
    return f"there is no {_shown(key)} here, {meant}it takes {', '.join(valid)}"


def _shown(value: Any) -> str:
    """A value on one line of a terminal."""
    text = ascii(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"


def _syntax(error: ValueError, file: str) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{file} has to be UTF-8"
    words = str(error)
    place = _AT_LINE.search(words)
    if place is None:
        return f"{file}: {words}"
    return f"{file}, line {place[1]}: {words[: place.start()]}"
