"""The help teaches what the grammar takes."""

import re
from inspect import cleandoc

import pytest

from bot.domain.commands import (
    HELP_TOPICS,
    Command,
    Health,
    ListJobs,
    Mute,
    SendTest,
    ShowJob,
    ShowLog,
    Unmute,
    Unwatch,
    Watch,
    Watches,
)
from bot.domain.query import parse
from bot.rendering.help import TOPICS, help_message
from tests.rendering.seen import seen

MEANT: dict[str, tuple[type[Command], ...]] = {
    "list": (ListJobs,),
    "filters": (ListJobs,),
    "show": (ShowJob,),
    "watch": (Watch, Watches, Unwatch, ShowLog),
    "mute": (Mute, Unmute),
    "status": (Health, SendTest),
}
TYPED = re.compile(r"`/evals ?([^`]*)`")


def test_there_is_a_text_for_each_topic() -> None:
    assert tuple(TOPICS) == HELP_TOPICS


@pytest.mark.parametrize(
    ("topic", "typed"),
    [(name, typed) for name, topic in TOPICS.items() for typed, _ in topic.examples],
)
def test_every_example_works(topic: str, typed: str) -> None:
    assert isinstance(parse(typed.removeprefix("/evals")), MEANT[topic])


def test_every_command_that_a_note_names_works() -> None:
    commands = TYPED.findall(help_message(None).text)
    assert len(commands) > sum(len(topic.examples) for topic in TOPICS.values())
    for typed in commands:
        parse(typed)


def test_the_text_says_all_that_the_blocks_say() -> None:
    message = help_message(None)
    for topic in TOPICS.values():
        assert topic.title in message.text
        assert topic.note in message.text


def test_one_topic_is_a_short_answer() -> None:
    assert seen(help_message("show")).startswith(
        cleandoc("""
            *Look at one job*
            `/evals eval-7df2`  a job by its id, or by the beginning of it
            `/evals show 7df2`  the same without eval-
            `/evals show 7df2 public`  for the whole channel
            (A pasted link to a job's page at Together works as well.)
            (Answers are for your eyes only, unless you type `public`
        """)
    )
