"""Small sets in which every crash can be reasoned out by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simk8s.checker import exploration, fork, warm
from simk8s.checker.exploration import Exploration
from simk8s.checker.known import Result
from simk8s.checker.report import report
from simk8s.checker.setup import Setup
from simk8s.checker.walk import Walk
from simk8s.cluster import Cluster
from simk8s.cluster.manifests import Source
from simk8s.errors import SimError

SET = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: main
          image: debian:10
          command:
            - bash
            - -c
            - |
SCRIPT
          readinessProbe: {exec: {command: [test, -f, /tmp/ready]}, periodSeconds: 1}
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""

FRAGILE = """
set -e
if [[ ! -f /data/begun ]]; then
  touch /data/begun
  echo whole > /data/content
fi
grep whole /data/content
touch /tmp/ready
sleep 100000
"""

SAFE = """
set -e
if [[ ! -f /data/done ]]; then
  echo whole > /data/content
  touch /data/done
fi
grep whole /data/content
touch /tmp/ready
sleep 100000
"""

TWICE = """
set -e
if [[ ! -f /data/done ]]; then
  if [[ -f /data/first ]]; then
    [[ ! -f /data/second ]]
    touch /data/second
  fi
  touch /data/first
  touch /data/done
fi
touch /tmp/ready
sleep 100000
"""

PAIR = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: pair}
spec:
  serviceName: pair
  selector: {matchLabels: {app: pair}}
  template:
    metadata: {labels: {app: pair}}
    spec:
      containers:
        - name: leader
          image: debian:10
          command: [bash, -c, 'touch /shared/up; sleep 100000']
          volumeMounts: [{name: shared, mountPath: /shared}]
        - name: follower
          image: debian:10
          command: [bash, -c, 'sleep 5; [[ -f /shared/up ]] || touch /shared/alone; sleep 100000']
          readinessProbe: {exec: {command: [test, '!', -f, /shared/alone]}, initialDelaySeconds: 30, periodSeconds: 1}
          volumeMounts: [{name: shared, mountPath: /shared}]
      volumes: [{name: shared, emptyDir: {}}]
"""

ASKING = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: asking}
spec:
  serviceName: asking
  selector: {matchLabels: {app: asking}}
  template:
    metadata: {labels: {app: asking}}
    spec:
      containers:
        - name: asker
          image: gcr.io/google-samples/xtrabackup:1.0
          command:
            - bash
            - -c
            - |
              until ncat --recv-only 127.0.0.1 8080 | grep yes; do sleep 1; done
              echo it answers
              ncat --recv-only 127.0.0.1 8080 | grep yes || touch /shared/unanswered
              sleep 100000
          readinessProbe:
            exec: {command: [test, '!', -f, /shared/unanswered]}
            initialDelaySeconds: 30
            periodSeconds: 1
          volumeMounts: [{name: shared, mountPath: /shared}]
        - name: server
          image: gcr.io/google-samples/xtrabackup:1.0
          command: [bash, -c, 'sleep 3; exec ncat --listen --keep-open --send-only 8080 -c "echo yes"']
      volumes: [{name: shared, emptyDir: {}}]
"""

BEFOREHAND = """
      initContainers:
        - name: first
          image: debian:10
          command: [bash, -c, 'mkdir -p /data/made; touch /data/made/one']
          volumeMounts: [{name: data, mountPath: /data}]
        - name: second
          image: debian:10
          command: [bash, -c, 'touch /data/made/two; touch /data/made/three']
          volumeMounts: [{name: data, mountPath: /data}]
      containers:"""


def setup(script: str) -> Setup:
    text = "\n".join(" " * 14 + line for line in script.strip("\n").split("\n"))
    return Setup.of([Source("web.yaml", SET.replace("SCRIPT", text))], {"seed": 0})


def explored(script: str, **options: Any) -> Exploration:
    return exploration.run(setup(script), **options)


@pytest.fixture(scope="module")
def fragile() -> Exploration:
    return explored(FRAGILE)


def bad(said: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {(point["command"], point["where"], point["kill"]) for point in said["points"] if not point["ok"]}


def test_a_marker_that_is_set_first_is_a_hole_until_the_work_is_done(fragile: Exploration) -> None:
    """The marker's own command has made it once it is over: the hole is from then until the content is written."""
    found = {(command, where) for command, where, kill in bad(report(fragile)) if kill == "container"}
    assert found == {("echo whole > /data/content", "before"), ("echo whole > /data/content", "truncated")}


def test_a_marker_that_is_set_last_is_no_hole() -> None:
    said = report(explored(SAFE))
    assert bad(said) == set() and said["holes"] == []
    assert said["totals"]["crashes"] > 20


def test_every_command_of_the_script_is_tried_with_every_kind_of_kill(fragile: Exploration) -> None:
    points = report(fragile)["points"]
    commands = {point["command"] for point in points if point["where"] == "before"}
    assert {"touch /data/begun", "grep whole /data/content", "touch /tmp/ready", "sleep 100000"} <= commands
    for command in commands:
        kinds = {point["kill"] for point in points if point["command"] == command}
        assert kinds == {"container", "pod", "node"}
    assert {point["where"] for point in points} == {"before", "truncated", "serving"}


def test_a_point_says_all_that_there_is_to_say(fragile: Exploration) -> None:
    said = report(fragile)
    point = next(p for p in said["points"] if p["where"] == "truncated" and p["kill"] == "container")
    assert (point["pod"], point["container"], point["killed"]) == ("web-0", "main", "web-0/main")
    text = fragile.setup.sources[0].text.split("\n")
    assert point["file"] == "web.yaml" and text[point["line"] - 1].strip() == point["command"]
    assert point["command"] == "echo whole > /data/content"
    assert point["outcome"] == {"web-0": "crashloop"} and point["ready"] == {"web-0": False}
    assert point["restarts"]["web-0"] >= 2 and not point["silent"]
    assert point["files_left"] == ["begun", "content"]
    assert json.loads(json.dumps(said))["schema_version"] == 1


def test_what_is_left_is_told_of_each_crash_also_of_those_between_equal_ends() -> None:
    found = report(exploration.run(setup("touch /data/{a,b,c,d,e,f,g,h}\ntouch /tmp/ready\nsleep 100000")))
    inside = [point for point in found["points"] if point["where"].startswith("create")]
    assert "between" in {point["how"] for point in inside}
    assert [len(point["files_left"]) for point in inside] == [*range(1, 8)]


def test_a_restart_of_an_init_container_counts_however_the_end_is_known() -> None:
    """Most of these worlds end early, in a state that the crash-free run or another one has been in."""
    text = SET.replace("\n      containers:", BEFOREHAND).replace("SCRIPT", " " * 14 + "touch /tmp/ready; sleep 100000")
    points = report(exploration.run(Setup.of([Source("web.yaml", text)], {"seed": 0})))["points"]
    begun = [p for p in points if p["kill"] == "container" and p["container"] in ("first", "second")]
    assert len(begun) >= 4 and {point["how"] for point in begun} >= {"same state"}
    assert {point["restarts"]["web-0"] for point in begun} == {1}


def test_where_the_survivor_stands_makes_a_difference() -> None:
    """While it waits for its neighbour it goes on waiting; once it counts on an answer, the kill takes that away."""
    points = report(exploration.run(Setup.of([Source("asking.yaml", ASKING)], {"seed": 0})))["points"]
    killed = [p for p in points if p["container"] == "asker" and p["killed"] == "asking-0/server"]
    begun = {point["line"]: point["outcome"]["asking-0"] for point in killed if point["where"] == "before"}
    text = ASKING.split("\n")
    assert {text[line - 1].split()[0]: word for line, word in begun.items()} == {
        "until": "ok",
        "echo": "stuck",
        "ncat": "stuck",
        "sleep": "ok",
    }


def test_a_replay_token_brings_the_hole_back(fragile: Exploration) -> None:
    hole = report(fragile)["holes"][0]
    cluster = Cluster(replay=hole["replay"])
    cluster.apply(fragile.setup.sources[0].text)
    cluster.run()
    assert cluster.pods()[0].status in ("CrashLoopBackOff", "Error")


def test_the_result_does_not_depend_on_who_works_on_it(fragile: Exploration) -> None:
    assert report(explored(FRAGILE, jobs=2)) == report(fragile)


def test_without_fork_each_world_is_replayed_and_comes_to_the_same(
    fragile: Exploration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fork, "is_offered", lambda: False)
    assert report(explored(FRAGILE)) == report(fragile)


def test_a_process_with_other_threads_finds_one_that_can_be_forked() -> None:
    """Several crashes in one run are not to be had by replaying."""
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert not fork.is_possible()
        found = report(explored(TWICE, crashes=2))
    finally:
        over.set()
        other.join()
    assert found["complete"] and found["holes"]


def test_a_worker_goes_through_the_run_once_before_it_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = setup(SAFE), setup(FRAGILE)
    runs: list[Setup] = []

    class Counted(Walk):
        def run(self) -> Result:
            runs.append(self.setup)
            return super().run()

    monkeypatch.setattr(warm, "Walk", Counted)
    for chosen in (one, one, other, other):
        warm.up(chosen)
    assert runs == [one, other]


def test_zero_crashes_judge_the_run_alone() -> None:
    said = report(explored(FRAGILE, crashes=0))
    assert [(point["where"], point["outcome"]) for point in said["points"]] == [("none", {"web-0": "ok"})]


def test_a_run_that_fails_by_itself_names_the_command_with_which_it_ends() -> None:
    [hole] = report(explored("\nset -e\ntouch /data/made\nfalse\ntouch /data/more\n", crashes=0))["holes"]
    assert (hole["where"], hole["word"], hole["command"]) == ("none", "crashloop", "false")


def test_a_hole_lies_between_the_command_done_last_and_the_one_to_come(fragile: Exploration) -> None:
    text = fragile.setup.sources[0].text.split("\n")
    lines = {(hole["after_line"], hole["line"]) for hole in report(fragile)["holes"] if hole["kill"] == "container"}
    assert [tuple(text[n - 1].strip() for n in pair) for pair in lines] == [
        ("touch /data/begun", "echo whole > /data/content")
    ]


def test_an_interruption_keeps_what_was_found() -> None:
    def interrupt(found: Exploration) -> None:
        if found.results:
            raise KeyboardInterrupt

    found = exploration.run(setup(FRAGILE), tell=interrupt)
    said = report(found)
    assert not said["complete"] and said["trouble"] == "interrupted"
    assert 0 < said["totals"]["judged"] < said["totals"]["crashes"]


def test_progress_is_told_crash_by_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork, "is_possible", lambda: True)
    done: list[int] = []
    found = exploration.run(setup(FRAGILE), tell=lambda so_far: done.append(so_far.progress().done))

    assert done == sorted(done) and done[-1] == len(found.survey.crashes)
    assert len(done) > found.progress().worlds


def test_a_world_that_dies_is_not_known_and_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from simk8s.checker.walk import Walk

    strike = Walk.strike

    def dying(walk: Walk, crash: Any) -> None:
        if crash.point.where == "truncated":
            import os

            os._exit(9)
        strike(walk, crash)

    monkeypatch.setattr(fork, "is_possible", lambda: True)
    monkeypatch.setattr(Walk, "strike", dying)
    said = report(explored(SAFE))
    unknown = {point["where"] for point in said["points"] if "unknown" in point["outcome"].values()}
    assert unknown == {"truncated"} and said["totals"]["not_known"] > 0 and said["holes"] == []


def test_a_property_that_raises_costs_only_its_own_world(monkeypatch: pytest.MonkeyPatch) -> None:
    from simk8s.checker.oracle import Oracle

    judge = Oracle.judge

    def raising(oracle: Oracle) -> Any:
        if any(row.restarts for row in oracle.cluster.pods()):
            raise ZeroDivisionError("a property of mine")
        return judge(oracle)

    monkeypatch.setattr(fork, "is_possible", lambda: True)
    monkeypatch.setattr(Oracle, "judge", raising)
    said = report(explored(SAFE))
    notes = {note for point in said["points"] for note in point["notes"].values()}
    assert "ZeroDivisionError: a property of mine" in notes
    assert any(point["ok"] for point in said["points"]) and said["holes"] == []


def test_manifests_without_a_set_are_refused() -> None:
    with pytest.raises(SimError, match="SK520"):
        Setup.of([Source("x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")], {})


def test_a_hole_is_a_scenario_too(fragile: Exploration, tmp_path: Path) -> None:
    from simk8s.checker.replaying import scenario_of
    from simk8s.scenario import Runner, loading

    (tmp_path / "web.yaml").write_text(fragile.setup.sources[0].text)
    one = Setup((Source(str(tmp_path / "web.yaml"), fragile.setup.sources[0].text),), {"seed": 0})
    (tmp_path / "hole.yaml").write_text(scenario_of(report(fragile)["holes"][0], one, str(tmp_path)))
    runner = Runner(loading.load(tmp_path / "hole.yaml"))
    results = list(runner.steps())
    assert results[-1].output is not None and "web-0   0/1" in results[-1].output.stdout


def test_what_survives_every_crash_may_not_survive_two() -> None:
    assert report(explored(TWICE))["holes"] == []
    found = report(explored(TWICE, crashes=2))
    hole = next(hole for hole in found["holes"] if hole["word"] == "crashloop")
    assert hole["story"][0].startswith("first: container web-0/main")
    assert any(len(point.get("after", ())) == 1 and not point["ok"] for point in found["points"])
    cluster = Cluster(replay=hole["replay"])
    cluster.apply(setup(TWICE).sources[0].text)
    cluster.run()
    assert cluster.pods()[0].ready == "0/1"


def test_several_crashes_without_fork_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork, "is_offered", lambda: False)
    with pytest.raises(SimError, match="SK522"):
        explored(TWICE, crashes=2)


def test_an_order_that_the_programs_do_not_bear_is_a_hole() -> None:
    """The kubelet starts containers one after the other; that says nothing of which program gets going first."""
    pair = Setup.of([Source("pair.yaml", PAIR)], {})
    assert report(exploration.run(pair, crashes=0))["holes"] == []
    found = report(exploration.run(pair, crashes=0, orders=True))
    tried = {point["command"]: point["ok"] for point in found["points"] if point["where"] == "order"}
    assert tried == {"leader, then follower": True, "follower, then leader": False}
    (hole,) = found["holes"]
    assert hole["where"] == "order"
    cluster = Cluster(replay=hole["replay"])
    cluster.apply(PAIR)
    assert not cluster.run().reached


def test_a_container_without_a_script_is_killed_while_it_serves() -> None:
    found = exploration.run(_web())

    killed = {(crash.point.where, crash.kill, crash.killed) for crash in found.survey.crashes}
    assert ("serving", "container", "web-0/nginx") in killed
    assert ("serving", "pod", "web-2") in killed
    assert found.survey.crashes[0].point.command.startswith("nginx")
    assert report(found)["holes"] == []


def test_without_crashes_one_point_is_judged() -> None:
    said = report(exploration.run(_web(), crashes=0))

    assert [point["where"] for point in said["points"]] == ["none"]
    assert (said["totals"]["points"], said["totals"]["crashes"]) == (1, 0)


def _web() -> Setup:
    web = Path(__file__).parents[2] / "scenarios" / "web" / "web.yaml"
    return Setup.of([Source(web.name, web.read_text())], {})
