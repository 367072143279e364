"""Slack's mrkdwn as a terminal shows it: bold, code, links, mentions, dates in local time.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_KEPT = re.compile(r"```(?P<pre>.+?)```|`(?P<code>[^`\n]+)`|<(?P<token>[^<>\n]+)>", re.DOTALL)
_STYLES = (
    (re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])"), "bold"),
    (re.compile(r"(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])"), "italic"),
    (re.compile(r"(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])"), "strike"),
)
_PLACE = re.compile("\x00(\\d+)\x00")
_DATE_PART = re.compile(r"\{(\w+)\}")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_ON = {
    "bold": "1",
    "dim": "2",
    "italic": "3",
    "underline": "4",
    "strike": "9",
    "code": "36",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How to show things: in whose time zone, as of when, and with escape codes or without."""

    zone: tzinfo = UTC
    now: datetime
    ansi: bool = False

    def styled(self, text: str, *styles: str) -> str:
        """Text in these styles; without escape codes it stays as it is."""
        codes = ";".join(_ON[style] for style in styles if style in _ON)
        return f"\x1b[{codes}m{text}\x1b[0m" if self.ansi and codes and text else text

    def link(self, url: str, label: str) -> str:
        """A link as Slack shows it, by its label; with escape codes it can be clicked."""
        if not self.ansi:
            return label
        return f"\x1b]8;;{url}\x1b\\{self.styled(label, 'underline')}\x1b]8;;\x1b\\"


def inline(text: str, look: Look) -> str:
    """What a terminal shows of mrkdwn. Lines stay lines."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(_kept(match, look))
        return f"\x00{len(kept) - 1}\x00"

    shown = _KEPT.sub(keep, text.replace("\x00", ""))
    for pattern, style in _STYLES:
        shown = pattern.sub(look.styled(r"\1", style), shown)
    lines = [
        f"│ {line[4:].lstrip()}" if line.startswith("&gt;") else line for line in shown.split("\n")
    ]
    return _PLACE.sub(lambda match: kept[int(match[1])], unescape("\n".join(lines)))


def unescape(text: str) -> str:
    """Slack's three entities as the characters that they stand for."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def date_text(timestamp: float, form: str, look: Look) -> str:
    """A date token's text, e.g. ``{date_short_pretty} at {time}``, in the reader's zone."""
    moment = datetime.fromtimestamp(timestamp, look.zone)
    return _DATE_PART.sub(lambda match: _date_part(match[1], moment, look), form)


def _kept(match: re.Match[str], look: Look) -> str:
    if match["pre"] is not None:
        lines = unescape(match["pre"]).strip("\n").split("\n")
        return "\n".join(look.styled(f"    {line}", "code") for line in lines)
    if match["code"] is not None:
        shown = unescape(match["code"])
        return look.styled(shown, "code") if look.ansi else f"`{shown}`"
    return _token(match["token"], look)


def _token(token: str, look: Look) -> str:
    target, _, label = token.partition("|")
    label = unescape(label)
    if target.startswith("!date^"):
        _, timestamp, form, *_ = [*target.split("^"), ""]
        try:
            return date_text(float(timestamp), form, look)
        except (ValueError, OverflowError, OSError):
            return label
    if target.startswith("!subteam^"):
        return label or f"@{target.removeprefix('!subteam^')}"
    if target.startswith("!"):
        return label or f"@{target[1:]}"
    if target.startswith(("@", "#")):
        return target[0] + label.removeprefix(target[0]) if label else target
    return look.link(unescape(target), label or unescape(target))


def _date_part(part: str, moment: datetime, look: Look) -> str:
    match part:
        case "time":
            return f"{moment:%H:%M}"
        case "time_secs":
            return f"{moment:%H:%M:%S}"
        case "date_num":
            return f"{moment:%Y-%m-%d}"
        case "ago":
            return _ago(look.now - moment)
        case _ if part.startswith("date"):
            return _pretty(moment, look) if part.endswith("_pretty") else _day(part, moment)
        case _:
            return f"{{{part}}}"


def _day(part: str, moment: datetime) -> str:
    month = f"{moment:%b}" if part.startswith("date_short") else f"{moment:%B}"
    day = f"{month} {moment.day}, {moment.year}"
    return f"{moment:%A}, {day}" if part.startswith("date_long") else day


def _pretty(moment: datetime, look: Look) -> str:
    days = (moment.date() - look.now.astimezone(look.zone).date()).days
    names = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return names.get(days) or _day("date_short", moment)


def _ago(since: timedelta) -> str:
    seconds = int(abs(since.total_seconds()))
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count = seconds // size
        if count:
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{words} ago" if since.total_seconds() > 0 else f"in {words}"
    return "now"
