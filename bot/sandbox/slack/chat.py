"""The Web API's ``chat.*`` methods.

https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours
"""

from typing import Any

from bot.sandbox.slack.blocks import refuse_message
from bot.sandbox.slack.calls import Call, Method, is_member
from bot.sandbox.slack.shapes import message_shape
from bot.sandbox.slack.state import Refusal
from bot.sandbox.slack.workspace import BOT_USER_ID, Channel, ChannelKind, Draft, Message, UserKind

# https://docs.slack.dev/reference/methods/chat.update
UPDATE_TEXT_CHARS = 4000

_FLAT = (str, int, float, bool)


def draft_of(call: Call) -> Draft:
    """The message that the arguments describe.

    Raises:
        Refusal: Slack would not take it.
    """
    blocks = call.json("blocks", error="invalid_blocks_format")
    attachments = call.json("attachments", error="invalid_attachments")
    refused = refuse_message(
        text=call.text("text"), blocks=blocks, has_attachments=bool(attachments)
    )
    if refused is not None:
        more = refused.body()
        del more["ok"], more["error"]
        raise Refusal(refused.error, **more)
    return Draft(
        text=call.text("text"),
        blocks=blocks or (),
        metadata=_metadata(call.json("metadata", error="invalid_metadata_format")),
        parses_names=call.flag("link_names") or call.text("parse") == "full",
    )


def _metadata(value: Any) -> dict[str, Any] | None:
    """https://docs.slack.dev/messaging/message-metadata: flat values, or arrays of them."""
    if value is None:
        return None
    match value:
        case {"event_type": str(kind), "event_payload": dict(payload)} if kind:
            values = [
                item
                for one in payload.values()
                for item in (one if isinstance(one, list) else [one])
            ]
            values = [
                item
                for one in values
                for item in (one.values() if isinstance(one, dict) else [one])
            ]
            if all(isinstance(item, _FLAT) for item in values):
                return dict(value)
    raise Refusal("invalid_metadata_format")


def _target(call: Call) -> Channel:
    """Where to post: a channel's id, or a person's, which opens the DM with them."""
    user = call.state.workspace.users.get(call.text("channel"))
    if user is not None and user.kind not in {UserKind.BOT, UserKind.STRANGER}:
        return call.state.workspace.dm_with(user.id)
    channel = call.channel()
    if channel.is_archived:
        raise Refusal("is_archived")
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    """The parent's ``ts``. Slack's own word for a reply's, or for none, is not published."""
    thread_ts = call.text("thread_ts") or None
    if thread_ts is None:
        return None
    parent = call.state.workspace.message(channel.id, thread_ts)
    if parent is None or parent.thread_ts not in {None, parent.ts}:
        raise Refusal("cannot_reply_to_message")
    return thread_ts


def _post_message(call: Call) -> dict[str, Any]:
    call.need("chat:write")
    channel = _target(call)
    may_join_in = (
        channel.kind is ChannelKind.PUBLIC and "chat:write.public" in call.state.app.scopes
    )
    if not is_member(channel) and not may_join_in:
        raise Refusal("not_in_channel")
    draft, thread_ts = draft_of(call), _thread(call, channel)
    now = call.state.now()
    call.state.pace.take(channel.id, at=now)
    call.message = call.state.workspace.post(
        draft, channel=channel.id, author=BOT_USER_ID, at=now, thread_ts=thread_ts
    )
    return {
        "channel": channel.id,
        "ts": call.message.ts,
        "message": message_shape(call.message, call.state.app),
    }


def _post_ephemeral(call: Call) -> dict[str, Any]:
    call.need("chat:write")
    channel = call.channel()
    if channel.is_archived:
        raise Refusal("is_archived")
    if not is_member(channel):
        raise Refusal("not_in_channel")
    if call.text("user") not in channel.members:
        raise Refusal("user_not_in_channel")
    call.message = call.state.workspace.post(
        draft_of(call),
        channel=channel.id,
        author=BOT_USER_ID,
        at=call.state.now(),
        thread_ts=_thread(call, channel),
        ephemeral_to=call.text("user"),
    )
    return {"message_ts": call.message.ts}


def _own_message(call: Call, *, error: str) -> Message:
    """An ephemeral message is ``message_not_found``: Slack does not keep those."""
    channel = call.channel()
    found = call.state.workspace.message(channel.id, call.text("ts"))
    if found is None:
        raise Refusal("message_not_found")
    if found.author != BOT_USER_ID:
        raise Refusal(error)
    return found


def _update(call: Call) -> dict[str, Any]:
    call.need("chat:write")
    message = _own_message(call, error="cant_update_message")
    if len(call.text("text")) > UPDATE_TEXT_CHARS:
        raise Refusal("msg_too_long")
    call.message = call.state.workspace.edit(message, draft_of(call), at=call.state.now())
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": call.message.text,
        "message": message_shape(call.message, call.state.app),
    }


def _delete(call: Call) -> dict[str, Any]:
    call.need("chat:write")
    message = _own_message(call, error="cant_delete_message")
    call.message = call.state.workspace.delete(message, at=call.state.now())
    return {"channel": message.channel, "ts": message.ts}


CHAT: dict[str, Method] = {
    "chat.postMessage": _post_message,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.delete": _delete,
}
