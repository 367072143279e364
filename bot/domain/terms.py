"""Words paired into keys and values, whichever way they were spelt: rule 3 of the grammar.

``status:error limit:5``, ``status=error limit=5``, ``--status error -n 5`` and ``error 5`` give
the same terms.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.corrections import missing_value, unknown_key, unknown_word
from bot.domain.errors import Hint, QueryError
from bot.domain.vocabulary import BARE_KEYS, JOB_PREFIX, SHORT_KEYS, Lexicon
from bot.domain.words import Word, job_id_in_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One value and its key; ``shown`` is how both were typed.

    Besides the keys of a lexicon, ``job`` is an id and ``public`` stands for itself.
    """

    key: str
    value: str
    shown: str
    is_mention: bool = False


_NUMBER = re.compile(r"-?[0-9]+")
_SHORT_WITH_NUMBER = re.compile(r"-([a-z])([0-9]+)")
_MENTIONED_AFTER = frozenset({"notify", "in"})


def read_terms(words: Sequence[Word], lexicon: Lexicon, *, first: bool = False) -> list[Term]:
    """The terms in ``words``. ``first``: the command itself begins with them, so no verb came.

    Raises:
        QueryError: a word or a key that has no meaning here, or a key without a value.
    """
    terms: list[Term] = []
    current = ""
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        keyed = _keyed(word, lexicon)
        if keyed is not None:
            current, value = keyed
            term = _with_value(current, value, word, rest, lexicon)
        elif current and (word.joined or (word.is_mention and current in _MENTIONED_AFTER)):
            term = as_term(word, current)
        else:
            current = ""
            following = rest[-1] if rest else None
            term = _bare(word, lexicon, first=first and not terms, following=following)
        terms.append(_allowed(term, lexicon))
    return terms


def as_term(word: Word, key: str) -> Term:
    """A word that can only be the value of ``key``, whatever it looks like."""
    value = word.shown if word.key is not None and not word.is_mention else word.value
    return Term(key=key, value=value.strip(), shown=word.shown, is_mention=word.is_mention)


def _keyed(word: Word, lexicon: Lexicon) -> tuple[str, str] | None:
    """The key that a word brings and what of its value is in the same word; None if it has none."""
    folded = word.shown.casefold()
    if word.key is not None:
        typed, value = word.key, word.value
    elif folded in BARE_KEYS and not word.is_mention:
        typed, value = folded, ""
    elif folded.startswith("-") and folded != "--public" and not _NUMBER.fullmatch(folded):
        short = _SHORT_WITH_NUMBER.fullmatch(folded)
        typed, value = (short[1], short[2]) if short else (folded, "")
    else:
        return None
    if job_id_in_link(word.shown):
        return None
    typed = typed.lstrip("-")
    key = SHORT_KEYS.get(typed, typed) if folded.startswith("-") else typed
    key = lexicon.renamed.get(key, key)
    if key not in lexicon.keys and key not in lexicon.refused:
        raise unknown_key(key, "" if word.is_mention else value, word.shown, lexicon)
    return key, value


def _with_value(key: str, value: str, word: Word, rest: list[Word], lexicon: Lexicon) -> Term:
    """The key's term; its value may be the next word, which is taken from ``rest`` then."""
    if value:
        return Term(key=key, value=value, shown=word.shown, is_mention=word.is_mention)
    if (
        word.quoted
        or not rest
        or not as_term(rest[-1], key).value
        or _begins_a_term(rest[-1], lexicon)
    ):
        raise missing_value(key, word.shown, lexicon)
    following = as_term(rest.pop(), key)
    return replace(following, shown=f"{word.shown} {following.shown}")


def _begins_a_term(word: Word, lexicon: Lexicon) -> bool:
    if word.quoted:
        return False
    if word.shown.startswith("-"):
        return not _NUMBER.fullmatch(word.shown)
    return word.key in (*lexicon.keys, *lexicon.refused, *lexicon.renamed)


def _bare(word: Word, lexicon: Lexicon, *, first: bool, following: Word | None) -> Term:
    """A word without a key, by rule 3."""
    folded = word.shown.casefold()
    if word.is_mention:
        raise QueryError(
            "{word} has no place here: a mention stands after `notify:` or `in:` in a watch.",
            word=word.shown,
            hint=Hint(suggestion=_place_of_mention(word) if "notify" in lexicon.keys else None),
        )
    if folded.startswith(JOB_PREFIX) or job_id_in_link(word.shown):
        return Term(key="job", value=word.shown, shown=word.shown)
    if _NUMBER.fullmatch(folded):
        return Term(key="limit", value=folded, shown=word.shown)
    key = "public" if folded == "--public" else lexicon.bare.get(folded)
    if key is None:
        raise unknown_word(word, lexicon, first=first, following=following)
    return Term(key=key, value=folded, shown=word.shown)


def _place_of_mention(word: Word) -> str:
    return ("in:" if word.shown.startswith("#") else "notify:") + word.shown


def _allowed(term: Term, lexicon: Lexicon) -> Term:
    reason = lexicon.refused.get(term.key)
    if term.key in lexicon.choices:
        reason = lexicon.refused_words.get(term.value.casefold())
    if reason is None and term.is_mention and term.key not in _MENTIONED_AFTER:
        reason = f"`{term.key}:` takes no mention, so {{word}} does not fit."
    if reason is not None:
        raise QueryError(reason, word=term.shown)
    return term
