"""Errors in words: what happened and what to do next. No blame, no bare number."""

from datetime import datetime

from bot.domain.errors import (
    AccessDenied,
    BotError,
    JobNotFound,
    QueryError,
    TogetherBusy,
    TogetherError,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)
from bot.rendering import controls, kit
from bot.rendering.kit import Message

BUSY = "I have too much to do right now. Try again in a moment."
STILL_ASKING = Message(text="Still asking Together…")

_UNEXPECTED = (
    "Something went wrong on my side. Whoever runs this bot finds it in the log by this reference."
)
_SLOW = "Together did not answer in time. Try again in a minute."
_IN_TROUBLE = "Together has trouble on its own side (it says {status}). Try again in a minute."
_KEY = (
    "Together refused our key. Whoever runs this bot: check `TOGETHER_API_KEY` "
    "(`evals-bot check` tells more)."
)
_ADDRESS = (
    "There is no evaluation list at the address we ask. Whoever runs this bot: check "
    "`TOGETHER_BASE_URL` (`evals-bot check` tells more)."
)
_REFUSED = "Together did not take the question (it says {status})."
_GARBLED = (
    "Together's answer cannot be read. Try again in a minute; if it stays so, whoever runs this "
    "bot finds more in the log."
)
_WORD_CHARS = 160
_DETAIL_CHARS = 300
_NOT_FOUND = 404


def problem_message(error: BotError | None, *, reference: str = "") -> Message:
    """An error as a private answer; None is one that nobody expected."""
    words = _UNEXPECTED if error is None else sentence(error)
    if not reference:
        return Message(text=words, blocks=(kit.section(words),))
    ref = f"ref {reference}"
    return Message(text=f"{words} ({ref})", blocks=(kit.section(words), kit.context(ref)))


def stale_notice(error: TogetherError, *, fetched_at: datetime, reference: str) -> str:
    """What stands above an answer that Together gave earlier."""
    then = kit.when(fetched_at)
    return f"{sentence(error)}\nThis is what it said {then} (ref {reference})."


def sentence(error: BotError) -> str:
    """One error in mrkdwn."""
    match error:
        case QueryError():
            return _query(error)
        case JobNotFound():
            wanted = kit.code(error.job_id, chars=_WORD_CHARS)
            return f"Together knows no evaluation job {wanted}. `/evals` lists those it knows."
        case TogetherError():
            return _together(error)
        case AccessDenied():
            return str(error)
        case _:
            return _UNEXPECTED


def _query(error: QueryError) -> str:
    word = f"“{kit.foreign(error.word, chars=_WORD_CHARS)}”"
    words = error.problem.replace("“{word}”", word).replace("{word}", word)
    if error.hint.suggestion:
        words += f" Did you mean {kit.code(error.hint.suggestion, chars=_WORD_CHARS)}?"
    if error.hint.valid:
        words += f"\n{error.hint.valid_title}: {', '.join(error.hint.valid)}."
    return words


def _together(error: TogetherError) -> str:
    match error:
        case TogetherUnreachable(status=None):
            return _SLOW
        case TogetherUnreachable():
            return _IN_TROUBLE.format(status=error.status)
        case TogetherBusy(retry_after_seconds=None):
            return "Together asks us to slow down. Try again in a minute."
        case TogetherBusy():
            seconds = max(1, round(error.retry_after_seconds or 0))
            return f"Together asks us to slow down. Try again in {seconds} s."
        case TogetherRefusedKey():
            return _KEY
        case TogetherRefused(status=404):
            return _ADDRESS
        case TogetherRefused():
            return _REFUSED.format(status=error.status) + _said(error)
        case _:
            return _GARBLED


def _said(error: TogetherError) -> str:
    return f" It says: “{kit.foreign(error.detail, chars=_DETAIL_CHARS)}”" if error.detail else ""
