"""A small language in which Block Kit's schema is written: a rule looks at one JSON value.

The sentences are Slack's own where they are public (``must be less than 3001 characters``,
``invalid additional property: x``); the rest are in the same manner.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that Slack would refuse. ``pointer`` is a JSON pointer into what was sent."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Rule = Callable[[Any, str], Iterable[Problem]]
"""(value, pointer to it) -> what is wrong with it; nothing when it is right."""


def string(*, most: int, least: int = 1) -> Rule:
    """Text of ``least`` to ``most`` characters."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("must provide a string", at)
        elif len(value) < least:
            yield Problem(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield Problem(f"must be less than {most + 1} characters", at)

    return rule


def web_address(*, most: int) -> Rule:
    """An http or https address of at most ``most`` characters."""
    length = string(most=most)

    def rule(value: Any, at: str) -> Iterator[Problem]:
        yield from length(value, at)
        if isinstance(value, str) and not value.startswith(("https://", "http://")):
            yield Problem("must be a valid url", at)

    return rule


def whole(least: int, most: int) -> Rule:
    """An integer of ``least`` to ``most``."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem("must provide an integer", at)
        elif not least <= value <= most:
            yield Problem(f"must be between {least} and {most}", at)

    return rule


def number(value: Any, at: str) -> Iterator[Problem]:
    """Any number that JSON can write."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield Problem("must provide a number", at)


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem("must provide a boolean", at)


def one_of(*allowed: str) -> Rule:
    """One word of a closed list."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(f"must be a valid enum value: {', '.join(allowed)}", at)

    return rule


def items(inner: Rule, *, most: int, least: int = 1) -> Rule:
    """An array of ``least`` to ``most`` values, each of which ``inner`` takes."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("must provide an array", at)
            return
        if len(value) < least:
            yield Problem(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            yield Problem(f"no more than {most} items allowed", at)
        for index, item in enumerate(value):
            yield from inner(item, f"{at}/{index}")

    return rule


def record(
    *checks: Rule,
    required: Mapping[str, Rule] | None = None,
    optional: Mapping[str, Rule] | None = None,
) -> Rule:
    """An object with these keys and no other; ``type`` is always allowed, ``kinds`` reads it.

    ``checks`` see the whole object, for what concerns more than one key.
    """
    needed = required or {}
    known = {**needed, **(optional or {})}

    def rule(value: Any, at: str) -> list[Problem]:
        if not isinstance(value, dict):
            return [Problem("must provide an object", at)]
        found = [
            Problem(f"missing required field: {key}", at) for key in needed if key not in value
        ]
        for key, inner in value.items():
            if key in known:
                found.extend(known[key](inner, f"{at}/{key}"))
            elif key != "type":
                found.append(Problem(f"invalid additional property: {key}", at))
        # The checks may rely on the shape: they run on an object whose every key is right.
        return found or [problem for check in checks for problem in check(value, at)]

    return rule


def kinds(rules: Mapping[str, Rule]) -> Rule:
    """An object whose ``type`` says which rule it follows."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
        elif not isinstance(value.get("type"), str):
            yield Problem("missing required field: type", at)
        elif value["type"] not in rules:
            yield Problem(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from rules[value["type"]](value, at)

    return rule


def either(*keys: str, both: bool = False) -> Rule:
    """At least one of these keys; no more than one of them unless ``both``."""

    def rule(value: Any, at: str) -> Iterator[Problem]:
        present = [key for key in keys if key in value]
        if not present:
            yield Problem(f"missing required field: {' or '.join(keys)}", at)
        elif len(present) > 1 and not both:
            yield Problem(f"only one of these fields allowed: {', '.join(keys)}", at)

    return rule
