"""Nodes that fail: power, the kubelet, a container."""

from __future__ import annotations

import pytest

from simk8s.api.objects import dig, is_true
from simk8s.errors import SimError
from tests.node.bench import Bench, container, probe


def test_a_node_registers_itself_and_renews_its_lease_without_filling_history(bench: Bench) -> None:
    """NODE-1, NODE-11."""
    node = bench.store.get("Node", "node-1")
    assert is_true(node, "Ready")
    assert node["metadata"]["labels"]["kubernetes.io/hostname"] == "node-1"
    assert node["status"]["allocatable"]["pods"] == "110"
    assert node["status"]["addresses"][0] == {"type": "InternalIP", "address": "192.168.49.2"}
    before = len(bench.sim.history)
    bench.run(60.5)
    lease = bench.store.get("Lease", "node-1", "kube-node-lease")
    assert lease["spec"]["renewTime"] == "2024-01-01T00:01:00Z"
    assert len(bench.sim.history) == before


def test_a_killed_container_is_restarted_where_it_is(bench: Bench) -> None:
    """KUBELET-9, KUBELET-34, KUBELET-57."""
    bench.pod(container("main"), container("side"))
    bench.until(bench.is_running)
    bench.node.kill_container("default", "web", "main", "OOMKilled")
    bench.until(lambda: bench.status("main")["restartCount"] == 1)
    ended = bench.status("main")["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")
    assert bench.status("side")["restartCount"] == 0


def test_what_does_not_run_cannot_be_killed(bench: Bench) -> None:
    with pytest.raises(SimError, match="no running container"):
        bench.node.kill_container("default", "web", "main")


def test_a_pod_that_was_deleted_meanwhile_goes_when_the_node_is_back(bench: Bench) -> None:
    """N-3, NODE-7."""
    bench.pod()
    bench.until(bench.is_running)
    bench.node.power_off()
    bench.delete()
    bench.run(300)
    assert bench.exists()
    bench.node.power_on()
    assert bench.until(lambda: not bench.exists()) < 5


def test_a_pod_that_was_forced_away_meanwhile_leaves_nothing_behind(bench: Bench) -> None:
    bench.pod()
    bench.until(bench.is_running)
    bench.node.power_off()
    bench.delete(grace=0)
    bench.run(10)
    bench.node.power_on()
    bench.run(10)
    assert bench.node.pods == {}


def test_a_kubelet_that_restarts_finds_its_containers_running_and_ready(bench: Bench) -> None:
    """NODE-10, N-9."""
    ready = probe("check", "/etc/hosts", periodSeconds=20)
    bench.pod(container("main", readinessProbe=ready), container("bad", "exit", "1", "30"))
    bench.until(lambda: bench.is_true("Ready"))
    before = bench.status("main")
    bench.node.restart_kubelet()
    bench.run(5)
    assert bench.status("main") == before
    assert bench.is_true("Ready")
    bench.run(60)
    assert bench.status("bad")["restartCount"] >= 1
    assert bench.status("main")["restartCount"] == 0


def test_what_the_node_controller_wrote_is_set_right_by_a_kubelet_that_lives(bench: Bench) -> None:
    """NODE-3, NODE-11."""
    bench.pod()
    bench.until(lambda: bench.is_true("Ready"))
    pod = bench.get()
    conditions = [{**c, "status": "False"} if c["type"] == "Ready" else c for c in pod["status"]["conditions"]]
    bench.store.update_status({**pod, "status": {**pod["status"], "conditions": conditions}}, by=bench.me)
    node = bench.store.get("Node", "node-1")
    unknown = [{**c, "status": "Unknown"} for c in node["status"]["conditions"]]
    bench.store.update_status({**node, "status": {**node["status"], "conditions": unknown}}, by=bench.me)
    bench.run(11)
    assert bench.is_true("Ready")
    assert is_true(bench.store.get("Node", "node-1"), "Ready")


def test_pods_of_other_nodes_are_none_of_its_business() -> None:
    bench = Bench(nodes=2)
    bench.pod(name="one", node="node-1")
    bench.pod(name="two", node="node-2")
    bench.until(lambda: bench.is_running("one") and bench.is_running("two"))
    assert dig(bench.get("one"), "status", "podIP") == "10.244.1.2"
    assert dig(bench.get("two"), "status", "podIP") == "10.244.2.2"
    assert [len(node.pods) for node in bench.nodes] == [1, 1]


def test_every_machine_passes_the_hooks_before_its_first_process_starts(bench: Bench) -> None:
    seen: list[str] = []
    bench.site.container_hooks.append(lambda _, c: seen.append(f"{c.machine.name} {len(c.machine.processes)}"))
    bench.pod(container("main"), initContainers=[container("init", "exit", "0")])
    bench.until(bench.is_running)
    assert seen == ["web/init 0", "web/main 0"]


def test_an_evicted_pod_fails_and_its_object_stays(bench: Bench) -> None:
    """KUBELET-61."""
    bench.pod()
    bench.until(bench.is_running)
    bench.node.evict("default", "web", "The node was low on resource: memory.")
    bench.run(5)
    assert (bench.phase(), bench.get()["status"]["reason"]) == ("Failed", "Evicted")
    assert bench.ends("main")
    bench.delete()
    bench.run(1)
    assert bench.node.pods == {}
