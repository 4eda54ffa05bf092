"""What a PodDisruptionBudget allows (NODE-15)."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.controlplane.disruption import status_of
from tests.controlplane.bare_cluster import Cluster, service, stateful_set


def budget(**spec: Any) -> dict[str, Any]:
    body = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": body}


@pytest.mark.parametrize(
    ("spec", "healthy", "desired", "allowed"),
    [
        ({"minAvailable": 2}, 3, 2, 1),
        ({"minAvailable": 3}, 3, 3, 0),
        ({"minAvailable": "67%"}, 3, 3, 0),
        ({"minAvailable": "50%"}, 3, 2, 1),
        ({"maxUnavailable": 1}, 3, 2, 1),
        ({"maxUnavailable": 1}, 2, 2, 0),
        ({"maxUnavailable": "34%"}, 3, 1, 2),
    ],
    ids=str,
)
def test_how_many_may_go(spec: dict[str, Any], healthy: int, desired: int, allowed: int) -> None:
    pods = [
        {"metadata": {}, "status": {"conditions": [{"type": "Ready", "status": str(number < healthy)}]}}
        for number in range(3)
    ]
    status = status_of(budget(**spec), pods, scale=3)
    assert (status["currentHealthy"], status["desiredHealthy"], status["disruptionsAllowed"]) == (
        healthy,
        desired,
        allowed,
    )


def test_the_status_follows_the_pods() -> None:
    c = Cluster()
    c.apply(service(), stateful_set(), budget(minAvailable=2))
    c.run(40)
    assert c.store.get("PodDisruptionBudget", "web")["status"]["disruptionsAllowed"] == 1
    c.delete("Pod", "web-1")
    c.run(0.5)
    assert c.store.get("PodDisruptionBudget", "web")["status"]["disruptionsAllowed"] == 0
