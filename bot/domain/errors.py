"""Every error that this bot raises on purpose, split by who can do something about it.

BotError
├── QueryError               the words after /evals are not understood      the asker
├── AccessDenied             this person may not do that here               a member
├── TogetherError            Together gave no usable answer
│   ├── TogetherUnreachable  no answer in time, no connection, or a 5xx     nobody: wait
│   ├── TogetherBusy         429                                            nobody: wait
│   ├── TogetherRefusedKey   401 or 403                                     the operator
│   ├── TogetherRefused      any other 4xx                                  the operator
│   ├── TogetherGarbled      an answer that breaks the contract             Together
│   └── JobNotFound          404 for one job                                the asker
├── SlackError               Slack did not take what we sent
│   ├── SlackUnreachable     no answer in time, no connection, or a 5xx     nobody: wait
│   ├── SlackInDoubt         a post without a clear answer: taken or not    us: look for it
│   ├── SlackBusy            429                                            nobody: wait
│   ├── SlackRefusedMessage  Slack names a fault in the message itself      us: send plain text
│   ├── SlackRefusedChannel  the bot may not post there                     the watch's creator
│   ├── SlackRefusedToken    the token or the workspace is no good          the operator
│   └── SlackRefused         any other refusal, with Slack's own code       the operator
├── StoreError               the database did not do what it was asked      us: a fault of ours
│   ├── StoreBusy            locked, or too many want it at once            nobody: wait
│   └── StoreUnavailable     gone, full, read-only or damaged               the operator
└── SettingsError            a setting is missing or wrong                  the operator

No message of these errors holds a token, a prompt or a response URL.
"""

from dataclasses import dataclass


class BotError(Exception):
    """The root: whatever the bot expects to go wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What helps a person who typed a wrong word.

    Attributes:
        suggestion: the nearest thing that would have worked, as one would type it.
        valid_title: what the valid words are, e.g. ``"Statuses"``; empty when there is no list.
        valid: every valid word, in the order in which people should read them.
    """

    suggestion: str | None = None
    valid_title: str = ""
    valid: tuple[str, ...] = ()


class QueryError(BotError):
    """What was typed is not a command.

    Attributes:
        problem: one sentence of ours; ``{word}`` in it stands for ``word``.
        word: the offending word as it was typed (foreign text: escape it), at most 80 characters.
        hint: what to type instead.
    """

    def __init__(self, problem: str, *, word: str = "", hint: Hint | None = None) -> None:
        self.problem = problem
        self.word = word if len(word) <= _WORD_CHARS else word[: _WORD_CHARS - 1] + "…"
        self.hint = hint or Hint()
        super().__init__(problem.replace("{word}", self.word))


_WORD_CHARS = 80


class AccessDenied(BotError):
    """This person may not do that here. The message says why, in words for that person."""


class TogetherError(BotError):
    """Together gave no usable answer.

    Attributes:
        status: the HTTP status, or None when there was no answer.
        detail: what Together said, in its own words (foreign text: escape it), at most 300
            characters; empty when it said nothing readable.
    """

    def __init__(self, summary: str, *, status: int | None = None, detail: str = "") -> None:
        self.status = status
        self.detail = detail
        super().__init__(summary)


class TogetherUnreachable(TogetherError):
    """No answer within the deadline, no connection, or a 5xx."""


class TogetherBusy(TogetherError):
    """429: too many questions. ``retry_after_seconds`` is what Together asked for, if it did."""

    def __init__(
        self, summary: str, *, retry_after_seconds: float | None, detail: str = ""
    ) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(summary, status=429, detail=detail)


class TogetherRefusedKey(TogetherError):
    """401 or 403: the API key is wrong, or may not list evaluations."""


class TogetherRefused(TogetherError):
    """Any other 4xx: Together understood us and said no."""


class TogetherGarbled(TogetherError):
    """An answer that is not what the contract promises: not JSON, no list, too large."""


class JobNotFound(TogetherError):
    """404 for one job. ``job_id`` is the id that was asked for."""

    def __init__(self, job_id: str, *, detail: str = "") -> None:
        self.job_id = job_id
        super().__init__("no such evaluation job", status=404, detail=detail)


class SlackError(BotError):
    """Slack did not take what we sent. ``code`` is Slack's own word for it, or empty."""

    def __init__(self, summary: str, *, code: str = "") -> None:
        self.code = code
        super().__init__(summary)


class SlackUnreachable(SlackError):
    """No answer within the deadline, no connection, or a 5xx."""


class SlackInDoubt(SlackError):
    """A post without a clear answer: only Slack knows whether it took it."""


class SlackBusy(SlackError):
    """429: too many calls. ``retry_after_seconds`` is what Slack asked for."""

    def __init__(self, summary: str, *, retry_after_seconds: float) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(summary, code="ratelimited")


class SlackRefusedMessage(SlackError):
    """Slack names a fault in the message: the same words as plain text may still pass."""


class SlackRefusedChannel(SlackError):
    """The bot may not post there: not a member, archived, gone, or restricted."""


class SlackRefusedToken(SlackError):
    """The token or the whole workspace is no good: nothing can be sent anywhere."""


class SlackRefused(SlackError):
    """Any other refusal: an expired response URL, a missing scope, a revoked token."""


class StoreError(BotError):
    """The database did not do what it was asked, so nothing of it was done."""


class StoreBusy(StoreError):
    """Locked, or too many want it at once: it may well be free in a moment."""


class StoreUnavailable(StoreError):
    """Gone, full, read-only or damaged. It is tried again; only the operator can mend it."""


class SettingsError(BotError):
    """A setting is missing or wrong. The message names it and says what to do."""
