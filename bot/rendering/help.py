"""What can be typed, by example. Every example here is a command that the grammar takes."""

from bot.rendering import kit
from bot.rendering.kit import Message

Example = tuple[str, str]

_STATUSES = "pending, queued, running, completed, error, user_error"

TOPICS: dict[str, tuple[str, tuple[Example, ...], str]] = {
    "list": (
        "List evaluation jobs",
        (
            ("/evals", "ten jobs, for your eyes only"),
            ("/evals failed", "only those that failed, whoever's fault it was"),
            ("/evals completed,failed 20", "two statuses, up to 20 jobs"),
            ("/evals status:error limit:5", "the same in Together's own words"),
            ("/evals running public", "the answer is for the whole channel"),
        ),
        f"Statuses: {_STATUSES}. In short: failed, active, done, all. "
        "`status=error`, `--status error` and `-n 5` work too. A limit goes from 1 to 100.",
    ),
    "filters": (
        "Filter and sort",
        (
            ("/evals type:compare", "classify, score or compare"),
            ("/evals model:qwen judge:llama", "a part of the model's or the judge's name"),
            ("/evals dataset:file-12", "a part of the dataset's id"),
            ("/evals since:7d", "since 90m, 24h, 7d, 2w, or since a day: since:2026-11-01"),
            ("/evals sort:pass", "newest, oldest, pass or duration"),
        ),
        "Together filters by status and limit alone. The rest is done here, over the 100 jobs that "
        "it lists at most, and the answer says so.",
    ),
    "show": (
        "Look at one job",
        (
            ("/evals eval-7df2", "a job by its id, or by the beginning of it"),
            ("/evals show 7df2", "the same, without eval-"),
            ("/evals show 7df2 public", "for the whole channel"),
        ),
        "A pasted link to a job's page at Together works as well.",
    ),
    "status": (
        "Is the bot well?",
        (("/evals status", "how Slack and Together answer"),),
        "`/evals status:running` lists running jobs instead.",
    ),
}


def help_message(topic: str | None) -> Message:
    """One topic, or all of them; ``topic`` is a key of ``TOPICS``."""
    chosen = [TOPICS[topic]] if topic else list(TOPICS.values())
    sections = [_words(*entry) for entry in chosen]
    footer = "Answers are seen by you alone, unless you type `public` or press *Share to channel*."
    blocks = [kit.section(words) for words in sections]
    if topic is None:
        blocks.insert(0, kit.header("What you can ask"))
    return Message(text="\n\n".join([*sections, footer]), blocks=(*blocks, kit.context(footer)))


def _words(title: str, examples: tuple[Example, ...], note: str) -> str:
    lines = [f"`{typed}`  {meaning}" for typed, meaning in examples]
    return "\n".join([f"*{title}*", *lines, f"_{note}_" if "`" not in note else note])
