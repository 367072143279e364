"""Faults that an operator should find in the log, by the reference that a person was shown."""

import logging
import secrets

from bot.domain.errors import BotError, SlackError, TogetherError

logger = logging.getLogger(__name__)

_REFERENCE_BYTES = 3


def record(error: BaseException, *, what: str = "an answer failed") -> str:
    """Log a fault and return its reference, such as ``7f3a1c``. Only the unexpected is traced."""
    reference = secrets.token_hex(_REFERENCE_BYTES)
    details: dict[str, object] = {"reference": reference, "error": type(error).__name__}
    if isinstance(error, TogetherError):
        details |= {"reason": str(error), "status": error.status, "said": error.detail}
    elif isinstance(error, SlackError):
        details |= {"reason": str(error), "code": error.code}
    elif isinstance(error, BotError):
        details["reason"] = str(error)
    expected = isinstance(error, BotError)
    logger.log(
        logging.WARNING if expected else logging.ERROR,
        what,
        extra=details,
        exc_info=None if expected else error,
    )
    return reference
