"""Acceptance cases K: how Pods end."""

from __future__ import annotations

import pytest

from simk8s import Cluster
from simk8s.api.objects import Object, dig, is_terminating
from simk8s.machine.signals import SIGTERM
from tests.conformance import case
from tests.conformance.looking import SLEEPER, SLEEPERS, shown
from tests.node.bench import Bench, container


@case("K-14")
def test_k_14_who_ignores_sigterm_is_killed_when_the_grace_period_is_over(bench: Bench) -> None:
    """KUBELET-56, KUBELET-57, TIME-5. Given a process that ignores SIGTERM and a grace period of 30 s,
    when the Pod is deleted,
    then SIGKILL comes after 30 s, the exit code is 137, and the phase Failed before the object goes."""
    bench.pod(container("main", "deaf"))
    bench.until(bench.is_running)
    seen = bench.watch_pod()
    bench.delete()
    begun = bench.sim.now
    bench.until(lambda: not bench.exists())
    assert bench.ends("main")[-1] - begun == pytest.approx(30, abs=0.1)
    assert last(seen) == (137, "Failed")


@case("K-15")
def test_k_15_sigterm_by_default_ends_a_process_with_143(bench: Bench) -> None:
    """KUBELET-56 to KUBELET-58. Given a process that leaves SIGTERM to its default,
    when the Pod is deleted,
    then the exit code is 143, the phase Failed, and after that the object is gone."""
    bench.pod()
    bench.until(bench.is_running)
    seen = bench.watch_pod()
    bench.delete()
    assert bench.until(lambda: not bench.exists()) < 1
    assert last(seen) == (143, "Failed")
    assert bench.events("Killing") == ["Stopping container main"]


@case("K-16")
def test_k_16_a_pod_whose_containers_all_end_well_has_succeeded(bench: Bench) -> None:
    """KUBELET-58. Given containers that end with 0 when told to,
    when the Pod is deleted,
    then the phase Succeeded is seen before the object goes."""
    bench.pod(container("a", "polite", "1"), container("b", "polite", "4"))
    bench.until(bench.is_running)
    seen = bench.watch_pod()
    bench.delete()
    assert 4 < bench.until(lambda: not bench.exists()) < 5
    assert last(seen) == (0, "Succeeded")


@case("K-17")
def test_k_17_a_long_pre_stop_hook_uses_up_the_grace_period(bench: Bench) -> None:
    """KUBELET-56. Given a preStop hook of 40 s and a grace period of 30 s,
    when the Pod is deleted,
    then SIGTERM comes at 30 s and SIGKILL at 32 s."""
    hook = {"preStop": {"exec": {"command": ["exit", "0", "40"]}}}
    bench.pod(container("main", "deaf", lifecycle=hook))
    bench.until(bench.is_running)
    begun = bench.sim.now
    bench.delete()
    bench.until(lambda: not bench.exists())
    (told,) = (r for r in bench.sim.history if r.verb == "process.signal")
    assert (told.detail["signal"], told.time - begun) == (SIGTERM, pytest.approx(30, abs=0.1))
    assert bench.ends("main")[-1] - begun == pytest.approx(32, abs=0.1)


@case("K-18")
def test_k_18_a_forced_delete_waits_for_nobody() -> None:
    """KUBELET-59. Given a running set,
    when a Pod is deleted by force,
    then its object is gone at once, a replacement is created at once, and kubectl warns."""
    cluster = Cluster()
    cluster.apply(SLEEPERS)
    cluster.run("pod/web-0 Ready")
    before = cluster.get("pod", "web-0")
    said = cluster.kubectl("delete pod web-0 --force --grace-period=0")
    after = cluster.now
    cluster.run(1)
    replacement = cluster.get("pod", "web-0")
    assert before and replacement and replacement["metadata"]["uid"] != before["metadata"]["uid"]
    assert "immediate deletion does not wait for confirmation" in said.stderr.lower()
    assert "The resource may continue to run on the cluster indefinitely." in said.stderr
    assert 'pod "web-0" force deleted' in said.stdout
    assert cluster.now - after == pytest.approx(1)


@case("K-19")
def test_k_19_a_pod_that_was_never_scheduled_goes_at_once() -> None:
    """KUBELET-55. Given a Pod that no node can take,
    when it is deleted,
    then it is gone at once, whatever its grace period."""
    cluster = Cluster()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    cluster.apply({**pod, "spec": {"nodeSelector": {"no": "where"}, "containers": [SLEEPER]}})
    cluster.run(5)
    cluster.kubectl("delete pod web --wait=false")
    assert cluster.get("pod", "web") is None


@case("K-24")
def test_k_24_a_deleted_pod_shows_as_terminating_and_as_ready_as_it_was(bench: Bench) -> None:
    """KUBELET-71. Given a ready Pod that ends slowly,
    when it is deleted,
    then STATUS is Terminating and READY what it was."""
    bench.pod(container("a", "polite", "10"), container("b", "polite", "10"))
    bench.until(lambda: bench.is_true("Ready"))
    bench.delete()
    bench.run(5)
    assert shown(bench.get()) == ("2/2", "Terminating", 0)


def last(seen: list[Object]) -> tuple[int, str]:
    """Exit code and phase in the last version of a Pod before it was gone."""
    final = [version for version in seen if version["type"] == "MODIFIED"][-1]
    assert is_terminating(final)
    ended = dig(final, "status", "containerStatuses", 0, "state", "terminated")
    return ended["exitCode"], dig(final, "status", "phase")
