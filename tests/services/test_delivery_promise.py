"""The promise under any mixture of faults, crashes and replicas.

Each row is there exactly once where Slack lets us look, and at least once, saying so, where not.
"""

import asyncio
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import (
    SlackBusy,
    SlackInDoubt,
    SlackRefused,
    SlackRefusedChannel,
    SlackRefusedMessage,
    SlackRefusedToken,
    SlackUnreachable,
)
from bot.domain.outbox import Kind, State
from tests.fake_notifier import Twist
from tests.post_office import PACE, Crash, Mortal, PostOffice, notice

CHANNELS = ("C0ONE", "C0TWO")
REFUSALS = [
    SlackUnreachable("away"),
    SlackBusy("busy", retry_after_seconds=3),
    SlackRefusedChannel("no", code="not_in_channel"),
    SlackRefusedChannel("no", code="cannot_reply_to_message"),
    SlackRefusedToken("no", code="token_revoked"),
    SlackRefused("no", code="missing_scope"),
]
REFUSED = st.builds(lambda error: Twist(error=error), st.sampled_from(REFUSALS))
DOUBTFUL = st.one_of(
    st.builds(lambda taken: Twist(error=SlackInDoubt("reset"), taken=taken), st.booleans()),
    st.builds(
        lambda late: Twist(error=SlackInDoubt("no answer"), late_seconds=late),
        st.floats(0, PACE.settle - 1),
    ),
    st.builds(lambda taken: Twist(error=Crash(), taken=taken), st.booleans()),
)
# A second one may meet the same row, which is then given up, and rightly so.
MESSAGE_FAULT = Twist(error=SlackRefusedMessage("no", code="invalid_blocks"))
TWISTS = st.one_of(REFUSED, DOUBTFUL)
CRASHES = st.builds(
    lambda step, passing, is_after: {"step": step, "passing": passing, "is_after": is_after},
    st.sampled_from(["claim", "rows", "sent", "again", "doubt", "hold", "resume_watches"]),
    st.integers(1, 6),
    st.booleans(),
)
ROWS = [
    notice(job_id, channel=channel, kind=kind)
    for channel in CHANNELS
    for job_id, kind in [
        ("eval-1", Kind.STARTED),
        ("eval-2", Kind.ENDED),
        ("eval-1", Kind.ENDED),
        ("eval-1", Kind.CORRECTED),
    ]
]


async def live(office: PostOffice, crashes: list[dict[str, Any]]) -> None:
    """Two processes, each begun anew whenever it ends."""
    await office.put(*ROWS)
    left = list(crashes)

    def begin() -> Any:
        mortal: Any = Mortal(office.store, **left.pop()) if left else office.store
        return office.delivery(store=mortal)

    processes = [begin(), begin()]
    for _ in range(3000):
        if not (await office.store.queue()).waiting:
            return
        ends = await asyncio.gather(
            *(process.deliver_due() for process in processes), return_exceptions=True
        )
        for index, end in enumerate(ends):
            if isinstance(end, BaseException):
                assert isinstance(end, BaseExceptionGroup), end
                assert end.split(Crash)[1] is None, end
                processes[index] = begin()
        await office.clock.sleep(PACE.gap if any(end != 0 for end in ends) else 10 * PACE.gap)
    raise AssertionError(f"something still waits: {office.states()}")


def check_order(office: PostOffice) -> None:
    for channel in CHANNELS:
        first_seen = list(dict.fromkeys(office.notifier.keys(channel)))
        assert first_seen == [row.key for row in ROWS if row.channel == channel]


@settings(max_examples=60, deadline=None)
@given(
    twists=st.lists(TWISTS, max_size=12),
    fault_at=st.integers(0, 12),
    crashes=st.lists(CRASHES, max_size=5),
)
def test_where_slack_can_be_read_back_each_row_is_there_exactly_once(
    twists: list[Twist], fault_at: int, crashes: list[dict[str, Any]]
) -> None:
    office = PostOffice()
    office.notifier.twists["*"].extend([*twists[:fault_at], MESSAGE_FAULT, *twists[fault_at:]])
    asyncio.run(live(office, crashes))
    check_order(office)
    told = Counter(posted.key for posted in office.notifier.posts)
    assert told == Counter(row.key for row in ROWS)
    assert set(office.states()) == {State.SENT}
    assert not any("possible repeat" in p.as_posted.text.lower() for p in office.notifier.posts)


@settings(max_examples=40, deadline=None)
@given(
    twists=st.lists(TWISTS, max_size=3),
    fault_at=st.integers(0, 3),
    crashes=st.lists(CRASHES, max_size=1),
)
def test_where_slack_cannot_be_read_back_each_row_is_there_and_a_repeat_says_so(
    twists: list[Twist], fault_at: int, crashes: list[dict[str, Any]]
) -> None:
    office = PostOffice()
    office.notifier.find_errors["*"] = SlackRefused("not granted", code="missing_scope")
    office.notifier.twists["*"].extend([*twists[:fault_at], MESSAGE_FAULT, *twists[fault_at:]])
    asyncio.run(live(office, crashes))
    seen = set()
    for posted in office.notifier.posts:
        if posted.key in seen:
            assert "possible repeat" in posted.as_posted.text.lower()
        seen.add(posted.key)
    assert seen == {row.key for row in ROWS}
    assert set(office.states()) == {State.SENT}
