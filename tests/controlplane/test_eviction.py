"""Evictions, and the budgets that have a say in them (NODE-15)."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.errors import ApiError
from simk8s.api.eviction import evict
from simk8s.api.objects import Object
from tests.controlplane.bare_cluster import Cluster, stateful_set


def budget(**spec: Any) -> Object:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, **spec},
    }


def running(**spec: Any) -> Cluster:
    cluster = Cluster()
    cluster.apply(stateful_set(replicas=3), budget(**spec))
    cluster.run(60)
    return cluster


def status(cluster: Cluster) -> tuple[int, int, int, int]:
    found = cluster.store.get("PodDisruptionBudget", "web")["status"]
    return found["expectedPods"], found["desiredHealthy"], found["currentHealthy"], found["disruptionsAllowed"]


@pytest.mark.parametrize(
    ("spec", "desired"),
    [
        ({"minAvailable": 2}, 2),
        ({"minAvailable": "50%"}, 2),
        ({"maxUnavailable": 1}, 2),
        ({"maxUnavailable": "34%"}, 1),
        ({"minAvailable": 0}, 0),
    ],
)
def test_a_budget_tells_how_many_pods_may_go(spec: dict[str, Any], desired: int) -> None:
    assert status(running(**spec)) == (3, desired, 3, 3 - desired)


def test_an_eviction_within_the_budget_deletes_the_pod_and_uses_the_budget_up() -> None:
    cluster = running(minAvailable=2)
    evict(cluster.store, "web-1", "default", by=cluster.user)
    pod = cluster.pods()["web-1"]
    assert pod["metadata"]["deletionTimestamp"]
    assert [c["reason"] for c in pod["status"]["conditions"] if c["type"] == "DisruptionTarget"] == [
        "EvictionByEvictionAPI"
    ]
    with pytest.raises(ApiError, match="Cannot evict pod as it would violate the pod's disruption budget") as caught:
        evict(cluster.store, "web-2", "default", by=cluster.user)
    assert (caught.value.code, caught.value.reason) == (429, "TooManyRequests")


def test_a_budget_recovers_with_its_pods() -> None:
    cluster = running(minAvailable=2)
    evict(cluster.store, "web-1", "default", by=cluster.user)
    cluster.run(0.5)
    assert status(cluster) == (3, 2, 2, 0)
    cluster.run(30)
    assert status(cluster) == (3, 2, 3, 1)
    assert "disruptedPods" not in cluster.store.get("PodDisruptionBudget", "web")["status"]


def test_plain_deletes_ignore_budgets() -> None:
    cluster = running(minAvailable=3)
    cluster.delete("Pod", "web-2")
    assert cluster.pods()["web-2"]["metadata"]["deletionTimestamp"]


def test_a_pod_that_is_not_ready_goes_only_where_the_others_are_enough() -> None:
    cluster = running(minAvailable=2)
    cluster.kubelets[0].set_status(cluster.pods()["web-0"], ready=False)
    cluster.run(1)
    assert status(cluster) == (3, 2, 2, 0)
    evict(cluster.store, "web-0", "default", by=cluster.user)
    with pytest.raises(ApiError, match="disruption budget"):
        evict(cluster.store, "web-1", "default", by=cluster.user)


def test_two_budgets_over_one_pod_are_one_too_many() -> None:
    cluster = running(minAvailable=0)
    cluster.apply({**budget(minAvailable=0), "metadata": {"name": "other"}})
    with pytest.raises(ApiError, match="more than one PodDisruptionBudget"):
        evict(cluster.store, "web-0", "default", by=cluster.user)


def test_a_dry_run_of_an_eviction_changes_nothing() -> None:
    cluster = running(minAvailable=2)
    before = cluster.store.version
    evict(cluster.store, "web-0", "default", by=cluster.user, dry_run=True)
    assert cluster.store.version == before


def test_a_budget_over_no_pods_allows_nothing_and_says_so() -> None:
    cluster = Cluster()
    cluster.apply(budget(minAvailable=0))
    cluster.run(5)
    assert status(cluster) == (0, 0, 0, 0)
    assert cluster.events("web", "NoPods") == ["No matching pods found"]
