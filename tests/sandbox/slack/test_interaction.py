"""Waiting for an answer: woken by it, told of refusals, and never for ever."""

import asyncio

import pytest

from bot.sandbox.slack import AnswerRefused, Interaction, Message, Problem, Refused
from tests.fakes import settle

MESSAGE = Message(channel="C1", ts="1.000000", author="U1", text="x", at=1.0)


async def test_the_second_outcome_is_waited_for_by_its_number() -> None:
    interaction = Interaction(payload={})
    waiting = asyncio.ensure_future(interaction.answer(2))
    interaction.add(Refused("invalid_blocks"))
    await settle()
    assert not waiting.done()
    interaction.add(MESSAGE)
    assert await waiting == MESSAGE
    assert interaction.refusals == [Refused("invalid_blocks")]


async def test_a_refusal_is_raised_with_its_reason() -> None:
    interaction = Interaction(payload={})
    interaction.add(Refused("invalid_blocks", (Problem("too long", "/blocks/0"),)))
    with pytest.raises(AnswerRefused, match=r"too long .json-pointer:/blocks/0"):
        await interaction.answer()


async def test_no_answer_is_a_timeout() -> None:
    with pytest.raises(TimeoutError):
        await Interaction(payload={}).answer(timeout=0.01)


async def test_what_was_never_delivered_cannot_be_replayed() -> None:
    with pytest.raises(RuntimeError, match="never delivered"):
        await Interaction(payload={}).replay()
