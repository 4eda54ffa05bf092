"""Adoption and release of Pods, and the owners of claims (STS-15, STS-60 to STS-66)."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.deletion import Deletion
from simk8s.api.objects import Object, controller_of, owners
from simk8s.controlplane.options import Options
from tests.conformance import case
from tests.controlplane.bare_cluster import stateful_set
from tests.controlplane.set_bench import Bench

DELETE, RETAIN = "Delete", "Retain"


def write(b: Bench, pod: Object, **meta: Any) -> None:
    b.store.update({**pod, "metadata": {**pod["metadata"], **meta}}, by=b.user)
    b.settle()


def claim_owners(b: Bench, ordinal: int) -> list[tuple[str, str]]:
    claim = b.store.get("PersistentVolumeClaim", f"data-foo-{ordinal}")
    return [(reference["kind"], reference["name"]) for reference in owners(claim)]


def policy(scaled: str, deleted: str) -> dict[str, str]:
    return {"whenScaled": scaled, "whenDeleted": deleted}


def test_a_pod_without_owner_is_adopted_again() -> None:
    b = Bench(1)
    b.all_ready()
    uid = b.uid(0)
    write(b, b.pod(0), ownerReferences=[])
    assert (controller_of(b.pod(0)) or {})["name"] == "foo"
    assert b.uid(0) == uid


def test_a_pod_whose_labels_do_not_match_is_released_and_keeps_its_name() -> None:  # STS-16
    b = Bench(1)
    b.all_ready()
    uid, old = b.uid(0), b.pod(0)["metadata"]["labels"]
    write(b, b.pod(0), labels={**old, "app": "other"})
    assert controller_of(b.pod(0)) is None
    assert 'pods "foo-0" already exists' in b.errors()
    write(b, b.pod(0), labels=old)
    assert controller_of(b.pod(0)) is not None
    assert b.uid(0) == uid


@case("S-21")
def test_s_21_only_orphans_with_the_name_and_labels_of_the_set_are_adopted() -> None:  # STS-15
    b = Bench(start=False)
    spec = {"containers": [{"name": "a", "image": "b"}]}
    for name, pod_labels in (("foo-1", {"app": "foo"}), ("foo-2", {}), ("x-foo", {"app": "foo"})):
        b.store.create({"kind": "Pod", "metadata": {"name": name, "labels": pod_labels}, "spec": spec}, by=b.user)
    b.store.create(stateful_set("foo", 2), by=b.user)
    b.settle()
    owned = {pod["metadata"]["name"]: controller_of(pod) is not None for pod in b.store.list("Pod")}
    assert owned == {"foo-0": True, "foo-1": True, "foo-2": False, "x-foo": False}


@case("D-40")
def test_d_40_pods_orphaned_by_one_set_are_adopted_by_its_successor() -> None:
    b = Bench(3)
    b.all_ready()
    uids = [b.uid(ordinal) for ordinal in range(3)]
    for pod in b.pods().values():
        b.store.update({**pod, "metadata": {**pod["metadata"], "ownerReferences": []}}, by=b.user)
    b.store.delete("StatefulSet", "foo", by=b.user)
    b.settle()
    mark = b.mark
    b.store.create(stateful_set("foo", 3), by=b.user)
    b.settle()
    assert [b.uid(ordinal) for ordinal in range(3)] == uids
    assert b.acts(mark) == []
    assert all(controller_of(pod) for pod in b.pods().values())


@pytest.mark.parametrize(
    ("scaled", "deleted", "in_range", "condemned"),
    [
        (RETAIN, RETAIN, [], []),
        (RETAIN, DELETE, [("StatefulSet", "foo")], [("StatefulSet", "foo")]),
        (DELETE, RETAIN, [], [("Pod", "foo-1")]),
        (DELETE, DELETE, [("StatefulSet", "foo")], [("Pod", "foo-1")]),
    ],
)
@case("PC-16")
def test_pc_16_the_owners_of_claims_follow_the_retention_policy(
    scaled: str, deleted: str, in_range: list[tuple[str, str]], condemned: list[tuple[str, str]]
) -> None:  # STS-61, STS-44
    b = Bench(2, claims=True, persistentVolumeClaimRetentionPolicy=policy(scaled, deleted))
    b.all_ready()
    assert [claim_owners(b, ordinal) for ordinal in (0, 1)] == [in_range, in_range]
    b.terminate(1)
    b.change(replicas=1)
    assert claim_owners(b, 0) == in_range
    assert claim_owners(b, 1) == condemned


@case("PC-17")
def test_pc_17_retain_takes_the_sets_reference_away() -> None:  # STS-62
    b = Bench(1, claims=True, persistentVolumeClaimRetentionPolicy=policy(RETAIN, DELETE))
    b.all_ready()
    assert claim_owners(b, 0) == [("StatefulSet", "foo")]
    b.change(persistentVolumeClaimRetentionPolicy=policy(RETAIN, RETAIN))
    assert claim_owners(b, 0) == []
    assert b.told("SuccessfulUpdate") == ["update Pod foo-0 in StatefulSet foo successful"]


@case("PC-18")
def test_pc_18_when_deleted_delete_adds_the_sets_reference() -> None:  # STS-62
    b = Bench(1, claims=True)
    b.all_ready()
    b.change(persistentVolumeClaimRetentionPolicy=policy(RETAIN, DELETE))
    assert claim_owners(b, 0) == [("StatefulSet", "foo")]
    assert b.told("SuccessfulUpdate") == ["update Pod foo-0 in StatefulSet foo successful"]


@case("D-46")
def test_d_46_a_policy_changed_later_does_not_reach_claims_without_pods() -> None:  # STS-62
    b = Bench(3, claims=True)
    b.all_ready()
    b.change(replicas=1)
    b.change(persistentVolumeClaimRetentionPolicy=policy(DELETE, DELETE))
    assert [claim_owners(b, ordinal) for ordinal in range(3)] == [[("StatefulSet", "foo")], [], []]


def test_a_claim_that_somebody_else_manages_is_left_to_them() -> None:  # STS-64
    b = Bench(2, claims=True, persistentVolumeClaimRetentionPolicy=policy(RETAIN, DELETE))
    b.all_ready()
    other = {"apiVersion": "v1", "kind": "ConfigMap", "name": "boss", "uid": "1234"}
    first, second = (b.store.get("PersistentVolumeClaim", f"data-foo-{ordinal}") for ordinal in (0, 1))
    b.store.update({**first, "metadata": {**first["metadata"], "ownerReferences": [*owners(first), other]}}, by=b.user)
    boss = {**other, "controller": True}
    (mine,) = owners(second)
    both = [{**mine, "controller": False}, boss]
    b.store.update({**second, "metadata": {**second["metadata"], "ownerReferences": both}}, by=b.user)
    b.change(minReadySeconds=1)
    b.settle(100)
    assert claim_owners(b, 0) == [("StatefulSet", "foo"), ("ConfigMap", "boss")]
    assert claim_owners(b, 1) == [("ConfigMap", "boss")]
    warning = "PersistentVolumeClaim data-foo-1 has a conflicting managing controller; retention ignored"
    assert set(b.told("ConflictingController")) == {warning}  # STS-96


def test_a_reference_to_a_namesake_from_earlier_is_not_touched() -> None:  # STS-65
    b = Bench(1, claims=True)
    b.all_ready()
    claim = b.store.get("PersistentVolumeClaim", "data-foo-0")
    stale = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "foo", "uid": "long-gone"}
    b.store.update({**claim, "metadata": {**claim["metadata"], "ownerReferences": [stale]}}, by=b.user)
    b.change(persistentVolumeClaimRetentionPolicy=policy(RETAIN, DELETE))
    assert [reference["uid"] for reference in owners(b.store.get("PersistentVolumeClaim", "data-foo-0"))] == [
        "long-gone"
    ]


@case("S-25")
def test_s_25_a_claim_condemned_with_a_former_pod_blocks_its_ordinal() -> None:  # STS-66
    b = Bench(start=False)
    stale = {"apiVersion": "v1", "kind": "Pod", "name": "foo-2", "uid": "long-gone"}
    meta = {"name": "data-foo-2", "ownerReferences": [stale]}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    b.store.create({"kind": "PersistentVolumeClaim", "metadata": meta, "spec": spec}, by=b.user)
    retention = policy(DELETE, RETAIN)
    b.store.create(stateful_set("foo", 3, claims=True, persistentVolumeClaimRetentionPolicy=retention), by=b.user)
    b.settle()
    b.all_ready()
    assert b.ordinals() == [0, 1]
    b.store.delete("PersistentVolumeClaim", "data-foo-2", by=b.user)
    b.change(replicas=4)
    b.all_ready()
    assert b.ordinals() == [0, 1, 2, 3]


@case("S-8")
def test_s_8_a_deleting_set_adopts_nothing() -> None:  # STS-15
    b = Bench(1)
    b.all_ready()
    b.store.delete("StatefulSet", "foo", by=b.user, deletion=Deletion(propagation="Foreground"))
    write(b, b.pod(0), ownerReferences=[])
    assert controller_of(b.pod(0)) is None


@case("S-22")
def test_s_22_owned_pods_with_the_wrong_name_or_labels_are_released() -> None:  # STS-15
    b = Bench(1)
    b.all_ready()
    owner = b.pod(0)["metadata"]["ownerReferences"]
    spec = {"containers": [{"name": "a", "image": "b"}]}
    for name, app in (("other-1", "foo"), ("foo-1", "other")):
        meta = {"name": name, "labels": {"app": app}, "ownerReferences": owner}
        b.store.create({"kind": "Pod", "metadata": meta, "spec": spec}, by=b.user)
    b.settle()
    owned = {pod["metadata"]["name"]: controller_of(pod) is not None for pod in b.store.list("Pod")}
    assert owned == {"foo-0": True, "other-1": False, "foo-1": False}


@pytest.mark.parametrize(
    ("scaled", "deleted", "expected"),
    [
        (RETAIN, RETAIN, []),
        (RETAIN, DELETE, [("StatefulSet", "foo")]),
        (DELETE, RETAIN, []),
        (DELETE, DELETE, [("StatefulSet", "foo")]),
    ],
)
@case("S-24")
def test_s_24_claims_of_adopted_orphans_get_the_owners_of_the_policy(
    scaled: str, deleted: str, expected: list[tuple[str, str]]
) -> None:  # STS-61
    b = Bench(start=False)
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    for name in ("foo-0", "bar-5"):
        volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": f"data-{name}"}}]
        pod_spec = {"containers": [{"name": "a", "image": "b"}], "volumes": volumes}
        claim = {"kind": "PersistentVolumeClaim", "metadata": {"name": f"data-{name}"}, "spec": spec}
        b.store.create(claim, by=b.user)
        b.store.create(
            {"kind": "Pod", "metadata": {"name": name, "labels": {"app": "foo"}}, "spec": pod_spec}, by=b.user
        )
    b.store.create(
        stateful_set("foo", 2, claims=True, persistentVolumeClaimRetentionPolicy=policy(scaled, deleted)), by=b.user
    )
    b.settle()
    foreign = b.store.get("Pod", "bar-5")
    b.ready(0)
    b.ready(1)
    assert [claim_owners(b, ordinal) for ordinal in (0, 1)] == [expected, expected]
    assert owners(b.store.get("PersistentVolumeClaim", "data-bar-5")) == []
    assert controller_of(foreign) is None


@case("PC-19")
def test_pc_19_a_missing_claim_is_no_error_and_is_looked_after_when_it_appears() -> None:  # STS-62
    b = Bench(2, claims=True, persistentVolumeClaimRetentionPolicy=policy(RETAIN, DELETE))
    b.all_ready()
    claim = b.store.get("PersistentVolumeClaim", "data-foo-1")
    b.terminate(1)
    b.store.delete("PersistentVolumeClaim", "data-foo-1", by=b.user)
    b.change(replicas=1)  # 1 is condemned: its claims are given owners, not made
    assert (b.errors(), b.told("SuccessfulUpdate", "FailedUpdate")) == ([], [])
    assert b.store.find("PersistentVolumeClaim", "data-foo-1") is None
    meta = {"name": "data-foo-1", "labels": claim["metadata"]["labels"]}
    b.store.create({"kind": "PersistentVolumeClaim", "metadata": meta, "spec": claim["spec"]}, by=b.user)
    b.settle()
    write(b, b.pod(1), annotations={"a": "b"})
    assert claim_owners(b, 1) == [("StatefulSet", "foo")]


@case("S-1")
def test_s_1_a_set_makes_its_pods_through_the_work_queue() -> None:
    b = Bench(3, claims=True)
    b.all_ready()
    assert b.ordinals() == [0, 1, 2]
    assert (b.status["replicas"], b.status["readyReplicas"]) == (3, 3)


@case("S-2")
def test_s_2_a_set_removes_its_pods_through_the_work_queue() -> None:
    b = Bench(3, claims=True)
    b.all_ready()
    b.change(replicas=0)
    assert (b.ordinals(), b.status["replicas"]) == ([], 0)


@pytest.mark.parametrize("controls", [True, False])
def test_the_set_is_the_controller_of_its_claims_since_1_31(controls: bool) -> None:  # VER-4
    options = Options(controller_refs_on_claims=controls)
    retention = policy(RETAIN, DELETE)
    b = Bench(1, options=options, claims=True, persistentVolumeClaimRetentionPolicy=retention)
    (reference,) = owners(b.store.get("PersistentVolumeClaim", "data-foo-0"))
    assert reference.get("controller", False) is controls
    assert reference["name"] == "foo"


def test_a_set_that_is_gone_by_the_time_of_its_sync_is_no_error() -> None:  # STS-13
    b = Bench(1)
    b.all_ready()
    b.store.delete("StatefulSet", "foo", by=b.user)
    mark = b.mark
    write(b, b.pod(0), annotations={"a": "b"})
    b.settle()
    assert (b.errors(), b.acts(mark)) == ([], [])
