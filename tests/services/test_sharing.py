"""One question upstream for many askers, and old answers while Together is away."""

import asyncio
import gc
from datetime import timedelta

import pytest

from bot.domain.errors import (
    BotError,
    JobNotFound,
    TogetherBusy,
    TogetherError,
    TogetherGarbled,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)
from bot.domain.jobs import EvaluationJob, JobList
from bot.services.sharing import KEPT_QUESTIONS, Answer, SharedEvaluations
from tests.fakes import NOON, FakeClock, FakeEvaluations, settle

JOB = EvaluationJob(id="eval-1", status="completed")
AWAY = TogetherUnreachable("no answer")


@pytest.fixture
def together() -> FakeEvaluations:
    return FakeEvaluations(jobs=[JOB])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def shared(together: FakeEvaluations, clock: FakeClock) -> SharedEvaluations:
    return SharedEvaluations(together, clock)


def ask(shared: SharedEvaluations, *, fresh: bool = False) -> "asyncio.Task[Answer[JobList]]":
    return asyncio.create_task(shared.list_jobs(status=None, limit=None, fresh=fresh))


async def test_an_answer_says_when_it_was_given(shared: SharedEvaluations) -> None:
    answer = await shared.list_jobs(status="completed", limit=5)
    assert answer == Answer(value=JobList(jobs=(JOB,)), fetched_at=NOON)


async def test_two_hundred_who_ask_at_once_cost_one_call(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    answers = await asyncio.gather(*(ask(shared) for _ in range(200)))
    assert len(together.asked) == shared.calls == 1
    assert {id(answer) for answer in answers} == {id(answers[0])}


@pytest.mark.parametrize("fresh", [False, True])
async def test_many_refreshes_at_once_cost_one_call(
    shared: SharedEvaluations, together: FakeEvaluations, *, fresh: bool
) -> None:
    together.gate = asyncio.Event()
    first = ask(shared, fresh=fresh)
    await settle()
    others = [ask(shared, fresh=True) for _ in range(50)]
    await settle()
    together.gate.set()
    await asyncio.gather(first, *others)
    assert shared.calls == 1


async def test_different_questions_are_different_calls(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    await asyncio.gather(
        shared.list_jobs(status=None, limit=None),
        shared.list_jobs(status="completed", limit=None),
        shared.list_jobs(status=None, limit=5),
        shared.get_job("eval-1"),
    )
    assert len(together.asked) == 3
    assert together.asked_ids == ["eval-1"]
    assert shared.calls == 4


async def test_an_answer_serves_again_for_five_seconds(
    shared: SharedEvaluations, clock: FakeClock
) -> None:
    first = await ask(shared)
    await clock.advance(4.9)
    assert await ask(shared) is first
    await clock.advance(0.2)
    assert (await ask(shared)).fetched_at == NOON + timedelta(seconds=5.1)
    assert shared.calls == 2


async def test_a_fresh_question_is_asked_anew(shared: SharedEvaluations, clock: FakeClock) -> None:
    await ask(shared)
    await clock.advance(1)
    assert (await ask(shared, fresh=True)).fetched_at == NOON + timedelta(seconds=1)
    assert (await ask(shared)).fetched_at == NOON + timedelta(seconds=1)
    assert shared.calls == 2


async def test_an_asker_who_leaves_takes_nobody_along(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    together.gate = asyncio.Event()
    leaver, stayer = ask(shared), ask(shared)
    await settle()
    leaver.cancel()
    await settle()
    together.gate.set()
    assert (await stayer).value.jobs == (JOB,)
    assert leaver.cancelled()
    assert shared.calls == 1


class Slow:
    """A Together that never answers and remembers who gave up waiting."""

    def __init__(self) -> None:
        self.given_up = 0

    async def list_jobs(self, *, status: str | None, limit: int | None) -> JobList:
        del status, limit
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        raise AssertionError

    async def get_job(self, job_id: str) -> EvaluationJob:
        raise JobNotFound(job_id)


async def test_a_question_that_nobody_waits_for_is_given_up(clock: FakeClock) -> None:
    slow = Slow()
    shared = SharedEvaluations(slow, clock)
    askers = [ask(shared) for _ in range(3)]
    await settle()
    for asker in askers:
        asker.cancel()
    await settle()
    assert slow.given_up == 1


async def test_whoever_asks_after_a_given_up_question_starts_a_new_one(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    together.gate = asyncio.Event()
    leaver = ask(shared)
    await settle()
    leaver.cancel()
    await asyncio.sleep(0)
    newcomer = ask(shared)
    await settle()
    together.gate.set()
    assert (await newcomer).value.jobs == (JOB,)
    assert shared.calls == 2


async def test_a_failure_that_nobody_waited_for_is_not_complained_of(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    together.gate, together.failure = asyncio.Event(), AWAY
    leaver = ask(shared)
    await settle()
    together.gate.set()
    leaver.cancel()
    await settle()
    gc.collect()
    await settle()
    assert complaints == []


async def test_all_who_wait_hear_of_a_failure(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    together.failure = AWAY
    heard = await asyncio.gather(*(ask(shared) for _ in range(3)), return_exceptions=True)
    assert heard == [AWAY] * 3
    assert shared.calls == 1


@pytest.mark.parametrize(
    "outage",
    [AWAY, TogetherBusy("slow down", retry_after_seconds=None), TogetherGarbled("no list")],
)
async def test_while_together_is_away_its_last_answer_stands_in(
    shared: SharedEvaluations, together: FakeEvaluations, clock: FakeClock, outage: TogetherError
) -> None:
    await ask(shared)
    await clock.advance(3600)
    together.failure = outage
    for _ in range(2):
        answer = await ask(shared, fresh=True)
        assert answer.outage is outage
        assert (answer.value.jobs, answer.fetched_at) == ((JOB,), NOON)
    together.failure = None
    assert (await ask(shared)).outage is None


async def test_one_job_has_a_stand_in_too(
    shared: SharedEvaluations, together: FakeEvaluations, clock: FakeClock
) -> None:
    await shared.get_job("eval-1")
    await clock.advance(60)
    together.failure = AWAY
    assert (await shared.get_job("eval-1")).outage is AWAY
    with pytest.raises(TogetherUnreachable):
        await shared.get_job("eval-2")


async def test_an_answer_to_another_question_stands_in_for_nothing(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    await shared.list_jobs(status="completed", limit=None)
    together.failure = AWAY
    with pytest.raises(TogetherUnreachable):
        await shared.list_jobs(status="running", limit=None)


@pytest.mark.parametrize(
    "refusal",
    [
        TogetherRefusedKey("no", status=401),
        TogetherRefused("no", status=400),
        JobNotFound("eval-1"),
    ],
)
async def test_a_refusal_is_never_covered_up(
    shared: SharedEvaluations, together: FakeEvaluations, clock: FakeClock, refusal: BotError
) -> None:
    await ask(shared)
    await clock.advance(60)
    together.failure = refusal
    with pytest.raises(type(refusal)):
        await ask(shared)


async def test_a_job_that_is_gone_does_not_come_back_from_memory(
    shared: SharedEvaluations, together: FakeEvaluations, clock: FakeClock
) -> None:
    await shared.get_job("eval-1")
    await clock.advance(60)
    together.jobs.clear()
    with pytest.raises(JobNotFound):
        await shared.get_job("eval-1")
    together.failure = AWAY
    with pytest.raises(TogetherUnreachable):
        await shared.get_job("eval-1")


async def test_an_answer_of_yesterday_stands_in_no_more(
    shared: SharedEvaluations, together: FakeEvaluations, clock: FakeClock
) -> None:
    await ask(shared)
    together.failure = AWAY
    await clock.advance(24 * 3600)
    assert (await ask(shared)).outage is AWAY
    await clock.advance(1)
    with pytest.raises(TogetherUnreachable):
        await ask(shared)


async def test_only_the_most_recent_questions_are_remembered(
    shared: SharedEvaluations, together: FakeEvaluations
) -> None:
    for limit in range(1, KEPT_QUESTIONS + 2):
        await shared.list_jobs(status=None, limit=limit)
    together.failure = AWAY
    assert (await shared.list_jobs(status=None, limit=2, fresh=True)).outage is AWAY
    with pytest.raises(TogetherUnreachable):
        await shared.list_jobs(status=None, limit=1)


async def test_health_tells_of_the_last_answer_and_the_last_failure(
    shared: SharedEvaluations, together: FakeEvaluations, clock: FakeClock
) -> None:
    assert (shared.last_answer_at, shared.last_failure, shared.calls) == (None, None, 0)
    await ask(shared)
    await clock.advance(10)
    together.failure = AWAY
    await ask(shared)
    assert shared.last_answer_at == NOON
    assert shared.last_failure == (NOON + timedelta(seconds=10), AWAY)
    assert shared.calls == 2


async def test_no_such_job_is_an_answer_and_no_failure(shared: SharedEvaluations) -> None:
    with pytest.raises(JobNotFound):
        await shared.get_job("eval-nowhere")
    assert shared.last_answer_at == NOON
    assert shared.last_failure is None
