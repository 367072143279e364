"""A delivery between a store and a Slack in memory, and rows to deliver."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bot.domain.jobs import EvaluationJob, Status
from bot.domain.notices import Notice, dump_notice, group_rows
from bot.domain.outbox import Kind, NewRow, Row, State, row_key
from bot.domain.pace import Pace
from bot.domain.verdicts import InDoubt
from bot.services.delivery import Delivery
from tests.fake_notifier import FakeNotifier
from tests.fake_store import FakeStore
from tests.fakes import PatientClock

PACE = Pace()


class Crash(BaseException):
    """The end of our process, in the midst of whatever it does."""


async def crash() -> None:
    """Do not come back."""
    raise Crash


class Mortal:
    """A store or a notifier that something happens to at the n-th passing of one step.

    Args:
        passing: which; 0 is each.
        is_after: the step is done first.
        then: what happens; our end, unless told otherwise.
    """

    def __init__(
        self,
        part: object,
        *,
        step: str,
        passing: int = 1,
        is_after: bool = False,
        then: Callable[[], Awaitable[None]] = crash,
    ) -> None:
        self._part = part
        self._step = step
        self._passing = passing
        self._is_after = is_after
        self._then = then
        self._passed = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)
        return method if name != self._step else partial(self._step_over, method)

    async def _step_over(
        self, method: Callable[..., Awaitable[Any]], *args: Any, **how: Any
    ) -> Any:
        self._passed += 1
        is_here = self._passing in {0, self._passed}
        if is_here and not self._is_after:
            await self._then()
        done = await method(*args, **how)
        if is_here and self._is_after:
            await self._then()
        return done


@dataclass
class PostOffice:
    """Parts that outlive a delivery, which is made anew for each process."""

    in_doubt: InDoubt = InDoubt.REPEAT
    clock: PatientClock = field(default_factory=PatientClock)
    outcomes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = FakeStore(self.clock)
        self.notifier = FakeNotifier(clock=self.clock)

    def delivery(
        self, *, store: FakeStore | None = None, notifier: FakeNotifier | None = None
    ) -> Delivery:
        """A delivery as a process makes it at its start."""
        return Delivery(
            store or self.store,
            notifier or self.notifier,
            self.clock,
            PACE,
            self.in_doubt,
            on_outcome=lambda kind, reason: self.outcomes.append((kind, reason)),
        )

    async def put(self, *rows: NewRow) -> None:
        """Store rows that are due now."""
        now = self.clock.now()
        await self.store.enqueue([replace(row, due_at=now) for row in rows], now=now)

    async def drain(self, delivery: Delivery | None = None, *, rounds: int = 2000) -> None:
        """Rounds until nothing waits, with time passing between them.

        Raises:
            AssertionError: something still waits after so many rounds.
        """
        delivery = delivery or self.delivery()
        for _ in range(rounds):
            if not (await self.store.queue()).waiting:
                return
            if not await delivery.deliver_due():
                await self.clock.sleep(PACE.gap)
        raise AssertionError(f"something still waits: {self.states()}")

    @property
    def rows(self) -> list[Row]:
        """Every row, as it stands."""
        return list(self.store.outbox.values())

    def row(self, key: str) -> Row:
        """One row, as it stands."""
        [found] = [row for row in self.rows if row.key == key]
        return found

    def states(self) -> list[State]:
        """The state of each row."""
        return [row.state for row in self.rows]

    def reasons(self) -> list[str]:
        """Why each verdict was what it was, in their order."""
        return [reason for _, reason in self.outcomes]


def notice(
    job_id: str = "eval-1",
    *,
    channel: str = "C0EVALS",
    kind: Kind = Kind.ENDED,
    thread: bool = True,
    watches: tuple[int, ...] = (1,),
) -> NewRow:
    """A row of kind started, ended or corrected."""
    status = Status.RUNNING if kind is Kind.STARTED else Status.COMPLETED
    said = Notice(
        kind=kind,
        job=EvaluationJob(id=job_id, status=status),
        previous_status="error" if kind is Kind.CORRECTED else None,
        watches=watches,
        thread=thread,
    )
    return NewRow(
        key=row_key(kind, job_id, epoch=0, channel=channel),
        kind=kind,
        channel=channel,
        subject=job_id,
        payload=dump_notice(said),
        due_at=PatientClock().now(),
    )


def group(*job_ids: str, channel: str = "C0EVALS") -> NewRow:
    """One row for several jobs."""
    members = [notice(job_id, channel=channel) for job_id in job_ids]
    return group_rows(members, now=PatientClock().now())


def sample(number: int, *, channel: str = "C0EVALS") -> NewRow:
    """A row that is about nothing, so that one differs from another by its key alone."""
    return NewRow(
        key=row_key(Kind.SAMPLE, str(number), epoch=0, channel=channel),
        kind=Kind.SAMPLE,
        channel=channel,
        subject=str(number),
        due_at=PatientClock().now(),
    )
