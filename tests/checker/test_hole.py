"""How holes are told, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from simk8s.checker.crash import Crash
from simk8s.checker.hole import order_of, story
from simk8s.checker.known import Result
from simk8s.faults import CrashPoint


@pytest.mark.parametrize(
    ("victim", "told"),
    [
        ("db-1/clone", "container db-1/clone right before it"),
        ("db-1/mysql", "container db-1/mysql, a neighbour, right before it"),
        ("db-0/mysql", "container db-0/mysql, in another Pod, right before it"),
    ],
)
def test_a_story_says_where_the_container_that_is_killed_stands(victim: str, told: str) -> None:
    point = CrashPoint("default", "db-1", "clone", 1, 7, "ncat db-0 3307", "db.yaml", 12)
    lines = story(Crash(point, 1, 2.5, "container", victim), Result({"db-1": "ok"}, {}, {}))
    assert f"killed: {told}, 2.5 s after the start" in lines


def test_what_can_be_mended_in_the_manifests_comes_before_what_is_an_images() -> None:
    def hole(file: str, line: int) -> dict[str, Any]:
        return {"file": file, "line": line, "pod": "db-0", "killed": "db-0/mysql", "word": "stuck"}

    found = [hole("/entrypoint.sh", 9), hole("db.yaml", 30), hole("db.yaml", 7), hole("", 0)]
    ordered = sorted(found, key=lambda one: order_of(one, {"db.yaml"}))
    assert [(one["file"], one["line"]) for one in ordered] == [
        ("", 0),
        ("db.yaml", 7),
        ("db.yaml", 30),
        ("/entrypoint.sh", 9),
    ]
