"""A script at a moment, from history alone: also from a saved trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s import Cluster
from simk8s.images import default_registry
from simk8s.world import Chronicle
from simk8s.world import open as open_trace
from simk8s.world.index import Index
from simk8s.world.listing import Listing, listing
from simk8s.world.written import Written

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: clerk}
spec:
  restartPolicy: Always
  containers:
    - name: main
      image: bash
      command:
        - bash
        - -c
        - |
          page=1
          while [[ $page -lt 3 ]]; do
            sleep 2
            page=$((page + 1))
          done
          exec sleep 1000
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Chronicle:
    cluster = Cluster(seed=1)
    cluster.apply(POD)
    cluster.run("pod/clerk Running")
    cluster.run("20s")
    path: Path = tmp_path_factory.mktemp("listing") / "trace.jsonl"
    cluster.history.save(path)
    return open_trace(path)


def at(history: Chronicle, seq: int) -> Listing:
    world = history.at(seq=seq)
    return listing(Index(history.records), world, "clerk/main", Written(history.inputs), default_registry())


def command(history: Chronicle, text: str, number: int = 0) -> int:
    return [r.seq for r in history.records if r.verb == "command" and text in r.detail["text"]][number]


def test_the_line_that_runs_has_its_number_in_the_manifest(history: Chronicle) -> None:
    now = at(history, command(history, "sleep 2")).running
    assert now is not None and (now.number, now.at, now.text) == (3, 15, "  sleep 2")


def test_lines_that_ran_are_counted_and_others_are_ahead(history: Chronicle) -> None:
    shown = at(history, command(history, "sleep 2", 1))

    assert [(line.number, line.state, line.times) for line in shown.lines] == [
        (1, "ran", 1),
        (2, "ran", 2),
        (3, "running", 2),
        (4, "ran", 1),
        (5, "ahead", 0),
        (6, "ahead", 0),
    ]
    assert shown.variables == {"page": "2"}


def test_after_exec_the_script_has_become_a_program(history: Chronicle) -> None:
    shown = at(history, len(history.records) - 1)
    assert shown.program == "sleep 1000" and shown.process == ""


def test_before_the_container_is_there_there_is_nothing_to_list(history: Chronicle) -> None:
    assert at(history, 0) == Listing("clerk/main")
