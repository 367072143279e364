"""How long the poller waits: between two polls, and after one that failed."""

from datetime import timedelta

from bot.domain.errors import BotError, TogetherBusy, TogetherRefusedKey

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0
REFUSED_KEY_SECONDS = timedelta(minutes=5).total_seconds()
"""A key does not mend itself, and 401 is no question of load."""

_SPREAD = 0.1
_MOST_DOUBLINGS = 10


def interval_seconds(seconds: float, *, draw: float) -> float:
    """``seconds``, give or take a tenth, so that replicas and bots do not march in step.

    Args:
        seconds: the interval that is wanted.
        draw: a random number in [0, 1).
    """
    return seconds * (1 + _SPREAD * (2 * draw - 1))


def pause_seconds(error: BotError, *, failures: int, draw: float) -> float:
    """How long to wait after a poll that failed.

    Full jitter below a limit that doubles from 5 s to 5 min
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); never less than
    what Together asks for.

    Args:
        error: why it failed.
        failures: how many polls failed in a row, 1 after the first.
        draw: a random number in [0, 1).
    """
    if isinstance(error, TogetherRefusedKey):
        return interval_seconds(REFUSED_KEY_SECONDS, draw=draw)
    asked = error.retry_after_seconds if isinstance(error, TogetherBusy) else None
    doublings = min(failures - 1, _MOST_DOUBLINGS)
    return (asked or 0.0) + draw * min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**doublings)
