"""One poll against a Together and a store in memory: what is believed, told and reported."""

from datetime import timedelta

import pytest

from bot.domain.errors import StoreUnavailable, TogetherGarbled, TogetherUnreachable
from bot.domain.jobs import Status
from bot.domain.outbox import Kind, State
from bot.domain.transitions import Reason
from bot.ports import Changes
from bot.services.polling import BASELINE_DONE, WATERMARK, Poller, PollReport
from tests.fakes import NOON
from tests.services.polling_scene import CHANNEL, Scene, after_the_baseline


@pytest.fixture
async def scene() -> Scene:
    return await after_the_baseline()


async def test_the_first_poll_is_silent_and_says_that_it_is_done() -> None:
    scene = Scene()
    await scene.watch()
    scene.together.put("completed", "eval-1", "eval-2")
    scene.together.put("running", "eval-3", at=NOON + timedelta(seconds=9))
    report = await scene.poll()
    assert report.transitions == {Reason.BASELINE: 3}
    assert scene.store.outbox == {}
    assert scene.store.settings == {
        BASELINE_DONE: scene.clock.now().isoformat(),
        WATERMARK: (NOON + timedelta(seconds=9)).isoformat(),
    }


async def test_the_baseline_is_taken_once(scene: Scene) -> None:
    before = dict(scene.store.settings)
    scene.together.put("running", "eval-1", at=NOON + timedelta(days=1))
    await scene.poll()
    assert scene.store.settings == before


async def test_a_job_is_told_when_it_ends_and_only_then(scene: Scene) -> None:
    for status in ("pending", "running", "completed", "completed"):
        scene.together.put(status, "eval-1")
        await scene.poll()
    assert scene.told() == ["eval-1"]


async def test_a_job_that_came_and_went_between_two_polls_is_told(scene: Scene) -> None:
    scene.together.put("error", "eval-1", at=scene.clock.now())
    report = await scene.poll()
    assert report.transitions == {Reason.ENDED_UNSEEN: 1}
    assert scene.told() == ["eval-1"]


async def test_an_old_job_that_comes_into_view_is_not_told(scene: Scene) -> None:
    scene.together.put("completed", "eval-1", at=NOON - timedelta(days=2))
    report = await scene.poll()
    assert report.transitions == {Reason.TOO_OLD: 1}
    assert scene.told() == []


async def test_after_a_long_downtime_what_ended_meanwhile_becomes_one_message(
    scene: Scene,
) -> None:
    names = [f"eval-{number}" for number in range(6)]
    scene.together.put("running", *names)
    await scene.poll()
    scene.together.put("completed", *names)
    scene.poller = Poller(scene.together, scene.store, scene.clock)
    report = await scene.poll(after=86_400)
    assert report.new_rows == 6
    states = {row.kind: row.state for row in scene.store.outbox.values()}
    assert states == {Kind.ENDED: State.COVERED, Kind.GROUP: State.PENDING}


async def test_two_pollers_tell_once(scene: Scene) -> None:
    scene.together.put("running", "eval-1")
    other = Poller(scene.together, scene.store, scene.clock)
    await scene.poll()
    scene.together.put("completed", "eval-1")
    await other.poll_once(scene.clock.now())
    await scene.poll()
    assert scene.told() == ["eval-1"]


@pytest.mark.parametrize("failing", [None, *Status])
async def test_a_list_that_does_not_come_changes_nothing(scene: Scene, failing: str | None) -> None:
    scene.together.put("completed", *(f"eval-{number}" for number in range(100)))
    scene.together.refused[failing] = TogetherUnreachable("no answer")
    before = scene.memory()
    with pytest.raises(TogetherUnreachable):
        await scene.poll()
    assert scene.memory() == before


async def test_a_list_of_which_no_row_can_be_read_changes_nothing() -> None:
    scene = Scene()
    scene.together.unreadable = 3
    with pytest.raises(TogetherGarbled):
        await scene.poll()
    assert scene.store.settings == {}


async def test_a_row_that_cannot_be_read_takes_no_other_with_it(scene: Scene) -> None:
    scene.together.unreadable = 3
    scene.together.put("completed", "eval-1")
    report = await scene.poll()
    assert report.unreadable == 3
    assert scene.told() == ["eval-1"]


async def test_an_empty_answer_deletes_nothing(scene: Scene) -> None:
    before = scene.memory()
    scene.together.jobs.clear()
    await scene.poll()
    assert scene.memory() == before


async def test_when_the_database_fails_the_next_poll_makes_up_for_it(scene: Scene) -> None:
    scene.together.put("completed", "eval-1")
    scene.store.failure = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        await scene.poll()
    scene.store.failure = None
    await scene.poll()
    assert scene.told() == ["eval-1"]


async def test_a_quiet_poll_writes_nothing(scene: Scene) -> None:
    scene.together.put("running", "eval-1")
    await scene.poll()
    await scene.poll()
    assert scene.store.changes == Changes(seen=[], rows=[], settings={}, ended_watches=[])


async def test_a_watch_of_one_job_ends_with_it(scene: Scene) -> None:
    await scene.store.end_watches(channel=CHANNEL)
    scene.together.put("running", "eval-1", "eval-2")
    watch = await scene.watch(job="eval-1")
    scene.together.put("completed", "eval-2")
    await scene.poll()
    assert await scene.store.watches() == (watch,)
    scene.together.put("completed", "eval-1")
    await scene.poll()
    assert scene.told() == ["eval-1"]
    assert await scene.store.watches() == ()


async def test_the_report_counts_what_happened(scene: Scene) -> None:
    scene.together.put("running", "eval-1", "eval-2")
    await scene.poll()
    scene.together.put("completed", "eval-1", at=scene.clock.now())
    scene.together.put("error", "eval-2", at=scene.clock.now() + timedelta(seconds=10))
    scene.together.put("queued", "eval-3")
    report = await scene.poll()
    assert report == PollReport(
        calls=1,
        jobs=4,
        unreadable=0,
        missing=0,
        unanswered=0,
        transitions={Reason.ENDED: 2, Reason.FIRST_SEEN: 1},
        new_rows=2,
        saturated=False,
        lag_seconds=30.0,
        seconds=0.0,
    )


async def test_a_clock_behind_togethers_gives_no_negative_lag(scene: Scene) -> None:
    scene.together.put("completed", "eval-1", at=NOON + timedelta(days=1))
    assert (await scene.poll()).lag_seconds == 0.0


async def test_what_moved_is_in_the_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    scene.together.put("running", "eval-1")
    await scene.poll()
    scene.together.put("completed", "eval-1")
    await scene.poll()
    scene.together.put("running", "eval-1")
    await scene.poll()
    assert [record.__dict__["reason"] for record in caplog.records] == [
        "first_seen",
        "ended",
        "absorbed",
    ]


async def test_more_unfinished_jobs_than_a_list_holds_are_said_to_hide_some(
    scene: Scene,
) -> None:
    scene.together.put("running", *(f"eval-{number}" for number in range(100)))
    assert (await scene.poll()).saturated


async def test_years_of_ended_jobs_hide_nothing() -> None:
    scene = Scene()
    scene.together.put("completed", *(f"eval-{number}" for number in range(300)))
    assert not (await scene.poll()).saturated
    scene.together.put("completed", *(f"eval-new-{number}" for number in range(99)))
    assert not (await scene.poll()).saturated


async def test_more_ends_than_a_list_holds_since_the_last_poll_are_said_to_hide_some(
    scene: Scene,
) -> None:
    scene.together.put("completed", *(f"eval-{number}" for number in range(100)))
    assert (await scene.poll()).saturated
