"""The text after ``/evals`` cut into words: rule 1 of the grammar.

First Slack's own tokens are taken out, then the rest is unescaped, then quotes, dashes and spaces
are read as they were meant. Nothing here knows what a word means.
"""

import re
from dataclasses import dataclass

from bot.domain.errors import QueryError
from bot.domain.jobs import JOB_ID

MAX_CHARS = 2000
"""Longer text is no question. Slack publishes no limit for a command's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word, or one of several values with commas between them.

    Attributes:
        shown: as it was typed, without quotes; a mention as ``@name`` or ``#name``.
        key: what stands before the first ``:`` or ``=``, folded; None when there is neither.
        value: what stands after it, or the whole word; the Slack id of a mention.
        is_mention: the value is a mention of a person, a group or a channel.
        joined: a comma, and no space, stands between this word and the one before.
        quoted: some of it was in quotes, so it is text and no option, and may be empty.
    """

    shown: str
    key: str | None = None
    value: str
    is_mention: bool = False
    joined: bool = False
    quoted: bool = False


# https://docs.slack.dev/messaging/formatting-message-text#escaping
_TOKEN = re.compile(r"<([@#!]|https?:|mailto:|tel:)([^<>|]*)(?:\|([^<>]*))?>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_GROUP = "subteam^"

_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
# Text that got past _UNREADABLE holds no surrogate, so each can stand for a mention.
_HOLDER = 0xD800
_HOLDERS = re.compile(r"[\ud800-\udfff]")

_AS_TYPED = str.maketrans(
    {
        **dict.fromkeys("“”„‟", '"'),
        **dict.fromkeys("‘’‚‛", "'"),  # noqa: RUF001 - phones type these for '
        # Invisible, and pasted along: soft hyphen, zero-width space, word joiner, bidi marks.
        **dict.fromkeys("\u00ad\u200b\u200e\u200f\u2060\ufeff", ""),
        **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", ""),
    }
)
_EN_DASH_OF_LETTER = re.compile("\N{EN DASH}(?=[A-Za-z](?![A-Za-z]))")
_LONG_DASHES = str.maketrans("\N{EM DASH}\N{EN DASH}", "--")

_SPACE = re.compile(r"\s")
# A quote opens at the beginning of a word or of its value; anywhere else it is an apostrophe.
_PIECE = re.compile(
    r"""(?P<gap>[ ,]*)
        (?P<key>[^ ,:="']*[:=])?
        (?:(?P<quote>["'])(?P<quoted>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote))?
        (?P<rest>[^ ,]*)""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\([\\\"'])")
_SEPARATOR = re.compile(r"[:=]")

_JOB_PAGE = re.compile(
    rf"(?:https?://)?api\.together\.ai/evaluations/result/({JOB_ID.pattern})(?:[/?#].*)?",
    re.IGNORECASE,
)


def split(text: str) -> tuple[Word, ...]:
    """Cut text into its words.

    Raises:
        QueryError: too long, with characters that cannot be read, or a quote without its end.
    """
    _refuse_unreadable(text)
    mentions: list[tuple[str, str]] = []

    def take_out(token: re.Match[str]) -> str:
        sign, body, label = token.groups()
        if sign not in "@#!":  # a link that Slack made of what was typed
            return sign + body if label is None or _JOB_PAGE.fullmatch(sign + body) else label
        name = body.removeprefix(_GROUP)
        shown = ("#" if sign == "#" else "@") + (label or name).lstrip("@#")
        mentions.append((name, shown))
        # The comma keeps apart what Slack's own completion may have left without a space.
        return chr(_HOLDER + len(mentions) - 1) + ","

    typed = _ENTITY.sub(lambda entity: _ENTITIES[entity[1]], _TOKEN.sub(take_out, text))
    typed = _SPACE.sub(" ", typed.translate(_AS_TYPED))
    pieces = (piece for piece in _PIECE.finditer(typed) if piece[0] != piece["gap"])
    return tuple(_word(piece, mentions) for piece in pieces)


def job_id_in_link(text: str) -> str | None:
    """The id in the address of a job's page at Together, with or without ``https://``."""
    page = _JOB_PAGE.fullmatch(text)
    return page[1] if page else None


def _refuse_unreadable(text: str) -> None:
    if len(text) > MAX_CHARS:
        raise QueryError(f"That is too long: I read {MAX_CHARS:,} characters at most.")
    unreadable = _UNREADABLE.search(text)
    if unreadable:
        begin = text[: unreadable.start()].rpartition(" ")[2]
        raise QueryError(
            "There is a character that I cannot read after {word}."
            if begin
            else "There is a character that I cannot read.",
            word=begin,
        )


def _word(piece: re.Match[str], mentions: list[tuple[str, str]]) -> Word:
    gap, key, quote, quoted, rest = piece.group("gap", "key", "quote", "quoted", "rest")
    joined = "," in gap and " " not in gap
    text = (key or "") + _ESCAPED.sub(r"\1", quoted or "") + rest
    if quote is None and rest[:1] in {'"', "'"}:
        raise QueryError("A quote opens in {word} and does not close.", word=text)
    text = _plain_dashes(text)
    holders = _HOLDERS.findall(text)
    separator = _SEPARATOR.search(text)
    found_key = text[: separator.start()].casefold() if separator else None
    value = text[separator.end() :] if separator else text
    if not holders:
        return Word(
            shown=text or '""',
            key=found_key,
            value=value.strip(),
            joined=joined,
            quoted=quote is not None,
        )
    slack_id = mentions[ord(holders[0]) - _HOLDER][0]
    shown = _HOLDERS.sub(lambda holder: mentions[ord(holder[0]) - _HOLDER][1], text).rstrip(",")
    if value != holders[0]:
        raise QueryError("I can't read {word}: a mention is a word of its own.", word=shown)
    return Word(shown=shown, key=found_key, value=slack_id, is_mention=True, joined=joined)


def _plain_dashes(text: str) -> str:
    """What phones and Macs make of ``--`` and ``-`` is undone."""
    if text.startswith("\N{EM DASH}"):
        text = "--" + text[1:]
    elif text.startswith("\N{EN DASH}"):
        text = ("-" if _EN_DASH_OF_LETTER.match(text) else "--") + text[1:]
    return text.translate(_LONG_DASHES)
