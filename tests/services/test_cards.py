"""A running job's card: its end is told in its thread, and it shows the end itself."""

import pytest

from bot.domain.errors import (
    SlackBusy,
    SlackError,
    SlackRefused,
    SlackRefusedMessage,
    SlackUnreachable,
)
from bot.domain.notices import GROUP_ABOVE
from bot.domain.outbox import Kind, NewRow, State
from tests.post_office import PostOffice, group, notice

AWAY = SlackUnreachable("away")


async def with_card(channel: str = "C0EVALS") -> PostOffice:
    office = PostOffice()
    await office.put(notice(kind=Kind.STARTED, channel=channel))
    await office.drain()
    return office


async def test_the_end_of_a_job_with_a_card_is_told_in_its_thread() -> None:
    office = await with_card()
    await office.put(notice())
    await office.drain()
    card, end = office.notifier.to("C0EVALS")
    assert (card.thread_ts, end.thread_ts) == (None, card.ts)
    assert office.row(notice().key).thread_ts == card.ts


async def test_the_card_shows_the_end_then() -> None:
    office = await with_card()
    await office.put(notice())
    await office.drain()
    card = office.notifier.to("C0EVALS")[0]
    assert len(card.versions) == 1
    assert "completed" in card.message.text


async def test_a_correction_goes_there_too() -> None:
    office = await with_card()
    await office.put(notice(), notice(kind=Kind.CORRECTED))
    await office.drain()
    card, *replies = office.notifier.to("C0EVALS")
    assert [reply.thread_ts for reply in replies] == [card.ts, card.ts]
    assert len(card.versions) == 2


@pytest.mark.parametrize("row", [notice(thread=False), notice("eval-2")])
async def test_what_has_no_card_or_wants_no_thread_stands_on_its_own(row: NewRow) -> None:
    office = await with_card()
    await office.put(row)
    await office.drain()
    assert office.notifier.to("C0EVALS")[-1].thread_ts is None


async def test_a_card_of_another_channel_is_another_card() -> None:
    office = await with_card("C0OTHER")
    await office.put(notice())
    await office.drain()
    assert office.notifier.to("C0EVALS")[0].thread_ts is None
    assert not office.notifier.to("C0OTHER")[0].versions


async def test_a_card_in_a_direct_message_has_a_thread_too() -> None:
    office = await with_card("U0MEMBER")
    await office.put(notice(channel="U0MEMBER"))
    await office.drain()
    assert office.row(notice(channel="U0MEMBER").key).state is State.SENT
    card = office.notifier.to("D0MEMBER")[0]
    assert len(card.versions) == 1


async def test_a_group_brings_each_card_of_its_jobs_up_to_date() -> None:
    office = await with_card()
    ids = [f"eval-{number}" for number in range(GROUP_ABOVE + 2)]
    await office.put(group(*ids))
    await office.drain()
    card, grouped = office.notifier.to("C0EVALS")
    assert grouped.thread_ts is None
    assert len(card.versions) == 1


@pytest.mark.parametrize("error", [AWAY, SlackBusy("busy", retry_after_seconds=40)])
async def test_a_card_that_cannot_be_changed_now_is_changed_soon(error: SlackError) -> None:
    office = await with_card()
    office.notifier.update_errors.extend([error, error])
    await office.put(notice())
    await office.drain()
    card, end = office.notifier.to("C0EVALS")
    assert len(card.versions) == 1
    assert end.key == notice().key


async def test_a_card_whose_blocks_slack_refuses_shows_words() -> None:
    office = await with_card()
    office.notifier.update_errors.append(SlackRefusedMessage("no", code="invalid_blocks"))
    await office.put(notice())
    await office.drain()
    card = office.notifier.to("C0EVALS")[0]
    assert not card.message.blocks
    assert "completed" in card.message.text


async def test_a_card_that_stays_as_it_was_costs_no_notice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = await with_card()
    gone = SlackRefused("no", code="message_not_found")
    office.notifier.update_errors.extend([gone] * 10)
    await office.put(notice(), notice("eval-2"))
    await office.drain()
    assert set(office.states()) == {State.SENT}
    assert "a card stays as it was" in caplog.messages
    assert not office.notifier.to("C0EVALS")[0].versions
