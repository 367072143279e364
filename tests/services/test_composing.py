"""Each kind of row becomes its message; a mute that kept nothing back is not worth one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.jobs import EvaluationJob
from bot.domain.notices import Notice, dump_notice, group_rows
from bot.domain.outbox import Kind, NewRow, Row, State, row_key
from bot.ports import Mute
from bot.rendering.asides import advice_message, greeting_message, operator_message
from bot.rendering.bursts import group_message, missed_message
from bot.rendering.kit import Message
from bot.rendering.notices import notice_message, sample_message
from bot.services.composing import compose
from tests.fake_store import FakeStore
from tests.fakes import NOON, FakeClock

CHANNEL = "C0EVALS"
JOB = EvaluationJob(id="eval-1", status="error", type="score", error="no quota")


def notice(job: EvaluationJob = JOB, *, kind: Kind = Kind.ENDED, **more: Any) -> Notice:
    return Notice(kind=kind, job=job, mentions=("U0MEMBER",), watches=(3,), **more)


def new_row(kind: Kind, subject: str = "x", **more: Any) -> NewRow:
    values = {
        "key": row_key(kind, subject, epoch=0, channel=CHANNEL),
        "channel": CHANNEL,
        "due_at": NOON,
    }
    return NewRow(**{**values, **more}, kind=kind, subject=subject)


def of_notice(one: Notice, **more: Any) -> NewRow:
    return new_row(one.kind, one.job.id, payload=dump_notice(one), **more)


async def stored(store: FakeStore, row: NewRow) -> Row:
    await store.enqueue([row], now=NOON)
    [found] = [one for one in await store.rows() if one.key == row.key]
    return found


RUNNING = replace(JOB, status="running", error=None)
BURST = [notice(replace(JOB, id=f"eval-{number}")) for number in range(7)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (of_notice(notice()), notice_message(notice())),
        (
            of_notice(notice(RUNNING, kind=Kind.STARTED)),
            notice_message(notice(RUNNING, kind=Kind.STARTED)),
        ),
        (
            of_notice(notice(kind=Kind.CORRECTED, previous_status="completed")),
            notice_message(notice(kind=Kind.CORRECTED, previous_status="completed")),
        ),
        (group_rows([of_notice(one) for one in BURST], now=NOON), group_message(BURST)),
        (
            new_row(Kind.OPERATOR, payload={"reason": "refused_key", "detail": "bad key"}),
            operator_message("refused_key", "bad key"),
        ),
        (
            new_row(
                Kind.ADVICE,
                channel="U0MEMBER",
                payload={"channel": CHANNEL, "fault": "is_archived", "numbers": [3, 5]},
            ),
            advice_message(CHANNEL, "is_archived", [3, 5]),
        ),
        (new_row(Kind.GREETING), greeting_message()),
        (new_row(Kind.SAMPLE), sample_message()),
    ],
    ids=lambda value: value.kind if isinstance(value, NewRow) else "",
)
async def test_every_kind_of_row_becomes_its_message(row: NewRow, message: Message) -> None:
    store = FakeStore(FakeClock())
    assert await compose(await stored(store, row), store) == message


async def mute(store: FakeStore) -> Row:
    """Mute the channel for two hours from noon; return the row that ends it."""
    until = NOON + timedelta(hours=2)
    row = new_row(Kind.MISSED, due_at=until)
    await store.mute(Mute(channel=CHANNEL, since=NOON, until=until, by="U0MEMBER"), row)
    [found] = [one for one in await store.rows() if one.kind is Kind.MISSED]
    return found


async def test_what_a_mute_kept_back_is_told_in_the_order_in_which_it_came() -> None:
    store = FakeStore(FakeClock())
    ending = await mute(store)
    corrected = notice(replace(JOB, status="completed"), kind=Kind.CORRECTED)
    for one in (notice(), corrected, notice(replace(JOB, id="eval-2"))):
        await store.enqueue([of_notice(one, muted=True)], now=NOON + timedelta(minutes=1))
    assert await compose(ending, store) == missed_message(
        [corrected, notice(replace(JOB, id="eval-2"))], since=NOON
    )


async def test_only_ends_of_jobs_in_that_channel_and_since_that_mute_were_missed() -> None:
    store = FakeStore(FakeClock())
    before = of_notice(notice(replace(JOB, id="eval-0")), muted=True)
    await store.enqueue([before], now=NOON - timedelta(hours=1))
    ending = await mute(store)
    elsewhere = replace(of_notice(notice(), muted=True), channel="C0OTHER", key="elsewhere")
    started = of_notice(notice(RUNNING, kind=Kind.STARTED), muted=True)
    told = of_notice(notice(replace(JOB, id="eval-3")))
    await store.enqueue([elsewhere, started, told], now=NOON + timedelta(minutes=1))
    assert {row.state for row in await store.rows()} == {State.MUTED, State.PENDING}
    assert await compose(ending, store) is None
