"""Kubernetes' end-to-end tests: identity, storage, adoption, start ordinals."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.objects import Object, controller_of
from tests.conformance import case, row
from tests.conformance.web import Web, is_ready


def released_in_turn() -> tuple[Web, list[list[int]]]:
    """Three Pods that wait for their marker, released one by one; and which existed before each release."""
    web, seen = Web(3, claims=True), []
    for ordinal in range(3):
        web.run(30)
        seen.append(list(web.pods()))
        web.release(ordinal)
    return web.run(30), seen


@case("E-1")
def test_e_1_pods_appear_in_order_each_after_the_release_of_the_one_before() -> None:
    web, seen = released_in_turn()
    assert seen == [[0], [0, 1], [0, 1, 2]]
    assert [web.exec(ordinal, "hostname") for ordinal in range(3)] == ["ss-0\n", "ss-1\n", "ss-2\n"]
    assert [pod["spec"]["subdomain"] for pod in web.pods().values()] == ["test"] * 3


@case("E-2")
def test_e_2_files_survive_scaling_to_nothing_and_back() -> None:
    web, _ = released_in_turn()
    for ordinal in range(3):
        web.exec(ordinal, "hostname > /data/host")
    volumes = [web.claim(ordinal)["spec"]["volumeName"] for ordinal in range(3)]
    web.scale(0).run()
    assert web.pods() == {}
    web.scale(3).ready()
    assert [web.claim(ordinal)["spec"]["volumeName"] for ordinal in range(3)] == volumes
    assert [web.exec(ordinal, "cat /data/host") for ordinal in range(3)] == ["ss-0\n", "ss-1\n", "ss-2\n"]
    assert web.exec(2, "echo more >> /data/host; tail -n 1 /data/host") == "more\n"


@pytest.fixture
def one() -> Web:
    return Web(1, claims=True).ready()


def labels_of(web: Web) -> Object:
    return dict(web.pod(0)["metadata"]["labels"])


@case("E-3")
def test_e_3_a_pod_whose_owner_was_removed_is_adopted_again(one: Web) -> None:  # STS-15
    uids = one.uids()
    one.edit_meta("Pod", "ss-0", ownerReferences=None).run()
    assert (controller_of(one.pod(0)) or {})["uid"] == one.set["metadata"]["uid"]
    assert one.uids() == uids


@case("E-4")
def test_e_4_a_pod_whose_labels_no_longer_match_is_released_and_blocks_its_name(one: Web) -> None:  # STS-16
    uids = one.uids()
    one.edit_meta("Pod", "ss-0", labels={**labels_of(one), "app": "other"}).run()
    assert controller_of(one.pod(0)) is None
    assert one.uids() == uids
    assert one.status["replicas"] == 0


@case("E-5")
def test_e_5_a_released_pod_whose_labels_are_back_is_adopted_again(one: Web) -> None:
    uids, labels = one.uids(), labels_of(one)
    one.edit_meta("Pod", "ss-0", labels={**labels, "app": "other"}).run()
    one.edit_meta("Pod", "ss-0", labels=labels).run()
    assert controller_of(one.pod(0)) is not None
    assert one.uids() == uids


@case("E-6")
def test_e_6_pod_0_is_made_again_while_pod_1_is_not_ready() -> None:
    web = Web(2, claims=True).run(20)
    web.release(0).run(20)
    assert [is_ready(pod) for pod in web.pods().values()] == [True, False]
    uid = web.uids()[0]
    web.delete(0).run(40)
    assert web.uids()[0] != uid
    assert [pod["status"]["phase"] for pod in web.pods().values()] == ["Running", "Running"]
    assert [is_ready(pod) for pod in web.pods().values()] == [True, False]
    web.release(1).run(20)
    assert [is_ready(pod) for pod in web.pods().values()] == [True, True]


@pytest.mark.parametrize(
    ("before", "replicas", "after", "then", "ordinals"),
    [
        row("E-50", None, 2, {"start": 2}, 3, [2, 3, 4]),
        row("E-51", {"start": 2}, 2, {"start": 4}, 2, [4, 5]),
        row("E-52", {"start": 3}, 2, {"start": 2}, 2, [2, 3]),
        row("E-53", {"start": 3}, 2, None, 2, [0, 1]),
    ],
)
def test_the_set_moves_with_its_start_ordinal(
    before: Any, replicas: int, after: Any, then: int, ordinals: list[int]
) -> None:  # STS-2
    web = Web(replicas, ordinals=before).ready()
    web.change(ordinals=after, replicas=then).run(240)
    assert list(web.pods()) == ordinals
    assert web.status["readyReplicas"] == then
