"""What Slack sends, with made-up ids. Field names: https://docs.slack.dev/interactivity."""

import itertools
from typing import Any

TEAM = "T0LOCAL"
OTHER_TEAM = "T0OTHER"
MEMBER = "U0MEMBER"
GUEST = "U0GUEST"
BOT = "UEVALSBOT"

_triggers = itertools.count(1)


def trigger_id() -> str:
    return f"{next(_triggers)}.made-up"


def command(text: str, *, user: str = MEMBER, team: str = TEAM, **more: Any) -> dict[str, Any]:
    return {
        "command": "/evals",
        "text": text,
        "team_id": team,
        "team_domain": "local",
        "channel_id": "C0EVALS",
        "channel_name": "evals",
        "user_id": user,
        "user_name": "member",
        "api_app_id": "A0EVALS",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/T0LOCAL/1/made-up",
        "trigger_id": trigger_id(),
        **more,
    }


def press(
    action_id: str,
    value: str = "",
    *,
    user: str = MEMBER,
    team: str = TEAM,
    private: bool = True,
    menu: bool = False,
) -> dict[str, Any]:
    option = {"text": {"type": "plain_text", "text": "Failed"}, "value": value}
    chosen = {"selected_option": option} if menu else {"value": value}
    return {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "local"},
        "user": {"id": user, "username": "member", "team_id": team},
        "api_app_id": "A0EVALS",
        "trigger_id": trigger_id(),
        "container": {
            "type": "message",
            "message_ts": "1751287840.000100",
            "channel_id": "C0EVALS",
            "is_ephemeral": private,
        },
        "channel": {"id": "C0EVALS", "name": "evals"},
        "response_url": "https://hooks.slack.com/actions/T0LOCAL/1/made-up",
        "actions": [
            {
                "type": "static_select" if menu else "button",
                "action_id": action_id,
                "block_id": "b1",
                "action_ts": "1751287841.000100",
                **chosen,
            }
        ],
    }


def joined(
    channel: str = "C0EVALS", *, user: str = BOT, inviter: str | None = MEMBER
) -> dict[str, Any]:
    """Without an inviter somebody came in of their own accord."""
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel,
        "channel_type": "C",
        "team": TEAM,
        "event_ts": "1751287840.000100",
    }
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A0EVALS",
        "event": event if inviter is None else {**event, "inviter": inviter},
        "event_id": f"Ev{trigger_id()}",
        "event_time": 1751287840,
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }
