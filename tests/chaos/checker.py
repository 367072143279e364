"""Compares what happened at Together with what was said in Slack. It knows nothing of the bot.

Both sides are plain data: moves of jobs and accepted posts. A post tells of every job whose id is
in its text, so one message for many jobs covers all of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

ENDS = {"completed": "completed", "error": "failed", "user_error": "failed"}
"""Statuses that are told, and the word that a message about one job has for each."""

_IDS = re.compile(r"eval-[0-9a-z]+-[0-9]+")
_BURST = 3
"""Posts that Slack lets pass at once after a quiet time, as it says: "short bursts"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that Slack took. ``at`` in seconds, ``mentions`` as Slack writes them."""

    at: float
    channel: str
    text: str
    mentions: tuple[str, ...] = ()

    @property
    def jobs(self) -> tuple[str, ...]:
        """The ids in it, each once, in order."""
        return tuple(dict.fromkeys(_IDS.findall(self.text)))

    @property
    def is_start(self) -> bool:
        """Whether it says that one job runs."""
        return len(self.jobs) == 1 and not re.search("completed|failed", self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the verdict rests on.

    Attributes:
        moves: (seconds, job, status) since the watches began, in order.
        posts: every accepted post, in order.
        channel_of: the one channel that watches a job; a job that is not in it is watched by none.
        mentions: by channel, whom a failure may call.
        gap_seconds: between two posts of a channel.
    """

    moves: Sequence[tuple[float, str, str]]
    posts: Sequence[Post]
    channel_of: Mapping[str, str]
    mentions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gap_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is wrong, one sentence each."""

    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    spurious: tuple[str, ...]
    out_of_policy: tuple[str, ...]

    def __bool__(self) -> bool:
        return any((self.lost, self.duplicated, self.spurious, self.out_of_policy))


def check(evidence: Evidence) -> Findings:
    """Hold the posts against the moves."""
    ends: dict[str, list[str]] = defaultdict(list)
    for _, job, status in evidence.moves:
        if status in ENDS and job in evidence.channel_of:
            ends[job].append(ENDS[status])
    told: dict[str, list[Post]] = defaultdict(list)
    starts: dict[str, list[Post]] = defaultdict(list)
    spurious = []
    for post in evidence.posts:
        for job in post.jobs:
            (starts if post.is_start else told)[job].append(post)
            if evidence.channel_of.get(job) != post.channel:
                spurious.append(f"{job} in {post.channel}")
            elif not post.is_start and job not in ends:
                spurious.append(f"{job} has not ended")
    return Findings(
        lost=tuple(job for job, words in ends.items() if not _is_told(words, told[job])),
        duplicated=(
            *(job for job, posts in told.items() if _is_repeated(ends.get(job, []), posts)),
            *(f"start of {job}" for job, posts in starts.items() if len(posts) > 1),
        ),
        spurious=tuple(spurious),
        out_of_policy=(
            *(
                f"start of {job} after its end"
                for job, posts in starts.items()
                if _is_late(posts, told.get(job, ()))
            ),
            *_too_fast(evidence),
            *_uninvited(evidence),
        ),
    )


def _is_told(words: Sequence[str], posts: Sequence[Post]) -> bool:
    """The last end has to be told; one that another end followed at once need not be."""
    return bool(posts) and (len(posts[-1].jobs) > 1 or words[-1] in posts[-1].text)


def _is_repeated(words: Sequence[str], posts: Sequence[Post]) -> bool:
    """More often than it ended, or twice with the same words."""
    return len(posts) > max(1, len(words)) or len({post.text for post in posts}) < len(posts)


def _is_late(starts: Sequence[Post], ends: Sequence[Post]) -> bool:
    return bool(ends) and starts[-1].at > ends[0].at


def _too_fast(evidence: Evidence) -> Iterator[str]:
    for channel in set(evidence.channel_of.values()):
        times = sorted(post.at for post in evidence.posts if post.channel == channel)
        left, before = float(_BURST), times[0] if times else 0.0
        for at in times:
            left = min(_BURST, left + (at - before) / evidence.gap_seconds) - 1
            if left < 0:
                yield f"too fast in {channel} at {at:.3f}"
            left, before = max(left, 0.0), at


def _uninvited(evidence: Evidence) -> Iterator[str]:
    for post in evidence.posts:
        allowed = evidence.mentions.get(post.channel, frozenset())
        if not allowed.issuperset(post.mentions) or (post.mentions and "failed" not in post.text):
            yield f"mentions {', '.join(post.mentions)} in {post.channel}: {post.text[:60]}"
