"""What Slack takes, and what we promise beyond it, checked over every part of a message."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from bot.rendering import kit
from bot.rendering.kit import Message
from bot.sandbox.slack.blocks import refuse_message, rendered_chars
from bot.sandbox.slack.mentions import live_mentions

_HEADER_OVERHEAD_CHARS = 100
"""What msg_blocks_too_long was seen to count for a header, beyond its words."""

_TOKEN = re.compile(r"<[^<>]*>")
_OUR_TOKEN = re.compile(
    r"<https://api\.together\.ai/evaluations/result/(?P<id>[A-Za-z0-9_-]{1,128})\|(?P=id)>"
    r"|<!date\^[1-9][0-9]*\^\{date_short_pretty\} at \{time\}\|[0-9]{4}-[0-9: -]+ UTC>"
)
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_CODE = re.compile(r"`[^`\n]+`")
_BOLD = re.compile(r"\*[^*\s](?:[^*\n]*[^*\s])?\*")
_SHORTCODE = re.compile(r":[\w+'-]+:")
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BLANK_LOOKING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u2800\u3164\uffa0\ufe00")


def check(
    message: Message,
    *,
    mentioned: frozenset[str] = frozenset(),
    ours: bool = False,
    text_chars: int = kit.TEXT_CHARS,
) -> None:
    """Assert that Slack takes this message and that only what is ours is live in it.

    ``mentioned`` are the people, groups and channels whom it may name; ``ours`` lets its words be
    formatted at will.
    """
    meant = frozenset(map(_token, mentioned))
    blocks = json.loads(json.dumps(message.blocks, ensure_ascii=False).encode())
    assert refuse_message(text=message.text, blocks=blocks or None) is None
    assert set(live_mentions(message.text, blocks)) <= meant
    assert rendered_chars(blocks) <= kit.MESSAGE_CHARS
    message.text.encode()
    assert len(message.text) <= text_chars
    assert len(message.blocks) <= kit.BLOCKS_PER_MESSAGE
    for block in message.blocks:
        _CHECKS[block["type"]](block)
    for kind, text in [("mrkdwn", message.text), *visible_texts(message)]:
        assert text.strip()
        assert not [char for char in text if _is_hidden(char)], ascii(text)
        if kind == "mrkdwn":
            _check_mrkdwn(text, meant=meant, ours=ours)
    assert weight(message) <= kit.MESSAGE_CHARS


def weight(message: Message) -> int:
    """What Slack counts of a message's blocks, in escaped characters; more rather than less."""
    headers = [block for block in message.blocks if block["type"] == "header"]
    texts = sum(
        len(text) if kind == "mrkdwn" else len(_escaped(text))
        for kind, text in visible_texts(message)
    )
    return texts + len(headers) * _HEADER_OVERHEAD_CHARS


def visible_texts(message: Message) -> Iterator[tuple[str, str]]:
    """Each text of the blocks that people see or hear, with its kind."""
    for part in _walk(message.blocks):
        if "text" in part and isinstance(part["text"], str):
            yield part["type"], part["text"]
        if "accessibility_label" in part:
            yield "plain_text", part["accessibility_label"]


def _walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from _walk(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _walk(value)


def _token(slack_id: str) -> str:
    return {"S": "<!subteam^{}>", "C": "<#{}>"}.get(slack_id[0], "<@{}>").format(slack_id)


def _check_mrkdwn(text: str, *, meant: frozenset[str], ours: bool) -> None:
    live = [token for token in _TOKEN.findall(text) if not _OUR_TOKEN.fullmatch(token)]
    assert set(live) <= meant, live
    words = _TOKEN.sub("¤", text)
    assert "<" not in words
    assert ">" not in words
    assert "&" not in _ENTITY.sub("", words), words
    if not ours:
        _check_unformatted(words)


def _check_unformatted(words: str) -> None:
    unformatted = _CODE.sub("code", words)
    assert "`" not in unformatted, words
    unformatted = _BOLD.sub("", unformatted)
    assert "*" not in unformatted, words
    assert "~" not in unformatted, words
    assert not _EDGE_UNDERSCORE.search(unformatted), words
    assert not _SHORTCODE.search(unformatted), words
    assert not re.search(r"^&gt;", unformatted, re.MULTILINE), words


def _is_hidden(char: str) -> bool:
    if char in "\n\N{NO-BREAK SPACE}":
        return False
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return unicodedata.category(char) in hidden or char in _BLANK_LOOKING


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _check_text(part: dict[str, Any], kinds: set[str], chars: int) -> None:
    assert part["type"] in kinds
    assert 0 < len(part["text"]) <= chars
    assert part.get("verbatim") is (True if part["type"] == "mrkdwn" else None)


def _check_section(block: dict[str, Any]) -> None:
    assert set(block) <= {"type", "text", "fields", "accessory"}
    assert "text" in block or "fields" in block
    if "text" in block:
        _check_text(block["text"], {"mrkdwn"}, kit.TEXT_OBJECT_CHARS)
    if "fields" in block:
        assert 0 < len(block["fields"]) <= kit.FIELDS_PER_SECTION
        for field in block["fields"]:
            _check_text(field, {"mrkdwn"}, kit.FIELD_CHARS)
    if "accessory" in block:
        _check_element(block["accessory"])


def _check_header(block: dict[str, Any]) -> None:
    _check_text(block["text"], {"plain_text"}, kit.HEADER_CHARS)


def _check_context(block: dict[str, Any]) -> None:
    assert 0 < len(block["elements"]) <= kit.CONTEXT_ELEMENTS
    for element in block["elements"]:
        _check_text(element, {"mrkdwn"}, kit.TEXT_OBJECT_CHARS)


def _check_actions(block: dict[str, Any]) -> None:
    elements = block["elements"]
    assert 0 < len(elements) <= kit.ACTIONS_ELEMENTS
    assert len({element["action_id"] for element in elements}) == len(elements)
    for element in elements:
        _check_element(element)


def _check_rich_text(block: dict[str, Any]) -> None:
    assert block["elements"]
    for element in block["elements"]:
        assert element["type"] in {"rich_text_quote", "rich_text_preformatted"}
        for part in element["elements"]:
            assert part["type"] == "text"
            assert part["text"]


def _check_table(block: dict[str, Any]) -> None:
    rows = block["rows"]
    assert 2 <= len(rows) <= kit.TABLE_ROWS
    assert {len(row) for row in rows} == {len(rows[0])}
    written = 0
    for cell in (cell for row in rows for cell in row):
        if cell["type"] == "rich_text":
            [[link]] = [section["elements"] for section in cell["elements"]]
            assert _OUR_TOKEN.fullmatch(f"<{link['url']}|{link['text']}>")
            written += len(link["url"]) + len(link["text"])
        else:
            assert cell["type"] == "raw_text"
            assert cell["text"].strip()
            written += len(_escaped(cell["text"]))
    assert written <= kit.TABLE_CHARS


def _check_element(element: dict[str, Any]) -> None:
    assert 0 < len(element["action_id"]) <= kit.ACTION_ID_CHARS
    if element["type"] == "static_select":
        _check_text(element["placeholder"], {"plain_text"}, kit.PLACEHOLDER_CHARS)
        assert 0 < len(element["options"]) <= kit.OPTIONS_PER_MENU
        for option in element["options"]:
            _check_text(option["text"], {"plain_text"}, kit.OPTION_CHARS)
            assert 0 < len(option["value"]) <= kit.OPTION_VALUE_CHARS
        return
    assert element["type"] == "button"
    _check_text(element["text"], {"plain_text"}, kit.BUTTON_CHARS)
    assert len(element.get("accessibility_label", "")) <= kit.BUTTON_CHARS
    assert len(element.get("url", "")) <= kit.BUTTON_URL_CHARS
    assert ("url" in element) is not ("value" in element)
    # Slack may hand these back as entities, so a value does without.
    assert not set(element.get("value", "")) & set("&<>")
    assert 0 < len(element.get("value", "x")) <= kit.BUTTON_VALUE_CHARS


_CHECKS = {
    "section": _check_section,
    "header": _check_header,
    "context": _check_context,
    "actions": _check_actions,
    "rich_text": _check_rich_text,
    "table": _check_table,
}
