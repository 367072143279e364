"""What the bot says of itself."""

from inspect import cleandoc

import pytest

from bot.domain.query import parse
from bot.domain.slack_codes import CHANNEL_FAULTS
from bot.rendering.asides import (
    advice_message,
    greeting_message,
    operator_message,
    why_refused,
)
from tests.rendering.seen import seen
from tests.rendering.test_help import TYPED


def test_a_greeting_names_commands_that_work() -> None:
    commands = TYPED.findall(greeting_message().text)
    assert commands == ["watch", "help watch", ""]
    for typed in commands:
        parse(typed)


def test_advice_names_the_channel_the_reason_the_watches_and_what_to_do() -> None:
    assert seen(advice_message("C0EVALS", "not_in_channel", [3, 5, 9])) == cleandoc("""
        I cannot post in #C0EVALS: I am not in it. Watches 3, 5 and 9 wait for it.
        Type `/invite @evals` there. I try again every hour, for a day.
    """)


def test_advice_of_one_watch_speaks_of_one() -> None:
    words = seen(advice_message("C0EVALS", "is_archived", [3]))
    assert "it is archived. Watch 3 waits for it." in words


def test_many_watches_are_counted() -> None:
    words = seen(advice_message("C0EVALS", "not_in_channel", list(range(1, 31))))
    assert "19, 20 and 10 more wait for it" in words


def test_advice_for_messages_to_oneself_names_no_channel() -> None:
    words = seen(advice_message("U0MEMBER", "messages_tab_disabled", []))
    assert words.startswith("I cannot post in our direct messages: ")


@pytest.mark.parametrize("fault", sorted(CHANNEL_FAULTS))
def test_every_fault_of_a_channel_has_plain_words(fault: str) -> None:
    assert fault not in why_refused(fault)


def test_a_fault_that_nobody_knows_yet_is_shown_as_slack_calls_it() -> None:
    assert why_refused("quantum_flux") == "Slack says `quantum_flux`"


def test_a_refused_key_says_what_together_says() -> None:
    assert seen(operator_message("refused_key", "Invalid API key")) == (
        "Together refuses our key, so no notices come. It says: “Invalid API key”. Whoever runs "
        "this bot: check `TOGETHER_API_KEY` (`evals-bot check` tells more). I try again every "
        "5 minutes."
    )


def test_a_full_list_says_what_may_be_missing() -> None:
    words = seen(operator_message("saturated", ""))
    assert words.startswith("There are more evaluation jobs at once than Together lists")
    assert "`EVALS_POLL_SECONDS`" in words


def test_another_reason_is_told_as_it_is() -> None:
    assert "should look at its log: disk_full." in seen(operator_message("disk_full", ""))
