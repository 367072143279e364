"""Whether a question that failed is asked again, and when: a policy as a value, for reads alone."""

from dataclasses import dataclass
from enum import StrEnum


class TransportFailure(StrEnum):
    """Why no whole answer came. Together's own refusals are HTTP statuses instead."""

    NO_CONNECTION = "no connection"
    BROKEN_OFF = "broken off"


class RetryReason(StrEnum):
    """Why another try is worth it."""

    NO_CONNECTION = "no connection"
    BROKEN_OFF = "the answer broke off"
    SLOW_DOWN = "asked to slow down"
    TROUBLE = "trouble on the other side"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDecision:
    """Ask again after ``delay_seconds``, for a reason that the log can name."""

    delay_seconds: float
    reason: RetryReason


_TRANSPORT = {
    TransportFailure.NO_CONNECTION: RetryReason.NO_CONNECTION,
    TransportFailure.BROKEN_OFF: RetryReason.BROKEN_OFF,
}
# https://docs.together.ai/docs/error-codes names 429, 500, 503, 504, 520, 524 and 529; the other
# ones are what HTTP and the CDN before it say of a server that is late or away:
# https://www.rfc-editor.org/rfc/rfc9110#section-15.6
# https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
_PASSING_TROUBLE = frozenset({408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with full jitter, bounded in tries and in time.

    Attributes:
        attempts: how often a question is asked at most, the first time included.
        total_seconds: no try begins later than this after the first one began.
        base_seconds: the longest pause after the first try; it doubles with each further one.
        cap_seconds: the longest pause of our own; what the server asks for may be longer.
    """

    attempts: int = 3
    total_seconds: float = 20.0
    base_seconds: float = 0.5
    cap_seconds: float = 5.0

    def decide(
        self,
        failure: int | TransportFailure,
        *,
        attempt: int,
        elapsed_seconds: float,
        retry_after_seconds: float | None,
        draw: float,
    ) -> RetryDecision | None:
        """Decide about the next try, or None when there shall be none.

        Args:
            failure: the HTTP status of the answer, or why there was no answer.
            attempt: how many tries there were, 1 after the first.
            elapsed_seconds: since the first try began.
            retry_after_seconds: what the server asked for; we never come back sooner.
            draw: a random number in [0, 1).
        """
        reason = _reason(failure)
        if reason is None or attempt >= self.attempts:
            return None
        # https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        jitter = draw * min(self.cap_seconds, self.base_seconds * 2 ** (attempt - 1))
        delay = max(retry_after_seconds or 0.0, 0.0) + jitter
        if elapsed_seconds + delay >= self.total_seconds:
            return None
        return RetryDecision(delay_seconds=delay, reason=reason)


def _reason(failure: int | TransportFailure) -> RetryReason | None:
    if isinstance(failure, TransportFailure):
        return _TRANSPORT[failure]
    if failure == _TOO_MANY_REQUESTS:
        return RetryReason.SLOW_DOWN
    return RetryReason.TROUBLE if failure in _PASSING_TROUBLE else None
