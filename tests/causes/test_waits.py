"""Why something has not happened: what is waited for, and the ring."""

from __future__ import annotations

from simk8s import Cluster
from tests.causes.conftest import ring


def test_readiness_that_needs_names_that_need_readiness_is_a_ring() -> None:
    """S15."""
    found = ring().why_not("pod/peer-0 Ready")
    assert set(found.ring) == {
        "pod/peer-0 Ready",
        "name peer-1.peers.default resolves",
        "pod/peer-1 Ready",
        "name peer-0.peers.default resolves",
    }
    assert "publishNotReadyAddresses" in found.waits[1].reason


def test_names_that_need_no_readiness_end_the_ring() -> None:
    """S15: the cure."""
    assert ring(publish=True).holds("pod/peer-2 Ready")
    assert ring(publish=True).why("pod/peer-2 Ready") is not None


def test_a_pod_that_is_not_created_waits_for_its_predecessor() -> None:
    cluster = Cluster(seed=1)
    cluster.apply(SET)
    cluster.run(timeout=200)
    found = cluster.why_not("pod/web-2 Ready")
    assert [wait.what for wait in found.waits] == ["pod/web-2 Ready", "pod/web-0 Ready"]
    assert found.waits[0].reason == "statefulset/web creates it when pod/web-0 is Ready"
    assert "CrashLoopBackOff" in found.waits[1].reason
    assert found.waits[1].log[-1] == "no configuration"
    assert not found.ring


def test_a_pod_beyond_the_replicas_waits_for_nobody() -> None:
    cluster = Cluster(seed=1)
    cluster.apply(SET)
    cluster.run(10)
    assert cluster.why_not("pod/web-3 Ready").waits[0].reason == "statefulset/web wants 3 replicas only"


def test_a_pod_whose_claim_is_pending_waits_for_the_claim() -> None:
    cluster = Cluster(seed=1, storage="none")
    cluster.apply(CLAIM)
    cluster.run(timeout=100)
    found = cluster.why_not("pod/reader Ready")
    assert [wait.what for wait in found.waits] == ["pod/reader Ready", "pvc/notes Bound"]
    assert "no persistent volumes available" in found.waits[1].reason


def test_what_does_not_exist_and_belongs_to_nobody_is_said_so() -> None:
    found = Cluster(seed=1).why_not("pod/ghost Ready")
    assert found.waits[0].reason == "it does not exist, and nothing here creates it"


SET = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: main, image: "busybox:1.36", command: [sh, -c, "echo no configuration; exit 3"]}
"""

CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  containers: [{name: main, image: "registry.k8s.io/pause:3.10"}]
  volumes: [{name: notes, persistentVolumeClaim: {claimName: notes}}]
"""
