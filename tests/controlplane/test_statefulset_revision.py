"""The history of a set's template (STS-20 to STS-25)."""

from __future__ import annotations

import pytest

from simk8s.api.objects import labels, name
from simk8s.controlplane.statefulset import revision as revisions
from simk8s.controlplane.statefulset.roster import parent_and_ordinal
from tests.conformance import case, row
from tests.controlplane.set_bench import POLICIES, Bench

policies = pytest.mark.parametrize("policy", POLICIES)


@case("U-17")
def test_u_17_the_first_sync_makes_revision_one() -> None:
    b = Bench(1)
    (revision,) = b.history()
    assert revision["revision"] == 1
    assert b.status["currentRevision"] == b.status["updateRevision"] == name(revision)
    assert name(revision) == f"foo-{labels(revision)['controller.kubernetes.io/hash']}"
    assert labels(revision)["app"] == "foo"


@case("U-18")
def test_u_18_a_new_template_is_a_new_revision_and_the_current_one_stays() -> None:
    b = Bench(1)
    b.all_ready()
    first = b.status["currentRevision"]
    b.image("b")
    assert [revision["revision"] for revision in b.history()] == [1, 2]
    assert (b.status["currentRevision"], b.status["updateRevision"]) == (first, name(b.history()[1]))


@case("D-33")
def test_d_33_what_is_not_in_the_template_makes_no_revision() -> None:  # STS-20
    b = Bench(1)
    b.all_ready()
    uid = b.uid(0)
    b.change(replicas=2, minReadySeconds=1, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 1}})
    assert b.set["metadata"]["generation"] == 2
    assert len(b.history()) == 1
    assert b.uid(0) == uid


@case("U-19")
def test_u_19_an_unchanged_template_makes_no_revision() -> None:  # STS-23 a
    b = Bench(1)
    b.all_ready()
    b.image("b")
    b.all_ready()
    before = b.history()
    b.change(replicas=2)
    assert b.history() == before


@case("U-20")
def test_u_20_going_back_uses_the_old_revision_again_with_a_new_number() -> None:  # STS-23 b
    b = Bench(1)
    b.all_ready()
    first = name(b.history()[0])
    template = b.set["spec"]["template"]
    for image in ("b", "c"):
        b.image(image)
        b.all_ready()
    b.change(template=template)
    assert [(revision["revision"], name(revision) == first) for revision in b.history()] == [
        (2, False),
        (3, False),
        (4, True),
    ]
    assert b.status["updateRevision"] == first


@case("D-32")
def test_d_32_there_and_back_makes_two_revisions() -> None:  # STS-23
    b = Bench(1)
    b.all_ready()
    first, template = name(b.history()[0]), b.set["spec"]["template"]
    b.image("b")
    b.all_ready()
    b.change(template=template)
    assert [revision["revision"] for revision in b.history()] == [2, 3]
    assert name(b.history()[1]) == first


@policies
@pytest.mark.parametrize(("before", "after"), [row("U-35", 3, 3), row("U-36", 3, 5), row("U-37", 5, 3)])
def test_a_rollback_brings_all_pods_back(policy: str, before: int, after: int) -> None:  # STS-23
    b = Bench(before, podManagementPolicy=policy)
    b.all_ready()
    template, old = b.set["spec"]["template"], b.revisions()
    b.image("b")
    b.all_ready()
    b.change(replicas=after)
    b.all_ready()
    b.change(template=template)
    b.all_ready()
    assert b.revisions() == [old[0]] * after
    assert b.status["updateRevision"] == b.status["currentRevision"] == old[0]


@policies
@case("U-34")
def test_u_34_no_more_than_the_limit_of_dead_revisions_is_kept(policy: str) -> None:  # STS-25, STS-48
    b = Bench(3, podManagementPolicy=policy, revisionHistoryLimit=2)
    for number in range(10):
        b.image(f"image-{number}")
        b.all_ready()
        assert len(b.history()) <= 2 + 1
    assert [revision["revision"] for revision in b.history()] == [9, 10, 11]


def test_revisions_that_pods_still_have_are_kept() -> None:  # STS-25
    b = Bench(2, revisionHistoryLimit=0)
    b.all_ready()
    for number in range(4):
        b.image(f"image-{number}")
    assert {*b.revisions()} <= {name(revision) for revision in b.history()}


@case("S-23")
def test_s_23_an_orphan_revision_is_adopted() -> None:  # STS-17
    b = Bench(1)
    (revision,) = b.history()
    b.store.update({**revision, "metadata": {**revision["metadata"], "ownerReferences": []}}, by=b.user)
    b.change(replicas=2)
    assert b.history()[0]["metadata"]["ownerReferences"][0]["uid"] == b.set["metadata"]["uid"]


def test_a_name_that_is_taken_by_other_content_is_avoided() -> None:  # STS-24
    b = Bench(1)
    b.all_ready()
    template = b.set["spec"]["template"]
    container = {**template["spec"]["containers"][0], "image": "b"}
    changed = {**template, "spec": {**template["spec"], "containers": [container]}}
    wanted = revisions.revision_of({**b.set, "spec": {**b.set["spec"], "template": changed}}, 2, 0)
    meta = {"name": name(wanted), "namespace": "default"}
    b.store.create({"kind": "ControllerRevision", "metadata": meta, "data": {"other": 1}, "revision": 9}, by=b.user)
    b.change(template=changed)
    assert b.status["collisionCount"] == 1
    assert b.status["updateRevision"] not in ("", name(wanted))


def test_the_hash_is_that_of_the_real_controllers_recipe() -> None:  # STS-21
    set_ = {"metadata": {"name": "x" * 300}}
    full, hash = revisions.name_of(set_, {"a": 1}, 0)
    assert full == "x" * 223 + "-" + hash
    assert {*hash} <= {*"bcdfghjklmnpqrstvwxz2456789"}
    value = 2166136261
    for byte in b'{"a":1}0':
        value = (value * 16777619) % 2**32 ^ byte
    assert hash == "".join("bcdfghjklmnpqrstvwxz2456789"[ord(digit) % 27] for digit in str(value))


@pytest.mark.parametrize(
    ("pod", "result"),
    [
        ("foo-1", ("foo", 1)),
        ("1-bar", ("", -1)),
        ("my-set-2", ("my-set", 2)),
        ("long-volume-my-set-20", ("long-volume-my-set", 20)),
        ("volume-2-my-set", ("", -1)),
    ],
)
@case("UT-1")
def test_ut_1_a_pods_name_tells_its_set_and_ordinal(pod: str, result: tuple[str, int]) -> None:  # STS-1
    assert parent_and_ordinal(pod) == result
