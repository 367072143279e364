"""Every error in words: what happened and what to do next."""

from datetime import UTC, datetime
from inspect import cleandoc

import pytest

from bot.domain.commands import Later
from bot.domain.errors import (
    AccessDenied,
    BotError,
    Hint,
    JobNotFound,
    QueryError,
    SettingsError,
    SlackBusy,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackRefusedToken,
    SlackUnreachable,
    StoreBusy,
    StoreUnavailable,
    TogetherBusy,
    TogetherGarbled,
    TogetherRefused,
    TogetherRefusedKey,
    TogetherUnreachable,
)
from bot.rendering.problems import (
    BUSY,
    STILL_ASKING,
    later_message,
    problem_message,
    sentence,
    stale_notice,
    what_happened,
)
from tests.rendering.seen import seen, told

LOG = "If it stays so, whoever runs this bot finds more in the log."
WORDS: list[tuple[BotError, str]] = [
    (
        TogetherUnreachable("late", status=None),
        "Together did not answer in time. Try again in a minute.",
    ),
    (
        TogetherUnreachable("bad gateway", status=502),
        "Together has trouble on its own side (it says 502). Try again in a minute.",
    ),
    (
        TogetherBusy("busy", retry_after_seconds=90),
        "Together asks us to slow down. Try again in 1 min.",
    ),
    (
        TogetherBusy("busy", retry_after_seconds=None),
        "Together asks us to slow down. Try again in a minute.",
    ),
    (
        TogetherRefusedKey("no", status=401),
        (
            "Together refused our key. Whoever runs this bot: check `TOGETHER_API_KEY` "
            "(`evals-bot check` tells more)."
        ),
    ),
    (
        TogetherRefusedKey("no", status=403),
        (
            "Together does not let our key see evaluation jobs. Whoever runs this bot: check "
            "`TOGETHER_API_KEY` (`evals-bot check` tells more)."
        ),
    ),
    (
        TogetherRefused("no", status=400, detail="limit is too high"),
        (
            "Together did not take the question (it says 400). It says: “limit is too high”. "
            f"`/evals help` shows what can be asked. {LOG}"
        ),
    ),
    (
        TogetherRefused("no", status=404),
        (
            "There is no evaluation list at the address we ask. Whoever runs this bot: check "
            "`TOGETHER_BASE_URL` (`evals-bot check` tells more)."
        ),
    ),
    (
        TogetherRefused("moved", status=301),
        (
            "Together's address has moved (it says 301). Whoever runs this bot: check "
            "`TOGETHER_BASE_URL` (`evals-bot check` tells more)."
        ),
    ),
    (
        TogetherGarbled("no list"),
        f"Together's answer cannot be read. Try again in a minute. {LOG}",
    ),
    (
        JobNotFound("eval-7df2"),
        "Together knows no evaluation job `eval-7df2`. `/evals` lists those it knows.",
    ),
    (AccessDenied("Guests may only look."), "Guests may only look."),
    (SlackUnreachable("late"), "Slack did not answer us in time. Try again in a moment."),
    (
        SlackRefused("no", code="missing_scope"),
        (
            "Slack refused what we asked of it (it says missing_scope). Whoever runs this bot: "
            "`evals-bot check` tells what to do."
        ),
    ),
    (
        SlackRefusedMessage("no", code="invalid_blocks"),
        f"Slack did not take the message as it was (it says invalid_blocks). {LOG}",
    ),
    (SlackInDoubt("reset"), "Slack did not answer us in time. Try again in a moment."),
    (
        SlackBusy("429", retry_after_seconds=30.0),
        "Slack asks us to slow down. Try again in 30 s.",
    ),
    (
        SlackRefusedChannel("no", code="not_in_channel"),
        (
            "Slack does not let me into that channel (it says not_in_channel). Type "
            "`/invite @evals` there, then try again."
        ),
    ),
    (
        SlackRefusedToken("no", code="token_revoked"),
        (
            "Slack refused what we asked of it (it says token_revoked). Whoever runs this bot: "
            "`evals-bot check` tells what to do."
        ),
    ),
    (StoreBusy("locked"), "Too much wants to be written down at once. Try again in a moment."),
    (
        StoreUnavailable("full"),
        (
            "What I remember cannot be read or written right now. Lists still work. Whoever runs "
            "this bot: look at the database of `DATABASE_URL`."
        ),
    ),
    (
        SettingsError("SLACK_BOT_TOKEN is missing"),
        (
            "A setting of this bot is missing or wrong. Whoever runs this bot: `evals-bot check` "
            "tells what to do."
        ),
    ),
    (
        BotError("who knows"),
        (
            "Something went wrong on my side. Whoever runs this bot finds it in the log by this "
            "reference."
        ),
    ),
]


@pytest.mark.parametrize(("error", "words"), WORDS, ids=lambda value: type(value).__name__)
def test_an_error_says_what_happened_and_what_to_do(error: BotError, words: str) -> None:
    assert told(sentence(error)) == words


def test_a_wrong_word_gets_the_nearest_valid_one_and_the_whole_list() -> None:
    error = QueryError(
        "I don't know {word}.",
        word="status:runing",
        hint=Hint(suggestion="status:running", valid_title="Statuses", valid=("pending", "queued")),
    )
    assert problem_message(error).text == (
        "I don't know “status:runing”. Did you mean `status:running`?\nStatuses: pending, queued."
    )


def test_a_wrong_word_may_look_like_our_own_place_for_it() -> None:
    assert sentence(QueryError("No “{word}” here.", word="{word}")) == "No “{word}” here."


def test_the_reference_is_small_print() -> None:
    message = problem_message(TogetherUnreachable("late"), reference="7f3a")
    assert seen(message) == cleandoc("""
        Together did not answer in time. Try again in a minute.
        (ref 7f3a)
    """)
    assert message.text.endswith(" Try again in a minute. (ref 7f3a)")


def test_what_nobody_expected_has_a_reference_too() -> None:
    words = seen(problem_message(None, reference="91c0"))
    assert words.startswith("Something went wrong on my side. Whoever runs this bot finds it in")
    assert words.endswith("(ref 91c0)")


def test_an_old_answer_says_so_and_gives_no_advice() -> None:
    notice = stale_notice(
        TogetherUnreachable("late"),
        fetched_at=datetime(2026, 11, 24, 13, 55, tzinfo=UTC),
        reference="7f3a",
    )
    assert seen(notice) == cleandoc("""
        Together did not answer in time. This is what it said 2026-11-24 13:55 UTC.
        (ref 7f3a)
    """)


def test_what_happened_leaves_the_advice_out() -> None:
    error = TogetherRefused("no", status=400, detail="limit must be at most 100")
    assert what_happened(error) == "Together did not take the question (it says 400)."


def test_a_reserved_verb_is_not_there_yet() -> None:
    assert seen(later_message(Later(verb="trend").verb)) == (
        "`/evals trend` is not in this version yet. `/evals help` shows what is."
    )


def test_waiting_has_words() -> None:
    assert BUSY.text == "I have too much to do right now. Try again in a moment."
    assert STILL_ASKING.text == "Still asking Together…"
