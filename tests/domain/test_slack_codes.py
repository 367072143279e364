"""What Slack's codes mean: each one thing, and each that is published."""

from bot.domain import slack_codes

# Each with the meaning that its page gives it: https://docs.slack.dev/reference/methods
MEANINGS = (
    slack_codes.DOUBTFUL,
    slack_codes.BUSY,
    slack_codes.PASSING,
    slack_codes.MESSAGE_FAULTS,
    slack_codes.CHANNEL_FAULTS,
    slack_codes.TOKEN_FAULTS,
)


def test_no_code_means_two_things() -> None:
    assert sum(map(len, MEANINGS)) == len(frozenset().union(*MEANINGS))


def test_a_thread_that_is_closed_is_a_fault_of_the_channel_unless_somebody_knows_better() -> None:
    assert slack_codes.THREAD_FAULTS < slack_codes.CHANNEL_FAULTS


def test_a_code_is_one_word_so_that_several_fit_into_one_column() -> None:
    assert all(code.isidentifier() for code in frozenset().union(*MEANINGS))
