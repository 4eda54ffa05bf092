"""A manifest that survives every crash, and what the checker says when one of its lines is changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path

import pytest

from simk8s.checker import exploration
from simk8s.checker.crash import Crash
from simk8s.checker.exploration import Enough, Exploration
from simk8s.checker.report import report
from simk8s.checker.setup import Setup
from simk8s.cluster.manifests import Source
from tests.checker.mutation import HARMFUL, HARMLESS, Mutation, mutated

FOLDER = Path(__file__).parents[2] / "scenarios" / "mysql-safe"
TEXT = (FOLDER / "statefulset.yaml").read_text()


def setup(text: str, replicas: int) -> Setup:
    others = [Source(name, (FOLDER / name).read_text()) for name in ("configmap.yaml", "services.yaml")]
    return Setup.of([*others, Source("statefulset.yaml", text.replace("replicas: 3", f"replicas: {replicas}"))], {})


def near(mutation: Mutation) -> Callable[[Crash], bool]:
    """The crashes at the points of the changed container in the Pod that tells, and those while everything serves."""

    def is_near(crash: Crash) -> bool:
        point = crash.point
        if point.where == "serving":
            return crash.kill == "pod" or crash.kills_itself
        told = point.pod == mutation.pod and point.container == mutation.container
        return told and point.file == "statefulset.yaml" and crash.kill == "container"

    return is_near


def enough(found: Exploration) -> None:
    """Stop once a hole is known."""
    if any(not result.is_ok and result.is_known for result in found.results.values()):
        raise Enough


@pytest.mark.slow
@pytest.mark.parametrize("mutation", HARMFUL, ids=lambda mutation: mutation.name)
def test_a_harmful_change_is_a_hole(mutation: Mutation) -> None:
    is_near = near(mutation)

    def tells(crash: Crash) -> bool:
        return bool(mutation.at) and is_near(crash) and crash.point.command.startswith(mutation.at)

    crashes = 1 if mutation.at else 0
    text = setup(mutated(TEXT, mutation), 2)
    found = report(exploration.run(text, crashes=crashes, only=tells, tell=enough))
    assert found["crash_free"]["ok"] == bool(mutation.at)
    assert found["holes"] and all(hole["command"].startswith(mutation.at) for hole in found["holes"]), mutation.why


@pytest.mark.slow
@pytest.mark.parametrize("mutations", HARMLESS.values(), ids=HARMLESS)
def test_harmless_changes_are_none(mutations: list[Mutation]) -> None:
    text = reduce(mutated, mutations, TEXT)
    found = report(exploration.run(setup(text, 2), only=near(mutations[0])))
    assert found["complete"] and found["holes"] == [] and found["totals"]["not_known"] == 0, mutations
    assert found["totals"]["judged"] > 10


@pytest.mark.slow
@pytest.mark.parametrize(("line", "is_synced"), [("sync", True), ("true", False)])
def test_what_is_not_synced_goes_with_the_power(line: str, is_synced: bool) -> None:
    """MYSQLD-51: a process that is killed loses nothing that was written, a node without power does."""

    def is_power_lost(crash: Crash) -> bool:
        at = crash.point
        return crash.unsynced in ("lost", "names") and (at.pod, at.container) == ("mysql-0", "replication")

    text = TEXT.replace("wait $!\n              sync", f"wait $!\n              {line}")
    found = report(exploration.run(setup(text, 2), power_loss=True, only=is_power_lost))
    assert found["complete"] and found["totals"]["judged"] > 5
    assert {point["unsynced"] for point in found["points"]} == ({"lost"} if is_synced else {"lost", "names"})
    assert bool(found["holes"]) == (not is_synced)


@pytest.mark.slow
def test_the_safe_manifest_survives_every_crash() -> None:
    found = report(exploration.run(setup(TEXT, 2)))
    assert found["complete"] and found["holes"] == [] and found["totals"]["not_known"] == 0
