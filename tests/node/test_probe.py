"""Probes: thresholds, times, and what follows from their results."""

from __future__ import annotations

import pytest

from simk8s.machine import Directory, File
from simk8s.node.probe import Streak
from simk8s.node.settings import Settings
from tests.node.bench import Bench, container, probe

DATA = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
VOLUMES = [{"name": "data", "emptyDir": {}}]


def touch(bench: Bench, *, away: bool = False) -> None:
    """Make (or take away) the file that the probes look for."""
    local = bench.node.find_pod("default", "web")
    assert local
    entries = local.volumes["data"].filesystem.root.entries
    if away:
        entries.pop("up", None)
    else:
        entries["up"] = File()


def unhealthy(bench: Bench) -> int:
    return sum(e["count"] for e in bench.store.list("Event") if e["reason"] == "Unhealthy")


@pytest.mark.parametrize(
    ("outcomes", "probe_spec", "decisive"),
    [
        ("failure failure", {}, False),
        ("failure failure failure", {}, True),
        ("failure success failure failure", {}, False),
        ("success", {}, True),
        ("success", {"successThreshold": 2}, False),
        ("success success", {"successThreshold": 2}, True),
        ("failure", {"failureThreshold": 1}, True),
    ],
)
def test_only_so_many_equal_outcomes_in_a_row_decide(outcomes: str, probe_spec: dict[str, int], decisive: bool) -> None:
    """KUBELET-40, KUBELET-44."""
    streak = Streak()
    for outcome in outcomes.split():
        streak = streak.then(outcome)
    assert streak.is_decisive(probe_spec) is decisive


def test_a_command_that_is_not_there_is_a_failure(bench: Bench) -> None:
    """KUBELET-47, M-11: as the tutorial expects."""
    bench.pod(container("main", readinessProbe=probe("mysql")))
    bench.until(bench.is_running)
    bench.run(15)
    assert 'exec: "mysql": executable file not found in $PATH' in bench.events("Unhealthy")[0]
    assert not bench.is_true("Ready")


@pytest.mark.parametrize(
    ("command", "action", "ready", "message"),
    [
        (("serve", "80"), {"httpGet": {"port": "http", "path": "/x"}}, True, ""),
        (("serve", "80", "503"), {"httpGet": {"port": 80}}, False, "HTTP probe failed with statuscode: 503"),
        (("sleep", "1e9"), {"httpGet": {"port": 80}}, False, "connect: connection refused"),
        (
            ("serve", "80"),
            {"httpGet": {"port": 80, "scheme": "HTTPS", "path": "/x"}},
            False,
            'Get "https://10.244.1.2:80/x": http: server gave HTTP response to HTTPS client',
        ),
        (("serve", "80"), {"tcpSocket": {"port": 80}}, True, ""),
        (("sleep", "1e9"), {"tcpSocket": {"port": 80}}, False, "dial tcp 10.244.1.2:80: connect: connection refused"),
    ],
)
def test_probes_over_the_network(
    bench: Bench, command: tuple[str, ...], action: dict[str, object], ready: bool, message: str
) -> None:
    ports = [{"name": "http", "containerPort": 80}]
    bench.pod(container("main", *command, ports=ports, readinessProbe={**action, "periodSeconds": 1}))
    bench.until(bench.is_running)
    bench.run(5)
    assert bench.is_true("Ready") is ready
    assert message in "".join(bench.events("Unhealthy"))


def test_a_kind_of_probe_that_is_not_modelled_is_named(bench: Bench) -> None:
    bench.pod(container("main", livenessProbe={"grpc": {"port": 80}}))
    bench.until(bench.is_running)
    bench.run(20)
    assert "Liveness probe errored and resulted in unknown state" in bench.events("Unhealthy")[0]
    assert "does not model grpc" in bench.events("Unhealthy")[0]
    assert bench.status("main")["restartCount"] == 0


def test_successful_probes_leave_little_in_history(bench: Bench) -> None:
    bench.pod(container("main", readinessProbe=probe("check", "/etc/hosts", periodSeconds=1)))
    bench.until(lambda: bench.is_true("Ready"))
    before = len(bench.sim.history)
    bench.run(60)
    assert len(bench.sim.history) - before <= 2 * 61  # a process starts, a process ends


def test_on_other_runtimes_a_missing_command_leaves_readiness_as_it_was(bench: Bench) -> None:
    """KUBELET-47, the other position of the switch."""
    bench.site.settings = Settings(missing_probe_command="unknown")
    bench.pod(container("main", readinessProbe=probe("check", "/etc/hosts", periodSeconds=1)))
    bench.until(lambda: bench.is_true("Ready"))
    local = bench.node.find_pod("default", "web")
    assert local
    programs = local.current["main"].machine.mounts.resolve("/bin").inode
    assert isinstance(programs, Directory)
    del programs.entries["check"]
    bench.run(20)
    assert bench.is_true("Ready")
    assert "Readiness probe errored and resulted in unknown state" in bench.events("Unhealthy")[0]


def test_probes_tick_from_when_the_pod_was_set_up(bench: Bench) -> None:
    """KUBELET-41, TIME-6: a look that comes too early is lost; the next one is a whole period later."""
    bench.run(30)  # so that the kubelet is not new
    bench.pod(container("main", livenessProbe=probe("check", "/etc/hosts", periodSeconds=20)))
    begun = bench.sim.now
    bench.run(70)
    asked = [r.time - begun for r in bench.sim.history if r.verb == "process.start" and "check" in str(r.detail)]
    assert [round(seconds / 20) * 20 for seconds in asked] == [20, 40, 60]
    assert all(0.1 <= seconds % 20 <= 0.5 for seconds in asked)


def test_a_kubelet_that_has_just_started_spreads_its_probes(bench: Bench) -> None:
    """KUBELET-41: by a random part of the period."""
    bench.pod(container("main", livenessProbe=probe("check", "/etc/hosts", periodSeconds=20)))
    bench.run(70)
    asked = [r.time for r in bench.sim.history if r.verb == "process.start" and "check" in str(r.detail)]
    assert len(asked) >= 3
    assert not all(seconds % 20 <= 0.5 for seconds in asked)
