"""``evals.toml``: what is written is what is watched, and what is wrong is named with its line."""

from pathlib import Path

import pytest

from bot.domain.commands import Event, JobFilter, Watch
from bot.domain.errors import SettingsError
from bot.domain.jobs import EvaluationType
from bot.watch_file import read_watch_file

HEAD = '[[watch]]\nchannel = "C0EVALS"\n'


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "evals.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_no_file_is_no_watch(tmp_path: Path) -> None:
    assert read_watch_file(tmp_path / "evals.toml") == ()
    assert read_watch_file(written(tmp_path, "# nothing yet\n")) == ()


def test_every_field_is_read(tmp_path: Path) -> None:
    text = """
    [[watch]]
    channel = "C0EVALS"
    type = "Classify"
    model = " qwen "
    judge = "llama"
    dataset = "file-12"
    events = ["started", "failed", "COMPLETED"]
    notify = ["U0MEMBER", "S0GROUP", "U0MEMBER"]
    thread = false

    [[watch]]
    channel = "D0MEMBER"
    job = "eval-7df2-1751287840"
    """
    assert read_watch_file(written(tmp_path, text)) == (
        Watch(
            channel="C0EVALS",
            filter=JobFilter(
                type=EvaluationType.CLASSIFY, model="qwen", judge="llama", dataset="file-12"
            ),
            events=frozenset(Event),
            notify=("U0MEMBER", "S0GROUP"),
            thread=False,
        ),
        Watch(channel="D0MEMBER", job="eval-7df2-1751287840"),
    )


def test_a_channel_alone_is_a_watch_with_every_default(tmp_path: Path) -> None:
    assert read_watch_file(written(tmp_path, HEAD)) == (Watch(channel="C0EVALS"),)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[watch]]\nchannel = C0\n", 2, "Invalid value"),
        ('[[watch]]\nchannel = "C0EVALS"\nchannel = "C1EVALS"\n', 3, "overwrite"),
        ('[[watches]]\nchannel = "C0EVALS"\n', 1, "it takes [[watch]]"),
        ('[watch]\nchannel = "C0EVALS"\n', 1, "has to begin with [[watch]]"),
        ('\nwatch = "C0EVALS"\n', 2, "has to begin with [[watch]]"),
        ('\nwatch = [{channel = "C0EVALS"}]\n', 2, "has to begin with [[watch]]"),
        (f'{HEAD}[[watch]]\nmodel = "qwen"\n', 3, "no channel"),
        ('[[watch]]\nchannel = "#evals"\n', 2, "id of a channel"),
        ("[[watch]]\nchannel = 5\n", 2, "id of a channel"),
        (f'{HEAD}modle = "qwen"\n', 3, "did you mean model?"),
        (f"{HEAD}limit = 5\n", 3, "it takes channel, job, type"),
        (f'{HEAD}"od\\u001bd" = 5\n', 1, "'od\\x1bd'"),
        (f'{HEAD}type = "classifi"\n', 3, "it takes classify, score, compare"),
        (f'{HEAD}model = ""\n', 3, "text of 1 to 100 characters"),
        (f'{HEAD}judge = "{"j" * 101}"\n', 3, "text of 1 to 100 characters"),
        (f'{HEAD}\ndataset = ["file-12"]\n', 4, "text of 1 to 100 characters"),
        (f'{HEAD}events = "failed"\n', 3, "has to be a list"),
        (f"{HEAD}events = []\n", 3, "has to be a list"),
        (f'{HEAD}events = ["completed", "running"]\n', 3, "it takes completed, failed, started"),
        (f"{HEAD}events = [1]\n", 3, "events has no 1"),
        (f'{HEAD}notify = ["@oncall"]\n', 3, "ids of people"),
        (f'{HEAD}thread = "off"\n', 3, "true or false"),
        (f"{HEAD}thread = 1\n", 3, "true or false"),
        (f'{HEAD}job = "eval/../x"\n', 3, "whole id of a job"),
        (f'{HEAD}job = "eval-1"\nmodel = "qwen"\n', 4, "takes no filters"),
        (f'{HEAD}[[watch]]\nchannel = "C0EVALS"\nthread = 5\n', 5, "true or false"),
        (f'{HEAD}{HEAD}notify = ["U0MEMBER"]\n', 3, "same jobs as line 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_watch_file(written(tmp_path, text))
    said = str(caught.value)
    assert said.startswith(f"evals.toml, line {line}: ")
    assert words in said
    assert said.isprintable()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[[watch]]\nchannel = "\xff"\n', "UTF-8"),
        (b'[[watch]]\nchannel = "C0EVALS', "evals.toml"),
        (b"[[watch]]\nchannel = " + b"9" * 5000, "evals.toml"),
    ],
)
def test_what_cannot_be_read_at_all_is_said_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        read_watch_file(written(tmp_path, content))


def test_a_folder_in_its_place_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "evals.toml").mkdir()
    with pytest.raises(SettingsError, match=r"evals\.toml cannot be read"):
        read_watch_file(tmp_path / "evals.toml")
