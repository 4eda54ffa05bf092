"""Claims and volumes: binding, provisioning, protection, reclaiming, attaching (VOL-1 to VOL-38)."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from tests.conformance import case
from tests.controlplane.bare_cluster import Cluster, service, stateful_set


def claim(name: str = "data", size: str = "1Gi", **spec: Any) -> Object:
    body = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": body}


def volume(name: str, size: str = "1Gi", **spec: Any) -> Object:
    body = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}, "hostPath": {"path": "/d"}, **spec}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": body}


def storage_class(name: str = "fast", provisioner: str = "rancher.io/local-path", **fields: Any) -> Object:
    meta = {"name": name, **fields.pop("metadata", {})}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": meta,
        "provisioner": provisioner,
        **fields,
    }


def pod(name: str = "p", claim: str = "data", **spec: Any) -> Object:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]
    body = {"containers": [{"name": "c", "image": "i"}], "volumes": volumes, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": body}


def phase(c: Cluster, name: str = "data") -> str:
    return str(c.store.get("PersistentVolumeClaim", name)["status"]["phase"])


def test_a_claim_takes_the_smallest_volume_that_fits() -> None:  # VOL-3 a
    c = Cluster(storage="none")
    c.apply(volume("big", "10Gi"), volume("small", "2Gi"), volume("tiny", "500Mi"), claim(size="1Gi"))
    c.run(20)
    bound = c.store.get("PersistentVolumeClaim", "data")
    assert (bound["spec"]["volumeName"], bound["status"]["capacity"]) == ("small", {"storage": "2Gi"})
    assert c.store.get("PersistentVolume", "small")["status"]["phase"] == "Bound"
    assert c.store.get("PersistentVolume", "big")["status"]["phase"] == "Available"


@pytest.mark.parametrize(
    "spec",
    [
        {"accessModes": ["ReadOnlyMany"]},
        {"volumeMode": "Block"},
        {"storageClassName": "other"},
        {"claimRef": {"kind": "PersistentVolumeClaim", "name": "somebody", "namespace": "default"}},
    ],
    ids=str,
)
def test_a_volume_of_another_sort_does_not_fit(spec: dict[str, Any]) -> None:  # VOL-3 a
    c = Cluster(storage="none")
    c.apply(volume("v", **spec), claim())
    c.run(20)
    assert phase(c) == "Pending"


def test_a_volume_reserved_for_the_claim_wins() -> None:  # VOL-3 a
    c = Cluster(storage="none")
    reserved = {"kind": "PersistentVolumeClaim", "name": "data", "namespace": "default"}
    c.apply(volume("small"), volume("mine", "10Gi", claimRef=reserved), claim())
    c.run(5)
    assert c.store.get("PersistentVolumeClaim", "data")["spec"]["volumeName"] == "mine"


def test_without_a_class_the_claim_waits_and_says_so_every_fifteen_seconds() -> None:  # VOL-30, VOL-2, API-31, TIME-9
    c = Cluster(storage="none")
    c.apply(claim())
    c.run(61)
    assert phase(c) == "Pending"
    assert c.events("data") == ["no persistent volumes available for this claim and no storage class is set"]
    (event,) = (e for e in c.store.list("Event") if e["involvedObject"]["name"] == "data")
    assert (event["type"], event["reason"], event["count"]) == ("Normal", "FailedBinding", 5)


def test_a_default_class_that_appears_later_is_given_to_the_waiting_claim() -> None:  # VOL-6
    c = Cluster(storage="none")
    c.apply(claim())
    c.run(5)
    assert "storageClassName" not in c.store.get("PersistentVolumeClaim", "data")["spec"]
    default = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    c.apply(storage_class("late", "example.com/none", metadata=default))
    c.run(20)
    assert c.store.get("PersistentVolumeClaim", "data")["spec"]["storageClassName"] == "late"


def test_an_empty_class_name_means_no_class() -> None:  # VOL-6
    c = Cluster()
    c.apply(claim(storageClassName=""))
    c.run(20)
    assert (phase(c), c.events("data", "FailedBinding")) != ("Bound", [])


def test_of_several_default_classes_the_newest_is_used() -> None:  # VOL-6
    c = Cluster()
    c.run(10)
    default = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    c.apply(storage_class("newer", metadata=default), claim())
    assert c.store.get("PersistentVolumeClaim", "data")["spec"]["storageClassName"] == "newer"


def test_a_provisioner_that_is_not_there_is_waited_for() -> None:  # VOL-32
    c = Cluster()
    c.apply(storage_class("far", "example.com/disk"), claim(storageClassName="far"))
    c.run(40)
    assert phase(c) == "Pending"
    (message,) = c.events("data", "ExternalProvisioning")
    assert message.startswith(
        "Waiting for a volume to be created either by the external provisioner 'example.com/disk'"
    )


@case("E-49")
def test_e_49_an_unscheduled_pod_does_not_protect_its_claim() -> None:  # VOL-12
    c = Cluster()
    c.apply(claim(), pod(nodeSelector={"no": "where"}))
    c.run(10)
    c.delete("PersistentVolumeClaim", "data")
    c.run(1)
    assert c.store.find("PersistentVolumeClaim", "data") is None


def test_with_policy_delete_the_volume_goes_with_its_claim() -> None:  # VOL-8, VOL-11
    c = Cluster()
    c.apply(claim(), pod())
    c.run(10)
    c.delete("Pod", "p")
    c.delete("PersistentVolumeClaim", "data")
    c.run(20)
    assert c.store.list("PersistentVolume") == []


def test_with_policy_retain_the_volume_stays_released_and_is_not_used_again() -> None:  # VOL-8
    c = Cluster(storage="none")
    c.apply(volume("v"), claim())
    c.run(20)
    c.delete("PersistentVolumeClaim", "data")
    c.run(5)
    c.apply(claim())
    c.run(20)
    assert c.store.get("PersistentVolume", "v")["status"]["phase"] == "Released"
    assert phase(c) == "Pending"
    c.store.patch("PersistentVolume", "v", "", lambda o: {**o, "spec": {**o["spec"], "claimRef": None}}, by=c.user)
    c.run(20)
    assert phase(c) == "Bound"


def test_a_bound_claim_whose_volume_vanishes_is_lost() -> None:  # VOL-9, VOL-35
    c = Cluster(storage="none")
    c.apply(volume("v"), claim())
    c.run(20)
    c.delete("PersistentVolume", "v")
    c.run(5)
    assert "deletionTimestamp" in c.store.get("PersistentVolume", "v")["metadata"]  # VOL-11
    held = c.store.get("PersistentVolume", "v")
    c.store.update({**held, "metadata": {**held["metadata"], "finalizers": []}}, by=c.user)
    c.run(5)
    assert phase(c) == "Lost"
    assert c.events("data", "ClaimLost")


def test_a_volume_bound_to_another_claim_is_told() -> None:  # VOL-35
    c = Cluster(storage="none")
    c.apply(volume("v"), claim("first"))
    c.run(20)
    c.apply(claim("second", volumeName="v"))
    c.run(5)
    assert c.events("second") == ['volume "v" already bound to a different claim.']


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"accessModes": ["ReadWriteMany"]}, "incompatible accessMode"),
        ({"volumeMode": "Block"}, "incompatible volumeMode"),
        ({"storageClassName": "other"}, "storageClassName does not match"),
        ({"resources": {"requests": {"storage": "2Gi"}}}, "requested PV is too small"),
    ],
    ids=str,
)
def test_a_volume_that_was_asked_for_by_name_must_fit(spec: dict[str, Any], why: str) -> None:  # VOL-35
    c = Cluster(storage="none")
    c.apply(volume("v"), claim(volumeName="v", **spec))
    c.run(20)
    assert (phase(c), c.events("data", "VolumeMismatch")) == (
        "Pending",
        [f'Cannot bind to requested volume "v": {why}'],
    )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"persistentVolumeReclaimPolicy": "Delete"},
            "host_path deleter only supports /tmp/.+ but received provided /d",
        ),
        (
            {"persistentVolumeReclaimPolicy": "Delete", "hostPath": None, "local": {"path": "/d"}},
            'error getting deleter volume plugin for volume "v": no deletable volume plugin matched',
        ),
        (
            {"persistentVolumeReclaimPolicy": "Recycle"},
            "simk8s does not model the reclaim policy Recycle; use Retain or Delete",
        ),
    ],
    ids=str,
)
def test_a_volume_that_nobody_can_reclaim_has_failed(spec: dict[str, Any], message: str) -> None:  # VOL-1, VOL-8
    c = Cluster(storage="none")
    c.apply(volume("v", **spec), claim())
    c.run(20)
    c.delete("PersistentVolumeClaim", "data")
    c.run(20)
    status = c.store.get("PersistentVolume", "v")["status"]
    assert (status["phase"], status["message"]) == ("Failed", message)
    assert len(c.events("v")) == 1


def test_when_scaled_delete_makes_new_claims_on_the_way_up() -> None:  # D-45, E-44
    c = Cluster()
    retention = {"whenScaled": "Delete", "whenDeleted": "Retain"}
    c.apply(service(), stateful_set(claims=True, persistentVolumeClaimRetentionPolicy=retention))
    c.run(60)
    old = c.store.get("PersistentVolumeClaim", "data-web-2")["metadata"]["uid"]
    c.change("StatefulSet", "web", replicas=1)
    c.run(60)
    assert [o["metadata"]["name"] for o in c.store.list("PersistentVolumeClaim")] == ["data-web-0"]
    c.change("StatefulSet", "web", replicas=3)
    c.run(60)
    assert c.ready_pods() == ["web-0", "web-1", "web-2"]
    assert c.store.get("PersistentVolumeClaim", "data-web-2")["metadata"]["uid"] != old


def test_when_deleted_delete_takes_the_claims_with_the_set() -> None:  # E-43, D-44
    c = Cluster()
    retention = {"whenScaled": "Retain", "whenDeleted": "Delete"}
    c.apply(service(), stateful_set(claims=True, persistentVolumeClaimRetentionPolicy=retention))
    c.run(60)
    c.delete("StatefulSet", "web")
    c.run(60)
    assert c.store.list("PersistentVolumeClaim") == []


def test_a_network_disk_is_attached_to_its_pods_node() -> None:  # VOL-21, VOL-37
    c = Cluster(storage="cloud")
    c.apply(claim(), pod())
    c.run(60)
    node = c.store.get("Pod", "p")["spec"]["nodeName"]
    handle = c.store.list("PersistentVolume")[0]["spec"]["csi"]["volumeHandle"]
    attached = c.store.get("Node", node)["status"]["volumesAttached"]
    assert [entry["name"] for entry in attached] == [f"kubernetes.io/csi/ebs.csi.aws.com^{handle}"]
    assert c.events("p", "SuccessfulAttachVolume") == [f'AttachVolume.Attach succeeded for volume "{handle}" ']
    c.delete("Pod", "p")
    c.run(60)
    assert c.store.get("Node", node)["status"]["volumesAttached"] == []


def test_a_network_disk_is_not_attached_twice() -> None:  # VOL-22
    c = Cluster(storage="cloud")
    c.apply(claim(), pod("first", nodeName="node-1"))
    c.run(5)
    c.store.patch(
        "PersistentVolumeClaim",
        "data",
        "default",
        lambda o: {
            **o,
            "metadata": {**o["metadata"], "annotations": {**o["metadata"].get("annotations", {}), NODE: "node-1"}},
        },
        by=c.user,
    )
    c.run(60)
    c.apply(pod("second", nodeName="node-2"))
    c.run(30)
    (message,) = c.events("second", "FailedAttachVolume")
    assert "Multi-Attach error for volume" in message
    assert "Volume is already used by pod(s) first" in message
    c.delete("Pod", "first")
    c.run(60)
    assert c.events("second", "SuccessfulAttachVolume")


NODE = "volume.kubernetes.io/selected-node"


@case("N-4")
def test_n_4_a_disk_on_a_dead_node_is_released_after_six_minutes() -> None:  # VOL-23, VOL-24
    c = Cluster(storage="cloud")
    c.apply(service(), stateful_set(claims=True, replicas=1))
    c.run(60)
    node = c.store.get("Pod", "web-0")["spec"]["nodeName"]
    dead = next(kubelet for kubelet in c.kubelets if kubelet.node == node)
    names = [entry["name"] for entry in c.store.get("Node", node)["status"]["volumesAttached"]]
    c.store.patch(
        "Node", node, "", lambda o: {**o, "status": {**o["status"], "volumesInUse": names}}, by=c.user, status=True
    )
    dead.is_alive = False
    c.run(400)
    c.delete("Pod", "web-0", grace_seconds=0)
    c.run(300)
    assert "Volume is already exclusively attached" in c.events("web-0", "FailedAttachVolume")[-1]
    c.run(120)
    assert len(c.events("web-0", "SuccessfulAttachVolume")) == 2


def test_a_class_of_the_rook_addon_needs_its_pool() -> None:
    parameters = {"pool": "replicapool", "clusterNamespace": "rook-ceph"}
    c = Cluster(addons=("rook",))
    c.apply(
        storage_class("rook-ceph-block", "ceph.rook.io/block", parameters=parameters),
        claim(storageClassName="rook-ceph-block"),
    )
    c.run(30)
    assert phase(c) == "Pending"
    assert 'pool "replicapool" not found in namespace "rook-ceph"' in c.events("data", "ProvisioningFailed")[0]
    meta = {"name": "replicapool", "namespace": "rook-ceph"}
    c.apply(
        {"apiVersion": "ceph.rook.io/v1beta1", "kind": "Pool", "metadata": meta, "spec": {"replicated": {"size": 3}}}
    )
    c.run(60)
    assert phase(c) == "Bound"
    assert c.store.list("PersistentVolume")[0]["spec"]["flexVolume"]["options"]["pool"] == "replicapool"


def test_without_the_addon_its_kinds_do_not_exist() -> None:
    with pytest.raises(ApiError, match='no matches for kind "Pool"'):
        Cluster().apply({"apiVersion": "ceph.rook.io/v1beta1", "kind": "Pool", "metadata": {"name": "x"}})


def test_a_local_volume_made_by_hand_is_used_where_its_pod_can_run() -> None:  # VOL-4, VOL-3 a
    c = Cluster(storage="none")
    term = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-2"]}]}
    affinity = {"required": {"nodeSelectorTerms": [term]}}
    c.apply(
        storage_class("local", "kubernetes.io/no-provisioner", volumeBindingMode="WaitForFirstConsumer"),
        volume("v", storageClassName="local", nodeAffinity=affinity),
        claim(storageClassName="local"),
        claim("second", storageClassName="local"),
        pod(),
    )
    c.run(20)
    assert (phase(c), c.store.get("Pod", "p")["spec"]["nodeName"]) == ("Bound", "node-2")
    c.apply(pod("q", "second"))
    c.run(5)
    assert "3 node(s) didn't find available persistent volumes to bind" in c.events("q", "FailedScheduling")[0]
