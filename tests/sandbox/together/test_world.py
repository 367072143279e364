"""What the local Together knows, how it moves on, and that its numbers add up."""

import json
from datetime import datetime, timedelta

import pytest

from bot.sandbox.together import (
    SECRETS,
    Moved,
    World,
    believable_jobs,
    classify_job,
    classify_results,
    compare_job,
    compare_results,
    score_job,
)
from bot.sandbox.together.result_rows import result_rows
from bot.sandbox.together.world import STATUSES, select
from tests.fakes import NOON


def test_the_same_seed_gives_the_same_weeks() -> None:
    assert believable_jobs(seed=4, now=NOON) == believable_jobs(seed=4, now=NOON)
    assert believable_jobs(seed=4, now=NOON) != believable_jobs(seed=5, now=NOON)


def test_believable_jobs_have_every_type_and_status_and_no_time_to_come() -> None:
    jobs = believable_jobs(seed=1, now=NOON)
    assert {job["type"] for job in jobs} == {"classify", "score", "compare"}
    assert {job["status"] for job in jobs} == STATUSES
    assert len({job["workflow_id"] for job in jobs}) == len(jobs)
    assert all(datetime.fromisoformat(job["updated_at"]) <= NOON for job in jobs)


def test_the_bait_is_in_the_jobs() -> None:
    told = json.dumps(believable_jobs(seed=1, now=NOON))
    assert all(secret in told for secret in SECRETS)


def test_what_the_world_hands_out_is_a_copy() -> None:
    world = World([classify_job(workflow_id="eval-1")])
    world.jobs()[0]["status"] = "spoilt"
    job = world.job("eval-1")
    assert job is not None
    assert job["status"] == "completed"


def test_everything_that_happens_stands_in_the_timeline() -> None:
    world = World([classify_job(workflow_id="eval-1", status="running", status_updates=[])])
    world.finish("eval-1", classify_results(), at=NOON)
    world.start(score_job(workflow_id="eval-2"), at=NOON, status="pending")
    world.move("eval-2", "running", at=NOON + timedelta(minutes=1))
    world.fail("eval-2", "user_error", "no such column", at=NOON + timedelta(minutes=2))
    assert world.timeline == [
        Moved(at=NOON, workflow_id="eval-1", status="completed"),
        Moved(at=NOON, workflow_id="eval-2", status="pending"),
        Moved(at=NOON + timedelta(minutes=1), workflow_id="eval-2", status="running"),
        Moved(at=NOON + timedelta(minutes=2), workflow_id="eval-2", status="user_error"),
    ]
    finished, failed = world.job("eval-1"), world.job("eval-2")
    assert finished is not None
    assert failed is not None
    assert [step["status"] for step in finished["status_updates"]] == ["completed"]
    assert failed["results"] == {"error": "no such column"}


def test_a_short_list_holds_the_newest_jobs() -> None:
    jobs = believable_jobs(seed=1, now=NOON)
    newest = [job["workflow_id"] for job in jobs[:5]]
    listed = select(jobs, status=None, limit=5, order="newest", seed=0)
    assert [job["workflow_id"] for job in listed] == newest
    shuffled = select(jobs, status=None, limit=5, order="shuffled", seed=0)
    assert sorted(job["workflow_id"] for job in shuffled) == sorted(newest)


def test_the_rows_of_a_file_add_up_to_the_results() -> None:
    rows = result_rows(
        compare_job(results=compare_results(a_wins=3, b_wins=2, ties=1, judge_failed=4))
    )
    choices = [row["choice"] for row in rows]
    assert [choices.count(choice) for choice in ("A", "B", "Tie", None)] == [3, 2, 1, 4]


@pytest.mark.parametrize("text", [True, False])
def test_a_job_that_judged_nothing_has_a_file_all_the_same(*, text: bool) -> None:
    results = classify_results(label_counts={}, judge_failed=2, as_text=text)
    assert [row["label"] for row in result_rows(classify_job(results=results))] == [None, None]


def test_files_are_stored_or_made_from_their_job() -> None:
    world = World([classify_job(results=classify_results(label_counts={"yes": 2}))])
    world.put_file("file-mine", [{"prompt": "Why?"}])
    assert world.file("file-mine") == [{"prompt": "Why?"}]
    assert len(world.file("file-1234-aefd") or []) == 2
    assert world.file("file-nobody") is None
