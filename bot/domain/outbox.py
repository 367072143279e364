"""A message to Slack as a durable intention: what it is, and how far it got.

::

              enqueue                claim                 Slack took it
    (nothing) ───────▶ pending ───────────────▶ claimed ───────────────▶ sent
                          ▲   ◀── refused for now ──┤
                          │                         ├── refused for good ─▶ dead ─(replay)─▶ pending
                          │                         └── no clear answer, or the claim's lease ran
                          │                             out ─▶ doubt
                          └── not found twice ──────────────────┘  └── found ─▶ sent

``covered`` by a group, ``muted`` and ``skipped`` (nothing left to say) are final and never sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a row says."""

    STARTED = "started"
    """A card for a running job, edited in place when the job ends."""
    ENDED = "ended"
    CORRECTED = "corrected"
    GROUP = "group"
    """One message for more than ``GROUP_ABOVE`` rows of one channel."""
    MISSED = "missed"
    """What a mute kept back, told when it ends."""
    OPERATOR = "operator"
    """To whoever runs the bot: a refused key, a saturated window."""
    ADVICE = "advice"
    """To a watch's creator: what to do about a channel that Slack refuses."""
    GREETING = "greeting"
    SAMPLE = "sample"


class State(StrEnum):
    """How far a row got."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DOUBT = "doubt"
    SENT = "sent"
    COVERED = "covered"
    MUTED = "muted"
    SKIPPED = "skipped"
    DEAD = "dead"


OPEN = frozenset({State.PENDING, State.CLAIMED, State.DOUBT})
"""Rows that hold back later ones of their channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A row before it is stored.

    Attributes:
        key: unique for ever: kind, subject, epoch and channel.
        channel: where it goes: a channel's or a user's Slack id.
        subject: the job's id, or whatever else it is about.
        payload: everything that rendering it needs, as JSON.
        due_at: not before; aware, UTC.
        muted: the channel is muted, so it is stored and never sent.
    """

    key: str
    kind: Kind
    channel: str
    subject: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(NewRow):
    """A stored row.

    Attributes:
        id: in the order of enqueueing.
        fence: one more for each claim; whoever holds an older one may not mark the row.
        attempts: claims that were for a post (and not for resolving a doubt), this one included.
        ts: Slack's id of the message, once it is known.
        thread_ts: the message in whose thread it goes, None for the channel itself.
        error: Slack's code of the last refusal.
        doubted_at: since when it is not known whether Slack took it; None when it is.
        not_found: how often it was looked for in vain since.
        covered_by: the id of the group row that says it.
        sent_at, created_at: aware, UTC.
    """

    id: int
    state: State
    fence: int = 0
    attempts: int = 0
    lease_until: datetime | None = None
    ts: str | None = None
    thread_ts: str | None = None
    error: str | None = None
    doubted_at: datetime | None = None
    not_found: int = 0
    covered_by: int | None = None
    created_at: datetime
    sent_at: datetime | None = None


def row_key(kind: Kind, subject: str, *, epoch: int, channel: str) -> str:
    """The unique key of a row. Two watches of one channel give one key, so one message."""
    return f"{kind}:{subject}:{epoch}:{channel}"
