"""One small world: a local Slack, a local Together, victims between them, and what came of it.

``python -m tests.chaos.world PLAN`` (JSON) runs one in a process of its own and prints its outcome.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.adapters.clock import SystemClock
from bot.adapters.store import open_store
from bot.domain.pace import Pace
from bot.ports import Store
from bot.sandbox.slack import (
    BOT_USER_ID,
    Channel,
    InstalledApp,
    LocalSlack,
    User,
    UserKind,
    Workspace,
)
from bot.sandbox.slack.state import PostPace
from bot.sandbox.together import LocalTogether, World
from bot.scopes import OPTIONAL_SCOPES, SCOPES
from tests import postgres
from tests.chaos import weather
from tests.chaos.checker import ENDS, Evidence, Post, check
from tests.chaos.lives import Life, Victim, plan_lives
from tests.chaos.orders import SQLITE_FILE, KillPoint, Mutant
from tests.chaos.script import (
    CHANNELS,
    MENTIONED,
    MENTIONING,
    WATCH_FILE,
    Script,
    Step,
    write_script,
)
from tests.running import free_port

KEY = "made-up-key"

_BASELINE_SECONDS = 30.0
_UNTOLD_AT_MOST = 60
"""Ends that wait to be told. Together lists 100 jobs: what it cannot show, nobody can tell."""
_LOOK_SECONDS = 0.1
_NAMED_SECONDS = 6.0
_EXPECTED_EXIT = "code 2: SLACK_"
"""What ``invalid_auth`` does to a program that starts: no waiting mends a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What happens in one world. The same seed gives the same script, lives and faults.

    Attributes:
        transitions: ends that have to be told, at least.
        kills: at random moments.
        named: kills at points that the victim passes itself.
        others: SIGSTOP, SIGTERM and two SIGTERMs, in turn.
        faults: names of ``weather.ALL``.
        longest: seconds of work before a random kill, at most.
        replicas: programs at once; more than one share a PostgreSQL.
        patience_seconds: until what is not told by then is lost.
    """

    seed: int
    transitions: int
    kills: int = 0
    named: Mapping[KillPoint, int] = field(default_factory=dict)
    others: int = 0
    faults: Sequence[str] = ()
    lull_seconds: float = 2.0
    mutant: Mutant | None = None
    pace: float = 0.05
    poll_seconds: float = 0.25
    longest: float = 1.5
    replicas: int = 1
    patience_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a plan; plain values, for the report.

    Attributes:
        exits: how victims ended that nobody killed or asked to; ``crashes`` are those among them
            that no fault explains.
        dead: messages that were given up.
    """

    seed: int
    mutant: Mutant | None
    seconds: float
    transitions: int
    posts: int
    kills: Mapping[str, int]
    faults: Mapping[str, int]
    exits: Mapping[str, int]
    crashes: Sequence[str]
    dead: int
    lost: Sequence[str]
    duplicated: Sequence[str]
    spurious: Sequence[str]
    out_of_policy: Sequence[str]
    log: Sequence[str] = ()

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, made up, against the rules or crashed."""
        return not any(
            (self.lost, self.duplicated, self.spurious, self.out_of_policy, self.crashes)
        )


class _QuickPace(PostPace):
    """Slack's one message a second, by a clock that runs faster."""

    def __init__(self, pace: float) -> None:
        super().__init__()
        self._pace = pace

    def take(self, channel: str, *, at: float) -> None:
        super().take(channel, at=at / self._pace)


async def run_world(plan: Plan) -> Outcome:
    """Run a plan to its end."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = f"sqlite:///{folder / SQLITE_FILE}"
        if plan.replicas > 1:
            url = await stack.enter_async_context(postgres.database())
        stage = await stack.enter_async_context(_Stage.open(plan, folder, url))
        started = time.monotonic()
        await stage.run()
        return stage.outcome(time.monotonic() - started)


class _Stage:
    """Everything of one world while it runs."""

    def __init__(
        self,
        plan: Plan,
        *,
        folder: Path,
        url: str,
        script: Script,
        slack: LocalSlack,
        together: LocalTogether,
    ) -> None:
        self.plan = plan
        self.script = script
        self.slack = slack
        self.together = together
        self.random = Random(plan.seed)
        self.pace = Pace().scaled(plan.pace)
        self.url = url
        self.victims = [
            Victim(
                name=f"victim-{number}",
                environment=self._environment(),
                folder=folder,
                mutant=plan.mutant,
                # A doubt is looked into when a lease and the settle wait are over.
                named_seconds=_NAMED_SECONDS + self.pace.lease + 2 * self.pace.settle,
            )
            for number in range(plan.replicas)
        ]
        self.weather = weather.Weather(
            slack=slack,
            together=together,
            folder=folder,
            restart=postgres.server().restart if plan.replicas > 1 else None,
            pace=self.pace,
            names=plan.faults,
            lull_seconds=plan.lull_seconds,
            seed=plan.seed,
        )
        self.dead = 0
        self._read = 0
        self._told: set[str] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, plan: Plan, folder: Path, url: str) -> AsyncIterator["_Stage"]:
        """Both stand-ins listen; no victim runs yet, and none is left at the end."""
        lives = plan.kills + plan.others + sum(plan.named.values())
        script = write_script(
            seed=plan.seed, transitions=plan.transitions, scenes=max(4, lives // plan.replicas)
        )
        (folder / "evals.toml").write_text(WATCH_FILE)
        world = World(script.before)
        app = InstalledApp(scopes=frozenset(SCOPES | OPTIONAL_SCOPES))
        async with (
            LocalTogether(world, api_key=KEY, seed=plan.seed) as together,
            LocalSlack(app, workspace=_workspace(), seed=plan.seed) as slack,
            AsyncExitStack() as stack,
        ):
            slack._state.pace = _QuickPace(plan.pace)
            stage = cls(plan, folder=folder, url=url, script=script, slack=slack, together=together)
            for victim in stage.victims:
                stack.push_async_callback(victim.close)
            yield stage

    async def run(self) -> None:
        """The baseline, then everything at once, then peace until all is told."""
        lives = plan_lives(
            self.random,
            kills=self.plan.kills,
            named=self.plan.named,
            others=self.plan.others,
            longest=self.plan.longest,
        )
        baselines = sum(life.point == "mid_baseline" for life in lives)
        await self._baseline(lives[:baselines])
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.weather.run(stop))
            shares = [lives[baselines + n :: len(self.victims)] for n in range(len(self.victims))]
            living = [
                tasks.create_task(victim.live(share, Random(f"{self.plan.seed}:{number}")))
                for number, (victim, share) in enumerate(zip(self.victims, shares, strict=True))
            ]
            playing = tasks.create_task(self._play(living))
            await asyncio.wait([*living])
            keeping = [tasks.create_task(self._keep(victim)) for victim in self.victims]
            await playing
            stop.set()
            self.weather.clear()
            await self._drain()
            for keeper in keeping:
                keeper.cancel()
        for victim in self.victims:
            await victim.end()

    def outcome(self, seconds: float) -> Outcome:
        """Hold Slack's ledger against Together's timeline."""
        evidence = self._evidence()
        findings = check(evidence)
        kills: Counter[str] = Counter()
        exits: Counter[str] = Counter()
        for victim in self.victims:
            kills += victim.kills
            exits += victim.exits
        return Outcome(
            seed=self.plan.seed,
            mutant=self.plan.mutant,
            seconds=round(seconds, 1),
            transitions=self.script.transitions,
            posts=len(evidence.posts),
            kills=dict(kills),
            faults=dict(self.weather.struck),
            exits=dict(exits),
            crashes=[exit_ for exit_ in exits if not exit_.startswith(_EXPECTED_EXIT)],
            dead=self.dead,
            lost=findings.lost,
            duplicated=findings.duplicated,
            spurious=findings.spurious,
            out_of_policy=findings.out_of_policy,
            log=[line for victim in self.victims for line in victim.log] if findings else (),
        )

    def _environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.slack.app.bot_token,
            "SLACK_APP_TOKEN": self.slack.app.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "TOGETHER_API_KEY": KEY,
            "TOGETHER_BASE_URL": self.together.base_url,
            "DATABASE_URL": self.url,
            "EVALS_PACE": str(self.plan.pace),
            "EVALS_POLL_SECONDS": str(self.plan.poll_seconds),
            "HEALTH_PORT": str(free_port()),
            "LOG_FORMAT": "json",
        }

    async def _baseline(self, lives: Sequence[Life]) -> None:
        """Killed in the middle of it or not, it is silent, and only then does anything happen."""
        first = self.victims[0]
        await first.live(lives, self.random)
        await first.last()
        try:
            async with asyncio.timeout(_BASELINE_SECONDS):
                await first.recorded.wait()
        except TimeoutError:
            raise RuntimeError("no first poll:\n" + "".join(first.log)) from None
        await first.end()

    async def _play(self, living: Sequence[asyncio.Task[None]]) -> None:
        """A scene for each life, so that something happens whenever somebody dies."""
        pauses = Random(self.plan.seed)
        begun = sum(victim.begun for victim in self.victims)
        for number, scene in enumerate(self.script.scenes):
            while number > (self._lives() - begun) // len(self.victims):
                if all(task.done() for task in living):
                    break
                await asyncio.sleep(_LOOK_SECONDS)
            for step in scene:
                if self._is_caught():
                    return
                await self._play_step(step, pauses)

    async def _play_step(self, step: Step, pauses: Random) -> None:
        while len(self._untold()) > _UNTOLD_AT_MOST:
            await self._news()
        step.play(self.together.world)
        if not step.in_burst:
            await asyncio.sleep(pauses.uniform(0, self.plan.poll_seconds / 2))

    async def _keep(self, victim: Victim) -> None:
        await victim.last()
        await victim.keep()

    async def _drain(self) -> None:
        """Until everything is told and nothing is left to send, or patience ends."""
        store = await open_store(self.url, clock=SystemClock())
        try:
            async with asyncio.timeout(self.plan.patience_seconds):
                while self._untold() or not await self._is_idle(store):
                    if self._is_caught():
                        break
                    await self._news()
        except TimeoutError:
            pass
        finally:
            self.dead = (await store.queue()).dead
            await store.aclose()

    def _is_caught(self) -> bool:
        """Whether a mutant has said something twice: then it need not go on."""
        return self.plan.mutant is not None and bool(check(self._evidence()).duplicated)

    async def _is_idle(self, store: Store) -> bool:
        queue = await store.queue()
        return queue.waiting == 0 and queue.in_doubt == 0

    async def _news(self) -> None:
        """Until Slack takes another post, or a moment has passed."""
        count = len(self.slack.ledger.calls("chat.postMessage")) + 1
        with suppress(TimeoutError):
            await self.slack.ledger.wait("chat.postMessage", count=count, timeout=_LOOK_SECONDS)

    def _untold(self) -> set[str]:
        """Jobs whose last end nobody was told of."""
        entries = self.slack.ledger.entries
        for entry in entries[self._read :]:
            if entry.method == "chat.postMessage" and entry.message is not None:
                post = Post(at=entry.at, channel=entry.message.channel, text=entry.message.text)
                if not post.is_start:
                    self._told.update(post.jobs)
        self._read = len(entries)
        ended = {move.workflow_id for move in self.together.world.timeline if move.status in ENDS}
        return ended & self.script.channel_of.keys() - self._told

    def _lives(self) -> int:
        return sum(victim.begun for victim in self.victims)

    def _evidence(self) -> Evidence:
        timeline = self.together.world.timeline
        return Evidence(
            moves=[(move.at.timestamp(), move.workflow_id, move.status) for move in timeline],
            posts=[
                Post(
                    at=entry.at,
                    channel=entry.message.channel,
                    text=entry.message.text,
                    mentions=entry.message.mentions,
                )
                for entry in self.slack.ledger.calls("chat.postMessage")
                if entry.message is not None
            ],
            channel_of=self.script.channel_of,
            mentions={MENTIONING: frozenset({f"<@{MENTIONED}>"})},
            gap_seconds=self.pace.gap,
        )


def _workspace() -> Workspace:
    members = frozenset({MENTIONED, BOT_USER_ID})
    return Workspace(
        users=[
            User(id=MENTIONED, name="member"),
            User(id=BOT_USER_ID, name="evals", kind=UserKind.BOT),
        ],
        channels=[Channel(id=name, name=name.lower(), members=members) for name in CHANNELS],
    )


if __name__ == "__main__":
    done = asyncio.run(run_world(Plan(**json.loads(sys.argv[1]))))
    sys.stdout.write(json.dumps(asdict(done)))
