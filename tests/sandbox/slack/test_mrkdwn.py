"""mrkdwn in a terminal."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.slack.mrkdwn import Look, inline

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLAIN = Look(now=NOW, zone=ZoneInfo("Europe/Berlin"))
COLOURED = Look(now=NOW, ansi=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _it_ ~no~", "bold it no"),
        ("2 * 3 * 4, snake_case_name", "2 * 3 * 4, snake_case_name"),
        ("a `code *x*` b", "a `code *x*` b"),
        ("```\none\ntwo```", "    one\n    two"),
        ("<https://x.example/a?b=1&amp;c|a page>", "a page"),
        ("<https://x.example/a?b=1&amp;c>", "https://x.example/a?b=1&c"),
        ("<@U1> <@U1|ann> <#C1|evals> <!subteam^S1|@team> <!here>", "@U1 @ann #evals @team @here"),
        ("&lt;!channel&gt; &amp;amp;", "<!channel> &amp;"),
        ("&gt; quoted", "│ quoted"),
        (":tada: ✅", ":tada: ✅"),
    ],
)
def test_it_reads_as_slack_shows_it(text: str, shown: str) -> None:
    assert inline(text, PLAIN) == shown


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("{date_short_pretty} at {time}", "today at 12:30"),
        ("{date_num} {time_secs}", "2026-11-24 12:30:00"),
        ("{date}", "November 24, 2026"),
        ("{date_short}", "Nov 24, 2026"),
        ("{date_long}", "Tuesday, November 24, 2026"),
        ("{ago}", "30 minutes ago"),
        ("{other}", "{other}"),
    ],
)
def test_a_date_token_is_local_time(form: str, shown: str) -> None:
    at = int(datetime(2026, 11, 24, 11, 30, tzinfo=UTC).timestamp())
    assert inline(f"<!date^{at}^{form}|fallback>", PLAIN) == shown


def test_days_near_today_have_names_and_others_do_not() -> None:
    def pretty(day: int) -> str:
        at = int(datetime(2026, 11, day, 12, tzinfo=UTC).timestamp())
        return inline(f"<!date^{at}^{{date_pretty}}|x>", PLAIN)

    assert [pretty(day) for day in (22, 23, 24, 25)] == [
        "Nov 22, 2026",
        "yesterday",
        "today",
        "tomorrow",
    ]


def test_a_date_that_cannot_be_read_shows_its_fallback() -> None:
    assert inline("<!date^soon^{date}|later>", PLAIN) == "later"
    assert inline("<!date^99999999999999^{date}|much later>", PLAIN) == "much later"


def test_with_escape_codes_links_can_be_clicked() -> None:
    assert inline("*a* <https://x.example|b>", COLOURED) == (
        "\x1b[1ma\x1b[0m \x1b]8;;https://x.example\x1b\\\x1b[4mb\x1b[0m\x1b]8;;\x1b\\"
    )
