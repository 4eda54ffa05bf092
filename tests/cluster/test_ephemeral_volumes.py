"""Generic ephemeral volumes: claims that come and go with their Pod."""

from __future__ import annotations

from simk8s import Cluster
from simk8s.api.objects import Object, dig
from tests.conformance.test_volumes import SLEEP, claim, said

TEMPLATE = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
POD: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {
        "containers": [{**SLEEP, "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}]}],
        "volumes": [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": TEMPLATE}}],
        "terminationGracePeriodSeconds": 0,
    },
}


def test_the_claim_is_made_for_the_pod_and_goes_with_it() -> None:
    """VOL-4, VOL-12, API-6."""
    cluster = Cluster()
    cluster.apply(POD)
    cluster.run("pod/web Ready")
    made = cluster.get("pvc", "web-scratch")
    assert made and dig(made, "metadata", "ownerReferences", 0, "name") == "web"
    assert cluster.exec("web", "echo x > /scratch/file && cat /scratch/file").stdout == "x\n"
    assert "Used By:       web" in cluster.kubectl("describe pvc web-scratch").stdout
    cluster.kubectl("delete pod web")
    cluster.run(20)
    assert cluster.get("pvc", "web-scratch") is None
    assert cluster.world.store.list("PersistentVolume") == []


def test_a_claim_of_that_name_that_is_somebody_elses_is_not_used() -> None:
    cluster = Cluster()
    cluster.apply(claim("web-scratch"))
    cluster.run(1)
    cluster.apply(POD)
    cluster.run(10)
    assert cluster.pods()[0].status == "Pending"
    why = 'PVC "default/web-scratch" was not created for pod "default/web" (pod is not owner)'
    assert said(cluster, "web", "FailedBinding") == [f"ephemeral volume: {why}"]
    assert why in said(cluster, "web", "FailedScheduling")[-1]
