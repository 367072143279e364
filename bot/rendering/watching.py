"""Answers to the commands about watches: what was made, what there is, what has ended."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.jobs import EvaluationJob
from bot.domain.watches import Origin, Watch
from bot.rendering import controls, kit
from bot.rendering.asides import why_refused
from bot.rendering.figures import number_of
from bot.rendering.kit import Block, Message
from bot.rendering.rows import job_line
from bot.rendering.watch_words import more_words, watch_words

WATCHES_SHOWN = 20
_NUMBERS_SHOWN = 50
_ORIGINS = {
    Origin.SETTING: "`EVALS_CHANNEL`",
    Origin.FILE: "`evals.toml`",
}


def watching_here(watch: Watch, *, joined: bool = False, elsewhere: bool = False) -> Message:
    """A watch that was just made.

    Args:
        watch: as it was stored.
        joined: the bot became a member of the channel for it.
        elsewhere: its channel is not the one that it was typed in.
    """
    where = kit.channel(watch.channel) if elsewhere else "here"
    return _message(
        f"Watching {where}: {_whole(watch)}{_how_to_end(watch, elsewhere=elsewhere)}"
        + (" I joined the channel for it." if joined else "")
    )


def already_watching(watch: Watch, *, elsewhere: bool = False) -> Message:
    """The same watch was there before, so nothing changed."""
    where = kit.channel(watch.channel) if elsewhere else "this channel"
    return _message(
        f"No change, {where} has that already: "
        f"{_whole(watch)}{_how_to_end(watch, elsewhere=elsewhere)}"
    )


def has_ended(job: EvaluationJob) -> Message:
    """A job that is to be followed is over, so there is nothing to watch."""
    return _message(f"Nothing to watch, this job has ended: {job_line(job)}")


def watch_list(
    watches: Sequence[Watch], *, channel: str, muted_until: datetime | None = None
) -> Message:
    """What a channel watches, by number. Private: a creator is named and not called."""
    where = kit.channel(channel)
    if watches:
        top = f"*{number_of(len(watches), 'watch', 'watches')} in {where}*"
    else:
        top = f"Nothing is watched in {where}. `/evals watch` tells of all jobs that end."
    if muted_until is not None:
        top += f"\nMuted until {kit.when(muted_until)}. `/evals unmute` ends that."
    rest = _numbers([watch.number for watch in watches[WATCHES_SHOWN:]])
    small_print = f"Not shown: {rest}" if rest else ""
    shown = watches[:WATCHES_SHOWN]
    return Message(
        text=kit.joined([top, *(_line(watch) for watch in shown), small_print]),
        blocks=(
            kit.section(top),
            *map(_row, shown),
            *([kit.context(small_print)] if small_print else []),
        ),
    )


def unwatched(watch: Watch) -> Message:
    """One watch has ended."""
    return _message(f"Watch {watch.number} has ended: {watch_words(watch)}.")


def unwatched_all(number: int) -> Message:
    """All watches that commands made here have ended; ``number`` is how many that were."""
    if not number:
        return _message("There is no watch here that `/evals unwatch` could end.")
    verb = "has" if number == 1 else "have"
    return _message(f"{number_of(number, 'watch', 'watches')} of this channel {verb} ended.")


def no_such_watch(number: int, numbers: Sequence[int]) -> Message:
    """A number that no watch of this channel has; ``numbers`` are those that there are."""
    if not numbers:
        return _message(f"This channel has no watch {number}, nor any other.")
    return _message(
        f"This channel has no watch {number}. It has {_numbers(numbers)}. `/evals watches` shows "
        "them."
    )


def not_yours(watch: Watch) -> Message:
    """A watch that no command can end."""
    return _message(
        f"Watch {watch.number} comes from {_ORIGINS.get(watch.origin, 'a command')}: whoever runs "
        "this bot ends it there. `/evals mute 2h` gives you quiet."
    )


def invite_me(channel: str | None = None) -> Message:
    """A private channel that the bot is not in; ``channel`` when it is not this one."""
    if channel is None:
        what, where = "this private channel", "here"
    else:
        what, where = kit.channel(channel), "there"
    return _message(
        f"I can't see {what} yet. Type `/invite @evals` {where}, then `/evals watch` again."
    )


def _whole(watch: Watch) -> str:
    """What it tells of, its number, and what else was asked of it: one sentence."""
    more = more_words(watch)
    return f"{watch_words(watch)} (watch {watch.number}){more and ', '}{more}."


def _how_to_end(watch: Watch, *, elsewhere: bool) -> str:
    if watch.origin is not Origin.COMMAND:
        return f" It comes from {_ORIGINS[watch.origin]}."
    return f" `/evals unwatch {watch.number}`{' there' if elsewhere else ''} ends it."


def _row(watch: Watch) -> Block:
    end = kit.button(
        "End",
        action_id=controls.UNWATCH,
        value=str(watch.number),
        spoken=f"End watch {watch.number}",
    )
    return kit.section(
        f"*{watch.number}* · {watch_words(watch)}\n{_small_print(watch)}",
        accessory=end if watch.origin is Origin.COMMAND else None,
    )


def _line(watch: Watch) -> str:
    return f"{watch.number} · {watch_words(watch)} · {_small_print(watch)}"


def _small_print(watch: Watch) -> str:
    if watch.created_by is not None:
        made = f"by {kit.mention(watch.created_by)}"
    else:
        made = f"from {_ORIGINS.get(watch.origin, 'a command')}"
    sent = "no notice yet"
    if watch.last_sent_at is not None:
        sent = f"last notice {kit.when(watch.last_sent_at)}"
    parts = [more_words(watch), made, sent]
    if watch.fault is not None:
        parts.append(f"*waiting*: {why_refused(watch.fault)}")
    return " · ".join(filter(None, parts))


def _numbers(numbers: Sequence[int]) -> str:
    """``3, 5 and 9``, in digits alone."""
    shown = [str(number) for number in numbers[:_NUMBERS_SHOWN]]
    if len(numbers) > _NUMBERS_SHOWN:
        shown.append(f"{len(numbers) - _NUMBERS_SHOWN} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def _message(words: str) -> Message:
    return Message(text=words, blocks=(kit.section(words),))
