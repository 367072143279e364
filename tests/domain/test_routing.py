"""Who is told of what: channels, watches, mentions, mutes, corrections."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.commands import Event, JobFilter
from bot.domain.jobs import TERMINAL, EvaluationJob, Model, Status
from bot.domain.notices import Notice, load_notice
from bot.domain.outbox import Kind, NewRow
from bot.domain.routing import RECHECK, route, watches_done
from bot.domain.seen import SeenJob
from bot.domain.transitions import Reason, Transition
from bot.domain.watches import DEFAULT_EVENTS, Watch
from tests.fakes import NOON

SOONER = NOON - timedelta(minutes=1)
LONG_AGO = NOON - timedelta(days=1)
STARTED = frozenset({Event.STARTED})


def watch(
    number: int = 1,
    *,
    channel: str = "C0EVALS",
    model: str | None = None,
    job: str | None = None,
    events: frozenset[Event] = DEFAULT_EVENTS,
    notify: tuple[str, ...] = (),
    thread: bool = True,
    since: datetime = LONG_AGO,
) -> Watch:
    return Watch(
        number=number,
        channel=channel,
        filter=JobFilter(model=model),
        job=job,
        events=events,
        notify=notify,
        thread=thread,
        since=since,
    )


def seen(
    status: str = "completed",
    *,
    name: str = "eval-1",
    model: str = "qwen-9b",
    at: datetime = NOON,
    epoch: int = 0,
    silent: bool = False,
) -> SeenJob:
    job = EvaluationJob(id=name, status=status, models=(Model(name=model),), updated_at=at)
    return SeenJob(
        job=job,
        first_seen_at=LONG_AGO,
        last_seen_at=at,
        ended_at=at if status in TERMINAL else None,
        epoch=epoch,
        silent=silent,
    )


def moved(
    now: SeenJob, reason: Reason = Reason.ENDED, *, before: SeenJob | None = None
) -> Transition:
    return Transition(reason=reason, before=before, seen=now)


def rows(
    *transitions: Transition,
    watches: Sequence[Watch],
    lately: Sequence[SeenJob] = (),
    muted: dict[str, datetime] | None = None,
) -> list[NewRow]:
    return route(transitions, lately, watches, muted or {}, now=NOON)


def notice(row: NewRow) -> Notice:
    return load_notice(row.payload)


@pytest.mark.parametrize("reason", [Reason.ENDED, Reason.ENDED_UNSEEN])
@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_an_end_is_told_to_each_channel_that_watches(reason: Reason, status: str) -> None:
    told = rows(
        moved(seen(status), reason),
        watches=[watch(1), watch(2, channel="C0OTHER"), watch(3, model="gemma", channel="C0NOT")],
    )
    assert [row.key for row in told] == [
        "ended:eval-1:0:C0EVALS",
        "ended:eval-1:0:C0OTHER",
    ]
    assert {(row.kind, row.subject, row.due_at, row.muted) for row in told} == {
        (Kind.ENDED, "eval-1", NOON, False)
    }
    assert notice(told[0]).job == seen(status).job


@pytest.mark.parametrize(
    "reason", [Reason.BASELINE, Reason.TOO_OLD, Reason.ABSORBED, Reason.UNCHANGED]
)
def test_nothing_else_is_told_of_an_ended_job(reason: Reason) -> None:
    assert rows(moved(seen(), reason), watches=[watch()]) == []


def test_an_event_that_a_watch_does_not_ask_for_is_not_told() -> None:
    failures = frozenset({Event.ERROR, Event.USER_ERROR})
    assert rows(moved(seen("completed")), watches=[watch(events=failures)]) == []
    assert len(rows(moved(seen("user_error")), watches=[watch(events=failures)])) == 1


def test_a_start_is_told_to_those_who_ask_for_it() -> None:
    watches = [watch(1), watch(2, channel="C0STARTS", events=STARTED)]
    for reason in (Reason.STARTED, Reason.FIRST_SEEN):
        [row] = rows(moved(seen("running"), reason), watches=watches)
        assert (row.key, row.kind) == ("started:eval-1:0:C0STARTS", Kind.STARTED)
    assert rows(moved(seen("queued"), Reason.FIRST_SEEN), watches=watches) == []
    assert rows(moved(seen("running"), Reason.BASELINE), watches=watches) == []


def test_two_watches_of_one_channel_make_one_notice() -> None:
    [row] = rows(
        moved(seen("error")),
        watches=[
            watch(7, notify=("U0MEMBER", "S0GROUP"), thread=False),
            watch(3, model="qwen", notify=("W0MEMBER", "U0MEMBER")),
        ],
    )
    told = notice(row)
    assert told.watches == (3, 7)
    assert told.mentions == ("W0MEMBER", "U0MEMBER", "S0GROUP")
    assert told.thread
    [row] = rows(moved(seen()), watches=[watch(1, thread=False), watch(2, thread=False)])
    assert not notice(row).thread


@pytest.mark.parametrize("status", ["completed", "running"])
def test_nobody_is_mentioned_unless_a_job_failed(status: str) -> None:
    reason = Reason.STARTED if status == "running" else Reason.ENDED
    both = watch(notify=("U0MEMBER",), events=DEFAULT_EVENTS | STARTED)
    [row] = rows(moved(seen(status), reason), watches=[both])
    assert notice(row).mentions == ()


def test_the_rows_of_a_muted_channel_are_muted() -> None:
    watches = [watch(1), watch(2, channel="C0OTHER"), watch(3, channel="C0THIRD")]
    muted = {"C0EVALS": NOON + timedelta(hours=1), "C0OTHER": NOON}
    told = rows(moved(seen()), watches=watches, muted=muted)
    assert [row.muted for row in told] == [True, False, False]


def test_a_paused_watch_is_told_all_the_same() -> None:
    paused = replace(watch(), paused_until=NOON + timedelta(hours=1), fault="is_archived")
    assert len(rows(moved(seen()), watches=[paused])) == 1


def test_rows_come_in_the_order_in_which_the_jobs_moved() -> None:
    ends = [
        moved(seen(name="eval-1")),
        moved(seen(name="eval-2", at=SOONER)),
        moved(seen("running", name="eval-3", at=LONG_AGO), Reason.STARTED),
    ]
    told = rows(*ends, watches=[watch(events=DEFAULT_EVENTS | STARTED)])
    assert [row.subject for row in told] == ["eval-3", "eval-2", "eval-1"]


def test_a_watch_that_a_poll_sees_is_told_whatever_its_clock_says() -> None:
    ahead = watch(since=NOON + timedelta(minutes=2))
    assert len(rows(moved(seen()), watches=[ahead])) == 1


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (SOONER - timedelta(seconds=1), 1),
        (SOONER, 1),
        (SOONER + timedelta(seconds=1), 0),
    ],
)
def test_a_watch_stored_while_a_poll_ran_is_told_by_the_next_one(
    since: datetime, told: int
) -> None:
    earlier = seen(at=SOONER)
    assert len(rows(lately=[earlier], watches=[watch(since=since)])) == told
    still = moved(earlier, Reason.UNCHANGED, before=earlier)
    assert len(rows(still, lately=[earlier], watches=[watch(since=since)])) == told


def test_old_watches_are_not_asked_again_about_what_has_not_changed() -> None:
    assert rows(lately=[seen(at=SOONER)], watches=[watch(since=NOON - 2 * RECHECK)]) == []


def test_a_filter_that_fits_only_once_the_model_is_known_is_told_then() -> None:
    bare = seen(at=SOONER, model="")
    whole = moved(seen(at=SOONER), Reason.UNCHANGED, before=bare)
    assert len(rows(whole, lately=[bare], watches=[watch(model="qwen")])) == 1
    assert rows(whole, lately=[bare], watches=[watch(model="gemma")]) == []


def test_whoever_follows_one_job_is_told_its_end_at_any_rate() -> None:
    late = watch(job="eval-1", since=NOON)
    assert len(rows(lately=[seen(at=SOONER)], watches=[late])) == 1
    assert rows(lately=[seen(at=SOONER, name="eval-2")], watches=[late]) == []


def test_a_job_that_was_given_up_lately_has_not_ended() -> None:
    given_up = replace(seen("running", at=SOONER), ended_at=SOONER)
    young = watch(since=SOONER, events=STARTED)
    assert rows(lately=[given_up], watches=[young]) == []
    assert watches_done([], [given_up], [watch(job="eval-1")]) == []


def corrected(*watches: Watch, status: str = "completed", silent: bool = False) -> list[NewRow]:
    before = seen("error", at=SOONER, silent=silent)
    now = replace(seen(status, silent=silent, epoch=1), ended_at=NOON)
    return rows(moved(now, Reason.CORRECTED, before=before), lately=[before], watches=watches)


def test_a_correction_goes_where_the_first_end_was_told() -> None:
    [row] = corrected(watch(1, notify=("U0MEMBER",)))
    assert (row.key, row.kind) == ("corrected:eval-1:1:C0EVALS", Kind.CORRECTED)
    told = notice(row)
    assert (told.previous_status, told.job.status) == ("error", Status.COMPLETED)
    assert (told.mentions, told.watches) == ((), (1,))


def test_whoever_was_told_of_a_failure_only_hears_that_it_was_none() -> None:
    [row] = corrected(watch(1, events=frozenset({Event.ERROR})))
    assert row.kind is Kind.CORRECTED


def test_whoever_was_not_told_the_first_end_hears_the_new_one_as_an_end() -> None:
    [row] = corrected(watch(1, events=frozenset({Event.COMPLETED})))
    assert (row.key, row.kind) == ("ended:eval-1:1:C0EVALS", Kind.ENDED)
    [row] = corrected(watch(1, since=NOON))
    assert row.kind is Kind.ENDED


def test_a_channel_has_one_notice_of_a_correction() -> None:
    [row] = corrected(
        watch(2, events=frozenset({Event.ERROR})), watch(1, events=frozenset({Event.COMPLETED}))
    )
    assert row.kind is Kind.CORRECTED
    assert notice(row).watches == (1, 2)


def test_a_correction_of_what_was_never_told_is_not_told() -> None:
    assert corrected(watch(), silent=True) == []


def test_a_corrected_job_is_not_told_again_by_the_recheck() -> None:
    assert rows(lately=[seen(at=SOONER, epoch=1)], watches=[watch(since=SOONER)]) == []


def test_a_watch_of_one_job_is_done_when_the_job_has_ended() -> None:
    watches = [watch(1), watch(2, job="eval-1"), watch(3, job="eval-2"), watch(4, job="eval-3")]
    moves = [
        moved(seen(name="eval-1")),
        moved(seen("running", name="eval-2"), Reason.STARTED),
    ]
    assert watches_done(moves, [seen(name="eval-3")], watches) == [2, 4]
