"""Which people a message would call: the live mentions in its text and blocks.

They are recorded and not refused: whether a mention is wanted is not for Slack to know.
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

_TOKEN = re.compile(r"<(?:![a-z]+(?:\^[^>]*)?|@[A-Z0-9]+)(?:\|[^>]*)?>")
_PLAIN = re.compile(r"(?<!\w)@(?:channel|here|everyone)\b")


def live_mentions(
    text: str, blocks: Sequence[dict[str, Any]], *, parses_names: bool = False
) -> tuple[str, ...]:
    """Every mention that Slack would carry out, in reading order.

    ``<!channel>``, ``<!here>``, ``<!everyone>``, ``<@U…>`` and ``<!subteam^…>`` in the text, in
    mrkdwn and in markdown; ``@channel`` in mrkdwn that is not ``verbatim``, and in the text when
    ``parses_names`` (``link_names``, or ``parse=full``); user, usergroup and broadcast elements of
    rich text. A date token is no mention.
    """
    found = [*_tokens(text), *(_PLAIN.findall(text) if parses_names else ())]
    for block in blocks:
        found.extend(_within(block))
    return tuple(found)


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _within(item)
    elif isinstance(value, dict):
        yield from _one(value)
        for inner in value.values():
            yield from _within(inner)


def _one(value: dict[str, Any]) -> Iterator[str]:
    match value:
        case {"type": "mrkdwn", "text": str(text)}:
            yield from _tokens(text)
            if not value.get("verbatim"):
                yield from _PLAIN.findall(text)
        case {"type": "markdown", "text": str(text)}:
            yield from _tokens(text)
        case {"type": "user", "user_id": user}:
            yield f"<@{user}>"
        case {"type": "usergroup", "usergroup_id": group}:
            yield f"<!subteam^{group}>"
        case {"type": "broadcast", "range": reach}:
            yield f"<!{reach}>"


def _tokens(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text) if not token.startswith("<!date^")]
