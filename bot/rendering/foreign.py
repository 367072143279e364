"""Foreign text made safe: whatever another person or program wrote, on its way into a message.

Ids, model names, labels, errors and typed words enter a message through ``foreign``, ``code`` or
``plain`` and through nothing else. There are three dangers, in this order of weight:

- *Markup.* Every mention, link and date of Slack's begins with ``<``: escaping disarms them all.
- *Deceit.* Control, bidi and zero-width characters are taken out, so what is read is what is there.
- *Formatting.* Nothing escapes ``*``, ``_``, ``~``, a backtick or ``:emoji:``. A text in which one
  of them could take effect is shown as a code span, inside which Slack formats nothing. So every
  text can be copied as it was written, save that a backtick becomes an apostrophe; and ordinary
  names (``meta-llama/Llama-3.3-70B-Instruct-Turbo``, ``snake_case_name``) stay as they are.

Lengths are those of the escaped text, since that is what Slack counts; a cut falls between two
graphemes, never inside an entity, and shows as an ellipsis.
"""

import re

import regex

ELLIPSIS = "…"

_SCANNED_CHARS = 8192
"""More of a text is not even looked at; the longest place in a message is far shorter."""

# Most names, and safe as they are: to see that is five times faster than to make them safe.
_ORDINARY = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9./-]| (?=[A-Za-z0-9])|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9]))*"
)
_GRAPHEME = regex.compile(r"\X")
_BLANK = regex.compile(r"[\p{Cc}\p{Z}]")
# Half of a surrogate pair cannot be sent as UTF-8, and a noncharacter is for nobody's eyes.
_BROKEN = regex.compile(r"[\p{Cs}\p{Noncharacter_Code_Point}]")
# The two presentation selectors decide whether a sign is an emoji: people see that.
_HIDDEN = regex.compile(
    r"[[\p{Cf}\p{Default_Ignorable_Code_Point}\N{BRAILLE PATTERN BLANK}]--[\uFE0E\uFE0F]]+",
    regex.VERSION1,
)
_FORMATTING = re.compile(
    r"[*~`]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word an underscore is only an underscore
    r"|:[\w+'-]+:"
    r"|^>"
)


def clean(text: str) -> str:
    """One line of visible characters with single spaces."""
    if len(text) > _SCANNED_CHARS:
        text = text[:_SCANNED_CHARS] + ELLIPSIS
    if not text.isprintable():
        text = _BROKEN.sub("\N{REPLACEMENT CHARACTER}", _BLANK.sub(" ", text))
    if not text.isascii():
        text = _HIDDEN.sub("", text)
    return " ".join(text.split())


def escape(text: str) -> str:
    """Slack's three entities, ``&`` first, so that none is escaped twice.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def foreign(text: str, *, chars: int) -> str:
    """Foreign text for mrkdwn, at most ``chars`` long; empty when nothing of it is visible."""
    if len(text) <= chars and _ORDINARY.fullmatch(text):
        return text
    shown = clean(text)
    if _FORMATTING.search(shown):
        return code(shown, chars=chars)
    return escape(_longest(shown, chars=chars))


def code(text: str, *, chars: int) -> str:
    """Foreign text or something to type, as a code span of at most ``chars`` with its backticks."""
    shown = _longest(clean(text).replace("`", "'"), chars=chars - 2)
    return f"`{escape(shown)}`" if shown else ""


def quoted(text: str, *, chars: int) -> str:
    """Foreign text in quotation marks, at most ``chars`` with them; a code span needs none."""
    shown = foreign(text, chars=chars - 2)
    return shown if shown.startswith("`") else f"“{shown}”"


def plain(text: str, *, chars: int) -> str:
    """Foreign text where Slack reads no markup (plain_text, rich_text): cleaned and bounded."""
    return _longest(clean(text), chars=chars)


def bare(mrkdwn: str) -> str:
    """What ``foreign`` and ``code`` made, with words of ours round it, for where Slack reads none.

    Each backtick is the fence of a code span, since none of a foreign text is left.
    """
    shown = mrkdwn.replace("`", "")
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _longest(text: str, *, chars: int) -> str:
    """The longest beginning of ``text``, on a grapheme, that escaped has at most ``chars``."""
    if len(escape(text)) <= chars:
        return text
    kept = []
    room = chars - len(ELLIPSIS)
    for grapheme in _GRAPHEME.finditer(text):
        room -= len(escape(grapheme[0]))
        if room < 0:
            break
        kept.append(grapheme[0])
    return "".join(kept) + ELLIPSIS
