"""Acceptance cases V: claims, volumes, and what mounts show."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s import Cluster
from simk8s.api.objects import Object, dig
from tests.conformance import case
from tests.conformance.replicated_mysql import MANIFEST

DEFAULT = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
SLEEP = {"name": "main", "image": "bash:5.2", "command": ["sleep", "1000000"]}


def claim(name: str = "data", size: str = "1Gi", **spec: Any) -> Object:
    body = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": body}


def storage_class(name: str, mode: str = "Immediate", **fields: Any) -> Object:
    meta = {"name": name, **fields.pop("metadata", {})}
    head = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": meta}
    return {**head, "provisioner": "rancher.io/local-path", "volumeBindingMode": mode, **fields}


def pod(name: str = "web", claim: str = "data", node: str = "", **container: Any) -> Object:
    """A Pod that mounts a claim at /data, on a given node."""
    main = {**SLEEP, "volumeMounts": [{"name": "v", "mountPath": "/data"}], **container}
    spec: Object = {
        "containers": [main],
        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}],
        "terminationGracePeriodSeconds": 0,
    }
    if node:
        spec["nodeSelector"] = {"kubernetes.io/hostname": node}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def phase(cluster: Cluster, name: str = "data") -> str:
    return str(dig(cluster.get("pvc", name), "status", "phase"))


def bound(cluster: Cluster, name: str = "data") -> Object:
    """The volume of a claim."""
    found = cluster.get("pv", dig(cluster.get("pvc", name), "spec", "volumeName"))
    assert found is not None
    return found


def said(cluster: Cluster, name: str, *reasons: str) -> list[str]:
    """The messages of the Events about an object, oldest first."""
    events = [e for e in cluster.world.store.list("Event") if e["involvedObject"]["name"] == name]
    events.sort(key=lambda event: int(event["metadata"]["resourceVersion"]))
    return [e["message"] for e in events if not reasons or e["reason"] in reasons]


def refused(cluster: Cluster, name: str, size: str) -> str:
    """kubectl's complaint about another size of a claim."""
    patch = f'{{"spec": {{"resources": {{"requests": {{"storage": "{size}"}}}}}}}}'
    return cluster.kubectl(["patch", "pvc", name, "-p", patch]).stderr


@case("V-1")
def test_v_1_without_a_class_claim_and_pod_wait() -> None:
    """VOL-3, VOL-30, SCHED-12. Given a cluster without a default class,
    when the MySQL set is created,
    then its first claim and its first Pod are Pending, and say why."""
    cluster = Cluster(storage="none")
    cluster.apply(MANIFEST)
    cluster.run(40)
    assert phase(cluster, "data-mysql-0") == "Pending"
    assert said(cluster, "data-mysql-0", "FailedBinding") == [
        "no persistent volumes available for this claim and no storage class is set"
    ]
    assert [(row.name, row.status) for row in cluster.pods()] == [("mysql-0", "Pending")]
    assert said(cluster, "mysql-0", "FailedScheduling")[0] == (
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. "
        "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    )


@case("V-2")
def test_v_2_a_default_class_that_comes_later_is_given_to_the_claim() -> None:
    """VOL-6. Given a claim that waits because there is no class,
    when a default class is created,
    then the claim gets it and is Bound, and the Pod is scheduled; nobody creates anything anew."""
    cluster = Cluster(storage="kind")
    cluster.kubectl("delete storageclass standard")
    cluster.apply(MANIFEST)
    cluster.run(40)
    before = cluster.get("pvc", "data-mysql-0")
    assert before and phase(cluster, "data-mysql-0") == "Pending" and "storageClassName" not in before["spec"]
    cluster.apply(storage_class("late", metadata=DEFAULT))
    cluster.run("pod/mysql-0 PodScheduled")
    after = cluster.get("pvc", "data-mysql-0")
    assert after and after["metadata"]["uid"] == before["metadata"]["uid"]
    assert (after["spec"]["storageClassName"], phase(cluster, "data-mysql-0")) == ("late", "Bound")


@case("V-3")
def test_v_3_an_unknown_class_is_named() -> None:
    """VOL-34. Given a claim of a class that does not exist,
    when it is created,
    then ProvisioningFailed says so."""
    cluster = Cluster()
    cluster.apply(claim(storageClassName="fast"))
    cluster.run(5)
    assert said(cluster, "data", "ProvisioningFailed") == ['storageclass.storage.k8s.io "fast" not found']
    assert phase(cluster) == "Pending"


@case("V-4")
def test_v_4_a_class_that_waits_for_a_consumer_binds_where_the_pod_goes() -> None:
    """VOL-4, VOL-31, VOL-33, VOL-7. Given a class with WaitForFirstConsumer and a claim of it,
    when a Pod comes that uses it,
    then the volume is made for that Pod's node, and the Pod gets its node only after the claim is Bound."""
    cluster = Cluster(storage="kind")
    cluster.apply(claim())
    cluster.run(20)
    assert phase(cluster) == "Pending"
    assert said(cluster, "data") == ["waiting for first consumer to be created before binding"]
    cluster.apply(pod())
    cluster.run("pod/web Ready")
    node = dig(cluster.get("pod", "web"), "spec", "nodeName")
    made = bound(cluster)
    uid = dig(cluster.get("pvc", "data"), "metadata", "uid")
    (term,) = dig(made, "spec", "nodeAffinity", "required", "nodeSelectorTerms")
    assert made["metadata"]["name"] == f"pvc-{uid}"
    assert term["matchExpressions"] == [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]
    assert said(cluster, "data")[-2:] == [
        'External provisioner is provisioning volume for claim "default/data"',
        f"Successfully provisioned volume pvc-{uid}",
    ]
    binder = [r.seq for r in cluster.history if r.actor == "persistentvolume-controller" and r.object.endswith("/data")]
    placed = [r.seq for r in cluster.history if r.actor == "kube-scheduler" and r.object == "Pod/default/web"]
    assert max(binder) < max(placed)


@case("V-5")
def test_v_5_an_immediate_class_binds_before_the_pod_is_scheduled() -> None:
    """VOL-5. Given a class with Immediate binding,
    when a claim and a Pod are created together,
    then the claim is Bound first, then the Pod is scheduled."""
    cluster = Cluster(storage="minikube")
    cluster.apply(claim(), pod())
    cluster.run("pod/web PodScheduled")
    binder = [r.seq for r in cluster.history if r.actor == "persistentvolume-controller" and r.object.endswith("/data")]
    placed = [r.seq for r in cluster.history if r.actor == "kube-scheduler" and r.object == "Pod/default/web"]
    assert max(binder) < max(placed)
    assert said(cluster, "web", "FailedScheduling")[0].startswith(
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    )


@case("V-6")
def test_v_6_claims_of_pods_that_were_scaled_away_are_used_again() -> None:
    """STS-54, MYSQL-12, VOL-1. Given a set of five with a file in the last volume,
    when it is scaled to three and back to five,
    then the claims of the last two stay Bound all the time, and the file is there again."""
    cluster = Cluster()
    cluster.apply(web_set(replicas=5))
    cluster.run("pod/web-4 Ready")
    cluster.exec("web-4", "echo kept > /data/file")
    volumes = [bound(cluster, f"data-web-{ordinal}")["metadata"]["name"] for ordinal in range(5)]
    cluster.kubectl("scale statefulset web --replicas 3")
    cluster.run(60)
    assert len(cluster.pods()) == 3
    assert [phase(cluster, f"data-web-{ordinal}") for ordinal in range(5)] == ["Bound"] * 5
    cluster.kubectl("scale statefulset web --replicas 5")
    cluster.run("pod/web-4 Ready")
    assert cluster.exec("web-4", "cat /data/file").stdout == "kept\n"
    assert [bound(cluster, f"data-web-{ordinal}")["metadata"]["name"] for ordinal in range(5)] == volumes


@case("V-7")
def test_v_7_a_claim_in_use_stays_until_its_pod_is_gone() -> None:
    """VOL-11, VOL-12. Given a claim that a Pod uses,
    when it is deleted,
    then its STATUS is Terminating until the Pod's object is gone."""
    cluster = Cluster()
    cluster.apply(claim(), pod())
    cluster.run("pod/web Ready")
    cluster.kubectl("delete pvc data --wait=false")
    cluster.run(60)
    assert "Terminating" in cluster.kubectl("get pvc data").stdout
    cluster.kubectl("delete pod web")
    cluster.run(5)
    assert cluster.get("pvc", "data") is None


@case("V-8")
def test_v_8_a_retained_volume_is_not_given_to_a_namesake() -> None:
    """VOL-8. Given a claim with a provisioned volume whose policy was set to Retain,
    when the claim is deleted and one of the same name is created,
    then the old volume stays Released, and a new one is provisioned."""
    cluster = Cluster(storage="minikube")
    cluster.apply(claim())
    cluster.run(10)
    old = bound(cluster)["metadata"]["name"]
    cluster.kubectl(["patch", "pv", old, "-p", '{"spec": {"persistentVolumeReclaimPolicy": "Retain"}}'])
    cluster.kubectl("delete pvc data")
    cluster.run(10)
    cluster.apply(claim())
    cluster.run(20)
    assert phase(cluster) == "Bound"
    assert bound(cluster)["metadata"]["name"] != old
    assert dig(cluster.get("pv", old), "status", "phase") == "Released"


@case("V-9")
@pytest.mark.parametrize("same", [True, False], ids=["same node", "another node"])
def test_v_9_read_write_once_means_one_node(same: bool) -> None:
    """VOL-10, VOL-22, VOL-38. Given a Pod that uses a ReadWriteOnce claim on a network disk,
    when a second Pod uses it,
    then on the same node both run; on another the second waits, with FailedAttachVolume."""
    cluster = Cluster(storage="cloud")
    cluster.apply(claim(), pod("first", node="node-1"))
    cluster.run("pod/first Ready")
    cluster.apply(pod("second", node="node-1" if same else "node-2"))
    cluster.run(120)
    rows = {row.name: row.status for row in cluster.pods()}
    assert rows == {"first": "Running", "second": "Running" if same else "ContainerCreating"}
    name = bound(cluster)["metadata"]["name"]
    multi_attach = f'Multi-Attach error for volume "{name}" Volume is already used by pod(s) first'
    assert said(cluster, "second", "FailedAttachVolume") == ([] if same else [multi_attach])


@case("V-10")
def test_v_10_a_claim_never_shrinks_and_grows_only_where_its_class_allows() -> None:
    """VOL-26, VOL-36. Given a Bound claim of 10Gi of a class without expansion,
    when it is edited to be smaller or larger,
    then both are refused, in Kubernetes' words."""
    cluster = Cluster(storage="minikube")
    cluster.apply(claim(size="10Gi"))
    cluster.run(10)
    assert phase(cluster) == "Bound"
    assert "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity" in refused(
        cluster, "data", "5Gi"
    )
    why = (
        'Error from server (Forbidden): persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc '
        "can be resized and the storageclass that provisions the pvc must support resize\n"
    )
    assert refused(cluster, "data", "20Gi") == why
    cluster.apply(claim("unbound", storageClassName="nowhere"))
    assert "Only bound persistent volume claims can be expanded" in refused(cluster, "unbound", "2Gi")


@case("V-11")
def test_v_11_an_edited_config_map_reaches_mounted_directories_only() -> None:
    """VOL-28. Given a ConfigMap as a directory, as one file by subPath, as a variable, and copied by an init container,
    when it is edited and two minutes pass,
    then the directory shows what is new, and the others what was."""
    cluster = Cluster()
    mounts = [
        {"name": "config", "mountPath": "/whole"},
        {"name": "config", "mountPath": "/part/key", "subPath": "key"},
        {"name": "copies", "mountPath": "/copies"},
    ]
    variable = {"name": "KEY", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "key"}}}
    copy = {"name": "copy", "image": "bash:5.2", "command": ["cp", "/whole/key", "/copies/"], "volumeMounts": mounts}
    volumes = [{"name": "config", "configMap": {"name": "c"}}, {"name": "copies", "emptyDir": {}}]
    main = {**SLEEP, "volumeMounts": mounts, "env": [variable]}
    spec = {"containers": [main], "initContainers": [copy], "volumes": volumes}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"key": "old"}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec},
    )
    cluster.run("pod/web Ready")
    look = 'for file in /whole/key /part/key /copies/key; do cat $file; echo; done; echo "$KEY"'
    assert cluster.exec("web", look).stdout.split() == ["old", "old", "old", "old"]
    cluster.kubectl(["patch", "configmap", "c", "-p", '{"data": {"key": "new"}}'])
    assert cluster.exec("web", look).stdout.split() == ["old", "old", "old", "old"]
    cluster.run(120)
    assert cluster.exec("web", look).stdout.split() == ["new", "old", "old", "old"]


@case("V-12")
def test_v_12_a_sub_path_is_a_directory_inside_the_volume() -> None:
    """VOL-27, MYSQL-2. Given a claim that is mounted with subPath mysql,
    when the Pod runs,
    then the volume's root has a directory of that name, with what the Pod has written."""
    cluster = Cluster(storage="minikube")
    mount = {"name": "v", "mountPath": "/var/lib/mysql", "subPath": "mysql"}
    cluster.apply(claim(), pod("web", node="node-1", volumeMounts=[mount]))
    cluster.run("pod/web Ready")
    cluster.exec("web", "touch /var/lib/mysql/ibdata1")
    cluster.apply(pod("looker", node="node-1"))
    cluster.run("pod/looker Ready")
    assert cluster.exec("looker", "cd /data; find . | sort").stdout.split() == [".", "./mysql", "./mysql/ibdata1"]


def web_set(replicas: int = 1) -> Object:
    """A set of Pods that do nothing, each with a claim at /data."""
    template = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "web"},
        "spec": {
            "serviceName": "web",
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [{**SLEEP, "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                    "terminationGracePeriodSeconds": 0,
                },
            },
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": template}],
        },
    }


@pytest.mark.parametrize("storage", ["kind", "cloud"])
def test_a_claim_for_one_pod_only_keeps_others_from_every_node(storage: str) -> None:
    """VOL-10, SCHED-11: ReadWriteOncePod."""
    cluster = Cluster(storage=storage)
    cluster.apply(claim(accessModes=["ReadWriteOncePod"]), pod("first"))
    cluster.run("pod/first Ready")
    assert "RWOP" in cluster.kubectl("get pvc data").stdout
    cluster.apply(pod("second"))
    cluster.run(20)
    assert said(cluster, "second", "FailedScheduling")[0].startswith(
        "0/3 nodes are available: 3 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod "
        "access mode."
    )
    cluster.kubectl("delete pod first")
    cluster.run("pod/second Ready")
    assert cluster.holds("pod/second Ready")
