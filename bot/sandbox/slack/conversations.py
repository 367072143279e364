"""The Web API's ``conversations.*`` methods, ``users.conversations`` and ``users.info``.

https://docs.slack.dev/reference/methods/conversations.history and its neighbours
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from bot.sandbox.slack.calls import SCOPE_FAMILY, Call, Method, is_member
from bot.sandbox.slack.shapes import channel_shape, message_shape, user_shape
from bot.sandbox.slack.state import Refusal
from bot.sandbox.slack.workspace import BOT_USER_ID, Channel, ChannelKind, Message

PAGE_LIMIT = 100
MOST = 999
TYPES = {
    "public_channel": ChannelKind.PUBLIC,
    "private_channel": ChannelKind.PRIVATE,
    "im": ChannelKind.DM,
}

T = TypeVar("T")


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
    """One page of messages."""
    page, cursor = _cut(call, found, [message.ts for message in found])
    return {
        "messages": [_shape(call, message, kept) for message in page],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _cut(call: Call, found: Sequence[T], ids: Sequence[str]) -> tuple[Sequence[T], str]:
    """The page that is asked for, and the cursor of the next one: the last id of this one."""
    limit = call.number("limit", default=PAGE_LIMIT)
    if not 1 <= limit <= MOST:
        raise Refusal("invalid_limit")
    start = 0
    if cursor := call.text("cursor"):
        if cursor not in ids:
            raise Refusal("invalid_cursor")
        start = ids.index(cursor) + 1
    end = start + limit
    return found[start:end], ids[end - 1] if len(found) > end else ""


def _shape(call: Call, message: Message, kept: Sequence[Message]) -> dict[str, Any]:
    shape = message_shape(message, call.state.app)
    if message.metadata and not call.flag("include_all_metadata"):
        shape["metadata"] = {"event_type": message.metadata["event_type"]}
    replies = [reply for reply in kept if reply.thread_ts == message.ts != reply.ts]
    if replies:
        latest = {"reply_count": len(replies), "latest_reply": replies[-1].ts}
        shape |= {"thread_ts": message.ts, **latest}
    return shape


def _conversations_of(call: Call) -> dict[str, Any]:
    """Somebody's channels; of those that are not public the ones that the bot is in, too.

    https://docs.slack.dev/reference/methods/users.conversations
    """
    kinds = set()
    for word in (call.text("types") or "public_channel").split(","):
        if word not in TYPES:
            raise Refusal("invalid_types")
        call.need(f"{SCOPE_FAMILY[TYPES[word]]}:read")
        kinds.add(TYPES[word])
    user = call.text("user") or BOT_USER_ID
    found = [
        channel
        for channel in call.state.workspace.channels.values()
        if channel.kind in kinds
        and user in channel.members
        and (channel.kind is ChannelKind.PUBLIC or is_member(channel))
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    page, cursor = _cut(call, found, [channel.id for channel in found])
    shapes = [channel_shape(channel) for channel in page]
    for shape in shapes:
        shape.pop("is_member", None)
    return {"channels": shapes, "response_metadata": {"next_cursor": cursor}}


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
    "users.conversations": _conversations_of,
    "users.info": _user,
}
