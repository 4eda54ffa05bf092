"""The same script in the real bash 5.2 and in ours: standard output, standard error and exit status must be equal.

The scripts stand in `scripts/*.txt`, separated by lines of `%%`. The real ones all run in one batch.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.shell.box import run

SCRIPTS = {
    f"{table.stem}-{number}": script
    for table in sorted(Path(__file__).parent.joinpath("scripts").glob("*.txt"))
    for number, script in enumerate(table.read_text().rstrip("\n").split("\n%%\n"))
}
DRIVER = r"""
cd "$1" || exit 1
for script in scripts/*; do
  name=${script##*/}
  mkdir -p "run/$name/tmp/work"
  (
    cd "run/$name/tmp/work" || exit 1
    env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 bash -c "$(<"$1/$script")" > ../../out 2> ../../err < /dev/null
    echo $? > ../../status
  ) 2> /dev/null &
  (( ++started % 24 )) || wait
done
wait
"""


def _real_bash() -> str | None:
    """Why the real bash cannot be asked, or None."""
    bash = shutil.which("bash")
    if bash is None:
        return "there is no bash on this machine"
    version = subprocess.run([bash, "-c", "echo $BASH_VERSION"], capture_output=True, text=True, check=False).stdout
    return None if version.startswith("5.2") else f"the bash of this machine is {version.strip()}, not 5.2"


WHY_NOT = _real_bash()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str, int]]:
    """What the real bash makes of every script."""
    return _ask(tmp_path_factory.mktemp("bash"), SCRIPTS)


def _ask(folder: Path, scripts: Mapping[str, str]) -> dict[str, tuple[str, str, int]]:
    """Run the scripts in the real bash, many at a time."""
    folder.joinpath("scripts").mkdir()
    for name, script in scripts.items():
        folder.joinpath("scripts", name).write_text(script)
    subprocess.run(["bash", "-c", DRIVER, "driver", str(folder)], check=True, timeout=120, stdin=subprocess.DEVNULL)
    result = {}
    for name in scripts:
        place = folder / "run" / name
        status = int(place.joinpath("status").read_text())
        texts = [
            place.joinpath(stream).read_bytes().decode("utf-8", "surrogateescape").replace(str(place), "")
            for stream in ("out", "err")
        ]
        result[name] = (_normal(texts[0]), _normal(texts[1]), status)
    return result


def _normal(text: str) -> str:
    """Process ids differ, of course, and so do milliseconds."""
    text = re.sub(r"(line \d+:) +\d+ (Killed|Terminated)", r"\1 PID \2", text)
    text = re.sub(r"\b0m0\.0\d\ds", "0m0.000s", text)
    return re.sub(r"\b(real|user|sys) 0\.0\d\b", r"\1 0.00", text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_does_the_same_as_in_the_real_bash(
    name: str, real: dict[str, tuple[str, str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outcome = run(SCRIPTS[name].rstrip("\n"))
    ours = (_normal(outcome.stdout), _normal(outcome.stderr), outcome.status)
    expected = real[name]
    if ours != expected and re.search(
        r"\bsleep\b|&(?![&>\d])", SCRIPTS[name]
    ):  # on a busy machine jobs take their own time
        expected = _ask(tmp_path_factory.mktemp("again"), {name: SCRIPTS[name]})[name]
    assert ours == expected, SCRIPTS[name]
