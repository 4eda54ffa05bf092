"""Conditions such as `pod/mysql-0 Ready`, as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.api.resources import Registry
from simk8s.cluster.condition import parse
from simk8s.errors import Place, SimError

READY: dict[str, Any] = {
    "kind": "Pod",
    "metadata": {"name": "mysql-0"},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("pod/mysql-0 Ready", True),
        ("po/mysql-0 ready", True),
        ("pod/mysql-0 not Ready", False),
        ("pod/mysql-0 Running", True),
        ("pod/mysql-0 Pending", False),
        ("pod/mysql-0 exists", True),
        ("pod/mysql-0 deleted", False),
        ("pod/mysql-0 Terminating", False),
    ],
)
def test_a_ready_pod_is_ready_running_and_there(text: str, holds: bool) -> None:
    assert parse(text, Registry()).holds(READY) is holds


def test_an_object_that_is_not_there_is_deleted_and_nothing_else() -> None:
    assert parse("pod/mysql-0 deleted", Registry()).holds(None)
    assert not parse("pod/mysql-0 Ready", Registry()).holds(None)
    assert not parse("pod/mysql-0 not Ready", Registry()).holds(None)


def test_a_set_is_ready_when_all_its_replicas_are() -> None:
    found: dict[str, Any] = {"kind": "StatefulSet", "metadata": {"generation": 2}, "spec": {"replicas": 3}}
    ready = parse("sts/mysql Ready", Registry())
    assert not ready.holds({**found, "status": {"observedGeneration": 1, "readyReplicas": 3}})
    assert ready.holds({**found, "status": {"observedGeneration": 2, "readyReplicas": 3}})


@pytest.mark.parametrize("text", ["", "mysql-0 Ready", "pod/mysql-0", "pod/mysql-0 really Ready", "pot/mysql-0 Ready"])
def test_what_is_no_condition_is_refused_with_its_place_and_an_example(text: str) -> None:
    with pytest.raises(SimError) as error:
        parse(text, Registry(), place=Place("x.yaml", 7, 5))
    assert error.value.code == "SK503"
    assert "x.yaml:7:5" in str(error.value)
    assert "pod/mysql-0 Ready" in error.value.hint
