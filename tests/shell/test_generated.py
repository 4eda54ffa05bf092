"""Scripts by chance must do the same in the real bash 5.2 and in ours, and the parser must stand any text.

`make nightly` runs the same with 20,000 examples (the Hypothesis profile `nightly`).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simk8s.errors import SimError
from simk8s.machine import File
from simk8s.shell import unparse
from simk8s.shell.syntax import ShellSyntaxError, parse
from tests.shell.box import run
from tests.shell.grammar import scripts
from tests.shell.startup import scripts as startup_scripts
from tests.shell.test_differential import WHY_NOT

NIGHTLY = settings.get_current_profile_name() == "nightly"
KEPT = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": not NIGHTLY}


def examples(count: int) -> settings:
    """So many in the normal profile; forty times as many at night, and other ones each time."""
    return settings(max_examples=count * 40 if NIGHTLY else count, **KEPT)  # type: ignore[arg-type]


def in_real_bash(script: str) -> tuple[bytes, int, dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["bash", "-c", 'ulimit -t 5 -f 2000; exec bash -c "$0"', script],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=300,  # on a busy machine; `ulimit` ends what runs away
            check=False,
        )
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return settled(done.stdout), status, {name: settled(content) for name, content in files.items()}


def in_ours(script: str) -> tuple[bytes, int, dict[str, bytes]]:
    outcome = run(script)
    folder: Any = outcome.box.mounts.resolve("/tmp/work").inode
    files = {name: bytes(inode.content) for name, inode in folder.entries.items() if isinstance(inode, File)}
    stdout = outcome.stdout.encode("utf-8", "surrogateescape")
    return settled(stdout), outcome.status, {name: settled(content) for name, content in files.items()}


def settled(text: bytes) -> bytes:
    """Errors that a redirection has brought here, without the line (in a here-document's commands bash counts another
    way) and without what bash says of its own insides (after a failed `name=value eval` in a function)."""
    text = re.sub(rb"(?m)^.*: pop_(scope|var_context): head of shell_variables not a .*\n", b"", text)
    return re.sub(rb"\bline \d+:", b"line N:", text)


@pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")
@given(scripts())
@examples(500)
def test_a_script_by_chance_prints_leaves_and_answers_what_the_real_bash_does(script: str) -> None:
    assert in_ours(script) == in_real_bash(script), script


@pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")
@given(startup_scripts())
@examples(100)
def test_so_does_one_with_traps_children_and_descriptors(script: str) -> None:
    assert in_ours(script) == in_real_bash(script), script


@given(scripts())
@examples(100)
def test_what_is_parsed_and_printed_is_parsed_as_the_same(script: str) -> None:
    printed = printed_again(script)
    assert printed_again(printed) == printed


def printed_again(script: str) -> str:
    return "\n".join(unparse.command(command, 0) for command in parse(script).commands) + "\n"


FRAGMENTS = st.sampled_from(
    ["$(", "${", "$((", "))", ")", "}", "`", "'", '"', "\\", "<<E\n", "<<-'E'\n", "E\n", "if ", "then ", "fi",
     "case x in ", "esac", "x) ", ";;", "[[ ", " ]]", "=~ ", "(( ", "{ ", "{a,", "..", "for ", "((;;", " do ",
     "done", "f() ", "| ", "&& ", "& ", ">", "<(", ">& ", "a=(", "a[", "]=", "$'", "!", "@(", "#", "\n", " ", "x",
     "$", "~", "*", "é", "\0", "\x80", "coproc ", "select ", "time ", "function ", "declare -A m=("]
)  # fmt: skip


def is_parsed_or_refused_with_a_place(text: str) -> None:
    try:
        parse(text)
    except ShellSyntaxError as error:
        assert error.line >= 1, text
    except SimError:
        pass


@given(st.text(max_size=200) | st.lists(FRAGMENTS, max_size=40).map("".join))
@examples(500)
def test_the_parser_stands_any_text(text: str) -> None:
    is_parsed_or_refused_with_a_place(text)


@st.composite
def damaged_scripts(draw: Callable[[Any], Any]) -> str:
    """A script from which something is cut out, or into which something is put."""
    script = draw(scripts())
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(script)))
        end = min(len(script), begin + draw(st.integers(0, 10)))
        script = script[:begin] + draw(FRAGMENTS | st.just("")) + script[end:]
    return str(script)


@given(damaged_scripts())
@examples(100)
def test_the_parser_stands_damaged_scripts(script: str) -> None:
    is_parsed_or_refused_with_a_place(script)
