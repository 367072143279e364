"""What every store does with watches and mutes."""

from dataclasses import replace

from bot.domain.commands import Event, JobFilter
from bot.domain.jobs import EvaluationType
from bot.domain.outbox import Kind, NewRow, State
from bot.domain.watches import NewWatch, Origin, Watch
from bot.ports import Mute, Store
from tests.fakes import NOON, FakeClock
from tests.stores import MINUTE, SECOND, claim, new_row

RICH = NewWatch(
    channel="C1",
    filter=JobFilter(type=EvaluationType.SCORE, model="qwen 3.5", judge="Ünïcode", dataset="file"),
    events=frozenset({Event.STARTED, Event.USER_ERROR}),
    notify=("U0MEMBER", "S0GROUP"),
    thread=False,
    created_by="U0MEMBER",
    since=NOON.replace(microsecond=7),
)
PLAIN = NewWatch(channel="C1", since=NOON)


def setting(channel: str, **values: object) -> NewWatch:
    return replace(
        PLAIN,
        channel=channel,
        origin=Origin.SETTING,
        identity=channel,
        **values,  # type: ignore[arg-type]
    )


def missed(subject: str, *, due_at: object) -> NewRow:
    return new_row(subject, kind=Kind.MISSED, due_at=due_at)


def of(new: NewWatch, number: int) -> Watch:
    return Watch(**{name: getattr(new, name) for name in new.__slots__}, number=number)


async def test_a_watch_comes_back_as_it_was_stored(store: Store) -> None:
    rich = await store.add_watch(RICH)
    one_job = await store.add_watch(replace(PLAIN, channel="D1", job="eval-1"))
    assert rich == of(RICH, rich.number)
    assert await store.watches() == (rich, one_job)
    assert await store.watches(channel="D1") == (one_job,)
    assert await store.watches(channel="C9") == ()


async def test_the_same_watch_is_stored_once(store: Store) -> None:
    first = await store.add_watch(RICH)
    again = replace(RICH, since=NOON + MINUTE, created_by="U1MEMBER")
    assert await store.add_watch(again) == first
    other = await store.add_watch(replace(RICH, notify=()))
    assert other.number != first.number
    assert len(await store.watches()) == 2


async def test_numbers_are_never_used_again(store: Store) -> None:
    first = await store.add_watch(RICH)
    assert await store.end_watch(first.number, channel="C1") == first
    await store.prune(before=NOON + MINUTE)
    second = await store.add_watch(RICH)
    assert second.number > first.number


async def test_only_its_own_channel_ends_a_watch_and_once(store: Store) -> None:
    watch = await store.add_watch(RICH)
    assert await store.end_watch(watch.number, channel="C2") is None
    assert await store.end_watch(watch.number + 1, channel="C1") is None
    assert await store.end_watch(watch.number, channel="C1") == watch
    assert await store.end_watch(watch.number, channel="C1") is None
    assert await store.watches() == ()


async def test_all_watches_of_a_channel_end_but_those_of_a_setting(store: Store) -> None:
    await store.add_watch(RICH)
    await store.add_watch(PLAIN)
    elsewhere = await store.add_watch(replace(PLAIN, channel="C2"))
    await store.sync_watches(Origin.SETTING, [setting("C1")])
    assert await store.end_watches(channel="C1") == 2
    assert await store.end_watches(channel="C1") == 0
    kept = await store.watches()
    assert [(watch.channel, watch.origin) for watch in kept] == [
        ("C2", elsewhere.origin),
        ("C1", Origin.SETTING),
    ]


async def test_watches_of_a_setting_follow_it_and_keep_their_since(store: Store) -> None:
    by_command = await store.add_watch(PLAIN)
    await store.sync_watches(Origin.SETTING, [setting("C1"), setting("C2")])
    first, second = (await store.watches())[1:]
    later = NOON + MINUTE
    changed = setting("C2", since=later, notify=("U0MEMBER",))
    await store.sync_watches(Origin.SETTING, [changed, setting("C3", since=later)])
    kept, new = (await store.watches())[1:]
    assert kept == replace(second, notify=("U0MEMBER",))
    assert (new.channel, new.since) == ("C3", later)
    assert new.number > second.number > first.number
    await store.sync_watches(Origin.FILE, [])
    assert len(await store.watches()) == 3
    await store.sync_watches(Origin.SETTING, [])
    assert await store.watches() == (by_command,)


async def test_a_pause_is_noted_on_each_watch_of_the_channel(store: Store) -> None:
    watch = await store.add_watch(RICH)
    other = await store.add_watch(replace(PLAIN, channel="C2"))
    until = NOON + MINUTE
    before = await store.pause_watches("C1", until=until, fault="is_archived")
    assert before == (watch,)
    paused = replace(watch, paused_until=until, fault="is_archived")
    assert await store.watches() == (paused, other)
    again = await store.pause_watches("C1", until=until + MINUTE, fault="is_archived")
    assert again == (paused,)
    await store.resume_watches("C1")
    assert await store.watches() == (watch, other)


async def test_a_mute_keeps_its_row_until_it_ends(store: Store) -> None:
    mute = Mute(channel="C1", since=NOON, until=NOON + MINUTE, by="U0MEMBER")
    await store.mute(mute, missed("mute", due_at=NOON + MINUTE))
    assert await store.muted("C1", now=NOON + SECOND) == mute
    assert await store.muted("C2", now=NOON) is None
    assert await store.muted("C1", now=NOON + MINUTE) is None
    assert await claim(store, now=NOON + MINUTE - SECOND) == ()
    [row] = await claim(store, now=NOON + MINUTE)
    assert (row.subject, row.created_at) == ("mute", NOON)


async def test_an_unmute_makes_the_row_due(store: Store) -> None:
    mute = Mute(channel="C1", since=NOON, until=NOON + MINUTE, by="U0MEMBER")
    await store.mute(mute, missed("mute", due_at=NOON + MINUTE))
    assert await store.unmute("C2", now=NOON) is None
    assert await store.unmute("C1", now=NOON + SECOND) == mute
    assert await store.unmute("C1", now=NOON + SECOND) is None
    [row] = await claim(store, now=NOON + SECOND)
    assert row.subject == "mute"


async def test_a_mute_of_a_muted_channel_moves_its_end_and_misses_nothing(store: Store) -> None:
    first = Mute(channel="C1", since=NOON, until=NOON + MINUTE, by="U0MEMBER")
    await store.mute(first, missed("first", due_at=first.until))
    second = Mute(channel="C1", since=NOON + SECOND, until=NOON + 5 * MINUTE, by="U1MEMBER")
    await store.mute(second, missed("second", due_at=second.until))
    assert await store.muted("C1", now=NOON + MINUTE) == replace(second, since=NOON)
    assert await claim(store, now=NOON + 2 * MINUTE) == ()
    [row] = await claim(store, now=second.until)
    assert (row.subject, row.created_at) == ("first", NOON)


async def test_a_mute_after_one_that_ran_out_is_a_mute_of_its_own(store: Store) -> None:
    first = Mute(channel="C1", since=NOON, until=NOON + MINUTE, by="U0MEMBER")
    await store.mute(first, missed("first", due_at=first.until))
    second = Mute(channel="C1", since=first.until, until=NOON + 5 * MINUTE, by="U0MEMBER")
    await store.mute(second, missed("second", due_at=second.until))
    assert await store.unmute("C1", now=NOON + 2 * MINUTE) == second
    rows = await store.rows(state=State.PENDING)
    assert [(row.subject, row.due_at) for row in rows] == [
        ("second", NOON + 2 * MINUTE),
        ("first", NOON + MINUTE),
    ]


async def test_the_time_of_an_end_is_the_clocks(store: Store, clock: FakeClock) -> None:
    await clock.advance(60)
    watch = await store.add_watch(RICH)
    await store.end_watch(watch.number, channel="C1")
    assert await store.prune(before=NOON + MINUTE) == 0
    assert await store.prune(before=NOON + MINUTE + SECOND) == 1
