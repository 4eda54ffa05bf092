"""`simk8s sh`: a script's streams and its status, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from click.testing import Result

Command: TypeAlias = Callable[..., Result]


def test_a_scripts_output_and_status_are_passed_on(simk8s: Command) -> None:
    result = simk8s("sh", "-c", "echo out; echo err >&2; exit 7")
    assert (result.stdout, result.stderr, result.exit_code) == ("out\n", "err\n", 7)


def test_standard_input_is_passed_on(simk8s: Command) -> None:
    assert simk8s("sh", "-c", "tr a-z A-Z", stdin="hello\n").stdout == "HELLO\n"


def test_words_behind_the_script_are_its_arguments_from_zero_on_as_in_bash(simk8s: Command) -> None:
    assert simk8s("sh", "-c", 'echo "$0:$1:$#"', "name", "-x", "two").stdout == "name:-x:2\n"


def test_a_file_is_run_with_its_arguments(simk8s: Command, tmp_path: Path) -> None:
    script = tmp_path / "start.sh"
    script.write_text('echo "$1"; read -r line; echo "$line"\n')
    assert simk8s("sh", script, "first", stdin="second\n").stdout == "first\nsecond\n"


def test_without_script_and_file_the_script_is_read_from_standard_input(simk8s: Command) -> None:
    assert simk8s("sh", stdin="echo one\nexit 3\n").exit_code == 3


def test_another_image_has_other_programs(simk8s: Command) -> None:
    assert simk8s("sh", "--image", "debian:12", "-c", "type nginx").exit_code == 1
    assert simk8s("sh", "--image", "nginx:1.27", "-c", "type nginx").exit_code == 0


def test_an_unsupported_construct_is_bad_input(simk8s: Command) -> None:
    result = simk8s("sh", "-c", "a=(1 2); declare -n x='a[$(echo 1)]'; echo $x")
    assert result.exit_code == 2
    assert "SK201" in result.stderr


def test_what_a_built_in_does_not_know_is_said_and_the_script_goes_on(simk8s: Command) -> None:
    result = simk8s("sh", "-c", "bind -p; echo $?; help -d cd; echo $?; help cd | { read -r line; echo $line; }")
    assert result.stdout == "120\n120\ncd: cd [-L|[-P [-e]] [-@]] [dir]\n"
    assert result.stderr.count("SK310") == 2


def test_a_syntax_error_is_told_in_bashs_words(simk8s: Command) -> None:
    result = simk8s("sh", "-c", "echo before\nif then")
    assert (result.exit_code, result.stdout) == (2, "before\n")
    assert result.stderr.startswith("bash: -c: line 2: syntax error near unexpected token `then'\n")


def test_an_image_that_nobody_knows_is_bad_input_with_a_hint(simk8s: Command) -> None:
    result = simk8s("sh", "--image", "example.com/nobody:1", "-c", "true")
    assert result.exit_code == 2
    assert "SK602" in result.stderr


def test_a_file_that_is_not_there_is_bad_input(simk8s: Command) -> None:
    result = simk8s("sh", "nowhere.sh")
    assert result.exit_code == 2
    assert "SK101 nowhere.sh: cannot read nowhere.sh: No such file or directory" in result.stderr


def test_output_comes_as_bytes(simk8s: Command) -> None:
    words = [sys.executable, "-m", "simk8s.cli", "sh", "-c", r"printf '\377\n'"]
    assert subprocess.run(words, capture_output=True, check=True).stdout == b"\xff\n"


def test_nobody_waits_for_a_standard_input_that_the_script_does_not_read() -> None:
    words = [sys.executable, "-m", "simk8s.cli", "sh", "-c", "echo done"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"
