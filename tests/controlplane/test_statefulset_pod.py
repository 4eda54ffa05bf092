"""The Pod and the claims of an ordinal, and the Events about them (STS-50 to STS-54, STS-90 to STS-97)."""

from __future__ import annotations

from typing import Any

from simk8s.api.objects import Object, controller_of
from tests.conformance import case
from tests.controlplane.bare_cluster import stateful_set
from tests.controlplane.set_bench import Bench


@case("D-2")
def test_d_2_a_pod_is_its_template_with_a_name_and_a_place() -> None:  # STS-51
    b = Bench(2, claims=True)
    b.all_ready()
    pod = b.pod(1)
    revision = b.status["updateRevision"]
    assert pod["metadata"]["labels"] == {
        "app": "foo",
        "statefulset.kubernetes.io/pod-name": "foo-1",
        "apps.kubernetes.io/pod-index": "1",
        "controller-revision-hash": revision,
    }
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("foo-1", "foo")
    assert controller_of(pod) == {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "name": "foo",
        "uid": b.set["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    assert pod["spec"]["volumes"][0] == {"name": "data", "persistentVolumeClaim": {"claimName": "data-foo-1"}}


def test_a_claim_template_replaces_a_volume_of_the_same_name() -> None:  # STS-51
    spec = stateful_set("foo", claims=True)["spec"]
    volumes = [{"name": "data", "emptyDir": {}}, {"name": "conf", "emptyDir": {}}]
    template = {**spec["template"], "spec": {**spec["template"]["spec"], "volumes": volumes}}
    b = Bench(1, claims=True, template=template)
    assert [volume["name"] for volume in b.pod(0)["spec"]["volumes"]] == ["data", "conf"]
    assert "persistentVolumeClaim" in b.pod(0)["spec"]["volumes"][0]


@case("UT-11")
def test_ut_11_a_claim_has_the_selectors_labels_and_no_owner() -> None:  # STS-52
    templates = [
        {
            "metadata": {"name": "data", "labels": {"app": "loses", "tier": "db"}},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
        }
    ]
    b = Bench(1, volumeClaimTemplates=templates)
    claim = b.store.get("PersistentVolumeClaim", "data-foo-0")
    assert claim["metadata"]["labels"] == {"app": "foo", "tier": "db"}
    assert "ownerReferences" not in claim["metadata"]


@case("PC-1")
def test_pc_1_first_the_claim_is_told_then_the_pod() -> None:  # STS-97, STS-90, STS-91
    b = Bench(1, claims=True)
    assert b.told("SuccessfulCreate") == [
        "create Claim data-foo-0 Pod foo-0 in StatefulSet foo success",
        "create Pod foo-0 in StatefulSet foo successful",
    ]


@case("D-42")
def test_d_42_a_claim_that_is_there_is_used_as_it_is() -> None:  # STS-50
    b = Bench(start=False)
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    claim: Object = {"kind": "PersistentVolumeClaim", "metadata": {"name": "data-foo-0"}, "spec": spec}
    b.store.create(claim, by=b.user)
    b.settle()
    create(b, claims=True)
    assert b.told("SuccessfulCreate") == ["create Pod foo-0 in StatefulSet foo successful"]
    assert b.store.get("PersistentVolumeClaim", "data-foo-0")["spec"]["resources"]["requests"]["storage"] == "5Gi"


def test_a_deleted_pod_is_told_only_if_the_controller_deleted_it() -> None:  # STS-92
    b = Bench(2)
    b.all_ready()
    b.remove(1)
    assert b.told("SuccessfulDelete") == []
    b.all_ready()
    b.change(replicas=1)
    assert b.told("SuccessfulDelete") == ["delete Pod foo-1 in StatefulSet foo successful"]


@case("PC-2")
def test_pc_2_a_taken_name_is_tried_again_without_a_word() -> None:  # STS-16
    b = Bench(start=False)
    squatter = {"kind": "Pod", "metadata": {"name": "foo-0"}, "spec": {"containers": [{"name": "a", "image": "b"}]}}
    b.store.create(squatter, by=b.user)
    create(b)
    assert b.told() == []
    assert len(b.errors()) > 5
    assert set(b.errors()) == {'pods "foo-0" already exists'}
    waits = [record.detail["seconds"] for record in b.sim.history if record.verb == "retry"]
    assert waits[:4] == [0.005, 0.01, 0.02, 0.04]  # STS-11
    b.store.delete("Pod", "foo-0", by=b.user)
    b.settle(200)
    assert controller_of(b.pod(0)) is not None


@case("PC-3")
def test_pc_3_a_claim_that_cannot_be_made_keeps_the_pod_away() -> None:  # STS-94, STS-95
    b = Bench(start=False)
    b.fail_next("CREATE", "PersistentVolumeClaim")
    create(b, claims=True)
    assert b.told("FailedCreate") == [
        "create Claim data-foo-0 for Pod foo-0 in StatefulSet foo failed error: the API server is unwell",
        "create Pod foo-0 in StatefulSet foo failed error: the API server is unwell",
    ]
    assert b.ordinals() == [0]


@case("PC-6")
def test_pc_6_a_pod_that_cannot_be_made_is_told() -> None:
    b = Bench(start=False)
    b.fail_next("CREATE", "Pod")
    create(b, claims=True)
    assert b.told() == [
        "create Claim data-foo-0 Pod foo-0 in StatefulSet foo success",
        "create Pod foo-0 in StatefulSet foo failed error: the API server is unwell",
        "create Pod foo-0 in StatefulSet foo successful",
    ]


@case("PC-4")
def test_pc_4_a_claim_that_is_being_deleted_keeps_the_pod_away() -> None:  # STS-50, VOL-13
    b = Bench(start=False)
    meta = {"name": "data-foo-0", "finalizers": ["test/hold"]}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    b.store.create({"kind": "PersistentVolumeClaim", "metadata": meta, "spec": spec}, by=b.user)
    held = b.store.delete("PersistentVolumeClaim", "data-foo-0", by=b.user)
    create(b, claims=True)
    assert set(b.told()) == {"create Pod foo-0 in StatefulSet foo failed error: pvc data-foo-0 is being deleted"}
    b.store.update({**held, "metadata": {**held["metadata"], "finalizers": []}}, by=b.user)
    b.settle(200)
    assert b.ordinals() == [0]


@case("D-52")
def test_d_52_a_template_that_the_api_refuses_shows_as_failed_creates() -> None:  # STS-95
    spec = stateful_set("foo")["spec"]
    container = {**spec["template"]["spec"]["containers"][0], "volumeMounts": [{"name": "gone", "mountPath": "/x"}]}
    template = {**spec["template"], "spec": {"containers": [container]}}
    b = Bench(1, template=template)
    assert b.ordinals() == []
    (message,) = b.told("FailedCreate")
    assert message.startswith("create Pod foo-0 in StatefulSet foo failed error: ")
    assert "gone" in message


def create(b: Bench, **spec: Any) -> None:
    b.store.create(stateful_set("foo", 1, **spec), by=b.user)
    b.settle()


@case("PC-5")
def test_pc_5_a_claim_that_cannot_be_read_keeps_the_pod_away() -> None:  # STS-94, STS-95
    b = Bench(start=False)
    b.fail_reads()
    create(b, claims=True)
    assert set(b.errors()) == {"the API server is unwell"}
    assert sorted(set(b.told())) == [
        "create Claim data-foo-0 for Pod foo-0 in StatefulSet foo failed error: the API server is unwell",
        "create Pod foo-0 in StatefulSet foo failed error: the API server is unwell",
    ]
    assert b.ordinals() == []


@case("PC-7")
def test_pc_7_where_nothing_is_wrong_nothing_is_written() -> None:
    b = Bench(1, claims=True)
    b.all_ready()
    mark, told = b.mark, b.told()
    b.store.patch("Pod", "foo-0", "default", annotated, by=b.user)  # a sync follows
    b.settle()
    assert [record.object for record in b.sim.history.records[mark:] if record.actor == "statefulset-controller"] == []
    assert b.told() == told


def annotated(pod: Object) -> Object:
    return {**pod, "metadata": {**pod["metadata"], "annotations": {"a": "b"}}}


def without_storage(b: Bench) -> None:
    """Take the volumes of Pod 0 away, which the API allows nobody, and its claim."""
    b.store.admission.clear()
    b.store.admission.append(b.fail)
    pod = b.pod(0)
    b.store.delete("PersistentVolumeClaim", "data-foo-0", by=b.user)
    b.settle()
    b.store.update({**pod, "spec": {**pod["spec"], "volumes": []}}, by=b.user)


@case("PC-10")
def test_pc_10_lost_storage_is_restored() -> None:  # STS-53
    b = Bench(1, claims=True)
    b.all_ready()
    told = b.told()
    without_storage(b)
    b.settle()
    assert b.pod(0)["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"] == "data-foo-0"
    assert b.store.find("PersistentVolumeClaim", "data-foo-0") is not None
    assert b.told("SuccessfulUpdate") == ["update Pod foo-0 in StatefulSet foo successful"]
    assert b.told("SuccessfulCreate")[:1] == told[:1]
    (claim_event,) = [event for event in b.store.list("Event") if "Claim data-foo-0" in event["message"]]
    assert claim_event["count"] == 2


@case("PC-11")
def test_pc_11_storage_that_cannot_be_restored_is_told() -> None:
    b = Bench(1, claims=True)
    b.all_ready()
    b.fail_next("CREATE", "PersistentVolumeClaim", times=10_000)
    without_storage(b)
    b.settle()
    assert set(b.errors()) == {"the API server is unwell"}
    warnings = {event["message"] for event in b.store.list("Event") if event["type"] == "Warning"}
    assert warnings == {
        "create Claim data-foo-0 for Pod foo-0 in StatefulSet foo failed error: the API server is unwell",
        "update Pod foo-0 in StatefulSet foo failed error: the API server is unwell",
    }


@case("PC-13")
def test_pc_13_deleting_is_told() -> None:  # STS-92
    b = Bench(1)
    b.change(replicas=0)
    assert b.told("SuccessfulDelete") == ["delete Pod foo-0 in StatefulSet foo successful"]


@case("PC-14")
def test_pc_14_deleting_that_fails_is_told() -> None:  # STS-95
    b = Bench(1)
    b.fail_next("DELETE", "Pod", times=10_000)
    b.change(replicas=0)
    assert set(b.errors()) == {"the API server is unwell"}
    assert set(b.told("FailedDelete")) == {"delete Pod foo-0 in StatefulSet foo failed error: the API server is unwell"}
    assert b.ordinals() == [0]
