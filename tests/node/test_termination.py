"""How Pods end."""

from __future__ import annotations

import pytest

from simk8s.api.objects import Object, dig, is_terminating
from tests.node.bench import Bench, container


def up(bench: Bench, *containers: Object, **spec: object) -> None:
    bench.pod(*containers, **spec)
    bench.until(bench.is_running)


def last_phase(seen: list[Object]) -> str:
    return str([dig(version, "status", "phase") for version in seen if version["type"] != "DELETED"][-1])


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace_period(bench: Bench) -> None:
    """K-14, KUBELET-57."""
    up(bench, container("main", "deaf"), terminationGracePeriodSeconds=10)
    seen = bench.watch_pod()
    bench.delete()
    begun = bench.sim.now
    bench.until(lambda: not bench.exists())
    assert bench.ends("main")[-1] - begun == pytest.approx(10, abs=0.1)
    ended = next(v for v in reversed(seen) if v["type"] == "MODIFIED")
    assert dig(ended, "status", "containerStatuses", 0, "state", "terminated", "exitCode") == 137
    assert last_phase(seen) == "Failed"


def test_sigterm_by_default_gives_143_and_the_object_goes_after_the_phase_is_final(bench: Bench) -> None:
    """K-15, KUBELET-58."""
    up(bench)
    seen = bench.watch_pod()
    bench.delete()
    assert bench.until(lambda: not bench.exists()) < 1
    final = next(v for v in reversed(seen) if v["type"] == "MODIFIED")
    assert is_terminating(final)
    assert dig(final, "status", "containerStatuses", 0, "state", "terminated", "exitCode") == 143
    assert last_phase(seen) == "Failed"
    assert bench.events("Killing") == ["Stopping container main"]


def test_a_pod_whose_containers_end_well_has_succeeded_before_it_is_gone(bench: Bench) -> None:
    """K-16."""
    up(bench, container("a", "polite", "1"), container("b", "polite", "4"))
    seen = bench.watch_pod()
    bench.delete()
    assert 4 < bench.until(lambda: not bench.exists()) < 5  # in parallel
    assert last_phase(seen) == "Succeeded"


def test_pre_stop_uses_up_the_grace_period_and_two_seconds_are_left_to_sigterm(bench: Bench) -> None:
    """K-17, KUBELET-56."""
    hook = {"preStop": {"exec": {"command": ["exit", "0", "40"]}}}
    up(bench, container("main", "deaf", lifecycle=hook))
    begun = bench.sim.now
    bench.delete()
    bench.until(lambda: not bench.exists())
    assert bench.ends("main")[-1] - begun == pytest.approx(32, abs=0.1)


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
