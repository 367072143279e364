"""When polls happen, who polls, and what operators hear."""

import asyncio

from bot.domain.errors import TogetherRefusedKey, TogetherUnreachable
from bot.domain.jobs import EvaluationJob, Status
from bot.domain.outbox import Kind
from bot.services.polling import Poller
from bot.services.rounds import LEASE, Rounds
from tests.fake_store import FakeStore
from tests.fakes import FakeClock, FakeEvaluations, settle

SECONDS = 30.0


class Scene:
    """Replicas over one store."""

    def __init__(self, evaluations: FakeEvaluations | None = None) -> None:
        self.evaluations = evaluations or FakeEvaluations()
        self.clock = FakeClock()
        self.store = FakeStore(self.clock)
        self.told: list[str] = []
        self.woken = 0

    def rounds(self, holder: str = "one") -> Rounds:
        return Rounds(
            Poller(self.evaluations, self.store, self.clock),
            self.store,
            self.clock,
            holder=holder,
            seconds=SECONDS,
            operators=["C0EVALS"],
            tell=lambda told: self.told.append(type(told).__name__),
            wake=self._wake,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def operator_rows(self) -> list[str]:
        rows = await self.store.rows(channel="C0EVALS")
        return [row.payload["reason"] for row in rows if row.kind is Kind.OPERATOR]


async def test_polls_come_at_the_interval_give_or_take_a_tenth() -> None:
    scene = Scene()
    waits = [await scene.rounds().once() for _ in range(50)]
    assert all(0.9 * SECONDS <= wait <= 1.1 * SECONDS for wait in waits)
    assert len(set(waits)) > 1


async def test_one_of_several_replicas_polls() -> None:
    scene = Scene()
    one, two = scene.rounds("one"), scene.rounds("two")
    for _ in range(3):
        await one.once()
        await two.once()
    assert scene.told == ["PollReport"] * 3
    assert one.standing.leads
    assert not two.standing.leads


async def test_when_the_polling_replica_is_gone_another_takes_over() -> None:
    scene = Scene()
    one, two = scene.rounds("one"), scene.rounds("two")
    await one.once()
    await scene.clock.advance(5 * SECONDS)
    await two.once()
    assert two.standing.leads
    await one.once()
    assert not one.standing.leads


async def test_told_to_stop_it_lets_go_of_the_lease_at_once() -> None:
    scene = Scene()
    stop = asyncio.Event()
    running = asyncio.create_task(scene.rounds("one").run(stop))
    await settle()
    stop.set()
    await running
    now = scene.clock.now()
    assert await scene.store.take_lease(LEASE, holder="two", now=now, until=now)


async def test_an_outage_is_waited_out_longer_and_longer() -> None:
    scene = Scene(FakeEvaluations(failure=TogetherUnreachable("no answer")))
    rounds = scene.rounds()
    waits = [await rounds.once() for _ in range(12)]
    assert all(0 <= wait <= 300 for wait in waits)
    assert max(waits[6:]) > 20
    assert rounds.standing.failing_since == scene.clock.now()
    assert await scene.operator_rows() == []
    scene.evaluations.failure = None
    await rounds.once()
    assert rounds.standing.failing_since is None


async def test_a_refused_key_is_told_once_and_tried_every_five_minutes() -> None:
    scene = Scene(FakeEvaluations(failure=TogetherRefusedKey("refused", status=401)))
    rounds = scene.rounds()
    waits = [await rounds.once() for _ in range(3)]
    assert all(270 <= wait <= 330 for wait in waits)
    assert await scene.operator_rows() == ["refused_key"]
    assert scene.woken == 1


async def test_a_full_window_is_told_once_an_episode() -> None:
    many = [EvaluationJob(id=f"eval-{n:04}", status=Status.RUNNING) for n in range(500)]
    scene = Scene(FakeEvaluations(jobs=many))
    rounds = scene.rounds()
    for _ in range(3):
        await rounds.once()
        await scene.clock.advance(120)
    assert rounds.standing.saturated
    assert await scene.operator_rows() == ["saturated"]
    scene.evaluations.jobs = many[:20]
    await rounds.once()
    assert not rounds.standing.saturated
