"""Block Kit's small parts: limits, foreign text made safe, and one function a block or element.

Foreign text is whatever another person or program wrote: ids, model names, labels, errors, typed
words. It enters a message through ``foreign``, ``code`` or ``plain`` and through nothing else.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import regex

Block = dict[str, Any]
Element = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS_PER_MESSAGE = 50
# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER_CHARS = 150
# https://docs.slack.dev/reference/block-kit/blocks/section-block
SECTION_CHARS = 3000
FIELDS_PER_SECTION = 10
FIELD_CHARS = 2000
# https://docs.slack.dev/reference/block-kit/blocks/context-block
CONTEXT_ELEMENTS = 10
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTIONS_ELEMENTS = 25
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_CHARS = 75
BUTTON_VALUE_CHARS = 2000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_CHARS = 75
OPTION_VALUE_CHARS = 150
# https://docs.slack.dev/reference/methods/chat.postMessage: "text" is best kept within 4,000
TEXT_CHARS = 4000
# No number is published for msg_blocks_too_long; it was seen at about 13,200 escaped characters
# (https://github.com/slackapi/bolt-js/issues/2509), so this stays below it.
MESSAGE_CHARS = 12_000

NBSP = "\N{NO-BREAK SPACE}"
ELLIPSIS = "…"

_GRAPHEME = regex.compile(r"\X")
# Slack reads these as formatting wherever it likes. Nothing escapes them, so each is shown by a
# sign that looks the same and means nothing to Slack.
_LOOK_ALIKES = str.maketrans(
    {
        "*": "\N{ASTERISK OPERATOR}",
        "~": "\N{TILDE OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
    }
)
_NO_BACKTICK = str.maketrans({"`": "'"})
_EDGE_UNDERSCORE = regex.compile(r"(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])")
_EMOJI_COLON = regex.compile(r":(?=[\w+'-]+:)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: ``text`` says everything alone (banners and screen readers read only it)."""

    text: str
    blocks: tuple[Block, ...] = ()


def clean(text: str) -> str:
    """One line of visible characters: no control, bidi or zero-width ones, single spaces."""
    if text.isprintable():  # the common case, and thirty times faster
        return " ".join(text.split())
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in {"Cc", "Zs", "Zl", "Zp"}:
            kept.append(" ")
        elif category == "Cs":  # half of a pair cannot be sent as UTF-8
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category != "Cf":
            kept.append(char)
    return " ".join("".join(kept).split())


def escape(text: str) -> str:
    """Slack's three entities, ``&`` first, so that none is escaped twice.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def foreign(text: str, *, chars: int) -> str:
    """Foreign text for mrkdwn: never markup, never a mention, at most ``chars`` once escaped."""
    shown = _EDGE_UNDERSCORE.sub(
        "\N{MODIFIER LETTER LOW MACRON}", clean(text).translate(_LOOK_ALIKES)
    )
    return _longest(_EMOJI_COLON.sub("\N{RATIO}", shown), chars=chars)


def code(text: str, *, chars: int = 200) -> str:
    """Something to type, in a code span."""
    return f"`{_longest(clean(text).translate(_NO_BACKTICK), chars=chars)}`"


def plain(text: str, *, chars: int) -> str:
    """Foreign text where Slack reads no markup (plain_text, rich_text): cleaned and bounded."""
    cleaned = clean(text)
    if len(cleaned) <= chars:
        return cleaned
    kept = ""
    for grapheme in _GRAPHEME.finditer(cleaned):
        if len(kept) + len(grapheme[0]) > chars - len(ELLIPSIS):
            break
        kept += grapheme[0]
    return kept + ELLIPSIS


def link(url: str, label: str) -> str:
    """A link of ours. ``url`` and ``label`` are safe already."""
    return f"<{url}|{label}>"


def when(moment: datetime, *, form: str = "{date_short_pretty} at {time}") -> str:
    """A date token, which each reader sees in local time; UTC where it cannot be read.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    fallback = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(moment.timestamp())}^{form}|{fallback}>"


def header(text: str) -> Block:
    """A headline of ours."""
    return {"type": "header", "text": {"type": "plain_text", "text": text[:HEADER_CHARS]}}


def section(mrkdwn: str, *, accessory: Element | None = None) -> Block:
    """A paragraph of mrkdwn. ``verbatim`` keeps Slack from finding links and names in it."""
    block: Block = {"type": "section", "text": _mrkdwn(mrkdwn)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def fields(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Name and value pairs (values are mrkdwn) in two columns, ten pairs a section."""
    shown = [_mrkdwn(f"*{name}*\n{value}") for name, value in pairs]
    return [
        {"type": "section", "fields": shown[start : start + FIELDS_PER_SECTION]}
        for start in range(0, len(shown), FIELDS_PER_SECTION)
    ]


def context(*mrkdwn: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [_mrkdwn(text) for text in mrkdwn[:CONTEXT_ELEMENTS]]}


def quote(text: str) -> Block:
    """Foreign words, quoted; ``text`` went through ``plain``."""
    return _rich({"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]})


def preformatted(text: str) -> Block:
    """Lines in a fixed pitch; foreign parts went through ``plain``."""
    return _rich({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]})


def actions(elements: list[Element]) -> Block:
    """A row of controls."""
    return {"type": "actions", "elements": elements[:ACTIONS_ELEMENTS]}


def button(label: str, *, action_id: str, value: str) -> Element:
    """A button that comes back to us with ``value``."""
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action_id,
        "value": value,
    }


def link_button(label: str, *, action_id: str, url: str) -> Element:
    """A button that opens a page. Slack tells us of the press all the same."""
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action_id,
        "url": url,
    }


def menu(label: str, *, action_id: str, options: Iterable[tuple[str, str]]) -> Element:
    """A menu of (label, value) pairs; ``label`` shows until one is chosen."""
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": {"type": "plain_text", "text": label},
        "options": [
            {"text": {"type": "plain_text", "text": text}, "value": value}
            for text, value in options
        ],
    }


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _rich(element: Element) -> Block:
    return {"type": "rich_text", "elements": [element]}


def _longest(text: str, *, chars: int) -> str:
    """The longest beginning of ``text``, on a grapheme, that escaped has at most ``chars``."""
    escaped = escape(text)
    if len(escaped) <= chars:
        return escaped
    kept = ""
    for grapheme in _GRAPHEME.finditer(text):
        part = escape(grapheme[0])
        if len(kept) + len(part) > chars - len(ELLIPSIS):
            break
        kept += part
    return kept + ELLIPSIS
