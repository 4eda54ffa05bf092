"""The same script in the real bash 5.2 and in ours: standard output, standard error and exit status must be equal.

The scripts stand in `scripts/*.txt`, separated by lines of `%%`. Those of one file run side by side in the real one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.shell.box import run

SCRIPTS = {
    f"{table.stem}-{number}": script
    for table in sorted(Path(__file__).parent.joinpath("scripts").glob("*.txt"))
    for number, script in enumerate(table.read_text().rstrip("\n").split("\n%%\n"))
}


def _real_bash() -> str | None:
    """Why the real bash cannot be asked, or None."""
    bash = shutil.which("bash")
    if bash is None:
        return "there is no bash on this machine"
    version = subprocess.run([bash, "-c", "echo $BASH_VERSION"], capture_output=True, text=True, check=False).stdout
    return None if version.startswith("5.2") else f"the bash of this machine is {version.strip()}, not 5.2"


WHY_NOT = _real_bash()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")


@cache
def _real(table: str) -> dict[str, tuple[str, str, int]]:
    """What the real bash makes of the scripts in one file."""
    names = [name for name in SCRIPTS if name.rpartition("-")[0] == table]
    with ThreadPoolExecutor(24) as pool:
        return dict(zip(names, pool.map(_ask, names), strict=True))


def _ask(name: str) -> tuple[str, str, int]:
    """What the real bash makes of one script."""
    with TemporaryDirectory() as folder:
        work = Path(folder, "tmp", "work")
        work.mkdir(parents=True)
        with Path(folder, "out").open("w+b") as out, Path(folder, "err").open("w+b") as err:
            status = subprocess.run(
                ["bash", "-c", SCRIPTS[name].rstrip("\n")],
                cwd=work,
                env={"PATH": "/usr/bin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                timeout=60,
                check=False,
            ).returncode
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode("utf-8", "surrogateescape").replace(folder, ""))
    return _normal(texts[0]), _normal(texts[1]), status if status >= 0 else 128 - status


def _normal(text: str) -> str:
    """Process ids differ, of course, and so do milliseconds."""
    text = re.sub(r"(line \d+:) +\d+ (Killed|Terminated)", r"\1 PID \2", text)
    text = re.sub(r"\b0m0\.0\d\ds", "0m0.000s", text)
    return re.sub(r"\b(real|user|sys) 0\.0\d\b", r"\1 0.00", text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_does_the_same_as_in_the_real_bash(name: str) -> None:
    outcome = run(SCRIPTS[name].rstrip("\n"))
    ours = (_normal(outcome.stdout), _normal(outcome.stderr), outcome.status)
    expected = _real(name.rpartition("-")[0])[name]
    on_their_own_time = re.search(r"\bsleep\b|&(?![&>\d])", SCRIPTS[name])
    if ours != expected and on_their_own_time:  # on a busy machine jobs take as long as they like
        expected = _ask(name)
    assert ours == expected, SCRIPTS[name]
