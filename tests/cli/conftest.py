"""Runs the command line in this process: quick, and with its standard streams apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from simk8s.cli.main import root

Command: TypeAlias = Callable[..., Result]

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: example
spec:
  containers:
    - name: main
      image: bash
      command:
        - bash
        - -c
        - |
          echo one
          {}
"""
"""A Pod whose script's second line is to be filled in; that line stands in line 14, from column 11 on."""


@pytest.fixture
def simk8s(monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.delenv("SIMK8S_DEBUG", raising=False)

    def run(*arguments: str | Path, stdin: str = "") -> Result:
        return CliRunner().invoke(root, [str(word) for word in arguments], input=stdin, prog_name="simk8s")

    return run


@pytest.fixture
def pod(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a manifest of a Pod with that second line of its script."""

    def write(line: str) -> Path:
        file = tmp_path / "pod.yaml"
        file.write_text(POD.format(line))
        return file

    return write
