"""The command as a whole: help, versions, wrong words, exit statuses, and how it ends when it must."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result

import simk8s as package
from simk8s.cli.main import COMMANDS

Command: TypeAlias = Callable[..., Result]

SIMK8S = [sys.executable, "-m", "simk8s.cli"]


def test_help_lists_every_command_with_an_example(simk8s: Command) -> None:
    result = simk8s("--help")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in COMMANDS)
    assert "simk8s run scenarios/article.yaml" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(simk8s: Command, name: str) -> None:
    for option in ("-h", "--help"):
        result = simk8s(name, option)
        assert result.exit_code == 0, result.output
        assert f"  simk8s {name}" in result.stdout.partition("Example")[2]


def test_the_version_is_the_packages(simk8s: Command) -> None:
    assert simk8s("--version").stdout == f"simk8s {package.__version__}\n"


def test_a_command_that_does_not_exist_is_bad_input_with_a_suggestion(simk8s: Command) -> None:
    result = simk8s("rum")
    assert result.exit_code == 2
    assert "Did you mean 'run'?" in result.stderr


def test_an_option_that_does_not_exist_is_bad_input(simk8s: Command) -> None:
    assert simk8s("run", "--sead", "1", "x.yaml").exit_code == 2


def test_help_needs_no_part_of_the_simulation() -> None:
    text = "import sys, simk8s.cli.main; print(sorted(name for name in sys.modules if name.split('.')[0] in "
    text += "('simpy', 'yaml', 'sqlglot', 'jsonschema', 'rich', 'networkx', 'regex')))"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False).stdout == "[]\n"


def test_help_is_there_at_once() -> None:
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    def seconds() -> float:
        """Of the processor, since other tests may run at the same time."""
        before = used()
        subprocess.run([*SIMK8S, "--help"], capture_output=True, check=True)
        return used() - before

    assert min(seconds() for _ in range(5)) < 0.3


def test_a_defect_says_how_to_reproduce_it_and_is_no_traceback(
    simk8s: Command, pod: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> None:
        raise ZeroDivisionError("somebody divided by zero")

    monkeypatch.setattr("simk8s.cluster.settling.Patience.look", lambda *_: broken(_))
    result = simk8s("run", pod("exit 0"), "--seed", "5")
    assert result.exit_code == 3
    assert "replay: v1.5" in result.stderr
    assert "ZeroDivisionError: somebody divided by zero" in result.stderr
    assert "Traceback" not in result.output
    monkeypatch.setenv("SIMK8S_DEBUG", "1")
    assert "Traceback" in simk8s("run", pod("exit 0"), "--seed", "5").stderr


def test_an_interrupted_run_keeps_what_it_has(
    simk8s: Command, pod: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("simk8s.cluster.settling.Patience.look", interrupt)
    trace = tmp_path / "trace.jsonl"
    result = simk8s("run", pod("exit 0"), "--trace", trace)
    assert result.exit_code == 130
    assert "interrupted at" in result.stdout
    assert "example" in result.stdout.partition("NAME")[2]
    assert trace.read_bytes().count(b"\n") > 10


def test_an_interruption_while_a_class_is_made_is_one(
    simk8s: Command, pod: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.11 raises a RuntimeError there, whose cause is the interruption."""

    class Interrupted:
        def __set_name__(self, *_: object) -> None:
            raise KeyboardInterrupt

    def interrupt(*_: object) -> None:
        type("Made", (), {"attribute": Interrupted()})

    monkeypatch.setattr("simk8s.cluster.settling.Patience.look", interrupt)
    result = simk8s("run", pod("exit 0"))
    assert (result.exit_code, "defect" in result.stderr) == (130, False)


def test_nobody_reading_any_more_is_not_worth_a_word(pod: Callable[[str], Path]) -> None:
    file = pod("sleep 1000")
    command = f"{' '.join(SIMK8S)} run {file} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_a_pipe_gets_plain_lines(pod: Callable[[str], Path]) -> None:
    environment = {**os.environ, "TERM": "xterm-256color"}
    done = subprocess.run(
        [*SIMK8S, "run", str(pod("sleep 1000"))], capture_output=True, text=True, env=environment, check=False
    )
    assert "\x1b" not in done.stdout
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("words", [["--help"], ["images"], ["sh", "-c", "echo x"]])
def test_a_full_disk_is_one_line(words: list[str]) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "w") as full:
        done = subprocess.run([*SIMK8S, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "SK102: cannot write the output: No space left on device\n"


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("run - <&-", 2, "SK110"),
        ("sh <&-", 0, ""),
        ("explain-error SK402 >&-", 0, ""),
        ("run nothing.yaml 2>&-", 2, ""),
        ("run nothing.yaml 2>/dev/full", 2, ""),
    ],
)
def test_a_stream_that_is_closed_or_full_is_no_defect(command: str, status: int, said: str) -> None:
    done = subprocess.run(["bash", "-c", f"{' '.join(SIMK8S)} {command}"], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert done.stderr.startswith(said) and "defect" not in done.stderr


def test_a_path_that_cannot_even_be_looked_for_is_bad_input(simk8s: Command) -> None:
    name = "a" * 5000
    for words in (["run", name], ["check", name], ["why", name, "pod/a", "Ready"], ["sh", "--lint", name]):
        result = simk8s(*words)
        assert (result.exit_code, result.stderr) == (2, f"SK101 {name}: cannot read {name}: File name too long\n")
