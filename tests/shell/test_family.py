"""The same script in the real dash, in the real busybox and in ours: standard output and exit status must be equal.

Most of the scripts in `family/scripts.txt` use something of bash, which these shells refuse or take for plain text.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.shell.box import run

SCRIPTS = Path(__file__).parent.joinpath("family", "scripts.txt").read_text().rstrip("\n").split("\n%%\n")
REAL = {"dash": ["dash", "-c"], "ash": ["busybox", "sh", "-c"]}


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shell", REAL)
def test_a_script_does_the_same_as_in_the_real_shell(shell: str, script: str, tmp_path: Path) -> None:
    command = REAL[shell]
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} on this machine")
    real = subprocess.run(
        [*command, script],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )
    ours = run(script, shell=shell)
    assert (ours.stdout, ours.status) == (real.stdout.decode("utf-8", "surrogateescape"), real.returncode)
