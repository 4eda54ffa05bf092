"""Kubernetes' end-to-end tests: what becomes of claims when a set is scaled down or deleted."""

from __future__ import annotations

from typing import Any

from simk8s.api.objects import Object, condition, controller_of, owners
from tests.conformance import case
from tests.conformance.web import Web


def set_with_claims(replicas: int = 3, **retention: str) -> Web:
    return Web(replicas, claims=True, persistentVolumeClaimRetentionPolicy=retention).ready()


def delete_set(web: Web) -> Web:
    web.kubectl("delete statefulset ss")
    return web.run()


def orphan_pod_2(web: Web) -> Web:
    """Its owner references emptied, and adopted again."""
    web.edit_meta("Pod", "ss-2", ownerReferences=None).run(20)
    assert controller_of(web.pod(2)) is not None
    return web


@case("E-43")
def test_e_43_the_claims_go_with_the_set() -> None:  # STS-60
    web = set_with_claims(whenDeleted="Delete")
    assert [[owner["name"] for owner in owners(web.claim(o))] for o in range(3)] == [["ss"]] * 3
    assert delete_set(web).claims_left() == []


@case("E-44")
def test_e_44_the_claims_go_with_their_pods() -> None:  # STS-60
    web = set_with_claims(whenScaled="Delete")
    assert web.scale(1).run(120).claims_left() == ["datadir-ss-0"]


@case("E-45")
def test_e_45_the_claims_go_with_a_set_that_adopted_a_pod_again() -> None:
    web = orphan_pod_2(set_with_claims(whenDeleted="Delete"))
    assert delete_set(web).claims_left() == []


@case("E-46")
def test_e_46_the_claims_go_with_a_pod_that_was_adopted_again() -> None:
    web = orphan_pod_2(set_with_claims(whenScaled="Delete"))
    assert web.scale(1).run(120).claims_left() == ["datadir-ss-0"]


FOREIGN = {"apiVersion": "v1", "kind": "ConfigMap"}


def with_foreign_owners() -> Web:
    """E-47: claim 0 less than it was, claim 1 with a second owner, claim 3 managed by somebody who is gone."""
    web = set_with_claims(4, whenDeleted="Delete")
    web.cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}})
    other = web.cluster.get("ConfigMap", "other")
    assert other is not None

    def own(ordinal: int, *references: Object, **meta: Any) -> None:
        web.edit_meta("PersistentVolumeClaim", f"datadir-ss-{ordinal}", ownerReferences=list(references), **meta)

    (mine,) = owners(web.claim(0))
    own(0, {**mine, "controller": False})
    own(1, *owners(web.claim(1)), {**FOREIGN, "name": "other", "uid": other["metadata"]["uid"]})
    gone = {**FOREIGN, "name": "gone", "uid": "gone", "controller": True}
    own(3, gone, finalizers=["example.com/hold", "kubernetes.io/pvc-protection"])
    web.run(5)
    for ordinal in range(4):  # any event of the set's Pods brings a sync
        web.edit_meta("Pod", f"ss-{ordinal}", annotations={"touched": "yes"})
    return web.run(30)


@case("E-47")
def test_e_47_claims_with_foreign_owners_keep_them() -> None:  # STS-64, VER-4
    web = with_foreign_owners()
    (mine,) = owners(web.claim(0))
    assert mine["controller"] is True
    assert [owner["name"] for owner in owners(web.claim(1))] == ["ss", "other"]
    assert [owner["name"] for owner in owners(web.claim(3))] == ["gone"]


@case("E-48")
def test_e_48_only_the_claims_that_are_the_sets_alone_go_with_it() -> None:
    assert delete_set(with_foreign_owners()).claims_left() == ["datadir-ss-1", "datadir-ss-3"]


@case("E-49")
def test_e_49_a_claim_deleted_under_an_unscheduled_pod_is_made_anew() -> None:  # VOL-12, STS-43 3c
    web = Web(1, claims=True, pod={"nodeSelector": {"kubernetes.io/hostname": "node-2"}}).ready()
    old = web.claim(0)["metadata"]["uid"]
    web.kubectl("cordon node-2")
    web.delete(0).run(30)
    assert "nodeName" not in web.pod(0)["spec"]
    web.kubectl("delete pvc datadir-ss-0")
    assert (web.cluster.get("PersistentVolumeClaim", "datadir-ss-0") or {"metadata": {"uid": ""}})["metadata"][
        "uid"
    ] != old
    web.kubectl("uncordon node-2")
    web.run(400).ready()
    assert web.claim(0)["metadata"]["uid"] != old
    assert web.pod(0)["spec"]["nodeName"] == "node-2"
    assert (condition(web.pod(0), "Ready") or {})["status"] == "True"
