"""What a person may have meant by a word that the grammar does not know."""

import difflib
import re
from collections.abc import Iterable

from bot.domain.errors import Hint, QueryError
from bot.domain.spelling import quote
from bot.domain.vocabulary import DAY, JOB_PREFIX, LATER_VERBS, SPAN, VERBS, Lexicon
from bot.domain.words import Word

_ID_WITHOUT_PREFIX = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9_-]{4,128}")
_ALIKE = 0.65
"""``hlep`` is 0.75 like ``help``; below this, words have too little in common."""
_LONGEST_MISSPELT = 30
_PROBLEM = "I don't know {word}."


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word that looks most like ``word``, or None when none looks like it."""
    if len(word) > _LONGEST_MISSPELT:
        return None
    close = difflib.get_close_matches(word.casefold(), list(valid), n=1, cutoff=_ALIKE)
    return close[0] if close else None


def unknown_word(
    word: Word, lexicon: Lexicon, *, first: bool, following: Word | None
) -> QueryError:
    """A word with no key. ``first``: a verb could have stood here; ``following`` comes after it."""
    folded = word.shown.casefold()
    verbs = tuple(verb for verb in VERBS if verb not in LATER_VERBS) if first else ()
    if folded in VERBS and not first and folded not in lexicon.choices["type"]:
        return QueryError("{word} is a command of its own, so it comes first.", word=word.shown)
    value = quote(following.shown) if following and following.key is None else "…"
    bare = tuple(known for known in lexicon.bare if known not in lexicon.refused_words)
    options = _options(lexicon)
    hints = {known: Hint(suggestion=known, valid_title="Words", valid=bare) for known in bare}
    hints |= {verb: Hint(suggestion=verb, valid_title="Commands", valid=verbs) for verb in verbs}
    hints |= {
        key: Hint(suggestion=f"{key}:{value}", valid_title="Options", valid=options)
        for key in lexicon.keys
    }
    for key in ("sort", "type"):
        valid = lexicon.choices.get(key, ())
        hints |= {
            choice: Hint(suggestion=f"{key}:{choice}", valid_title=lexicon.titles[key], valid=valid)
            for choice in valid
        }
    close = nearest(folded, hints)
    return QueryError(
        _PROBLEM,
        word=word.shown,
        hint=hints[close]
        if close
        else Hint(
            suggestion=_by_shape(word.shown, lexicon) or _id_meant(word.shown, first=first),
            valid_title="Words that can stand here",
            valid=(*bare, *verbs, *options),
        ),
    )


def unknown_key(key: str, value: str, shown: str, lexicon: Lexicon) -> QueryError:
    """A key that does not exist; ``value`` may tell which one was meant."""
    if key in {"http", "https"}:
        return QueryError("The link {word} leads to no evaluation job.", word=shown)
    hint = Hint(
        suggestion=_key_meant(key, value, lexicon),
        valid_title="Options",
        valid=_options(lexicon),
    )
    return QueryError(_PROBLEM, word=shown, hint=hint)


def unknown_choice(key: str, value: str, shown: str, lexicon: Lexicon) -> QueryError:
    """A value that is not in the list of its key."""
    valid = lexicon.choices[key]
    others = _choices(lexicon, but=key)
    folded = value.casefold()
    meant = others.get(folded)
    if meant is None and (close := nearest(folded, valid)):
        meant = f"{key}:{close}"
    if meant is None and (close := nearest(folded, others)):
        meant = others[close]
    hint = Hint(
        suggestion=meant or _by_shape(value, lexicon),
        valid_title=lexicon.titles[key],
        valid=valid,
    )
    return QueryError(_PROBLEM, word=shown, hint=hint)


def missing_value(key: str, shown: str, lexicon: Lexicon) -> QueryError:
    """A key with nothing after it."""
    return QueryError(
        f"`{key}:` needs a value, so {{word}} is not enough.",
        word=shown,
        hint=Hint(valid_title=lexicon.titles.get(key, ""), valid=lexicon.choices.get(key, ())),
    )


def _key_meant(key: str, value: str, lexicon: Lexicon) -> str | None:
    bare = key.lstrip("-")
    typed = quote(value) if value else "…"
    if value.casefold().startswith(JOB_PREFIX):
        return value
    if bare in VERBS:
        return f"{bare} {typed}" if value else bare
    if bare in lexicon.bare:
        return bare
    close = nearest(bare, lexicon.keys)
    choices = _choices(lexicon)
    if close is None:
        return choices.get(value.casefold()) or (nearest(bare, lexicon.bare) if not value else None)
    if close in lexicon.choices:
        typed = nearest(value, lexicon.choices[close]) or typed
    return f"{close}:{typed}"


def _options(lexicon: Lexicon) -> tuple[str, ...]:
    return tuple(f"{key}:" for key in lexicon.keys)


def _choices(lexicon: Lexicon, *, but: str = "") -> dict[str, str]:
    """Every word of a list, with its key before it."""
    return {
        choice: f"{key}:{choice}"
        for key, choices in lexicon.choices.items()
        if key != but
        for choice in choices
    }


def _by_shape(text: str, lexicon: Lexicon) -> str | None:
    """What a number, a span or a day would have needed."""
    folded = text.casefold()
    if (SPAN.fullmatch(folded) or DAY.fullmatch(folded)) and "since" in lexicon.keys:
        return f"since:{folded}"
    if folded.isdecimal() and folded.isascii() and "limit" in lexicon.keys:
        return f"limit:{folded}"
    return None


def _id_meant(text: str, *, first: bool) -> str | None:
    if not _ID_WITHOUT_PREFIX.fullmatch(text):
        return None
    return f"show {text}" if first else f"{JOB_PREFIX}{text}"
