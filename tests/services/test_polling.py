"""One poll against a Together and a store in memory: what is asked, believed, told and reported."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.domain.errors import (
    StoreUnavailable,
    TogetherBusy,
    TogetherError,
    TogetherGarbled,
    TogetherUnreachable,
)
from bot.domain.jobs import EvaluationJob, JobList, Status
from bot.domain.outbox import Kind, NewRow, State
from bot.domain.transitions import Reason
from bot.domain.watches import DEFAULT_EVENTS, NewWatch, Watch
from bot.ports import Changes, Known
from bot.services.absentees import GIVE_UP_AFTER
from bot.services.lookout import MOST_LOOKUPS
from bot.services.polling import BASELINE_DONE, WATERMARK, Poller, PollReport
from tests.fake_store import FakeStore
from tests.fakes import NOON, FakeEvaluations, PatientClock

CHANNEL = "C0EVALS"
EACH_STATUS = [(status, 100) for status in Status]


@dataclass
class Together(FakeEvaluations):
    """Lists can leave jobs out or fail by their status; look-ups can fail or be slow."""

    unlisted: set[str] = field(default_factory=set)
    refused: dict[str | None, TogetherError] = field(default_factory=dict)
    slow: Callable[[], object] = lambda: None

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        answer = await super().list_jobs(status=status, limit=limit)
        if status in self.refused:
            raise self.refused[status]
        return replace(
            answer, jobs=tuple(job for job in answer.jobs if job.id not in self.unlisted)
        )

    async def get_job(self, job_id: str) -> EvaluationJob:
        self.slow()
        if job_id in self.refused:
            self.asked_ids.append(job_id)
            raise self.refused[job_id]
        return await super().get_job(job_id)

    def put(self, status: str, *names: str, at: datetime | None = NOON) -> None:
        """Have these jobs, newest first, in this status since ``at``."""
        self.jobs = [job for job in self.jobs if job.id not in names]
        fresh = [EvaluationJob(id=name, status=status, updated_at=at) for name in names]
        self.jobs = fresh + self.jobs


class WrittenStore(FakeStore):
    """Remembers what the last poll decided."""

    changes = Changes()

    async def record(
        self,
        job_ids: Collection[str],
        decide: Callable[[Known], Changes],
        *,
        recheck_since: datetime,
        now: datetime,
    ) -> Sequence[NewRow]:
        def remembered(known: Known) -> Changes:
            decide(known)  # a database may ask twice
            self.changes = decide(known)
            return self.changes

        return await super().record(job_ids, remembered, recheck_since=recheck_since, now=now)


class Scene:
    """A bot after its baseline, unless told otherwise, whose only channel watches everything."""

    def __init__(self) -> None:
        self.clock = PatientClock()
        self.store = WrittenStore(self.clock)
        self.together = Together()
        self.poller = Poller(self.together, self.store, self.clock)

    async def poll(self, *, after: float = 30) -> PollReport:
        await self.clock.advance(after)
        self.together.asked.clear()
        self.together.asked_ids.clear()
        return await self.poller.poll_once(self.clock.now())

    async def watch(self, *, job: str | None = None) -> Watch:
        return await self.store.add_watch(
            NewWatch(channel=CHANNEL, job=job, events=DEFAULT_EVENTS, since=self.clock.now())
        )

    def told(self) -> list[str]:
        return [row.subject for row in self.store.outbox.values() if row.kind is Kind.ENDED]

    def memory(self) -> tuple[object, ...]:
        return (dict(self.store.jobs), dict(self.store.settings), dict(self.store.outbox))


@pytest.fixture
async def scene() -> Scene:
    scene = Scene()
    scene.together.put("completed", "eval-old", at=NOON - timedelta(days=1))
    await scene.poll()
    await scene.watch()
    return scene


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


async def test_a_small_team_costs_one_question_a_poll(scene: Scene) -> None:
    scene.together.put("running", "eval-1")
    for _ in range(3):
        report = await scene.poll()
        assert scene.together.asked == [(None, 100)]
        assert report.calls == 1


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


async def test_a_full_list_has_each_status_asked_for_in_the_order_of_a_jobs_life(
    scene: Scene,
) -> None:
    scene.together.put("completed", *(f"eval-{number}" for number in range(100)))
    report = await scene.poll()
    assert scene.together.asked == [(None, 100), *EACH_STATUS]
    assert report.calls == 7


async def test_what_only_the_list_of_its_status_shows_is_seen(scene: Scene) -> None:
    scene.together.put("user_error", "eval-hidden")
    scene.together.put("completed", *(f"eval-{number}" for number in range(100)))
    await scene.poll()
    assert "eval-hidden" in scene.told()


async def test_a_followed_job_that_is_on_no_list_is_asked_for_by_its_id(scene: Scene) -> None:
    scene.together.put("running", "eval-1")
    await scene.poll()
    scene.together.unlisted.add("eval-1")
    await scene.poll()
    assert scene.together.asked == [(None, 100), *EACH_STATUS]
    assert scene.together.asked_ids == ["eval-1"]
    scene.together.put("completed", "eval-1")
    await scene.poll()
    assert scene.told() == ["eval-1"]


async def test_a_job_that_together_does_not_know_is_kept(scene: Scene) -> None:
    scene.together.put("running", "eval-1")
    await scene.poll()
    [gone] = [job for job in scene.together.jobs if job.id == "eval-1"]
    scene.together.jobs.remove(gone)
    known = scene.store.jobs["eval-1"]
    report = await scene.poll()
    assert report.missing == 1
    assert scene.store.jobs["eval-1"] == known
    scene.together.put("completed", "eval-1")
    await scene.poll()
    assert scene.told() == ["eval-1"]


async def test_after_a_week_without_a_trace_a_job_is_given_up_and_said_so(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.together.put("running", "eval-1")
    await scene.poll()
    scene.together.jobs.clear()
    await scene.poll(after=GIVE_UP_AFTER.total_seconds() - 60)
    assert [seen.id for seen in await scene.store.unfinished()] == ["eval-1"]
    await scene.poll(after=86_400)
    assert await scene.store.unfinished() == ()
    assert "a job is given up: Together shows no end" in caplog.messages
    await scene.poll()
    assert scene.together.asked_ids == []


async def test_a_job_that_was_given_up_is_told_should_it_ever_end(scene: Scene) -> None:
    scene.together.put("running", "eval-1")
    await scene.poll()
    scene.together.jobs.clear()
    await scene.poll(after=GIVE_UP_AFTER.total_seconds())
    scene.together.put("completed", "eval-1")
    await scene.poll(after=86_400)
    assert scene.told() == ["eval-1"]


async def test_look_ups_are_bounded_and_everyone_has_a_turn(scene: Scene) -> None:
    names = [f"eval-{number:03}" for number in range(2 * MOST_LOOKUPS + 5)]
    scene.together.put("running", *names)
    await scene.poll()
    scene.together.unlisted.update(names)
    asked: set[str] = set()
    for _ in range(3):
        await scene.poll()
        assert len(scene.together.asked_ids) == MOST_LOOKUPS
        asked.update(scene.together.asked_ids)
    assert asked == set(names)


async def test_slow_look_ups_do_not_hold_a_poll_up(scene: Scene) -> None:
    names = [f"eval-{number}" for number in range(10)]
    scene.together.put("running", *names)
    await scene.poll()
    scene.together.unlisted.update(names)
    scene.together.slow = lambda: setattr(scene.clock, "_elapsed", scene.clock.monotonic() + 4)
    report = await scene.poll()
    assert len(scene.together.asked_ids) == 3
    assert report.seconds == 12


async def test_a_look_up_that_fails_takes_nothing_else_with_it(scene: Scene) -> None:
    scene.together.put("running", "eval-1", "eval-2", "eval-3")
    await scene.poll()
    scene.together.unlisted.update({"eval-1", "eval-2"})
    scene.together.put("completed", "eval-3")
    scene.together.refused["eval-1"] = TogetherBusy("slow down", retry_after_seconds=None)
    report = await scene.poll()
    assert report.unanswered == 1
    assert scene.told() == ["eval-3"]
    await scene.poll()
    assert scene.together.asked_ids[0] == "eval-2"


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


async def test_a_watched_job_that_no_list_shows_is_followed_by_its_id(scene: Scene) -> None:
    await scene.store.end_watches(channel=CHANNEL)
    scene.together.put("running", "eval-1")
    scene.together.unlisted.add("eval-1")
    await scene.watch(job="eval-1")
    await scene.poll()
    await scene.poll()
    assert scene.together.asked_ids == ["eval-1"]
    scene.together.put("completed", "eval-1")
    await scene.poll()
    assert scene.told() == ["eval-1"]
    await scene.poll()
    assert scene.together.asked_ids == []


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


async def test_a_list_shorter_than_we_asked_for_is_found_out_by_what_it_leaves_out(
    scene: Scene,
) -> None:
    scene.together.put("running", "eval-1", "eval-2")
    assert not (await scene.poll()).saturated
    scene.together.unlisted.add("eval-2")
    assert (await scene.poll()).saturated
