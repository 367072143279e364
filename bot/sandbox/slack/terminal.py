"""A message as lines of a terminal, with a number before each thing that can be pressed."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.mrkdwn import Look, date_text, inline
from bot.sandbox.slack.shapes import options_of
from bot.sandbox.slack.workspace import Message

WIDTH = 100
ONLY_YOU = "only visible to you"

_RULE = "─" * 40
_EMOJI_FORM = "\N{VARIATION SELECTOR-16}"
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;]*m|\]8;;[^\x1b]*\x1b\\)")
Block = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Something to press: a button, or one option of a menu (then ``option`` is set)."""

    number: int
    label: str
    action_id: str
    block_id: str
    option: dict[str, Any] | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """The lines to print, and the numbered controls in them."""

    lines: tuple[str, ...]
    controls: tuple[Control, ...]


def render(message: Message, look: Look, *, width: int = WIDTH, first: int = 1) -> Rendering:
    """A message as somebody sees it. ``first`` is the number of the first control."""
    painter = _Painter(look, width=width, first=first)
    lines = [look.styled(ONLY_YOU, "dim")] if message.ephemeral_to else []
    if message.blocks:
        for block in message.blocks:
            lines.extend(painter.block(block))
    else:
        lines.extend(inline(message.text, look).split("\n"))
    return Rendering(lines=tuple(lines), controls=tuple(painter.controls))


class _Painter:
    """Draws block after block and counts the controls on the way."""

    def __init__(self, look: Look, *, width: int, first: int) -> None:
        self._look = look
        self._width = width
        self._first = first
        self.controls: list[Control] = []
        self._drawers: dict[str, Callable[[Block], list[str]]] = {
            "section": self._section,
            "header": lambda block: [self._look.styled(block["text"]["text"], "bold")],
            "context": self._context,
            "actions": lambda block: [self._row(block["elements"], block["block_id"])],
            "divider": lambda _: [_RULE],
            "image": lambda block: [f"[image: {block['alt_text']}]"],
            "input": self._input,
            "rich_text": lambda block: _rich_text(block, self._look),
            "markdown": lambda block: block["text"].split("\n"),
            "table": lambda block: _table(block["rows"], self._look),
            "data_table": lambda block: [block["caption"], *_table(block["rows"], self._look)],
            "data_visualization": _chart,
            "card": self._card,
            "carousel": lambda block: self._all(block["elements"]),
            "container": self._container,
        }

    def block(self, block: Block) -> list[str]:
        """One block's lines; an unknown one is named and not hidden."""
        drawer = self._drawers.get(block["type"])
        return [f"[{block['type']}]"] if drawer is None else drawer(block)

    def _all(self, blocks: Iterable[Block]) -> list[str]:
        return [line for block in blocks for line in self.block(block)]

    def _text(self, value: dict[str, Any]) -> str:
        return inline(value["text"], self._look) if value["type"] == "mrkdwn" else value["text"]

    def _section(self, block: Block) -> list[str]:
        lines = self._text(block["text"]).split("\n") if "text" in block else []
        for field in block.get("fields", []):
            lines.append(": ".join(self._text(field).split("\n", 1)))
        if "accessory" in block:
            mark = self._element(block["accessory"], block["block_id"])
            gap = self._width - _columns(lines[0]) - _columns(mark)
            lines[0] = f"{lines[0]}{' ' * max(1, gap)}{mark}"
        return lines

    def _context(self, block: Block) -> list[str]:
        parts = [
            f"[image: {one['alt_text']}]" if one["type"] == "image" else self._text(one)
            for one in block["elements"]
        ]
        return [self._look.styled(line, "dim") for line in " · ".join(parts).split("\n")]

    def _input(self, block: Block) -> list[str]:
        element = self._element(block["element"], block["block_id"])
        return [f"{block['label']['text']}: {element}"]

    def _card(self, block: Block) -> list[str]:
        texts = [block[key] for key in ("title", "subtitle", "body", "subtext") if key in block]
        lines = [line for text in texts for line in self._text(text).split("\n")]
        if "actions" in block:
            lines.append(self._row(block["actions"], block["block_id"]))
        return lines

    def _container(self, block: Block) -> list[str]:
        title = (
            [block["title"]["text"]]
            if "title" in block
            else _rich_text(block["rich_text_title"], self._look)
        )
        if "subtitle" in block:
            title.append(self._text(block["subtitle"]))
        return [*title, *(f"  {line}" for line in self._all(block["child_blocks"]))]

    def _row(self, elements: Iterable[dict[str, Any]], block_id: str) -> str:
        return " ".join(self._element(element, block_id) for element in elements)

    def _element(self, element: dict[str, Any], block_id: str) -> str:
        match element["type"]:
            case "button":
                label = element["text"]["text"]
                number = self._count(element, block_id, label=label)
                return f"[{number} {label}{' ↗' if 'url' in element else ''}]"
            case "image":
                return f"[image: {element['alt_text']}]"
            case "plain_text_input":
                return "[________]"
            case _:
                return self._menu(element, block_id)

    def _menu(self, element: dict[str, Any], block_id: str) -> str:
        chosen = element.get("initial_option") or {}
        head = (chosen or {"text": element.get("placeholder", {"text": "…"})})["text"]["text"]
        options = [
            f"{self._count(element, block_id, label=option['text']['text'], option=option)}"
            f" {option['text']['text']}"
            for option in options_of(element)
        ]
        return f"[{head} ▾ {' · '.join(options)}]"

    def _count(
        self,
        element: dict[str, Any],
        block_id: str,
        *,
        label: str,
        option: dict[str, Any] | None = None,
    ) -> int:
        number = self._first + len(self.controls)
        self.controls.append(
            Control(
                number=number,
                label=label,
                action_id=element["action_id"],
                block_id=block_id,
                option=option,
                url=element.get("url"),
            )
        )
        return number


def _rich_text(block: Block, look: Look) -> list[str]:
    lines: list[str] = []
    for part in block["elements"]:
        if part["type"] == "rich_text_list":
            indent = "  " * part.get("indent", 0)
            for number, item in enumerate(part["elements"], part.get("offset", 0) + 1):
                mark = f"{number}." if part["style"] == "ordered" else "•"
                lines.append(f"{indent}{mark} {_inlines(item['elements'], look)}")
            continue
        begin = {"rich_text_quote": "│ ", "rich_text_preformatted": "    "}.get(part["type"], "")
        lines.extend(begin + line for line in _inlines(part["elements"], look).split("\n"))
    return lines


def _inlines(elements: Iterable[dict[str, Any]], look: Look) -> str:
    return "".join(
        look.styled(
            _inline_text(one, look), *(key for key, on in one.get("style", {}).items() if on)
        )
        for one in elements
    )


_INLINE_FORMS = {
    "text": "{text}",
    "emoji": ":{name}:",
    "user": "@{user_id}",
    "usergroup": "@{usergroup_id}",
    "channel": "#{channel_id}",
    "broadcast": "@{range}",
    "color": "{value}",
}


def _inline_text(one: dict[str, Any], look: Look) -> str:
    if one["type"] == "link":
        return look.link(one["url"], one.get("text", one["url"]))
    if one["type"] == "date":
        return date_text(one["timestamp"], one["format"], look)
    return _INLINE_FORMS[one["type"]].format_map(one)


def _table(rows: Sequence[Sequence[dict[str, Any]]], look: Look) -> list[str]:
    cells = [[_cell(cell, look) for cell in row] for row in rows]
    count = max(map(len, cells))
    widths = [
        max(_columns(row[column]) for row in cells if column < len(row)) for column in range(count)
    ]
    return [
        "  ".join(
            cell + " " * (widths[at] - _columns(cell)) for at, cell in enumerate(row)
        ).rstrip()
        for row in cells
    ]


def _cell(cell: dict[str, Any], look: Look) -> str:
    return " ".join(_rich_text(cell, look)) if cell["type"] == "rich_text" else str(cell["text"])


def _chart(block: Block) -> list[str]:
    chart = block["chart"]
    if chart["type"] == "pie":
        points = [(one["label"], one["value"]) for one in chart["segments"]]
    else:
        points = [
            (f"{series['name']}, {point['label']}", point["value"])
            for series in chart["series"]
            for point in series["data"]
        ]
    return [block["title"], *(f"  {label}: {value}" for label, value in points)]


def _columns(text: str) -> int:
    """How many columns a terminal gives to this text; escape codes take none."""
    return sum(map(_char_columns, _ESCAPES.sub("", text)))


def _char_columns(char: str) -> int:
    if char == _EMOJI_FORM:  # makes the narrow sign before it a wide one
        return 1
    if unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
