"""The Web API's ``conversations.*`` methods and ``users.info``.

https://docs.slack.dev/reference/methods/conversations.history and its neighbours
"""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.slack.calls import Call, Method, is_member
from bot.sandbox.slack.shapes import channel_shape, message_shape, user_shape
from bot.sandbox.slack.state import Refusal
from bot.sandbox.slack.workspace import BOT_USER_ID, Channel, ChannelKind, Message

HISTORY_LIMIT = 100
MOST_MESSAGES = 999


def _info(call: Call) -> dict[str, Any]:
    channel = call.family("read")
    shape = channel_shape(channel)
    if call.flag("include_num_members"):
        shape["num_members"] = len(channel.members)
    return {"channel": shape}


def _join(call: Call) -> dict[str, Any]:
    call.need("channels:join")
    channel = call.channel()
    if channel.kind is not ChannelKind.PUBLIC:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    was_member = is_member(channel)
    call.state.workspace.join(channel.id, BOT_USER_ID)
    answer: dict[str, Any] = {"channel": channel_shape(call.channel())}
    if was_member:
        warning = "already_in_channel"
        answer |= {"warning": warning, "response_metadata": {"warnings": [warning]}}
    return answer


def _readable(call: Call) -> Channel:
    channel = call.family("history")
    if not is_member(channel):
        raise Refusal("not_in_channel")
    return channel


def _history(call: Call) -> dict[str, Any]:
    """Parents only, newest first: replies are read with ``conversations.replies``."""
    channel = _readable(call)
    kept = _kept(call, channel)
    parents = [message for message in reversed(kept) if message.thread_ts in {None, message.ts}]
    return _page(call, kept, [message for message in parents if _is_between(call, message)])


def _replies(call: Call) -> dict[str, Any]:
    """A parent and its replies, oldest first."""
    channel = _readable(call)
    ts = call.text("ts")
    if call.state.workspace.message(channel.id, ts) is None:
        raise Refusal("thread_not_found")
    kept = _kept(call, channel)
    thread = [message for message in kept if ts in {message.ts, message.thread_ts}]
    between = [message for message in thread if message.ts == ts or _is_between(call, message)]
    return _page(call, kept, between)


def _kept(call: Call, channel: Channel) -> list[Message]:
    return [
        message
        for message in call.state.workspace.messages
        if message.channel == channel.id and message.ephemeral_to is None
    ]


def _is_between(call: Call, message: Message) -> bool:
    oldest, latest = call.text("oldest"), call.text("latest")
    ts = float(message.ts)
    try:
        if call.flag("inclusive"):
            return float(oldest or 0) <= ts <= float(latest or "inf")
        return float(oldest or 0) < ts < float(latest or "inf")
    except ValueError:
        raise Refusal("invalid_arguments") from None


def _page(call: Call, kept: Sequence[Message], found: Sequence[Message]) -> dict[str, Any]:
    """One page of ``found``; the cursor is the ``ts`` of the last message of the page before."""
    limit = call.number("limit", default=HISTORY_LIMIT)
    if not 1 <= limit <= MOST_MESSAGES:
        raise Refusal("invalid_limit")
    start = 0
    if cursor := call.text("cursor"):
        positions = [index for index, message in enumerate(found) if message.ts == cursor]
        if not positions:
            raise Refusal("invalid_cursor")
        start = positions[0] + 1
    page = found[start : start + limit]
    has_more = len(found) > start + limit
    return {
        "messages": [_shape(call, message, kept) for message in page],
        "has_more": has_more,
        "response_metadata": {"next_cursor": page[-1].ts if has_more else ""},
    }


def _shape(call: Call, message: Message, kept: Sequence[Message]) -> dict[str, Any]:
    shape = message_shape(message, call.state.app)
    if message.metadata and not call.flag("include_all_metadata"):
        shape["metadata"] = {"event_type": message.metadata["event_type"]}
    replies = [reply for reply in kept if reply.thread_ts == message.ts != reply.ts]
    if replies:
        latest = {"reply_count": len(replies), "latest_reply": replies[-1].ts}
        shape |= {"thread_ts": message.ts, **latest}
    return shape


def _user(call: Call) -> dict[str, Any]:
    call.need("users:read")
    user = call.state.workspace.users.get(call.text("user"))
    if user is None:
        raise Refusal("user_not_found")
    return {"user": user_shape(user)}


CONVERSATIONS: dict[str, Method] = {
    "conversations.info": _info,
    "conversations.join": _join,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "users.info": _user,
}
