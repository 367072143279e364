"""Errors in words: what happened and what to do next. No blame, no bare number."""

import re
from datetime import datetime, timedelta

from bot.domain.errors import (
    AccessDenied,
    BotError,
    JobNotFound,
    QueryError,
    SettingsError,
    SlackBusy,
    SlackError,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackRefusedToken,
    SlackUnreachable,
    StoreBusy,
    StoreError,
    TogetherBusy,
    TogetherError,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)
from bot.rendering import kit
from bot.rendering.figures import span
from bot.rendering.foreign import clean, code, escape, foreign, plain, quoted
from bot.rendering.kit import Message

BUSY = Message(text="I have too much to do right now. Try again in a moment.")
STILL_ASKING = Message(text="Still asking Together…")

_WORD_CHARS = 160
_DETAIL_CHARS = 300
_OURS_CHARS = 600
_VALID_CHARS = 1000
_REDIRECTS = range(300, 400)
_LONGEST_WAIT_SECONDS = 86_400
_WORD = re.compile(r"“?\{word\}”?")

_SOON = "Try again in a minute."
_IN_THE_LOG = "If it stays so, whoever runs this bot finds more in the log."
_UNEXPECTED = (
    "Something went wrong on my side.",
    ("Whoever runs this bot finds it in the log by this reference."),
)
_CHECK = "Whoever runs this bot: `evals-bot check` tells what to do."
_INVITE = "Type `/invite @evals` there, then try again."
_DATABASE = "Lists still work. Whoever runs this bot: look at the database of `DATABASE_URL`."
_CHECK_KEY = "Whoever runs this bot: check `TOGETHER_API_KEY` (`evals-bot check` tells more)."
_CHECK_ADDRESS = "Whoever runs this bot: check `TOGETHER_BASE_URL` (`evals-bot check` tells more)."


def problem_message(error: BotError | None, *, reference: str = "") -> Message:
    """An error as a private answer; None is one that nobody expected."""
    return _message(" ".join(_UNEXPECTED) if error is None else sentence(error), reference)


def stale_notice(error: TogetherError, *, fetched_at: datetime, reference: str) -> Message:
    """What stands above an answer that Together gave earlier."""
    return _message(
        f"{what_happened(error)} This is what it said {kit.when(fetched_at)}.", reference
    )


def later_message(verb: str) -> Message:
    """The answer to a command that the grammar knows and this version does not carry out."""
    typed = code(f"/evals {verb}", chars=_WORD_CHARS)
    return _message(f"{typed} is not in this version yet. `/evals help` shows what is.", "")


def sentence(error: BotError) -> str:
    """One error in mrkdwn: what happened and what to do next."""
    return " ".join(filter(None, _words(error)))


def what_happened(error: BotError) -> str:
    """One error in mrkdwn, without advice: it is over, or there is a way round it."""
    return _words(error)[0]


def _message(words: str, reference: str) -> Message:
    if not reference:
        return Message(text=words, blocks=(kit.section(words),))
    small_print = f"ref {foreign(reference, chars=_WORD_CHARS)}"
    return Message(
        text=f"{words} ({small_print})", blocks=(kit.section(words), kit.context(small_print))
    )


def _words(error: BotError) -> tuple[str, str]:  # noqa: PLR0911 - one a kind of error
    """What happened and what to do next."""
    match error:
        case QueryError():
            return _query(error)
        case AccessDenied():
            return _ours(str(error)), ""
        case TogetherError():
            return _together(error)
        case SlackError():
            return _slack(error)
        case StoreBusy():
            return "Too much wants to be written down at once.", "Try again in a moment."
        case StoreError():
            return "What I remember cannot be read or written right now.", _DATABASE
        case SettingsError():
            return "A setting of this bot is missing or wrong.", _CHECK
        case _:
            return _UNEXPECTED


def _query(error: QueryError) -> tuple[str, str]:
    word = quoted(error.word, chars=_WORD_CHARS)
    happened = _WORD.sub(lambda _: word, _ours(error.problem), count=2)
    if error.hint.suggestion:
        happened += f" Did you mean {code(error.hint.suggestion, chars=_WORD_CHARS)}?"
    if not error.hint.valid:
        return happened, ""
    title = f"{_ours(error.hint.valid_title)}: " if error.hint.valid_title else ""
    return f"{happened}\n{title}{_ours(', '.join(error.hint.valid), chars=_VALID_CHARS)}.", ""


def _together(error: TogetherError) -> tuple[str, str]:  # noqa: PLR0911 - one a kind of error
    match error:
        case JobNotFound():
            wanted = code(error.job_id, chars=_WORD_CHARS)
            return f"Together knows no evaluation job {wanted}.", "`/evals` lists those it knows."
        case TogetherUnreachable(status=None):
            return "Together did not answer in time.", _SOON
        case TogetherUnreachable():
            return f"Together has trouble on its own side{_status(error)}.", _SOON
        case TogetherBusy():
            return "Together asks us to slow down.", _wait(error.retry_after_seconds)
        case TogetherRefusedKey(status=403):
            return "Together does not let our key see evaluation jobs.", _CHECK_KEY
        case TogetherRefusedKey():
            return "Together refused our key.", _CHECK_KEY
        case TogetherRefused(status=404):
            return "There is no evaluation list at the address we ask.", _CHECK_ADDRESS
        case TogetherRefused(status=int(status)) if status in _REDIRECTS:
            return f"Together's address has moved{_status(error)}.", _CHECK_ADDRESS
        case TogetherRefused():
            return f"Together did not take the question{_status(error)}.", (
                f"{_said(error)}`/evals help` shows what can be asked. {_IN_THE_LOG}"
            )
        case _:
            return "Together's answer cannot be read.", f"{_SOON} {_IN_THE_LOG}"


def _slack(error: SlackError) -> tuple[str, str]:
    match error:
        case SlackUnreachable() | SlackInDoubt():
            return "Slack did not answer us in time.", "Try again in a moment."
        case SlackBusy():
            return "Slack asks us to slow down.", _wait(error.retry_after_seconds)
        case SlackRefusedMessage():
            return f"Slack did not take the message as it was{_code_word(error)}.", _IN_THE_LOG
        case SlackRefusedChannel():
            return f"Slack does not let me into that channel{_code_word(error)}.", _INVITE
        case SlackRefused() | SlackRefusedToken():
            return f"Slack refused what we asked of it{_code_word(error)}.", _CHECK
        case _:
            return _UNEXPECTED


def _wait(seconds: float | None) -> str:
    if seconds is None:
        return _SOON
    return f"Try again in {span(timedelta(seconds=min(max(1, seconds), _LONGEST_WAIT_SECONDS)))}."


def _status(error: TogetherError) -> str:
    return "" if error.status is None else f" (it says {error.status})"


def _said(error: TogetherError) -> str:
    said = quoted(error.detail, chars=_DETAIL_CHARS)
    return f"It says: {said}. " if clean(error.detail) else ""


def _code_word(error: SlackError) -> str:
    word = foreign(error.code, chars=_WORD_CHARS)
    return f" (it says {word})" if word else ""


def _ours(words: str, *, chars: int = _OURS_CHARS) -> str:
    """Words of ours, whose backticks are meant; escaped all the same, in case one was not ours."""
    return escape(plain(words, chars=chars))
