"""Numbers and spans as people read them, each with its unit."""

from datetime import timedelta

NBSP = "\N{NO-BREAK SPACE}"

_HUGE = 1e9
_BAR_CELLS = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"


def percent(value: float) -> str:
    """``87.0 %``."""
    return f"{_one_decimal(value)}{NBSP}%"


def count(value: float) -> str:
    """``1,234``; a fraction keeps one decimal."""
    if abs(value) >= _HUGE:
        return f"{value:.3g}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def score(value: float) -> str:
    """``7.1``."""
    return _one_decimal(value)


def bound(value: float) -> str:
    """A bound or threshold as it was set: ``7`` or ``7.25``."""
    return f"{value:.6g}"


def number_of(number: float, one: str, many: str = "") -> str:
    """``1 job``, ``3 jobs``; ``many`` is ``one`` with an s unless it is given."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def span(duration: timedelta) -> str:
    """``45 s``, ``12 min``, ``1 h 5 min``, ``2 d 3 h``."""
    seconds = int(duration.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        parts = [(days, "d"), (hours % 24, "h")]
    elif hours:
        parts = [(hours, "h"), (minutes % 60, "min")]
    elif minutes:
        parts = [(minutes, "min")]
    else:
        parts = [(seconds, "s")]
    return NBSP.join(f"{number}{NBSP}{unit}" for number, unit in parts if number or unit == "s")


def bar(share: float) -> str:
    """A bar for a share of 0 to 1, in eighths of a cell; something is never nothing."""
    eighths = round(min(max(share, 0.0), 1.0) * _BAR_CELLS * 8)
    if share > 0:
        eighths = max(eighths, 1)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _one_decimal(value: float) -> str:
    """From a thousand million on, three digits and a power of ten."""
    return f"{value:.3g}" if abs(value) >= _HUGE else f"{value:.1f}"
