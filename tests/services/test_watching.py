"""What a channel is told of, as its people ask for it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.asker import Asker
from bot.domain.commands import Event, JobFilter
from bot.domain.commands import Watch as Wanted
from bot.domain.errors import (
    JobNotFound,
    SlackUnreachable,
    StoreUnavailable,
    TogetherUnreachable,
)
from bot.domain.jobs import EvaluationJob, Status
from bot.domain.outbox import Kind, Row, State
from bot.domain.query import parse
from bot.domain.watches import DEFAULT_EVENTS, Origin, Watch
from bot.ports import Room
from bot.services.lookup import Lookup
from bot.services.sharing import SharedEvaluations
from bot.services.watching import ChannelCommand, Watching
from tests.fake_notifier import FakeNotifier
from tests.fake_store import FakeStore
from tests.fakes import NOON, FakeClock, FakeEvaluations, FakePeople

HERE = Asker(user_id="U0MEMBER", channel="C0EVALS", trigger_id="1.made-up")
RUNNING = EvaluationJob(id="eval-7df2-1", status=Status.RUNNING)
ENDED = EvaluationJob(id="eval-91bc-1", status=Status.ERROR, error="judge endpoint unavailable")


@dataclass
class Desk:
    """The service between fakes."""

    clock: FakeClock = field(default_factory=FakeClock)
    evaluations: FakeEvaluations = field(default_factory=FakeEvaluations)
    people: FakePeople = field(default_factory=FakePeople)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    woken: int = 0

    def __post_init__(self) -> None:
        self.store = FakeStore(self.clock)
        lookup = Lookup(SharedEvaluations(self.evaluations, self.clock), self.clock)
        self.watching = Watching(self.store, self.notifier, self.people, lookup, wake=self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def ask(self, text: str, asker: Asker = HERE) -> str:
        command = parse(text)
        assert isinstance(command, ChannelCommand)
        return (await self.watching.answer(command, asker)).text

    async def watches(self, channel: str | None = "C0EVALS") -> tuple[Watch, ...]:
        return await self.store.watches(channel=channel)

    def rows(self, kind: Kind) -> list[Row]:
        return [row for row in self.store.outbox.values() if row.kind is kind]


async def test_a_watch_is_stored_as_it_was_asked_for_and_begins_now() -> None:
    desk = Desk()
    said = await desk.ask("watch type:classify model:qwen events:failed notify:<@U0ONCALL>")
    (watch,) = await desk.watches()
    assert watch == Watch(
        number=1,
        channel="C0EVALS",
        filter=parse_filter("type:classify model:qwen"),
        events=frozenset({Event.ERROR, Event.USER_ERROR}),
        notify=("U0ONCALL",),
        created_by="U0MEMBER",
        since=NOON,
    )
    assert said.startswith("Watching here: ")
    assert "watch 1" in said


def parse_filter(text: str) -> JobFilter:
    command = parse(f"watch {text}")
    assert isinstance(command, Wanted)
    return command.filter


async def test_without_events_a_watch_tells_of_ends_and_threads_are_used() -> None:
    desk = Desk()
    await desk.ask("watch")
    await desk.ask("watch events:started thread:off")
    first, second = await desk.watches()
    assert (first.events, first.thread) == (DEFAULT_EVENTS, True)
    assert (second.events, second.thread) == (frozenset({Event.STARTED}), False)


async def test_the_same_watch_twice_is_one_and_says_so() -> None:
    desk = Desk()
    await desk.ask("watch model:qwen")
    await desk.clock.advance(60)
    other = replace(HERE, user_id="U0OTHER", trigger_id="2.made-up")
    assert "No change" in await desk.ask("watch model:qwen", other)
    assert len(await desk.watches()) == 1


async def test_watching_a_public_channel_joins_it_and_says_so() -> None:
    desk = Desk(people=FakePeople(rooms={"C0EVALS": Room.OPEN}))
    assert "I joined the channel" in await desk.ask("watch")
    assert desk.notifier.joined == ["C0EVALS"]


async def test_where_the_bot_cannot_post_nothing_is_stored() -> None:
    desk = Desk(people=FakePeople(rooms={"C0EVALS": Room.HIDDEN}))
    for text in ("watch", "test"):
        assert "`/invite @evals`" in await desk.ask(text)
    desk.people.failure = SlackUnreachable("Slack did not answer")
    with pytest.raises(SlackUnreachable):
        await desk.ask("watch")
    assert await desk.watches() == ()
    assert desk.store.outbox == {}


async def test_a_direct_message_with_the_bot_can_be_watched() -> None:
    desk = Desk()
    await desk.ask("watch", replace(HERE, channel="D0MEMBER"))
    assert [watch.channel for watch in await desk.watches(None)] == ["D0MEMBER"]


async def test_another_channel_is_watched_from_here() -> None:
    desk = Desk(people=FakePeople(inside={("U0MEMBER", "C0OTHER")}))
    assert "<#C0OTHER>" in await desk.ask("watch in:<#C0OTHER|other>")
    assert [watch.channel for watch in await desk.watches(None)] == ["C0OTHER"]


async def test_one_job_is_watched_by_its_whole_id_however_it_was_typed() -> None:
    desk = Desk(evaluations=FakeEvaluations(jobs=[RUNNING, ENDED]))
    await desk.ask("watch eval-7DF2")
    (watch,) = await desk.watches()
    assert watch.job == RUNNING.id


async def test_a_job_that_ends_while_it_is_looked_up_is_still_told() -> None:
    desk = Desk(evaluations=FakeEvaluations(jobs=[RUNNING]))

    class Slow(FakeEvaluations):
        async def _weather(self) -> None:
            await desk.clock.advance(5)

    slow = SharedEvaluations(Slow(jobs=[RUNNING]), desk.clock)
    desk.watching = Watching(
        desk.store, desk.notifier, desk.people, Lookup(slow, desk.clock), wake=lambda: None
    )
    await desk.ask(f"watch {RUNNING.id}")
    (watch,) = await desk.watches()
    assert watch.since == NOON < desk.clock.now()


async def test_an_ended_job_is_answered_with_its_result_and_nothing_is_stored() -> None:
    desk = Desk(
        evaluations=FakeEvaluations(jobs=[ENDED]),
        people=FakePeople(rooms={"C0EVALS": Room.OPEN}),
    )
    said = await desk.ask("watch eval-91bc")
    assert "has ended" in said
    assert "judge endpoint unavailable" in said
    assert await desk.watches() == ()
    assert desk.notifier.joined == []


async def test_a_job_that_nothing_or_several_answer_to_is_not_watched() -> None:
    twin = replace(RUNNING, id="eval-7df2-2")
    desk = Desk(evaluations=FakeEvaluations(jobs=[RUNNING, twin]))
    assert twin.id in await desk.ask("watch eval-7df2")
    with pytest.raises(JobNotFound):
        await desk.ask("watch eval-none")
    desk.evaluations.failure = TogetherUnreachable("no answer")
    with pytest.raises(TogetherUnreachable):
        await desk.ask(f"watch {RUNNING.id}")
    assert await desk.watches() == ()


async def test_the_list_tells_of_watches_and_of_a_mute() -> None:
    desk = Desk()
    assert "Nothing is watched" in await desk.ask("watches")
    await desk.ask("watch model:qwen")
    await desk.ask("mute 2h")
    said = await desk.ask("watches")
    assert "qwen" in said
    assert "Muted until" in said
    assert "qwen" not in await desk.ask("watches", replace(HERE, channel="C0OTHER"))


async def test_a_watch_is_ended_by_its_own_number_in_its_own_channel() -> None:
    desk = Desk()
    await desk.ask("watch model:qwen")
    await desk.ask("watch model:llama")
    elsewhere = replace(HERE, channel="C0OTHER")
    assert "no watch 1" in await desk.ask("unwatch 1", elsewhere)
    assert "Watch 1 has ended" in await desk.ask("unwatch 1")
    assert "It has 2" in await desk.ask("unwatch 1")
    assert [watch.number for watch in await desk.watches()] == [2]
    await desk.ask("watch")
    assert [watch.number for watch in await desk.watches()] == [2, 3], "no number comes twice"


async def test_all_watches_that_commands_made_end_at_once() -> None:
    desk = Desk()
    await desk.watching.sync(["C0EVALS"])
    await desk.ask("watch model:qwen")
    await desk.ask("watch model:llama")
    assert "2 watches" in await desk.ask("unwatch all")
    assert [watch.origin for watch in await desk.watches()] == [Origin.SETTING]


async def test_a_watch_of_a_setting_is_ended_where_it_was_written() -> None:
    desk = Desk()
    await desk.watching.sync(["C0EVALS"])
    assert "EVALS_CHANNEL" in await desk.ask("unwatch 1")
    assert len(await desk.watches()) == 1


async def test_a_mute_says_when_it_ends_and_what_was_missed_is_due_then() -> None:
    desk = Desk()
    said = await desk.ask("mute 2h")
    end = NOON + timedelta(hours=2)
    assert f"<!date^{int(end.timestamp())}^" in said
    (row,) = desk.rows(Kind.MISSED)
    assert (row.channel, row.due_at, row.state) == ("C0EVALS", end, State.PENDING)


async def test_a_later_mute_takes_the_place_of_an_earlier_one() -> None:
    desk = Desk()
    await desk.ask("mute 2h")
    said = await desk.ask("mute 30m", replace(HERE, trigger_id="2.made-up"))
    end = NOON + timedelta(minutes=30)
    assert f"<!date^{int(end.timestamp())}^" in said
    assert [row.due_at for row in desk.rows(Kind.MISSED)] == [end]


async def test_the_end_of_a_mute_wakes_the_delivery() -> None:
    desk = Desk()
    assert "not muted" in await desk.ask("unmute")
    await desk.ask("mute 2h")
    await desk.clock.advance(60)
    woken = desk.woken
    assert "Notices come again" in await desk.ask("unmute")
    assert desk.woken == woken + 1
    assert [row.due_at for row in desk.rows(Kind.MISSED)] == [desk.clock.now()]
    assert "not muted" in await desk.ask("unmute")


async def test_a_sample_is_enqueued_once_for_each_time_it_is_asked_for() -> None:
    desk = Desk()
    for trigger in ("1.made-up", "1.made-up", "2.made-up"):
        assert "on its way" in await desk.ask("test", replace(HERE, trigger_id=trigger))
    assert [row.due_at for row in desk.rows(Kind.SAMPLE)] == [NOON, NOON]
    assert desk.woken == 3


async def test_an_unknown_job_has_no_log() -> None:
    assert "was ever due" in await Desk().ask("log eval-none")


async def test_a_channel_is_greeted_once_however_often_the_bot_is_invited() -> None:
    desk = Desk()
    await desk.watching.invited("C0EVALS")
    await desk.watching.invited("C0EVALS")
    await desk.watching.invited("C0OTHER")
    assert [row.channel for row in desk.rows(Kind.GREETING)] == ["C0EVALS", "C0OTHER"]


@pytest.mark.parametrize("how", ["invited", "watched"])
async def test_watches_that_waited_for_an_invitation_go_on(how: str) -> None:
    desk = Desk()
    await desk.ask("watch")
    await desk.store.pause_watches("C0EVALS", until=NOON, fault="not_in_channel")
    await (desk.watching.invited("C0EVALS") if how == "invited" else desk.ask("watch"))
    assert [watch.fault for watch in await desk.watches()] == [None]


async def test_watches_of_settings_and_files_keep_their_beginning_over_restarts() -> None:
    desk = Desk()
    written = [Wanted(channel="C0OTHER", filter=JobFilter(model="qwen"))]
    await desk.watching.sync(["C0EVALS", "C0EVALS"], written)
    await desk.clock.advance(3600)
    changed = [replace(written[0], notify=("U0ONCALL",)), Wanted(channel="C0OTHER")]
    await desk.watching.sync(["C0EVALS"], changed)
    watches = await desk.watches(None)
    assert [(w.number, w.origin, w.channel, w.since) for w in watches] == [
        (1, Origin.SETTING, "C0EVALS", NOON),
        (2, Origin.FILE, "C0OTHER", NOON),
        (3, Origin.FILE, "C0OTHER", desk.clock.now()),
    ]
    assert watches[1].notify == ("U0ONCALL",)
    await desk.watching.sync([])
    assert await desk.watches(None) == ()


async def test_the_channels_of_settings_are_joined_when_they_are_new() -> None:
    desk = Desk()
    await desk.watching.sync(["C0EVALS"], [Wanted(channel="C0OTHER")])
    assert sorted(desk.notifier.joined) == ["C0EVALS", "C0OTHER"]
    await desk.watching.sync(["C0EVALS", "C0THIRD"], [Wanted(channel="C0OTHER")])
    assert sorted(desk.notifier.joined) == ["C0EVALS", "C0OTHER", "C0THIRD"]


@pytest.mark.parametrize("text", ["watch", "watches", "unwatch 1", "mute 2h", "unmute", "test"])
async def test_a_database_that_is_away_is_an_error_and_nothing_happens(text: str) -> None:
    desk = Desk(people=FakePeople(rooms={"C0EVALS": Room.OPEN}))
    desk.store.failure = StoreUnavailable("the disk is full")
    with pytest.raises(StoreUnavailable):
        await desk.ask(text)
    assert desk.woken == 0
