"""What the bot says of itself: a greeting, advice on a channel, a word to whoever runs it."""

from collections.abc import Sequence

from bot.rendering import kit
from bot.rendering.foreign import clean, code, foreign, quoted
from bot.rendering.kit import Message

_CODE_CHARS = 60
_DETAIL_CHARS = 300
_NUMBERS_SHOWN = 20
_MANAGER = "Whoever manages that channel can let me post."
_ADMIN = "Whoever manages this workspace can change that."
_ONLY_SOME = ("only some people may post there", _MANAGER)
_NO_THREADS = ("replies are closed there", _MANAGER)
_NO_MEMBER = ("I cannot become a member of it", "Watch from another channel.")
_FAULTS = {
    "not_in_channel": ("I am not in it", "Type `/invite @evals` there."),
    "channel_not_found": (
        "I cannot see it: it is private, or it is gone",
        "If it is private, type `/invite @evals` there.",
    ),
    "is_archived": ("it is archived", "Unarchive it if the notices are still wanted."),
    "restricted_action": _ONLY_SOME,
    "restricted_action_read_only_channel": _ONLY_SOME,
    "restricted_action_thread_only_channel": _ONLY_SOME,
    "restricted_action_non_threadable_channel": _NO_THREADS,
    "restricted_action_thread_locked": _NO_THREADS,
    "cannot_reply_to_message": _NO_THREADS,
    "ekm_access_denied": ("the keys of this workspace do not let me write there", _ADMIN),
    "messages_tab_disabled": ("messages to me are switched off", _ADMIN),
    "method_not_supported_for_channel_type": _NO_MEMBER,
    "too_many_members": _NO_MEMBER,
}


def greeting_message() -> Message:
    """Once, where the bot was invited: two commands to try."""
    return _message(
        "I tell this channel when evaluation jobs complete or fail, once somebody asks for it. "
        "Two commands to try:\n"
        "`/evals watch`  notices of all jobs here; `/evals help watch` shows how to choose\n"
        "`/evals`  ten jobs and how they stand, for your eyes only"
    )


def advice_message(channel: str, fault: str, watches: Sequence[int]) -> Message:
    """To a watch's creator, when Slack refuses its channel.

    Args:
        channel: its Slack id.
        fault: Slack's code for the refusal.
        watches: the numbers of the watches that wait for it.
    """
    what_to_do = _FAULTS.get(fault, ("", ""))[1]
    return _message(
        f"I cannot post in {kit.channel(channel)}: {why_refused(fault)}. {_waiting(watches)}\n"
        + " ".join(filter(None, [what_to_do, "I try again every hour, for a day."]))
    )


def why_refused(fault: str) -> str:
    """Why Slack refuses a channel: its code in plain words, or as it is."""
    if fault in _FAULTS:
        return _FAULTS[fault][0]
    return f"Slack says {code(fault, chars=_CODE_CHARS) or 'no more'}"


def operator_message(reason: str, detail: str) -> Message:
    """To whoever runs the bot, once each time that it begins.

    Args:
        reason: ``refused_key``, ``saturated``, or another word of ours.
        detail: what Together said of it, in its own words; may be empty.
    """
    said = f" It says: {quoted(detail, chars=_DETAIL_CHARS)}." if clean(detail) else ""
    match reason:
        case "refused_key":
            words = (
                f"Together refuses our key, so no notices come.{said} Whoever runs this bot: check "
                "`TOGETHER_API_KEY` (`evals-bot check` tells more). I try again every 5 minutes."
            )
        case "saturated":
            words = (
                "There are more evaluation jobs at once than Together lists (100 for each "
                "status), so a notice may be missing. Whoever runs this bot: a smaller "
                f"`EVALS_POLL_SECONDS` sees more of them.{said}"
            )
        case _:
            words = (
                f"Whoever runs this bot should look at its log: "
                f"{foreign(reason, chars=_CODE_CHARS) or 'something is wrong'}.{said}"
            )
    return _message(words)


def _waiting(watches: Sequence[int]) -> str:
    """Which watches have nowhere to speak meanwhile."""
    numbers = [str(number) for number in watches[:_NUMBERS_SHOWN]]
    if len(watches) > _NUMBERS_SHOWN:
        numbers.append(f"{len(watches) - _NUMBERS_SHOWN} more")
    if not numbers:
        return ""
    if len(watches) == 1:
        return f"Watch {numbers[0]} waits for it."
    return f"Watches {', '.join(numbers[:-1])} and {numbers[-1]} wait for it."


def _message(words: str) -> Message:
    return Message(text=words, blocks=(kit.section(words),))
