"""`simk8s sh --lint`: where what stands, and what the command answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import Result

Command: TypeAlias = Callable[..., Result]

SCENARIOS = Path(__file__).parents[2] / "scenarios"

SHARED = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: writer
      image: bash
      command: ["bash", "-ec"]
      args:
        - |
          %s
      volumeMounts: [{name: conf, mountPath: /conf}]
    - name: reader
      image: nginx
      command: ["nginx", "-c", "/etc/conf/nginx.conf"]
      volumeMounts: [{name: conf, mountPath: /etc/conf}]
  volumes: [{name: conf, emptyDir: {}}]
"""

OTHER_SCRIPTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data:
  start.sh: |
    read x
    [ -n $x ]
  my.cnf: |
    [ -n $x ]
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: main
      image: bash
      readinessProbe: {exec: {command: [sh, -c, "[ $1 = a ]"]}}
      lifecycle:
        preStop:
          exec:
            command:
              - bash
              - -c
              - |
                [[ $x =~ .*?a ]]
"""


def test_the_replicated_mysql_of_the_documentation_has_its_known_troubles(simk8s: Command) -> None:
    result = simk8s("sh", "--lint", "--json", SCENARIOS / "mysql")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert {finding["code"] for finding in found} >= {"SK251", "SK255", "SK257", "SK260"}
    assert result.exit_code == 1
    for finding in found:
        line = Path(finding["file"]).read_text().splitlines()[finding["line"] - 1]
        assert {"SK251": "ncat", "SK255": "rm ", "SK257": "-d ", "SK260": ".*?"}.get(finding["code"], "") in line


def test_scripts_of_config_maps_probes_and_hooks_are_read(simk8s: Command, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(OTHER_SCRIPTS)
    result = simk8s("sh", "--lint", file)
    lines = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert [line.split(": ")[0].replace(str(tmp_path), "") for line in lines] == [
        "SK259 /all.yaml:7:10",
        "SK259 /all.yaml:18:52",
        "SK260 /all.yaml:26:26",
    ]
    assert "(in start.sh)" in lines[0] and "(in main readinessProbe)" in lines[1] and "(in main preStop)" in lines[2]


@pytest.mark.parametrize(
    ("script", "codes"),
    [
        ("echo listen > /conf/nginx.conf", ["SK258"]),
        ("echo listen > /conf/new && mv /conf/new /conf/nginx.conf", []),
        ("echo listen > /conf/other.conf", []),
        ("echo listen > /tmp/nginx.conf", []),
    ],
)
def test_a_file_that_another_container_reads_is_not_written_in_place(
    simk8s: Command, tmp_path: Path, script: str, codes: list[str]
) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(SHARED % script)
    result = simk8s("sh", "--lint", "--json", file)
    assert [json.loads(line)["code"] for line in result.stdout.splitlines()] == codes
    assert result.exit_code == (1 if codes else 0)


def test_a_script_file_is_read_with_the_shell_that_its_first_line_names(simk8s: Command, tmp_path: Path) -> None:
    file = tmp_path / "start"
    file.write_text("#!/usr/bin/env -S bash -e\ncurl -s example.org | tar -x\n")
    result = simk8s("sh", "--lint", file)
    assert result.stdout.startswith(f"SK251 {file}:2:1: ")
    assert result.exit_code == 1


def test_in_a_folder_lessons_are_passed_over_and_what_cannot_be_read_is_a_finding(
    simk8s: Command, tmp_path: Path
) -> None:
    tmp_path.joinpath("1-lesson.yaml").write_text("apiVersion: simk8s/v1\nkind: Lesson\nname: identity\n")
    tmp_path.joinpath("2-broken.yaml").write_text("a: [")
    tmp_path.joinpath("3-all.yaml").write_text(OTHER_SCRIPTS)
    result = simk8s("sh", "--lint", "--json", tmp_path)
    codes = [json.loads(line)["code"] for line in result.stdout.splitlines()]
    assert codes == ["SK104", "SK259", "SK259", "SK260"]
    assert result.exit_code == 1


def test_bad_input_is_told_apart(simk8s: Command, tmp_path: Path) -> None:
    assert simk8s("sh", "--lint").exit_code == 2
    assert simk8s("sh", "--lint", tmp_path / "missing.yaml").exit_code == 2
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [")
    assert simk8s("sh", "--lint", broken).exit_code == 2
    assert simk8s("sh", "--json", "-c", "true").exit_code == 2


def test_options_are_those_of_bash(simk8s: Command) -> None:
    assert simk8s("sh", "-ec", "false; echo no").exit_code == 1
    assert simk8s("sh", "-x", "-c", "echo yes").stderr == "+ echo yes\n"
    assert simk8s("sh", "-o", "pipefail", "-c", "false | true").exit_code == 1
    assert simk8s("sh", "-s", "one", stdin='echo "$1"\n').stdout == "one\n"


def test_the_line_ends_of_windows_are_told_once(simk8s: Command, tmp_path: Path) -> None:
    script = tmp_path / "start.sh"
    script.write_bytes(b"set -e\r\nif true; then\r\n  echo yes\r\nfi\r\n")
    result = simk8s("sh", "--lint", script)
    assert (result.exit_code, result.stdout.count("SK")) == (1, 1)
    assert result.stdout.startswith(f"SK263 {script}:1:7: each line ends with a carriage return")
