"""Kubernetes' end-to-end tests: rolling updates, rollbacks, partitions, OnDelete, maxUnavailable, minReadySeconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simk8s.api.objects import Object, is_terminating
from tests.conformance import case, row
from tests.conformance.web import A, B, Web, is_ready

FROM_THE_TOP = ["delete 2", "create 2", "delete 1", "create 1", "delete 0", "create 0"]


def broken_then_updated(web: Web, image: str) -> Web:
    web.break_readiness(1)
    assert not is_ready(web.pod(1))
    return web.image(image).run()


def blocked_update(claims: bool) -> Web:
    """E-7: three Ready at A, Pod 1 broken, then image B."""
    return broken_then_updated(Web(3, claims=claims).ready(), B)


def repaired_update(claims: bool) -> Web:
    """E-8: ... and repaired."""
    return blocked_update(claims).repair(1).ready()


def blocked_rollback(claims: bool) -> Web:
    """E-9: Pod 1 broken at B, then image A."""
    return broken_then_updated(repaired_update(claims), A)


def repaired_rollback(claims: bool) -> Web:
    """E-10: ... and repaired."""
    return blocked_rollback(claims).repair(1).ready()


def is_blocked_update(web: Web) -> None:
    assert web.images() == [A] * 3
    assert web.acts() == ["create 0", "create 1", "create 2"]
    assert [web.status["currentRevision"], web.status["updateRevision"]] == web.history()
    assert len(web.history()) == 2


def is_repaired_update(web: Web) -> None:
    assert web.acts()[3:] == FROM_THE_TOP
    assert web.images() == [B] * 3
    assert web.status["currentRevision"] == web.status["updateRevision"] == web.history()[-1]


def is_blocked_rollback(web: Web) -> None:
    assert web.images() == [B] * 3
    assert len(web.history()) == 2  # the old revision was raised, not made anew
    newer, older = web.history()[-1], web.history()[0]
    assert web.status["updateRevision"] == newer
    assert web.status["currentRevision"] == older == web.revisions()[0]


def is_repaired_rollback(web: Web) -> None:
    assert web.acts()[9:] == FROM_THE_TOP
    assert web.images() == [A] * 3
    assert web.status["currentRevision"] == web.status["updateRevision"] == web.history()[-1]


@pytest.mark.parametrize(
    ("stage", "holds"),
    [
        row("E-7", blocked_update, is_blocked_update),
        row("E-8", repaired_update, is_repaired_update),
        row("E-9", blocked_rollback, is_blocked_rollback),
        row("E-10", repaired_rollback, is_repaired_rollback),
    ],
)
def test_an_update_and_a_rollback_with_claims(stage: Callable[[bool], Web], holds: Callable[[Web], None]) -> None:
    holds(stage(True))


@case("E-11")
@pytest.mark.parametrize(
    ("stage", "holds"),
    [
        (blocked_update, is_blocked_update),
        (repaired_update, is_repaired_update),
        (blocked_rollback, is_blocked_rollback),
        (repaired_rollback, is_repaired_rollback),
    ],
    ids=["as-E-7", "as-E-8", "as-E-9", "as-E-10"],
)
def test_e_11_an_update_and_a_rollback_without_claims(
    stage: Callable[[bool], Web], holds: Callable[[Web], None]
) -> None:
    holds(stage(False))


def frozen() -> Web:
    """E-12: partition 3 of 3, image B."""
    web = Web(3).strategy(3).ready()
    return web.image(B).run()


def canary() -> Web:
    """E-13: ... partition 2."""
    return frozen().strategy(2).ready()


def canary_with_deaths() -> Web:
    """E-14: ... Pods 0 and 2 deleted by hand."""
    return canary().delete(0, 2).run(20).ready()


@case("E-12")
def test_e_12_a_partition_as_high_as_the_set_freezes_it() -> None:
    web = frozen()
    assert web.images() == [A] * 3
    assert web.status["currentRevision"] != web.status["updateRevision"]
    assert web.status["updatedReplicas"] == 0


@case("E-13")
def test_e_13_lowering_the_partition_lets_exactly_one_pod_through() -> None:
    web = canary()
    assert web.images() == [A, A, B]
    assert web.acts()[3:] == ["delete 2", "create 2"]


@case("E-14")
def test_e_14_deleted_pods_come_back_on_their_side_of_the_partition() -> None:  # STS-30
    assert canary_with_deaths().images() == [A, A, B]


@case("E-15")
def test_e_15_lowering_the_partition_step_by_step_completes_the_update() -> None:
    web = canary_with_deaths()
    web.strategy(1).ready()
    assert web.images() == [A, B, B]
    web.strategy(0).ready()
    assert web.images() == [B, B, B]
    assert web.status["currentRevision"] == web.status["updateRevision"]
    assert web.status["updatedReplicas"] == 3


SCRIPT = """
case $(hostname) in *-0) trap 'exit 1' TERM;; *) trap 'exit 0' TERM;; esac
while :; do sleep 1; done
"""
FAILS_IN_POD_0: Object = {"name": "second", "image": "busybox:1.36", "command": ["sh", "-c", SCRIPT]}


def held(name: str, *beside: Object) -> Web:
    """E-16: 0 at A below the partition, 1 and 2 at B, and a finalizer on Pod 0, which is then deleted."""
    web = Web(3, name=name, beside=beside).strategy(1).ready()
    web.image(B).ready()
    web.edit_meta("Pod", f"{name}-0", finalizers=["example.com/hold"])
    return web.delete(0).run(60)


def let_go(web: Web) -> Web:
    return web.edit_meta("Pod", f"{web.name}-0", finalizers=None).ready()


@case("E-16")
def test_e_16_a_finalizer_keeps_a_deleted_pod_below_the_partition() -> None:
    web = held("ss2")
    assert web.images() == [A, B, B]
    assert is_terminating(web.pod(0))
    assert (web.status["updatedReplicas"], web.status["readyReplicas"]) == (2, 2)


@case("E-17")
def test_e_17_a_pod_that_is_let_go_comes_back_at_the_old_revision() -> None:
    web = held("ss2")
    uid = web.uids()[0]
    let_go(web)
    assert web.uids()[0] != uid
    assert web.images() == [A, B, B]
    assert (web.status["updatedReplicas"], web.status["readyReplicas"]) == (2, 3)


@case("E-18")
def test_e_18_a_container_that_fails_while_it_is_stopped_changes_nothing() -> None:
    web = held("ss3", FAILS_IN_POD_0)
    mark = web.mark
    assert web.pod(0)["status"]["phase"] == "Failed"
    let_go(web)
    assert web.images() == [A, B, B]
    assert (web.status["updatedReplicas"], web.status["readyReplicas"]) == (2, 3)
    assert web.acts(mark) == ["create 0"]  # no second delete


@case("E-19")
def test_e_19_on_delete_deleted_pods_come_back_unchanged() -> None:
    web = Web(3, updateStrategy={"type": "OnDelete"}).ready()
    web.delete(0, 1, 2).run(20).ready()
    assert web.images() == [A] * 3


@case("E-20")
def test_e_20_on_delete_a_new_template_touches_nothing() -> None:
    web = Web(3, updateStrategy={"type": "OnDelete"}).ready()
    uids = web.uids()
    web.image(B).run(120)
    assert web.uids() == uids
    assert web.status["currentRevision"] != web.status["updateRevision"]


@case("E-21")
def test_e_21_on_delete_pods_deleted_afterwards_come_back_changed() -> None:
    web = Web(3, updateStrategy={"type": "OnDelete"}).ready()
    web.image(B).run().delete(0, 1, 2).run(20).ready()
    assert web.images() == [B] * 3


# minReadySeconds and availability


@case("E-38")
def test_e_38_without_min_ready_seconds_ready_is_available() -> None:
    assert Web(1).ready().status["availableReplicas"] == 1


def slow() -> Web:
    return Web(2, minReadySeconds=30)


@case("E-39")
def test_e_39_with_min_ready_seconds_nothing_is_available_at_first() -> None:
    web = slow()
    for _ in range(30):
        web.run(1)
        assert web.status.get("availableReplicas", 0) == 0
    assert web.status["readyReplicas"] == 1
    assert list(web.pods()) == [0]


@case("E-40")
def test_e_40_ready_for_long_enough_is_available() -> None:
    web = slow().run(120)
    assert web.status["availableReplicas"] == 2


@case("E-41")
def test_e_41_raising_min_ready_seconds_makes_pods_unavailable() -> None:
    web = slow().run(120).change(minReadySeconds=3600).run(5)
    assert (web.status["availableReplicas"], web.status["readyReplicas"]) == (0, 2)


@case("E-42")
def test_e_42_lowering_it_to_nothing_makes_them_available() -> None:
    web = slow().run(120).change(minReadySeconds=3600).run(5).change(minReadySeconds=0).run(5)
    assert web.status["availableReplicas"] == 2
    assert "availableReplicas: 2" in web.kubectl("get statefulset ss -o yaml")


# maxUnavailable


def largest_gap(web: Web, since: int) -> int:
    """The most Pods of the set that were not Ready at any moment since."""
    return max(web.spec["replicas"] - sum(map(is_ready, pods.values())) for _, pods in web.versions(since))


@case("E-54")
def test_e_54_an_ordered_set_takes_batches_away_and_brings_them_back_singly() -> None:  # STS-58
    web = Web(5).strategy(0, maxUnavailable=2).ready()
    mark = web.mark
    web.image(B).run(120)
    web.ready()
    assert web.acts(mark) == [
        *("delete 4", "delete 3", "create 3", "create 4"),
        *("delete 2", "delete 1", "create 1", "create 2"),
        *("delete 0", "create 0"),
    ]
    assert web.images() == [B] * 5
    assert largest_gap(web, mark) == 2


@case("E-55")
def test_e_55_a_parallel_set_brings_both_of_a_batch_back_at_once() -> None:  # STS-58
    web = Web(5, podManagementPolicy="Parallel").strategy(0, maxUnavailable=2).ready()
    mark = web.mark
    web.image(B).run(120)
    web.ready()
    assert web.acts(mark)[:2] == ["delete 4", "delete 3"]
    assert web.images() == [B] * 5
    assert largest_gap(web, mark) == 2
    created = [act for act in web.acts(mark) if act.startswith("create")]
    assert sorted(created[:2]) == ["create 3", "create 4"]


@case("E-56")
def test_e_56_the_next_deletion_waits_until_enough_pods_were_ready_for_long_enough() -> None:  # STS-56
    web = Web(4, minReadySeconds=15).strategy(0, maxUnavailable=2)
    web.run(150)
    assert web.status["availableReplicas"] == 4
    mark = web.mark
    web.image(B).run(240)
    assert web.images() == [B] * 4
    deletes = [time for time, act in web.timed_acts(mark) if act.startswith("delete")]
    ready = [time for time, _ in web.readied(mark)][-4:]
    assert len(deletes) == 4
    assert deletes[2] >= ready[1] + 15
