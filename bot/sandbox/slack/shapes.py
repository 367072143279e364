"""Slack's own shapes on the wire: users, channels, messages, and what an interaction delivers.

Field names are those of https://github.com/slackapi/java-slack-sdk (``json-logs/samples``).
"""

from typing import Any

from bot.sandbox.slack.state import InstalledApp
from bot.sandbox.slack.workspace import (
    BOT_ID,
    BOT_USER_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    Channel,
    ChannelKind,
    Message,
    User,
    UserKind,
)

Wire = dict[str, Any]

VERIFICATION_TOKEN = "deprecated-verification-token"  # noqa: S105 - real payloads carry one, too


def user_shape(user: User) -> Wire:
    """A user as ``users.info`` shows one."""
    is_single = user.kind is UserKind.SINGLE_CHANNEL_GUEST
    shape: Wire = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": False,
        "real_name": user.name,
        "tz": user.tz,
        "profile": {"real_name": user.name, "display_name": user.name, "team": user.team_id},
        "is_bot": user.kind is UserKind.BOT,
        "is_app_user": False,
        "updated": 0,
    }
    if user.kind is UserKind.STRANGER:
        return {**shape, "is_stranger": True}
    return {
        **shape,
        "is_admin": user.kind is UserKind.ADMIN,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": is_single or user.kind is UserKind.GUEST,
        "is_ultra_restricted": is_single,
    }


def channel_shape(channel: Channel) -> Wire:
    """A conversation as ``conversations.info`` shows it to the bot."""
    if channel.kind is ChannelKind.DM:
        (other,) = channel.members - {BOT_USER_ID}
        return {"id": channel.id, "created": 0, "is_im": True, "user": other, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": 0,
        "is_channel": channel.kind is ChannelKind.PUBLIC,
        "is_group": channel.kind is ChannelKind.PRIVATE,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind is ChannelKind.PRIVATE,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": BOT_USER_ID in channel.members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def message_shape(message: Message, app: InstalledApp) -> Wire:
    """A message as history, answers and interaction payloads show it."""
    shape: Wire = {
        "type": "message",
        "user": message.author,
        "ts": message.ts,
        "text": message.text,
        "team": TEAM_ID,
    }
    if message.author == BOT_USER_ID:
        shape |= {"bot_id": BOT_ID, "app_id": app.app_id}
    if message.blocks:
        shape["blocks"] = list(message.blocks)
    if message.thread_ts:
        shape["thread_ts"] = message.thread_ts
    if message.metadata:
        shape["metadata"] = message.metadata
    if message.edits and not message.blocks:
        shape["edited"] = {"user": message.author, "ts": f"{message.at:.6f}"}
    return shape


def command_payload(
    app: InstalledApp,
    *,
    command: str,
    text: str,
    user: User,
    channel: Channel,
    response_url: str,
    trigger_id: str,
) -> dict[str, str]:
    """What a slash command delivers.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": user.team_id,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def actions_payload(
    app: InstalledApp,
    *,
    message: Message,
    action: Wire,
    user: User,
    channel: Channel,
    response_url: str,
    trigger_id: str,
) -> Wire:
    """What a pressed button or a chosen option delivers; of an ephemeral message no ``message``.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    container: Wire = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload: Wire = {
        "type": "block_actions",
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": app.app_id,
        "token": VERIFICATION_TOKEN,
        "container": container,
        "trigger_id": trigger_id,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "state": {"values": _state_values(message, action)},
        "response_url": response_url,
        "actions": [action],
    }
    if message.ephemeral_to is None:
        payload["message"] = message_shape(message, app)
    return payload


def event_payload(app: InstalledApp, event: Wire, *, event_id: str, at: float) -> Wire:
    """What the Events API delivers.

    https://docs.slack.dev/apis/events-api
    """
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(at),
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def controls_of(message: Message) -> list[tuple[str, Wire]]:
    """Every control of a message, in reading order, with the ``block_id`` it stands in."""
    return [found for block in message.blocks for found in _controls(block, block["block_id"])]


def options_of(control: Wire) -> list[Wire]:
    """The options of a menu, those of its groups included."""
    groups = control.get("option_groups", [])
    return [*control.get("options", []), *(option for one in groups for option in one["options"])]


def _controls(value: Any, block_id: str) -> list[tuple[str, Wire]]:
    if isinstance(value, list):
        return [found for item in value for found in _controls(item, block_id)]
    if not isinstance(value, dict):
        return []
    inside = value.get("block_id", block_id)
    own = [(inside, value)] if "action_id" in value else []
    return own + [found for inner in value.values() for found in _controls(inner, inside)]


def _state_values(message: Message, action: Wire) -> Wire:
    """Buttons and overflow menus have no state; a menu's is what was chosen or preset."""
    values: Wire = {}
    for block_id, control in controls_of(message):
        if control["type"] != "static_select":
            continue
        is_this = (block_id, control["action_id"]) == (action["block_id"], action["action_id"])
        chosen = action.get("selected_option") if is_this else control.get("initial_option")
        values.setdefault(block_id, {})[control["action_id"]] = {
            "type": control["type"],
            "selected_option": chosen,
        }
    return values


def _channel_name(channel: Channel) -> str:
    """https://github.com/slack-ruby/slack-ruby-client/issues/227 for the two special names."""
    names = {ChannelKind.DM: "directmessage", ChannelKind.PRIVATE: "privategroup"}
    return names.get(channel.kind, channel.name)
