"""Who is told of what a poll saw: the rows of the outbox, decided by level and not by edge.

Every watch that a poll's transaction sees was there before the poll, so what ends in this poll is
told to each watch that means it, whatever the clocks of the two say. A watch that was stored while
such a transaction ran was not seen by it: the ends of the last ``RECHECK`` are held against young
watches again. The keys keep anything from being told twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.jobs import FAILED, Status
from bot.domain.notices import Notice, dump_notice
from bot.domain.outbox import Kind, NewRow, row_key
from bot.domain.seen import SeenJob
from bot.domain.transitions import Reason, Transition
from bot.domain.watches import Watch, event_of, is_meant

RECHECK = timedelta(minutes=5)
"""Far longer than a transaction takes, and than what Together may leave out at first comes late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """One thing to tell of one job, and which of its watches want it."""

    kind: Kind
    seen: SeenJob
    watches: Sequence[Watch]
    previous_status: str | None = None


def route(
    transitions: Sequence[Transition],
    ended_lately: Iterable[SeenJob],
    watches: Sequence[Watch],
    muted: Mapping[str, datetime],
    *,
    now: datetime,
) -> list[NewRow]:
    """A row for each job and channel that wants it, in the order in which the jobs moved.

    Args:
        transitions: of this poll.
        ended_lately: as they were before this poll; those that ended since ``now - RECHECK``.
        watches: all that have not ended.
        muted: until when each muted channel is; its rows are stored as muted.
        now: this poll's time; aware, UTC.
    """
    news: list[_News] = []
    for transition in transitions:
        news += _told_now(transition, watches)
    news += _told_late(transitions, ended_lately, watches, now=now)
    news.sort(key=lambda told: (told.seen.job.updated_at or now, told.seen.id))
    return [
        _row(told, channel, wanting, muted=muted, now=now)
        for told in news
        for channel, wanting in _by_channel(told.watches).items()
    ]


def watches_done(
    transitions: Iterable[Transition], ended_lately: Iterable[SeenJob], watches: Iterable[Watch]
) -> list[int]:
    """The numbers of the watches whose one job has ended."""
    ended = {transition.seen.id for transition in transitions if transition.seen.has_ended}
    ended |= {seen.id for seen in ended_lately if seen.has_ended}
    return [watch.number for watch in watches if watch.job in ended]


def _told_now(transition: Transition, watches: Sequence[Watch]) -> list[_News]:
    seen, before = transition.seen, transition.before
    match transition.reason:
        case Reason.FIRST_SEEN | Reason.STARTED if seen.job.status == Status.RUNNING:
            return [_News(kind=Kind.STARTED, seen=seen, watches=_wanting(watches, seen))]
        case Reason.ENDED | Reason.ENDED_UNSEEN:
            return [_News(kind=Kind.ENDED, seen=seen, watches=_wanting(watches, seen))]
        case Reason.CORRECTED if before is not None and not seen.silent:
            return _corrected(seen, before, watches)
        case _:
            return []


def _corrected(seen: SeenJob, before: SeenJob, watches: Sequence[Watch]) -> list[_News]:
    """Where the first end was told, its correction; elsewhere the new end is news like any."""
    wanting = _wanting(watches, seen)
    misled = [watch for watch in _wanting(watches, before) if _began_by(watch, before)]
    channels = {watch.channel for watch in misled}
    also = [watch for watch in wanting if watch.channel in channels and watch not in misled]
    others = [watch for watch in wanting if watch.channel not in channels]
    correction = _News(
        kind=Kind.CORRECTED,
        seen=seen,
        watches=[*misled, *also],
        previous_status=before.job.status,
    )
    return [correction, _News(kind=Kind.ENDED, seen=seen, watches=others)]


def _told_late(
    transitions: Iterable[Transition],
    ended_lately: Iterable[SeenJob],
    watches: Sequence[Watch],
    *,
    now: datetime,
) -> list[_News]:
    """What ended in an earlier poll. A corrected job is left out: its row may have either kind."""
    moved = {transition.seen.id: transition for transition in transitions}
    young = [watch for watch in watches if watch.job or watch.since >= now - RECHECK]
    news = []
    for known in ended_lately:
        transition = moved.get(known.id)
        seen = known if transition is None else transition.seen
        if not known.has_ended or seen.epoch:
            continue
        asked = young if seen.job == known.job else watches
        wanting = [watch for watch in _wanting(asked, seen) if _began_by(watch, seen)]
        news.append(_News(kind=Kind.ENDED, seen=seen, watches=wanting))
    return news


def _wanting(watches: Iterable[Watch], seen: SeenJob) -> list[Watch]:
    event = event_of(seen.job.status)
    return [watch for watch in watches if event in watch.events and is_meant(seen.job, watch)]


def _began_by(watch: Watch, seen: SeenJob) -> bool:
    """Whoever asks for one job by its id, which had not ended, is told its end at any rate."""
    return watch.job is not None or (seen.ended_at is not None and watch.since <= seen.ended_at)


def _by_channel(watches: Iterable[Watch]) -> dict[str, list[Watch]]:
    found: dict[str, list[Watch]] = {}
    for watch in sorted(watches, key=lambda watch: watch.number):
        found.setdefault(watch.channel, []).append(watch)
    return found


def _row(
    told: _News,
    channel: str,
    watches: Sequence[Watch],
    *,
    muted: Mapping[str, datetime],
    now: datetime,
) -> NewRow:
    job = told.seen.job
    mentions = [who for watch in watches for who in watch.notify] if job.status in FAILED else []
    notice = Notice(
        kind=told.kind,
        job=job,
        previous_status=told.previous_status,
        mentions=tuple(dict.fromkeys(mentions)),
        watches=tuple(watch.number for watch in watches),
        thread=any(watch.thread for watch in watches),
    )
    return NewRow(
        key=row_key(told.kind, job.id, epoch=told.seen.epoch, channel=channel),
        kind=told.kind,
        channel=channel,
        subject=job.id,
        payload=dump_notice(notice),
        due_at=now,
        muted=muted.get(channel, now) > now,
    )
