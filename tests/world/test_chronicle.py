"""Asking a history: moments, neighbours, differences, and files that are no histories."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simk8s import Cluster, SimError
from simk8s.world import Chronicle, difference
from simk8s.world import open as open_trace

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  containers:
    - name: main
      image: bash
      command:
        - bash
        - -c
        - |
          count() { local n=$1; total=$((total + n)); }
          for word in one two; do count 2; done
          list=(a b)
          unset word
          sleep 5
          echo "$total" > /tmp/total
          sleep 100
          exit
"""


@pytest.fixture(scope="module")
def chronicle() -> Chronicle:
    cluster = Cluster(seed=1)
    cluster.apply(POD)
    cluster.run("pod/web Running")
    cluster.run(20)
    return cluster.history


def test_a_world_holds_everything_up_to_and_at_its_time(chronicle: Chronicle) -> None:
    record = chronicle.next(verb="container.create")
    assert record is not None
    assert "web/main" in chronicle.at(record.time).containers
    assert "web/main" not in chronicle.at(record.time - 1e-6).containers
    assert chronicle.at(-1.0).seq == -1
    assert chronicle.at(1e9) == chronicle.at()


def test_worlds_can_be_kept_while_others_are_made(chronicle: Chronicle) -> None:
    first = chronicle.at(1.0)
    before = dict(first.objects)
    chronicle.at()
    assert first.objects == before
    assert chronicle.at(1.0) == first


def test_the_position_and_the_variables_of_a_script(chronicle: Chronicle) -> None:
    world = chronicle.at()
    script = world.processes["web/main[1]"].script
    assert script is not None
    assert (script.text, script.line) == ("sleep 100", 7)
    assert script.variables == {"total": "4", "list": {"0": "a", "1": "b"}}
    inside = chronicle.previous(script="web/main[1]", seq=_seq(chronicle, "total=$((total + n))") + 1)
    assert inside is not None
    within = chronicle.at(seq=inside.seq).processes["web/main[1]"].script
    assert within is not None
    assert within.variables["n"] == "2"


def test_next_and_previous_record_of_an_object_an_actor_and_a_script(chronicle: Chronicle) -> None:
    first = chronicle.next(object="Pod/default/web")
    assert first is not None and first.verb == "create"
    then = chronicle.next(first.seq, object="Pod/default/web", actor="kubelet")
    assert then is not None and then.actor.startswith("kubelet/")
    back = chronicle.previous(then.seq, object="Pod/default/web")
    assert back is not None and first.seq <= back.seq < then.seq
    assert chronicle.previous(first.seq, object="Pod/default/web") is None
    last = chronicle.previous(script="web/main[1]")
    assert last is not None and last.detail["text"] == "sleep 100"


def test_the_difference_of_two_moments_names_what_came_changed_and_went(chronicle: Chronicle) -> None:
    first = chronicle.at(seq=_seq(chronicle, "sleep 5"))
    changes = {(change.part, change.key): change for change in difference(first, chronicle.at())}
    written = changes["files", "web/main/0:/tmp/total"]
    assert written.before is None
    assert written.after.content == b"4\n"
    assert ("processes", "web/main[1]") in changes
    assert difference(first, first) == []


def test_without_history_there_is_no_world_to_ask_for() -> None:
    with pytest.raises(SimError, match=r"SK510: this run keeps no history"):
        Cluster(history=False).history.at()


DAMAGE = {
    "cut between lines": (lambda lines: lines[:-40], "SK103.*cut off: 40 of"),
    "cut inside a line": (lambda lines: [*lines[:50], lines[50][:30]], "SK103.*:51: this trace was cut off"),
    "an edited record": (
        lambda lines: [line.replace(b"web", b"wob") for line in lines],
        "SK103.*the records are not those that were saved",
    ),
    "a record left out": (lambda lines: [*lines[:9], *lines[10:]], "SK103.*:10: .*record 8 was to come, not 9"),
    "records of another run behind it": (lambda lines: [*lines, lines[-1]], "SK103.*was to come"),
    "another tool's JSON": (lambda lines: [b'{"traceEvents": []}\n'], "SK103.*:1: .*does not name the format"),
    "a list": (lambda lines: [b"[]\n"], "SK103.*:1: .*does not name the format"),
    "a manifest": (lambda lines: [b"apiVersion: v1\n"], "SK103.*:1: "),
    "nothing": (lambda lines: [], "SK103.*the file is empty"),
    "a later version": (
        lambda lines: [lines[0].replace(b'"version":1', b'"version":9'), *lines[1:]],
        "SK103.*version 9 is not known",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_or_foreign_trace_gives_one_clear_message(damage: str, chronicle: Chronicle, tmp_path: Path) -> None:
    change, expected = DAMAGE[damage]
    path = tmp_path / "trace.jsonl"
    chronicle.save(path)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))  # type: ignore[no-untyped-call]
    with pytest.raises(SimError) as caught:
        open_trace(path)
    assert re.search(expected, str(caught.value), re.DOTALL)


def test_records_that_do_not_follow_from_each_other_are_told(chronicle: Chronicle, tmp_path: Path) -> None:
    header = b'{"format":"simk8s-history","version":1}\n'
    record = b'{"seq":0,"time":0.0,"actor":"a","verb":"update","object":"Pod/b/c",'
    detail = b'"detail":{"patch":[],"resourceVersion":"1"}}\n'
    path = tmp_path / "trace.jsonl"
    path.write_bytes(header + record + detail)
    with pytest.raises(SimError, match=r"SK103 .*:2: record 0 \(update Pod/b/c\) does not follow"):
        open_trace(path).at()


def _seq(chronicle: Chronicle, text: str) -> int:
    return next(r.seq for r in chronicle if r.verb == "command" and r.detail["text"] == text)
