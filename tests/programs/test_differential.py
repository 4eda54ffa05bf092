"""The same command lines in the simulated programs and in the host's real ones, where those are installed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs.conftest import Box

FILES = {
    "words": "banana\napple\ncherry\napple\nBanana\n\ndate 3\n",
    "numbers": "10\n9\n2\n-1.5\n-1.2\n33\n1e3\n0\n",
    "table": "a:1:x\nb:22:y\nnocolon\nc:3:\n",
    "spaced": "one  two three\n four five\nsix\n",
    "open": "no newline",
    "empty": "",
    "abcd": "a\nb\nc\nd\n",
    "conf": "[mysqld]\nserver-id=1\nlog-bin = mysql-bin\n# a comment\n\n[client]\nuser=root\n",
    "d/inner.txt": "apple pie\n",
    "d/other.cnf": "x=1\n",
}


def cases_in(name: str) -> list[tuple[str, str]]:
    """The lines of a file of cases: a command, and behind ` <<< ` its standard input."""
    found = []
    for line in (Path(__file__).parent / name).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            command, _, stdin = line.partition(" <<< ")
            found.append((command, stdin.encode().decode("unicode_escape")))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("host")
    for name, text in FILES.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text)
    return path


@pytest.mark.parametrize(("command", "stdin"), cases_in("cases.txt"))
def test_the_simulated_program_says_and_does_what_the_real_one_does(command: str, stdin: str, folder: Path) -> None:
    argv = shlex.split(command.replace("␤", "\n"))
    if shutil.which(argv[0]) is None:
        pytest.skip(f"{argv[0]} is not installed here")
    real = subprocess.run(
        argv,
        input=stdin.encode("latin-1"),
        capture_output=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "HOME": "/root"},
        timeout=10,
        check=False,
    )
    box = Box()
    for name, text in FILES.items():
        box.write(name, text)
    ours = box.run(*argv, stdin=stdin.encode("latin-1"))
    assert (ours.stdout, ours.status, ours.stderr) == (real.stdout, real.returncode, real.stderr)
