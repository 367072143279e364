"""Notices as payloads, and several of them as one row."""

import json
from datetime import timedelta

from hypothesis import given, settings

from bot.domain.jobs import EvaluationJob
from bot.domain.notices import Notice, dump_notice, group_rows, load_notice
from bot.domain.outbox import Kind, NewRow, row_key
from tests.fakes import NOON
from tests.strategies import notices

CHANNEL = "C0EVALS"


def row(number: int) -> NewRow:
    job = EvaluationJob(id=f"eval-{number}", status="completed")
    notice = Notice(kind=Kind.ENDED, job=job, watches=(3,))
    return NewRow(
        key=row_key(Kind.ENDED, job.id, epoch=0, channel=CHANNEL),
        kind=Kind.ENDED,
        channel=CHANNEL,
        subject=job.id,
        payload=dump_notice(notice),
        due_at=NOON,
    )


@settings(max_examples=30)
@given(notice=notices())
def test_a_notice_comes_back_from_json_as_it_went(notice: Notice) -> None:
    assert load_notice(json.loads(json.dumps(dump_notice(notice)))) == notice


def test_each_field_of_a_notice_survives() -> None:
    notice = Notice(
        kind=Kind.CORRECTED,
        job=EvaluationJob(id="eval-1", status="error"),
        previous_status="completed",
        mentions=("U0MEMBER", "S0GROUP"),
        watches=(3, 7),
        thread=False,
    )
    assert load_notice(dump_notice(notice)) == notice


def test_a_group_holds_its_members_in_their_order() -> None:
    rows = [row(number) for number in (3, 1, 2)]
    later = NOON + timedelta(minutes=1)
    group = group_rows(rows, now=later)
    assert group.kind is Kind.GROUP
    assert (group.channel, group.due_at, group.muted) == (CHANNEL, later, False)
    told = [load_notice(data).job.id for data in group.payload["notices"]]
    assert told == ["eval-3", "eval-1", "eval-2"]


def test_the_same_members_give_the_same_key_whatever_their_order() -> None:
    one, two, three = (row(number) for number in range(3))
    assert group_rows([one, two], now=NOON).key == group_rows([two, one], now=NOON).key
    assert group_rows([one, two], now=NOON).key != group_rows([one, three], now=NOON).key
