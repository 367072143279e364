"""What is asked of Together: no more than needed, and nobody who is followed is forgotten."""

import pytest

from bot.domain.errors import TogetherBusy
from bot.domain.jobs import Status
from bot.services.absentees import GIVE_UP_AFTER
from bot.services.lookout import MOST_LOOKUPS
from tests.services.polling_scene import CHANNEL, Scene, after_the_baseline

EACH_STATUS = [(status, 100) for status in Status]


@pytest.fixture
async def scene() -> Scene:
    return await after_the_baseline()


async def test_a_small_team_costs_one_question_a_poll(scene: Scene) -> None:
    scene.together.put("running", "eval-1")
    for _ in range(3):
        report = await scene.poll()
        assert scene.together.asked == [(None, 100)]
        assert report.calls == 1


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


async def test_a_list_shorter_than_we_asked_for_is_found_out_by_what_it_leaves_out(
    scene: Scene,
) -> None:
    scene.together.put("running", "eval-1", "eval-2")
    assert not (await scene.poll()).saturated
    scene.together.unlisted.add("eval-2")
    assert (await scene.poll()).saturated
