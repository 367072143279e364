"""What Slack's payloads say of a command or a press, beside who it was.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.asker import Asker
from handlers.access import Person

_GROUP_NAME = "mpdm-"
"""So begins the name of a message between several people."""


def asker_of(body: Mapping[str, Any]) -> Asker:
    """Who typed or pressed, and where."""
    channel = body.get("channel") or {
        "id": body.get("channel_id"),
        "name": body.get("channel_name"),
    }
    return Asker(
        user_id=Person.of(body).user_id,
        channel=str(channel.get("id") or ""),
        is_in_group=str(channel.get("name") or "").startswith(_GROUP_NAME),
        trigger_id=str(body.get("trigger_id") or ""),
    )


def pressed_value(body: Mapping[str, Any]) -> str:
    """What the pressed control carries: a button's value, or a menu's chosen option."""
    action = (body.get("actions") or [{}])[0]
    option = action.get("selected_option") or {}
    return str(action.get("value") or option.get("value") or "")


def is_private(body: Mapping[str, Any]) -> bool:
    """Whether the message of the control is seen by one person alone."""
    return bool((body.get("container") or {}).get("is_ephemeral"))
