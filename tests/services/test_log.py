"""When and where each notice of a job went."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.jobs import EvaluationJob, Status
from bot.domain.notices import GROUP_ABOVE, Notice, dump_notice
from bot.domain.outbox import Kind, NewRow, row_key
from bot.ports import Changes, Known
from bot.services.log import log_message
from tests.fake_store import FakeStore
from tests.fakes import NOON, FakeClock


def row(job_id: str, kind: Kind = Kind.ENDED, channel: str = "C0EVALS") -> NewRow:
    notice = Notice(kind=kind, job=EvaluationJob(id=job_id, status=Status.COMPLETED), watches=(1,))
    return NewRow(
        key=row_key(kind, job_id, epoch=0, channel=channel),
        kind=kind,
        channel=channel,
        subject=job_id,
        payload=dump_notice(notice),
        due_at=NOON,
    )


async def store_of(*rows: NewRow) -> FakeStore:
    store = FakeStore(FakeClock())
    await store.enqueue(rows, now=NOON)
    return store


async def send_all(store: FakeStore) -> None:
    minute = timedelta(minutes=1)
    for number in range(len(store.outbox)):
        now = NOON + (number + 1) * minute
        for claimed in await store.claim(
            now=now, lease_until=now + minute, next_post_at=now, limit=50
        ):
            await store.sent(claimed, channel=claimed.channel, ts="1.1", thread_ts=None, now=now)


async def said(reference: str, store: FakeStore) -> str:
    return (await log_message(reference, store)).text


async def test_each_notice_of_a_job_is_told_with_its_channel_and_state() -> None:
    store = await store_of(
        row("eval-1", Kind.STARTED), row("eval-1"), row("eval-1", channel="C0OTHER"), row("eval-2")
    )
    assert (await said("eval-1", store)).count("waiting to be sent") == 3
    await send_all(store)
    text = await said("eval-1", store)
    assert text.count("delivered") == 3
    assert text.count("<#C0OTHER>") == 1
    assert "eval-2" not in text


async def test_the_beginning_of_an_id_is_enough() -> None:
    store = await store_of(row("eval-7df2-1"), row("eval-91bc-1"))
    assert "eval-7df2-1" in await said("7DF2", store)


async def test_several_jobs_that_begin_alike_are_a_choice() -> None:
    store = await store_of(row("eval-7df2-1"), row("eval-7df2-2"), row("eval-91bc-1"))
    text = await said("eval-7df2", store)
    assert "eval-7df2-1" in text
    assert "eval-7df2-2" in text
    assert "eval-91bc-1" not in text


async def test_a_job_without_a_notice_has_no_log() -> None:
    sample = replace(row("eval-1"), kind=Kind.SAMPLE, subject="eval-9", key="sample")
    store = await store_of(row("eval-1"), sample)
    for reference in ("eval-9", "eval-none"):
        assert "was ever due" in await said(reference, store)


async def test_what_was_told_in_one_message_with_others_was_delivered_with_it() -> None:
    store = FakeStore(FakeClock())
    rows = [row(f"eval-{number}") for number in range(GROUP_ABOVE + 1)]

    def decide(_: Known) -> Changes:
        return Changes(rows=rows)

    await store.record([], decide, recheck_since=NOON, now=NOON)
    assert "in one message with others" in await said("eval-3", store)
    await send_all(store)
    text = await said("eval-3", store)
    assert "delivered" in text
    assert f"<!date^{int(NOON.timestamp()) + 60}^" in text
