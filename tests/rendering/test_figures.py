"""Numbers carry their unit and stay short, however absurd they are."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.rendering.figures import bar, bound, count, number_of, percent, score, span
from tests.strategies import numbers


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (percent(87.0), "87.0 %"),
        (percent(1e300), "1e+300 %"),
        (count(1234.0), "1,234"),
        (count(0.5), "0.5"),
        (count(-1e300), "-1e+300"),
        (score(7.14), "7.1"),
        (bound(7.0), "7"),
        (bound(7.25), "7.25"),
        (number_of(1, "job"), "1 job"),
        (number_of(12, "job"), "12 jobs"),
        (span(timedelta(0)), "0 s"),
        (span(timedelta(seconds=45.9)), "45 s"),
        (span(timedelta(minutes=12)), "12 min"),
        (span(timedelta(hours=1, minutes=5)), "1 h 5 min"),
        (span(timedelta(hours=3)), "3 h"),
        (span(timedelta(days=2, hours=3)), "2 d 3 h"),
    ],
)
def test_a_number_is_written_as_people_read_it(shown: str, expected: str) -> None:
    assert shown.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    assert " " not in percent(87.0) + span(timedelta(hours=1, minutes=5))


def test_a_bar_is_as_long_as_its_share() -> None:
    assert [len(bar(share)) for share in (0.0, 0.5, 1.0)] == [0, 10, 20]
    assert bar(0.87) == "█████████████████▍"


def test_a_bar_shows_even_the_smallest_share_and_never_more_than_all() -> None:
    assert bar(1e-9) == "▏"
    assert bar(7.0) == "█" * 20
    assert bar(-1.0) == ""


@settings(max_examples=200, deadline=None)
@given(number=numbers())
def test_any_number_is_short(number: float) -> None:
    assert max(map(len, (percent(number), count(number), score(number), bound(number)))) <= 14
    assert len(bar(number)) <= 20
