"""Block Kit's small parts: its limits, what is sent, and one function a block or element.

No function here cuts or escapes: texts arrive safe (``rendering.foreign``) and bounded by those who
write them, each so that the sum stays below ``MESSAGE_CHARS``. So nothing is ever cut unseen.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.rendering.foreign import ELLIPSIS

Block = dict[str, Any]
Element = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS_PER_MESSAGE = 50
# https://docs.slack.dev/reference/block-kit/composition-objects/text-object
TEXT_OBJECT_CHARS = 3000
# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER_CHARS = 150
# https://docs.slack.dev/reference/block-kit/blocks/section-block
FIELDS_PER_SECTION = 10
FIELD_CHARS = 2000
# https://docs.slack.dev/reference/block-kit/blocks/context-block
CONTEXT_ELEMENTS = 10
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTIONS_ELEMENTS = 25
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
ACTION_ID_CHARS = 255
BUTTON_CHARS = 75
BUTTON_VALUE_CHARS = 2000
BUTTON_URL_CHARS = 3000
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
OPTIONS_PER_MENU = 100
PLACEHOLDER_CHARS = 150
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_CHARS = 75
OPTION_VALUE_CHARS = 150
# https://docs.slack.dev/reference/block-kit/blocks/table-block: with the head; over all cells
TABLE_ROWS = 100
TABLE_CHARS = 10_000
# https://docs.slack.dev/reference/methods/chat.postMessage: "text" is best kept within 4,000, and
# beyond 40,000 Slack cuts it
TEXT_CHARS = 4000
LONGEST_TEXT_CHARS = 40_000
# No number is published for msg_blocks_too_long; it was seen at about 13,200 escaped characters
# (https://github.com/slackapi/bolt-js/issues/2509), so this stays below it.
MESSAGE_CHARS = 12_000

USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
"""Slack's id of a person. https://docs.slack.dev/reference/objects/user-object"""

_MENTIONED_ID = re.compile(r"[UWS][A-Z0-9]{1,20}")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: ``text`` says everything alone (banners and screen readers read only it)."""

    text: str
    blocks: tuple[Block, ...] = ()


def joined(lines: Iterable[str]) -> str:
    """The top-level text: its lines, the empty ones left out, at most ``TEXT_CHARS`` long.

    Lines that do not fit are left out from the end on, and an ellipsis says so.
    """
    kept = []
    room = TEXT_CHARS - len(ELLIPSIS)
    for line in filter(None, lines):
        room -= len(line) + 1
        if room < 0:
            kept.append(ELLIPSIS)
            break
        kept.append(line)
    return "\n".join(kept)


def link(url: str, label: str) -> str:
    """A link of ours. ``url`` and ``label`` are safe already."""
    return f"<{url}|{label}>"


def mention(slack_id: str) -> str:
    """A person or a user group, by the id that Slack gave us.

    https://docs.slack.dev/messaging/formatting-message-text#mentioning-groups

    Raises:
        ValueError: that is no id, so it may be anything.
    """
    if not _MENTIONED_ID.fullmatch(slack_id):
        raise ValueError(f"not a Slack id of a person or a group: {slack_id!r}")
    return f"<!subteam^{slack_id}>" if slack_id.startswith("S") else f"<@{slack_id}>"


def channel(channel_id: str) -> str:
    """A channel, which those who may see it see by its name; a direct message has none."""
    return f"<#{channel_id}>" if _CHANNEL_ID.fullmatch(channel_id) else "our direct messages"


def when(moment: datetime) -> str:
    """A date token, which each reader sees in local time; UTC where it cannot be read.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    words = moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "minutes") + " UTC"
    seconds = int(moment.timestamp())
    # A token takes Unix time; nothing says that it takes the years before 1970.
    return f"<!date^{seconds}^{{date_short_pretty}} at {{time}}|{words}>" if seconds > 0 else words


def header(text: str) -> Block:
    """A headline of ours."""
    return {"type": "header", "text": _plain(text)}


def section(mrkdwn: str, *, accessory: Element | None = None) -> Block:
    """A paragraph of mrkdwn."""
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


def context(mrkdwn: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [_mrkdwn(mrkdwn)]}


def quote(text: str) -> Block:
    """Foreign words, quoted as they are; ``text`` went through ``plain``."""
    return _rich({"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]})


def preformatted(text: str) -> Block:
    """Lines in a fixed pitch; foreign parts went through ``plain``."""
    return _rich({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]})


def table(rows: Sequence[Sequence[Element]]) -> Block:
    """A table whose first row is its head. Slack takes one a message."""
    return {"type": "table", "rows": [list(row) for row in rows]}


def cell(text: str) -> Element:
    """Text in a table, as it is; foreign parts went through ``plain``."""
    return {"type": "raw_text", "text": text}


def link_cell(url: str, label: str) -> Element:
    """A link of ours in a table."""
    link = {"type": "link", "url": url, "text": label}
    return _rich({"type": "rich_text_section", "elements": [link]})


def actions(elements: list[Element]) -> Block:
    """A row of controls."""
    return {"type": "actions", "elements": elements}


def button(label: str, *, action_id: str, value: str, spoken: str = "") -> Element:
    """A button that comes back to us with ``value``; ``spoken`` is what a screen reader says."""
    element = {"type": "button", "text": _plain(label), "action_id": action_id, "value": value}
    return {**element, "accessibility_label": spoken} if spoken else element


def link_button(label: str, *, action_id: str, url: str) -> Element:
    """A button that opens a page. Slack tells us of the press all the same."""
    return {"type": "button", "text": _plain(label), "action_id": action_id, "url": url}


def menu(label: str, *, action_id: str, options: Iterable[tuple[str, str]]) -> Element:
    """A menu of (label, value) pairs; ``label`` shows until one is chosen."""
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": _plain(label),
        "options": [{"text": _plain(text), "value": value} for text, value in options],
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> dict[str, Any]:
    """``verbatim`` keeps Slack from finding links and names in words that hold none of ours.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _rich(element: Element) -> Block:
    return {"type": "rich_text", "elements": [element]}
