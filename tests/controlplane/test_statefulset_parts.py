"""The pure parts of the StatefulSet controller: identity, storage, claims and their owners (STS-50 to STS-66)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simk8s.api.objects import Object, controller_of, owner_reference
from simk8s.controlplane.options import Options
from simk8s.controlplane.statefulset.claim import claim_pod_name, need_repair, new_claim, repaired_owners
from simk8s.controlplane.statefulset.desired import Desired, desired_of
from simk8s.controlplane.statefulset.plan import Action, CreatePod, plan
from simk8s.controlplane.statefulset.pod import (
    identity_matches,
    new_pod,
    storage_matches,
    with_identity,
    with_storage,
)
from simk8s.controlplane.statefulset.revision import choose, revision_of, template_of
from simk8s.controlplane.statefulset.roster import Pod, Roster, parent_and_ordinal, pod_of
from tests.conformance import case
from tests.controlplane.bare_cluster import stateful_set

POLICIES = [("Retain", "Retain"), ("Retain", "Delete"), ("Delete", "Retain"), ("Delete", "Delete")]
policies = pytest.mark.parametrize(("scaled", "deleted"), POLICIES, ids=["/".join(policy) for policy in POLICIES])


def set_(name: str = "foo", **spec: Any) -> Object:
    object = stateful_set(name, 2, claims=True)
    object["spec"] |= spec
    object["metadata"] |= {"uid": f"uid-of-{name}", "namespace": "default", "generation": 1}
    return object


def desired(name: str = "foo", **spec: Any) -> Desired:
    return desired_of(set_(name, **spec), "A", "A", Options())


def pod(ordinal: int, wanted: Desired | None = None, *, uid: str = "pod-uid") -> Pod:
    """The Pod of that ordinal as the API would have it, Running and Ready."""
    wanted = wanted or desired()
    object = new_pod(wanted, ordinal, wanted.set["spec"]["template"], "A")
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    return pod_of({**object, "metadata": {**object["metadata"], "uid": uid}, "status": status})


@case("UT-2")
def test_ut_2_a_pod_is_a_member_of_one_set_only() -> None:  # STS-1
    assert parent_and_ordinal(pod(1).name)[0] == "foo"
    assert parent_and_ordinal(pod(1).name)[0] != "bar"
    assert parent_and_ordinal(pod(1, desired("foo-1")).name) == ("foo-1", 1)


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({"name": "goo-1"}, False),
        ({"namespace": "other"}, False),
        ({"labels": {"app": "foo"}}, False),
        ({"labels": {"app": "other", "statefulset.kubernetes.io/pod-name": "foo-1"}}, True),
    ],
    ids=["name", "namespace", "name label", "other labels"],
)
@case("UT-3")
def test_ut_3_what_makes_an_identity_match(changed: Object, result: bool) -> None:  # STS-53
    mine = pod(1)
    assert identity_matches(desired(), mine)
    altered = {**mine.object, "metadata": {**mine.object["metadata"], **changed}}
    assert identity_matches(desired(), pod_of(altered)) is result


STORAGES: list[list[Object]] = [
    [],
    [{"name": "other", "persistentVolumeClaim": {"claimName": "data-foo-1"}}],
    [{"name": "data"}],
    [{"name": "data", "persistentVolumeClaim": {"claimName": "data-foo-2"}}],
]
storages = pytest.mark.parametrize("volumes", STORAGES, ids=["none", "renamed", "no claim", "wrong claim"])


def with_volumes(mine: Pod, volumes: list[Object]) -> Pod:
    return pod_of({**mine.object, "spec": {**mine.object["spec"], "volumes": volumes}})


@storages
@case("UT-4")
def test_ut_4_what_makes_a_storage_match(volumes: list[Object]) -> None:  # STS-53
    assert storage_matches(desired(), pod(1))
    assert not storage_matches(desired(), with_volumes(pod(1), volumes))


@storages
@case("UT-5")
def test_ut_5_storage_and_identity_are_repaired(volumes: list[Object]) -> None:
    broken = with_volumes(pod(1), volumes).object
    broken = {**broken, "metadata": {**broken["metadata"], "namespace": "other", "labels": {"app": "foo"}}}
    fixed = pod_of(with_storage(desired(), with_identity(desired(), broken, 1), 1))
    assert identity_matches(desired(), fixed)
    assert storage_matches(desired(), fixed)
    assert fixed.object["metadata"]["labels"]["app"] == "foo"


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("volume-my-set-2", "my-set-2"),
        ("long-volume-my-set-20", "my-set-20"),
        ("volume-2-my-set", ""),
        ("volume-pod-2", ""),
    ],
)
@case("UT-6")
def test_ut_6_a_claims_name_tells_its_pod(claim: str, name: str) -> None:
    assert claim_pod_name("my-set", claim) == name


@case("UT-7")
def test_ut_7_without_a_policy_claims_are_retained() -> None:  # STS-5
    wanted = desired()
    assert (wanted.delete_claims_when_scaled, wanted.delete_claims_when_deleted) == (False, False)


@case("UT-9")
def test_ut_9_a_new_pods_controller_reference() -> None:  # STS-51
    assert controller_of(pod(0).object) == {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "name": "foo",
        "uid": "uid-of-foo",
        "controller": True,
        "blockOwnerDeletion": True,
    }


@case("UT-10")
def test_ut_10_a_revision_applied_gives_the_same_revision() -> None:  # STS-20, STS-23
    first = set_()
    first["metadata"]["annotations"] = {"why": "because"}
    revision = revision_of(first, 1, 0)
    spec = first["spec"]
    template = {**spec["template"], "spec": {"containers": [{"name": "main", "image": "other"}]}}
    second = {**first, "spec": {**spec, "template": template}}
    assert revision_of(second, 2, 0)["data"] != revision["data"]
    back = {**second, "spec": {**spec, "template": template_of(revision)}}
    assert revision_of(back, 1, 0) == revision
    assert revision["metadata"]["annotations"] == {"why": "because"}
    stored = [with_time(revision), with_time(revision_of(second, 2, 0))]
    assert choose(back, stored, 0).update is stored[0]


def with_time(revision: Object) -> Object:
    return {**revision, "metadata": {**revision["metadata"], "creationTimestamp": "2024-01-01T00:00:00Z"}}


# Claims and their owners


def claim(ordinal: int, *references: Object, wanted: Desired | None = None) -> Object:
    wanted = wanted or desired()
    template = wanted.set["spec"]["volumeClaimTemplates"][0]
    made = new_claim(wanted, template, ordinal)
    return {**made, "metadata": {**made["metadata"], "ownerReferences": list(references)}}


def by_policy(scaled: str, deleted: str) -> Desired:
    return desired(persistentVolumeClaimRetentionPolicy={"whenScaled": scaled, "whenDeleted": deleted})


def right_owners(wanted: Desired, mine: Pod) -> list[Object]:
    """The table of STS-61."""
    if wanted.delete_claims_when_scaled and mine.ordinal >= wanted.end:
        return [owner_reference(mine.object)]
    return [owner_reference(wanted.set)] if wanted.delete_claims_when_deleted else []


@policies
@pytest.mark.parametrize("ordinal", [1, 5], ids=["in range", "condemned"])
@case("PC-15")
def test_pc_15_claims_match_their_policy_only_with_the_right_owners(scaled: str, deleted: str, ordinal: int) -> None:
    wanted, mine = by_policy(scaled, deleted), pod(ordinal)
    right = right_owners(wanted, mine)
    choices = [[], [owner_reference(wanted.set)], [owner_reference(mine.object)]]
    for references in choices:
        held = {"data-foo-" + str(ordinal): claim(ordinal, *references)}
        assert need_repair(wanted, mine, held) is (references != right)


@policies
@pytest.mark.parametrize("ordinal", [1, 5], ids=["in range", "condemned"])
@case("UT-8")
def test_ut_8_owners_are_added_removed_and_recognised(
    scaled: str, deleted: str, ordinal: int
) -> None:  # STS-61, STS-65
    wanted, mine = by_policy(scaled, deleted), pod(ordinal)
    right = right_owners(wanted, mine)
    foreign = {"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": "x"}
    for before in ([], [owner_reference(wanted.set)], [owner_reference(mine.object)]):
        once = repaired_owners(wanted, mine, claim(ordinal, foreign, *before))
        after = [foreign, *before] if once is None else once
        assert after == [foreign, *right]
        assert repaired_owners(wanted, mine, claim(ordinal, *after)) is None  # idempotent
    stale = {**owner_reference(wanted.set), "uid": "former"}
    assert repaired_owners(wanted, mine, claim(ordinal, stale)) is None  # not ours, and not touched


def planned(held: dict[str, Object], pods: list[Pod], **spec: Any) -> list[Action]:
    roster = Roster()
    for mine in pods:
        roster.put(mine)
    retention = {"whenScaled": "Delete", "whenDeleted": "Retain"}
    templates = [{"metadata": {"name": name}, "spec": {}} for name in ("data", "logs")]
    wanted = desired(persistentVolumeClaimRetentionPolicy=retention, volumeClaimTemplates=templates, **spec)
    return list(plan(replace(wanted, replicas=1), roster, held, now=0.0))


MINE = {"apiVersion": "v1", "kind": "Pod", "name": "foo-0", "uid": "pod-uid"}
FORMER = {**MINE, "uid": "former"}


@pytest.mark.parametrize(
    ("owners", "there", "stale"),
    [
        ([None, None], False, False),
        ([None, ()], False, False),
        ([(MINE,), (MINE,)], True, False),
        ([(FORMER,), ()], False, True),
        ([(FORMER,), None], False, True),
        ([(), (FORMER,)], False, True),
        ([(MINE,), ()], False, True),
    ],
    ids=["both missing", "one missing", "of this Pod", "stale and there", "stale and missing", "one stale", "no Pod"],
)
@case("PC-20")
def test_pc_20_a_stale_claim_keeps_its_pod_from_being_made(
    owners: list[tuple[Object, ...] | None], there: bool, stale: bool
) -> None:  # STS-66
    held = {
        f"{name}-foo-0": claim(0, *references)
        for name, references in zip(("data", "logs"), owners, strict=True)
        if references is not None
    }
    creates = [act for act in planned(held, [pod(0)] if there else []) if isinstance(act, CreatePod)]
    assert bool(creates) is (not there and not stale)
