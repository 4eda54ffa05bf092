"""How Pods end."""

from __future__ import annotations

import pytest

from simk8s.api.objects import Object, dig
from tests.node.bench import Bench, container


def up(bench: Bench, *containers: Object, **spec: object) -> None:
    bench.pod(*containers, **spec)
    bench.until(bench.is_running)


def last_phase(seen: list[Object]) -> str:
    return str([dig(version, "status", "phase") for version in seen if version["type"] != "DELETED"][-1])


def test_pre_stop_comes_before_sigterm(bench: Bench) -> None:
    hook = {"preStop": {"sleep": {"seconds": 5}}}
    up(bench, container("main", lifecycle=hook))
    begun = bench.sim.now
    bench.delete()
    bench.until(lambda: not bench.exists())
    assert bench.ends("main")[-1] - begun == pytest.approx(5, abs=0.1)


def test_a_forced_delete_removes_the_object_at_once_and_the_container_a_little_later(bench: Bench) -> None:
    """K-18, KUBELET-59."""
    up(bench, container("main", "deaf"))
    begun = bench.sim.now
    bench.delete(grace=0)
    assert not bench.exists()
    bench.run(10)
    assert bench.ends("main")[-1] - begun == pytest.approx(2, abs=0.1)
    assert bench.node.pods == {}


def test_a_second_delete_only_shortens_the_grace_period(bench: Bench) -> None:
    """KUBELET-55."""
    up(bench, container("main", "deaf"))
    begun = bench.sim.now
    bench.delete()
    bench.run(3)
    bench.delete(grace=5)
    bench.until(lambda: not bench.exists())
    assert bench.ends("main")[-1] - begun == pytest.approx(8, abs=0.1)


def test_a_deleted_pod_that_is_still_starting_goes_too(bench: Bench) -> None:
    bench.pod(container("main", image="tiny:other", imagePullPolicy="Always"))
    bench.run(3)
    bench.delete()
    assert bench.until(lambda: not bench.exists()) < 1
    bench.run(30)
    assert bench.node.pods == {}
    bench.pod(container("main", image="tiny:other"), name="next")  # the pull was not lost, nor is the queue stuck
    assert bench.until(lambda: bench.is_running("next")) < 6


def test_a_finalizer_of_somebody_else_keeps_the_object(bench: Bench) -> None:
    """A-5."""
    up(bench)
    pod = bench.get()
    bench.store.update({**pod, "metadata": {**pod["metadata"], "finalizers": ["example.com/wait"]}}, by=bench.me)
    bench.delete()
    bench.run(60)
    assert bench.exists()
    assert bench.phase() == "Failed"
    assert bench.ends("main")


def test_a_namesake_that_comes_after_a_forced_delete_is_another_pod(bench: Bench) -> None:
    """KUBELET-59: both run for a while, which is why forcing is dangerous."""
    up(bench, container("main", "deaf"))
    first = bench.get()["status"]["podIP"]
    bench.delete(grace=0)
    bench.pod()
    bench.run(1)
    assert first in bench.network.interfaces
    bench.until(bench.is_running)
    bench.run(5)
    assert bench.get()["status"]["podIP"] != first
    assert first not in bench.network.interfaces
    assert bench.status("main")["restartCount"] == 0


def test_the_address_of_a_pod_is_not_given_away_at_once(bench: Bench) -> None:
    """DNS-13: a replacement has another address."""
    up(bench)
    first = bench.get()["status"]["podIP"]
    bench.delete()
    bench.until(lambda: not bench.exists())
    bench.run(1)
    up(bench)
    assert bench.get()["status"]["podIP"] != first


def test_sidecars_run_their_pre_stop_hooks_at_once_but_end_one_after_the_other(bench: Bench) -> None:
    """KUBELET-56: each after the app containers and the sidecars behind it, the first one last."""
    hook = {"preStop": {"sleep": {"seconds": 2}}}
    sidecars = [container(name, "polite", "1", restartPolicy="Always", lifecycle=hook) for name in ("one", "two")]
    up(bench, container("main", "polite", "5"), initContainers=sidecars)
    begun = bench.sim.now
    bench.delete()
    bench.until(lambda: not bench.exists())
    ends = [bench.ends(name)[-1] - begun for name in ("main", "two", "one")]
    assert ends == [pytest.approx(seconds, abs=0.2) for seconds in (5, 6, 7)]
    assert bench.events("Killing") == [f"Stopping container {name}" for name in ("main", "two", "one")]


def test_a_sidecar_whose_turn_does_not_come_in_time_still_has_two_seconds(bench: Bench) -> None:
    """KUBELET-56."""
    side = container("side", "deaf", restartPolicy="Always")
    up(bench, container("main", "deaf"), initContainers=[side], terminationGracePeriodSeconds=10)
    begun = bench.sim.now
    bench.delete()
    bench.until(lambda: not bench.exists())
    ends = [bench.ends(name)[-1] - begun for name in ("main", "side")]
    assert ends == [pytest.approx(10, abs=0.2), pytest.approx(12, abs=0.2)]
