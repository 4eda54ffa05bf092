"""Faults are data: named in a scenario, struck at their moment, recorded, replayed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s import Cluster, SimError
from simk8s.cluster import replayed
from simk8s.faults import (
    AtCommand,
    AtLine,
    AtTime,
    CrashPoint,
    Delay,
    DeletePod,
    FailLiveness,
    Fault,
    Kill,
    Partition,
    PowerOff,
    When,
)
from simk8s.faults.act import ACTS
from simk8s.faults.moment import MOMENTS
from simk8s.faults.token import token_of_plan
from simk8s.scenario import Runner, load
from simk8s.scenario.loading import schema

COUNTER = """
apiVersion: v1
kind: Service
metadata: {name: box}
spec: {clusterIP: None, selector: {app: box}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: box}
spec:
  serviceName: box
  replicas: 1
  selector: {matchLabels: {app: box}}
  template:
    metadata: {labels: {app: box}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: bash
          command:
            - bash
            - -c
            - |
              cd /data
              echo start >> log
              for name in one two; do
                echo $(hostname) > $name
              done
              rm -f one two
              exec sleep infinity
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


def box(*faults: Fault, history: bool = True) -> Cluster:
    cluster = Cluster(history=history)
    cluster.inject(*faults)
    cluster.apply(COUNTER)
    cluster.run()
    return cluster


def at(index: int, where: str = "before", start: int = 1) -> AtCommand:
    return AtCommand(pod="box-0", container="main", index=index, where=where, start=start)


KILL = Kill(pod="box-0", container="main")


def files_at_restart(fault: Fault) -> list[str]:
    """What the second start finds, before its first command."""
    found: list[str] = []
    cluster = Cluster(history=False)

    def look(point: CrashPoint) -> None:
        if point.start == 2 and point.index == 1:
            disk = cluster.world.site.disks.find(
                cluster.get("pv", cluster.world.store.list("PersistentVolume")[0]["metadata"]["name"], "")["metadata"][
                    "name"
                ]
            )  # type: ignore[index]
            assert disk is not None
            found.extend(sorted(disk.root.entries))

    cluster.world.tracer.visit(look)
    cluster.inject(fault)
    cluster.apply(COUNTER)
    cluster.run()
    return found


def test_commands_are_counted_as_the_debug_trap_counts_them() -> None:
    seen: list[tuple[int, str, int]] = []
    cluster = Cluster(history=False)
    cluster.world.tracer.visit(
        lambda point: seen.append((point.index, point.command, point.line)) if point.where == "before" else None
    )

    cluster.apply(COUNTER)
    cluster.run()

    assert seen == [
        (1, "cd /data", 25),
        (2, "echo start >> log", 26),
        (3, "for name in one two", 27),
        (4, "echo $(hostname) > $name", 28),
        (4, "hostname", 28),
        (5, "for name in one two", 27),
        (6, "echo $(hostname) > $name", 28),
        (6, "hostname", 28),
        (7, "rm -f one two", 30),
        (8, "exec sleep infinity", 31),
    ]


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        (Fault(KILL, at(2)), []),
        (Fault(KILL, at(2, "truncated")), ["log"]),
        (Fault(KILL, at(5)), ["log", "one"]),
        (Fault(KILL, at(7)), ["log", "one", "two"]),
        (Fault(KILL, at(7, "unlink 2")), ["log", "two"]),
        (Fault(KILL, AtLine(pod="box-0", container="main", line=28, time=3)), ["log", "one"]),
    ],
    ids=str,
)
def test_a_kill_at_a_crash_point_leaves_what_was_done_before_it(fault: Fault, left: list[str]) -> None:
    assert files_at_restart(fault) == left


def test_a_fault_strikes_the_start_that_it_names() -> None:
    cluster = box(Fault(KILL, at(3)), Fault(KILL, at(3, start=2)))

    assert cluster.read_file("box-0", "/data/log") == b"start\n" * 3
    assert [pod.restarts for pod in cluster.pods()] == [2]


def test_a_fault_and_its_effects_are_in_history_with_their_causes() -> None:
    cluster = box(Fault(KILL, at(3)))

    fault = next(record for record in cluster.history if record.verb == "fault")
    end = next(r for r in cluster.history if r.verb == "process.exit" and r.detail.get("signal") == 9)
    assert fault.detail == {"kill": {"pod": "box-0", "container": "main"}}
    assert fault.seq in end.causes


def test_a_pod_that_is_deleted_is_asked_to_end_at_that_very_point() -> None:
    """KUBELET-56: SIGTERM comes while the script stands there, and what comes after the command is not reached."""
    cluster = Cluster()
    cluster.inject(Fault(DeletePod(pod="box-0"), AtCommand(pod="box-0", container="main", index=4)))
    cluster.apply(COUNTER.replace("cd /data", "trap 'echo asked >> log; exit' TERM; cd /data"))
    cluster.run()

    assert cluster.read_file("box-0", "/data/log") == b"start\nasked\nstart\n"
    fault, asked = (next(r for r in cluster.history if r.verb == verb) for verb in ("fault", "process.signal"))
    assert asked.time == fault.time


def test_a_run_with_faults_is_done_again_from_its_recording() -> None:
    first = box(Fault(KILL, at(3)), Fault(DeletePod(pod="box-0"), When(condition="pod/box-0 Ready", then_seconds=5)))

    again = replayed(first.recording.inputs)

    assert again.history.sha256() == first.history.sha256()
    assert len(again.injector.struck) == 2


def test_a_branch_keeps_the_faults_that_are_to_come() -> None:
    first = box(Fault(KILL, AtTime(seconds=90)))
    before = next(record.seq for record in first.history if record.verb == "fault") - 1

    twin = first.branch(seq=before)

    twin.run()
    assert [pod.restarts for pod in twin.pods()] == [1]


def test_history_off_changes_nothing_of_what_happens() -> None:
    fault = Fault(KILL, at(4, "truncated"))
    assert box(fault, history=False).now == box(fault).now


def test_a_fault_whose_moment_finds_nothing_to_strike_is_kept_with_the_reason() -> None:
    cluster = box(Fault(Kill(pod="box-7", container="main"), AtTime(seconds=30)))

    ((fault, why),) = cluster.injector.missed
    assert fault.do.pod == "box-7"  # type: ignore[union-attr]
    assert why.code == "SK509"


def test_a_command_of_a_start_that_has_begun_uncounted_is_refused() -> None:
    cluster = box()

    with pytest.raises(SimError, match="SK518"):
        cluster.inject(Fault(KILL, at(3)))


@pytest.mark.parametrize(
    "fault",
    [
        Fault(KILL),
        Fault(Kill(pod="a", container="b", reason="OOMKilled"), AtTime(seconds=3)),
        Fault(DeletePod(pod="a", force=True), AtCommand(pod="b", container="c", index=2, where="unlink 2")),
        Fault(PowerOff(pod="a", back_seconds=60), When(condition="pod/a Ready")),
        Fault(Partition(pod="a", peer="b", seconds=20), AtLine(pod="a", container="c", line=7)),
        Fault(Delay(pod="a", peer="b", added_seconds=0.5)),
        Fault(FailLiveness(pod="a", container="b")),
    ],
    ids=str,
)
def test_a_fault_is_what_its_plain_form_says(fault: Fault) -> None:
    assert Fault.from_plain(fault.as_plain()) == fault


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kil": {}}, "there is no fault 'kil'"),
        ({"kill": {"pod": "a"}}, "missing required field `container`"),
        ({"kill": {"pod": "a", "container": "b"}, "powerOn": "n"}, "names one thing"),
        ({"powerOn": "n", "at": {"noon": 1}}, "there is no moment 'noon'"),
    ],
)
def test_a_fault_that_is_none_is_refused_with_what_is_wrong(said: dict[str, object], why: str) -> None:
    with pytest.raises(SimError, match=why):
        Fault.from_plain(said)


def test_an_oom_kill_shows_its_reason() -> None:
    cluster = box(Fault(Kill(pod="box-0", container="main", reason="OOMKilled"), at(3)))

    ended = cluster.get("pod", "box-0")["status"]["containerStatuses"][0]["lastState"]["terminated"]  # type: ignore[index]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)


def test_a_failed_liveness_probe_ends_a_container_as_the_kubelet_does() -> None:
    cluster = box(Fault(FailLiveness(pod="box-0", container="main"), When(condition="pod/box-0 Ready")))

    events = [e["message"] for e in cluster.world.store.list("Event") if e["reason"] == "Killing"]
    assert events == ["Container main failed liveness probe, will be restarted"]
    assert [pod.restarts for pod in cluster.pods()] == [1]


def test_the_scenario_schema_knows_every_fault_and_moment() -> None:
    fields = schema()["$defs"]["fault"]["properties"]
    assert set(fields) == {*ACTS, "at"}
    assert set(fields["at"]["properties"]) == set(MOMENTS)
    for name, kind in MOMENTS.items():
        known = fields["at"]["properties"][name].get("properties")
        assert known is None or set(known) == set(kind.__struct_encode_fields__)


def test_a_scenario_names_a_fault_inside_of_a_command(tmp_path: Path) -> None:
    (tmp_path / "box.yaml").write_text(COUNTER)
    (tmp_path / "scenario.yaml").write_text(
        """
apiVersion: simk8s/v1
kind: Scenario
metadata: {name: half-removed}
steps:
  - fault:
      kill: {pod: box-0, container: main}
      at: {command: {pod: box-0, container: main, index: 7, where: unlink 2}}
  - apply: box.yaml
  - run: settled
expect:
  pods: [{name: box-0, restarts: 1}]
"""
    )

    runner = Runner(load(str(tmp_path / "scenario.yaml")))
    list(runner.steps())

    assert runner.ok


def test_a_token_with_faults_in_it_makes_them_strike_again() -> None:
    first = box(Fault(KILL, at(7, "unlink 2")))
    token = token_of_plan(first.replay, first.injector.struck)

    again = Cluster(replay=token)
    again.apply(COUNTER)
    again.run()

    assert again.injector.struck == first.injector.struck
    assert again.history.sha256() == first.history.sha256()
    assert again.replay == token


@pytest.mark.parametrize("token", ["f1.", "f1.x.v1.0", "f1.eJyrVspLLEpVslJQSkksSVSqBQAk1wPd.v1.0"])
def test_a_broken_token_with_faults_is_refused(token: str) -> None:
    with pytest.raises(SimError, match=r"SK501|SK517"):
        Cluster(replay=token)


def test_a_scenario_whose_fault_never_strikes_is_not_as_expected(tmp_path: Path) -> None:
    (tmp_path / "box.yaml").write_text(COUNTER)
    (tmp_path / "scenario.yaml").write_text(
        """
apiVersion: simk8s/v1
kind: Scenario
metadata: {name: nothing-happens}
manifests: [box.yaml]
steps:
  - fault:
      kill: {pod: box-0, container: main}
      at: {command: {pod: box-0, container: main, index: 99}}
  - run: settled
"""
    )

    runner = Runner(load(str(tmp_path / "scenario.yaml")))
    list(runner.steps())

    assert not runner.ok
    assert [e.text for e in runner.final if not e.met] == [
        "the fault strikes: kill box-0/main before command 99 of box-0/main"
    ]


def test_settling_waits_for_what_faults_still_have_to_come() -> None:
    cluster = box()
    cluster.inject(Fault(PowerOff(pod="box-0", back_seconds=100)))
    struck_at = cluster.now

    assert cluster.run().reached
    assert cluster.now >= struck_at + 100
    assert [pod.status for pod in cluster.pods()] == ["Running"]
    assert cluster.read_file("box-0", "/data/log") == b"start\nstart\n"
