"""Programs working together in scripts: the simulated bash and programs against the host's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs.test_differential import cases_in
from tests.programs.test_differential_files import prepare_box, prepare_host


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed here")
@pytest.mark.parametrize("line", [command for command, _ in cases_in("script_cases.txt")])
def test_a_script_has_the_same_outcome_with_simulated_programs(line: str, tmp_path: Path) -> None:
    script = line.replace("␤", "\n")
    prepare_host(tmp_path)
    real = subprocess.run(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC", "HOME": "/root"},
        timeout=20,
        check=False,
        umask=0o022,
    )
    ours = prepare_box().run("bash", "-c", script, env={"LC_ALL": "C"})
    assert (ours.stdout, ours.status) == (real.stdout, real.returncode)
