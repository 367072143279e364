"""The checker sees each kind of wrong, and nothing wrong where nothing is."""

from tests.chaos.checker import Evidence, Findings, Post, check

ONE, TWO = "eval-aa-1", "eval-bb-2"
CHANNEL = "C0ONE"


def found(
    posts: list[Post],
    moves: list[tuple[float, str, str]] | None = None,
    *,
    mentions: frozenset[str] = frozenset(),
) -> Findings:
    return check(
        Evidence(
            moves=moves or [(1.0, ONE, "running"), (2.0, ONE, "completed")],
            posts=posts,
            channel_of={ONE: CHANNEL, TWO: CHANNEL},
            mentions={CHANNEL: mentions},
            gap_seconds=1.0,
        )
    )


def post(text: str, *, at: float = 3.0, channel: str = CHANNEL, mentions: str = "") -> Post:
    return Post(at=at, channel=channel, text=text, mentions=tuple(mentions.split()))


def test_an_end_that_is_told_once_is_well() -> None:
    assert not found([post(f"{ONE} completed: 87 % pass")])


def test_an_end_that_nobody_tells_is_lost() -> None:
    assert found([]).lost == (ONE,)


def test_an_end_that_is_told_twice_is_duplicated() -> None:
    twice = [post(f"{ONE} completed", at=at) for at in (3.0, 4.0)]
    assert found(twice).duplicated == (ONE,)
    marked = [post(f"{ONE} completed"), post(f"possible repeat\n{ONE} completed", at=4.0)]
    assert found(marked).duplicated == (ONE,)


def test_a_message_for_many_covers_each_of_them() -> None:
    both = [(1.0, ONE, "completed"), (1.0, TWO, "error")]
    assert not found([post(f"2 jobs ended\n{ONE} completed\n{TWO} failed")], both)
    again = [post(f"2 jobs ended\n{ONE} completed\n{TWO} failed"), post(f"{TWO} failed", at=9.0)]
    assert found(again, both).duplicated == (TWO,)


def test_a_correction_is_a_second_end_and_has_to_be_told() -> None:
    moves = [(1.0, ONE, "error"), (2.0, ONE, "completed")]
    told = [post(f"{ONE} failed"), post(f"first told as failed, {ONE} completed", at=5.0)]
    assert not found(told, moves)
    assert not found(told[1:], moves), "nobody saw the first end"
    assert found(told[:1], moves).lost == (ONE,)
    assert found([told[1], told[1]], moves).duplicated == (ONE,)


def test_what_did_not_happen_or_is_watched_elsewhere_is_spurious() -> None:
    assert found([post(f"{ONE} completed"), post(f"{TWO} completed")]).spurious
    assert found([post(f"{ONE} completed"), post("eval-cc-3 completed")]).spurious
    assert found([post(f"{ONE} completed", channel="C0TWO")]).spurious


def test_a_start_is_told_once_and_before_the_end() -> None:
    start, end = post(f"{ONE} running", at=1.5), post(f"{ONE} completed")
    assert not found([start, end])
    assert found([start, start, end]).duplicated == (f"start of {ONE}",)
    assert found([end, post(f"{ONE} running", at=4.0)]).out_of_policy


def test_more_than_a_message_a_second_is_against_the_rules_after_a_short_burst() -> None:
    jobs = {f"eval-aa-{number}": CHANNEL for number in range(8)}
    for gap, is_wrong in ((0.5, True), (1.0, False)):
        evidence = Evidence(
            moves=[(0.0, job, "completed") for job in jobs],
            posts=[post(f"{job} completed", at=n * gap) for n, job in enumerate(jobs)],
            channel_of=jobs,
            gap_seconds=1.0,
        )
        assert bool(check(evidence).out_of_policy) is is_wrong


def test_only_a_failure_mentions_and_only_whom_its_watch_names() -> None:
    failed = [(1.0, ONE, "error")]
    asked = frozenset({"U0MEMBER"})
    called = post(f"{ONE} failed <@U0MEMBER>", mentions="U0MEMBER")
    assert not found([called], failed, mentions=asked)
    assert found([called], failed).out_of_policy
    loud = post(f"{ONE} completed <@U0MEMBER>", mentions="U0MEMBER")
    assert found([loud], mentions=asked).out_of_policy
