"""Block Kit's small parts."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.rendering import kit


def test_a_date_is_a_token_with_utc_where_it_cannot_be_read() -> None:
    moment = datetime(2025, 6, 30, 14, 50, 40, tzinfo=timezone(timedelta(hours=2)))
    assert kit.when(moment) == (
        "<!date^1751287840^{date_short_pretty} at {time}|2025-06-30 12:50 UTC>"
    )


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01 00:00 UTC"),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), "1969-12-31 23:59 UTC"),
    ],
)
def test_a_date_before_unix_time_is_words_alone(moment: datetime, shown: str) -> None:
    assert kit.when(moment) == shown


def test_only_the_id_of_a_person_or_a_group_can_be_mentioned() -> None:
    assert kit.mention("U0MEMBER") == "<@U0MEMBER>"
    assert kit.mention("S0ONCALL") == "<!subteam^S0ONCALL>"
    for wrong in ("", "!channel", "U0MEMBER>", "u0member", "C0EVALS", "U0MEMBER\n"):
        with pytest.raises(ValueError, match="Slack id"):
            kit.mention(wrong)


def test_a_channel_is_named_by_its_id_and_a_direct_message_has_no_name() -> None:
    assert kit.channel("C0EVALS") == "<#C0EVALS>"
    for other in ("D0DIRECT", "U0MEMBER", "", "C0EVALS>", "!channel"):
        assert kit.channel(other) == "our direct messages"


def test_a_text_that_is_too_long_loses_its_last_lines_and_says_so() -> None:
    lines = ["x" * 999] * 5
    assert kit.joined(lines) == "\n".join([*lines[:3], "…"])
    assert kit.joined(["a", "", "b"]) == "a\nb"


def test_fields_stand_ten_to_a_section() -> None:
    blocks = kit.fields((f"name {number}", "value") for number in range(13))
    assert [len(block["fields"]) for block in blocks] == [10, 3]


def test_a_button_says_to_a_screen_reader_what_it_belongs_to() -> None:
    assert kit.button("Details", action_id="a", value="v", spoken="Details of eval-1") == {
        "type": "button",
        "text": {"type": "plain_text", "text": "Details"},
        "action_id": "a",
        "value": "v",
        "accessibility_label": "Details of eval-1",
    }
