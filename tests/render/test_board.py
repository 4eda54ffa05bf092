"""The board of a cluster, from objects alone."""

from __future__ import annotations

from typing import Any

from simk8s.render.board import Board, board

SET = {"kind": "StatefulSet", "name": "db", "uid": "1", "controller": True}


def pod(name: str, *, status: dict[str, Any] | None = None, node: str = "", owned: bool = True) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "initContainers": [{"name": "first"}, {"name": "second"}],
        "containers": [{"name": "main"}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": f"data-{name}"}}],
    }
    if node:
        spec["nodeName"] = node
    metadata: dict[str, Any] = {"name": name, "namespace": "default"}
    if owned:
        metadata["ownerReferences"] = [SET]
    return {"kind": "Pod", "metadata": metadata, "spec": spec, "status": status or {"phase": "Pending"}}


def claim(name: str, size: str = "") -> dict[str, Any]:
    status: dict[str, Any] = {"phase": "Bound", "capacity": {"storage": size}} if size else {"phase": "Pending"}
    return {"kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": "default"}, "status": status}


def node(name: str, ready: str = "True") -> dict[str, Any]:
    return {"kind": "Node", "metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


CLONING = {
    "phase": "Pending",
    "initContainerStatuses": [
        {"name": "first", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}},
        {"name": "second", "state": {"running": {}}, "restartCount": 2},
    ],
    "containerStatuses": [{"name": "main", "state": {"waiting": {"reason": "PodInitializing"}}}],
}


def test_pods_of_a_set_stand_in_the_order_of_their_ordinals() -> None:
    shown = board([pod("db-10"), pod("db-9"), pod("client", owned=False)], 0.0)
    assert [card.name for card in shown.pods] == ["client", "db-9", "db-10"]


def test_init_containers_are_numbered_steps_and_the_others_are_not() -> None:
    (card,) = board([pod("db-1", status=CLONING)], 0.0).pods
    assert [(entry.step, entry.name, entry.said) for entry in card.containers] == [
        (1, "first", "Completed"),
        (2, "second", "Running"),
        (0, "main", "PodInitializing"),
    ]


def test_what_failed_says_so_in_words_and_with_a_mark() -> None:
    ended = {"name": "main", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}
    shown = board([pod("db-0", status={"phase": "Running", "containerStatuses": [ended]})], 0.0)
    assert "✗ main: Error, exit status 1" in str(shown)


def test_a_claim_that_no_pod_uses_stays_on_the_board() -> None:
    shown = board([pod("db-0"), claim("data-db-0", "10Gi"), claim("data-db-1", "10Gi")], 0.0)
    assert [str(spare) for spare in shown.spare] == ["data-db-1 Bound, 10Gi"]


def test_a_claim_that_is_wanted_and_not_there_is_named() -> None:
    assert "data-db-0 missing" in str(board([pod("db-0")], 0.0))


def test_the_text_names_nodes_pods_and_what_is_in_them() -> None:
    objects = [
        node("node-1"),
        node("node-2", "Unknown"),
        pod("db-1", status=CLONING, node="node-1"),
        claim("data-db-1"),
    ]
    assert str(board(objects, 12.34)).splitlines() == [
        "after 12.3s of virtual time",
        "",
        "NODE     STATUS     PODS",
        "node-1   Ready      db-1",
        "node-2   NotReady   -",
        "",
        "POD    READY   STATUS     NODE     CLAIMS",
        "db-1   0/1     Init:1/2   node-1   data-db-1 Pending",
        "  ✓ 1 first: Completed",
        "  › 2 second: Running, restarted 2x",
        "  · main: PodInitializing",
    ]


def test_the_page_says_what_the_text_says() -> None:
    page = board([node("node-1"), pod("<db>", status=CLONING, owned=False)], 0.0)._repr_html_()
    assert "&lt;db&gt;" in page and "<db>" not in page
    for words in ("Init:1/2", "steps, one after the other", "PodInitializing", "restarted 2x", "on no node yet"):
        assert words in page
    assert "<script" not in page


def test_an_empty_cluster_has_a_board() -> None:
    empty = board([], 0.0)
    assert empty == Board(0.0, (), (), ()) and "0.0s" in str(empty) and empty._repr_html_()
