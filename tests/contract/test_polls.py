"""What every store does with a poll: reads, decides and writes as one, and groups what is much."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import StoreError
from bot.domain.jobs import ClassifyResults, EvaluationJob, Model
from bot.domain.notices import GROUP_ABOVE
from bot.domain.outbox import Kind, NewRow, State
from bot.domain.seen import SeenJob
from bot.domain.watches import NewWatch
from bot.ports import Changes, Known, Mute, Store
from tests.fakes import NOON
from tests.stores import MINUTE, SECOND, claim, new_row, seen_job


async def record(
    store: Store,
    changes: Changes | Callable[[Known], Changes],
    *,
    ids: Collection[str] = (),
    recheck: timedelta = MINUTE,
) -> Sequence[NewRow]:
    decide = changes if callable(changes) else lambda _: changes
    return await store.record(ids, decide, recheck_since=NOON - recheck, now=NOON)


async def known(store: Store, ids: Collection[str] = (), *, recheck: timedelta = MINUTE) -> Known:
    told: list[Known] = []

    def look(known: Known) -> Changes:
        told.append(known)
        return Changes()

    await record(store, look, ids=ids, recheck=recheck)
    return told[-1]


async def test_a_new_store_knows_nothing(store: Store) -> None:
    assert await known(store, ["eval-1"]) == Known(
        seen={}, ended_lately=(), watches=(), muted={}, settings={}
    )
    assert await store.unfinished() == ()


async def test_a_job_comes_back_as_it_was_recorded(store: Store) -> None:
    job = EvaluationJob(
        id="eval-1",
        status="completed",
        type="classify",
        models=(Model(name="Qwen/Qwen3.5-9B"), Model(name="answers", is_column=True)),
        labels=("yes", "no"),
        created_at=NOON.replace(microsecond=1),
        results=ClassifyResults(pass_percentage=87.0, label_counts={"yes": 174.0, "no": 26.0}),
    )
    seen = SeenJob(
        job=job,
        first_seen_at=NOON,
        last_seen_at=NOON + SECOND,
        started_at=NOON.replace(microsecond=999_999),
        ended_at=NOON + SECOND,
        silent=True,
        epoch=3,
    )
    await record(store, Changes(seen=[seen, seen_job("eval-2")]))
    assert (await known(store, ["eval-1", "eval-3"])).seen == {"eval-1": seen}


async def test_a_job_is_replaced_by_what_is_recorded_next(store: Store) -> None:
    await record(store, Changes(seen=[seen_job("eval-1")]))
    ended = seen_job("eval-1", "error", epoch=1)
    await record(store, Changes(seen=[ended]))
    assert (await known(store, ["eval-1"])).seen == {"eval-1": ended}


async def test_unfinished_jobs_are_listed_the_oldest_first_and_500_at_most(store: Store) -> None:
    many = [
        seen_job(f"eval-{number}", first_seen_at=NOON - number * SECOND) for number in range(510)
    ]
    await record(store, Changes(seen=[*many, seen_job("eval-done", "completed")]))
    unfinished = await store.unfinished()
    assert list(unfinished) == many[:9:-1]


async def test_ends_of_late_are_known_unless_they_are_silent(store: Store) -> None:
    lately = seen_job("eval-1", "completed", ended_at=NOON - MINUTE)
    before = seen_job("eval-2", "completed", ended_at=NOON - MINUTE - SECOND)
    silent = seen_job("eval-3", "completed", silent=True)
    await record(store, Changes(seen=[silent, before, lately, seen_job("eval-4")]))
    assert (await known(store)).ended_lately == (lately,)


async def test_rows_whose_key_exists_are_left_out(store: Store) -> None:
    first, second = new_row("eval-1"), new_row("eval-2")
    assert list(await record(store, Changes(rows=[first]))) == [first]
    assert list(await record(store, Changes(rows=[first, second, second]))) == [second]
    assert [row.subject for row in await store.rows()] == ["eval-2", "eval-1"]


async def test_nothing_of_a_poll_is_kept_when_deciding_fails(store: Store) -> None:
    def fail(_: Known) -> Changes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await record(store, fail)
    assert await store.rows() == ()
    await record(store, Changes(rows=[new_row("eval-1")]))
    assert len(await store.rows()) == 1


async def test_nothing_of_a_poll_is_kept_when_a_part_cannot_be_stored(store: Store) -> None:
    unstorable = Changes(
        seen=[seen_job("eval-1")],
        rows=[new_row("eval-1")],
        settings={"limit": float("nan")},
    )
    with pytest.raises((ValueError, StoreError)):
        await record(store, unstorable)
    assert (await store.rows(), await store.unfinished()) == ((), ())


async def test_settings_are_kept_whatever_json_they_are(store: Store) -> None:
    values = {"baseline_done": None, "mark": "2026", "deep": {"a": [1, 2.5, False]}}
    await record(store, Changes(settings=values))
    await record(store, Changes(settings={"mark": "2027"}))
    assert (await known(store)).settings == values | {"mark": "2027"}


async def test_watches_that_a_poll_ends_are_gone(store: Store) -> None:
    one = await store.add_watch(NewWatch(channel="C1", since=NOON))
    two = await store.add_watch(NewWatch(channel="C2", since=NOON))
    assert (await known(store)).watches == (one, two)
    await record(store, Changes(ended_watches={one.number}))
    assert (await known(store)).watches == (two,)


async def test_a_paused_watch_is_still_known(store: Store) -> None:
    await store.add_watch(NewWatch(channel="C1", since=NOON))
    await store.pause_watches("C1", until=NOON + MINUTE, fault="is_archived")
    [watch] = (await known(store)).watches
    assert watch.fault == "is_archived"


async def test_mutes_are_known_until_they_end(store: Store) -> None:
    for channel, until in (("C1", NOON + SECOND), ("C2", NOON)):
        mute = Mute(channel=channel, since=NOON - MINUTE, until=until, by="U0MEMBER")
        await store.mute(mute, new_row("mute", channel, kind=Kind.MISSED, due_at=until))
    assert (await known(store)).muted == {"C1": NOON + SECOND}


async def test_more_than_five_new_ends_of_a_channel_are_covered_by_one_row(store: Store) -> None:
    rows = [new_row(f"eval-{number}", "C1") for number in range(GROUP_ABOVE)]
    rows.append(new_row("eval-0", "C1", kind=Kind.CORRECTED, epoch=1))
    few = [new_row(f"eval-{number}", "C2") for number in range(GROUP_ABOVE)]
    assert list(await record(store, Changes(rows=[*rows, *few]))) == [*rows, *few]
    [group] = [row for row in await store.rows() if row.kind is Kind.GROUP]
    assert (group.channel, group.state) == ("C1", State.PENDING)
    assert len(group.payload["notices"]) == len(rows)
    covered = await store.rows(state=State.COVERED)
    assert {row.key for row in covered} == {row.key for row in rows}
    assert {row.covered_by for row in covered} == {group.id}
    assert [row.kind for row in await claim(store)] == [Kind.ENDED, Kind.GROUP]


async def test_only_new_and_unmuted_ends_make_a_group(store: Store) -> None:
    old = [new_row(f"eval-{number}", "C1") for number in range(4)]
    await record(store, Changes(rows=old))
    rows = [
        *old,
        *(new_row(f"eval-{number}", "C1", kind=Kind.STARTED) for number in range(4)),
        *(new_row(f"eval-m{number}", "C1", muted=True) for number in range(4)),
        *(new_row(f"eval-n{number}", "C1") for number in range(GROUP_ABOVE)),
    ]
    await record(store, Changes(rows=rows))
    assert not [row for row in await store.rows() if row.kind is Kind.GROUP]


async def test_the_same_poll_again_adds_nothing(store: Store) -> None:
    changes = Changes(
        seen=[seen_job(f"eval-{number}", "completed") for number in range(9)],
        rows=[new_row(f"eval-{number}") for number in range(9)],
    )
    await record(store, changes)
    before = await store.rows()
    assert list(await record(store, changes)) == []
    assert await store.rows() == before


async def test_a_job_with_a_text_that_no_database_holds_is_recorded(store: Store) -> None:
    hostile = replace(
        seen_job("eval-1", "error"), job=EvaluationJob(id="eval-1", status="error", error="a\0b")
    )
    await record(store, Changes(seen=[hostile]))
    seen = (await known(store, ["eval-1"])).seen["eval-1"]
    assert seen.job.error is not None
    assert (seen.job.error[0], seen.job.error[-1]) == ("a", "b")
