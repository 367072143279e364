"""A message as a person sees it, in plain lines: dates in UTC, links by their label."""

import re
from typing import Any

from bot.rendering.kit import Message

_TOKEN = re.compile(r"<(?:[^<>|]*\|([^<>]*)|(?:!subteam\^)?([@#]?[A-Z0-9]+))>")


def seen(message: Message) -> str:
    """The blocks from top to bottom; buttons in brackets, a button beside a text at its end."""
    return "\n".join(_lines(block) for block in message.blocks)


def _lines(block: dict[str, Any]) -> str:  # noqa: PLR0911 - one a kind of block
    match block["type"]:
        case "section" if "fields" in block:
            return "\n".join(_words(field).replace("\n", " ", 1) for field in block["fields"])
        case "section":
            beside = f"  {_control(block['accessory'])}" if "accessory" in block else ""
            return _words(block["text"]) + beside
        case "header":
            return f"# {block['text']['text']}"
        case "context":
            return "\n".join(f"({_words(element)})" for element in block["elements"])
        case "actions":
            return " ".join(map(_control, block["elements"]))
        case "table":
            return "\n".join(" | ".join(map(_cell, row)) for row in block["rows"])
        case _:
            text: str = block["elements"][0]["elements"][0]["text"]
            return "\n".join(f"| {line}" for line in told(text).splitlines())


def _cell(cell: dict[str, Any]) -> str:
    if cell["type"] == "raw_text":
        return told(cell["text"])
    link = cell["elements"][0]["elements"][0]
    return f"[{link['text']}]"


def _words(part: dict[str, Any]) -> str:
    return told(part["text"])


def told(mrkdwn: str) -> str:
    """Words of mrkdwn with tokens resolved; spaces that do not break as ordinary ones."""
    shown = _TOKEN.sub(lambda token: token[1] or token[2], mrkdwn)
    return shown.replace("\N{NO-BREAK SPACE}", " ")


def _control(element: dict[str, Any]) -> str:
    if element["type"] == "static_select":
        return f"[{element['placeholder']['text']} ▾]"
    return f"[{element['text']['text']}]"
