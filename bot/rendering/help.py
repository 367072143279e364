"""What can be typed, by example. Every example here is a command that the grammar takes."""

from dataclasses import dataclass

from bot.domain.jobs import Status
from bot.rendering import kit
from bot.rendering.kit import Message

_FOOTER = (
    "Answers are for your eyes only, unless you type `public` or press *Share to channel*. "
    "`/evals help filters` and the like show one part of this."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One part of the help: examples as (what to type, what it does), and a note below them."""

    title: str
    examples: tuple[tuple[str, str], ...]
    note: str


TOPICS = {
    "list": Topic(
        title="List evaluation jobs",
        examples=(
            ("/evals", "ten jobs"),
            ("/evals failed", "those that failed, whatever the reason"),
            ("/evals completed,failed 20", "two statuses, up to 20 jobs"),
            ("/evals status:error limit:5", "the same two options by name"),
            ("/evals running public", "for the whole channel"),
        ),
        note=(
            f"Statuses: {', '.join(Status)}; in short: failed, active, done, all. The limit goes "
            "from 1 to 100. `status=error`, `--status error` and `-n 5` work too."
        ),
    ),
    "filters": Topic(
        title="Filter and sort",
        examples=(
            ("/evals type:compare", "classify, score or compare"),
            ("/evals model:qwen judge:llama", "a part of the model's or the judge's name"),
            ("/evals dataset:file-12", "a part of the dataset's id"),
            ("/evals since:7d", "or 90m, 24h, 2w, or a day such as 2026-11-01"),
            ("/evals sort:pass", "newest, oldest, pass or duration"),
        ),
        note=(
            "Together itself filters by status and limit alone. The rest is done here, among the "
            "100 jobs that it lists at most, and the answer says so."
        ),
    ),
    "show": Topic(
        title="Look at one job",
        examples=(
            ("/evals eval-7df2", "a job by its id, or by the beginning of it"),
            ("/evals show 7df2", "the same without eval-"),
            ("/evals show 7df2 public", "for the whole channel"),
        ),
        note="A pasted link to a job's page at Together works as well.",
    ),
    "watch": Topic(
        title="Be told when jobs end",
        examples=(
            ("/evals watch", "all jobs that complete or fail, told in this channel"),
            ("/evals watch failed", "failures alone"),
            ("/evals watch type:classify model:qwen", "some jobs, by the filters of a list"),
            ("/evals watch eval-7df2", "one job, until it ends"),
            ("/evals watch events:started,completed,failed", "with a card that shows the progress"),
            ("/evals watches", "what is watched here"),
            ("/evals unwatch 3", "end watch 3; `/evals unwatch all` ends all of this channel"),
            ("/evals log eval-7df2", "when and where the notices of a job went"),
        ),
        note=(
            "`notify:@person` mentions a person or a group when a job fails, `in:#channel` watches "
            "for another channel: choose them from Slack's list. With `thread:off` the end of a "
            "job comes as its own message, not in its card's thread. In a private channel type "
            "`/invite @evals` first."
        ),
    ),
    "mute": Topic(
        title="Quiet for a while",
        examples=(
            ("/evals mute 2h", "no notices here for two hours, then what was missed"),
            ("/evals unmute", "end that now"),
        ),
        note="It takes 90m, 24h, 7d or 2w. *Mute 2 h* under a notice does the same.",
    ),
    "status": Topic(
        title="Ask how the bot is",
        examples=(
            ("/evals status", "whether Slack and Together answer, and what waits to be sent"),
            ("/evals test", "post a sample notice here"),
        ),
        note="`/evals status:running` lists running jobs instead.",
    ),
}


def help_message(topic: str | None) -> Message:
    """One topic, or all of them; ``topic`` is one of ``HELP_TOPICS``."""
    chosen = list(TOPICS.values()) if topic is None else [TOPICS[topic]]
    headline = "What you can ask"
    blocks = [kit.header(headline)] if topic is None else []
    lines = [headline] if topic is None else []
    for part in chosen:
        words = "\n".join(
            [f"*{part.title}*", *(f"`{typed}`  {meaning}" for typed, meaning in part.examples)]
        )
        blocks += [kit.section(words), kit.context(part.note)]
        lines += [words, part.note]
    return Message(text=kit.joined([*lines, _FOOTER]), blocks=(*blocks, kit.context(_FOOTER)))
