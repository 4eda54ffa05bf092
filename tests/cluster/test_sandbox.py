"""`simk8s.sh()`: one script in one fresh container."""

from __future__ import annotations

import pytest

import simk8s
from simk8s import SimError


def test_output_errors_and_status_are_kept_apart() -> None:
    result = simk8s.sh("echo out; echo err >&2; exit 3")
    assert (result.stdout, result.stderr, result.status) == (b"out\n", b"err\n", 3)


def test_files_that_were_made_or_changed_are_returned_and_others_are_not() -> None:
    result = simk8s.sh(
        "echo new > made; echo more >> changed; cat kept > /dev/null; rm removed; mv moved elsewhere; touch kept",
        files={"changed": "one\n", "kept": "x", "removed": "x", "moved": b"y"},
        cwd="/work",
    )
    assert result.files == {"/work/made": b"new\n", "/work/changed": b"one\nmore\n", "/work/elsewhere": b"y"}


def test_a_working_directory_is_made() -> None:
    assert simk8s.sh("pwd", cwd="/a/b").stdout == b"/a/b\n"


def test_variables_are_added_to_the_images() -> None:
    assert simk8s.sh('echo "$NAME" "${PATH:+path}"', env={"NAME": "x"}).stdout == b"x path\n"


def test_standard_input_may_be_text_or_bytes() -> None:
    assert simk8s.sh("cat", stdin="é").stdout == simk8s.sh("cat", stdin="é".encode()).stdout == "é".encode()


def test_a_script_can_be_killed_by_its_own_signal_as_on_any_machine() -> None:
    assert simk8s.sh("kill -TERM $$").status == 143


def test_what_goes_on_in_the_background_may_still_write() -> None:
    assert simk8s.sh("(sleep 2; echo late) & echo early").stdout == b"early\nlate\n"


def test_time_is_virtual() -> None:
    assert simk8s.sh("sleep 3600; echo done").stdout == b"done\n"


def test_two_runs_are_equal() -> None:
    script = "echo $RANDOM $$; date; ls -la /"
    assert simk8s.sh(script) == simk8s.sh(script)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("a=(1); declare -n x='a[$(echo 0)]'; echo $x", "SK201"),
        ("while :; do :; done", "SK301"),
        ("sleep infinity", "SK304"),
    ],
)
def test_what_cannot_be_run_or_never_ends_is_an_error(script: str, code: str) -> None:
    with pytest.raises(SimError) as error:
        simk8s.sh(script)
    assert error.value.code == code


def test_an_image_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(SimError, match="not known"):
        simk8s.sh("true", image="example.com/nobody:1")
