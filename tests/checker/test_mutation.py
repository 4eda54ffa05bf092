"""A manifest that survives every crash, and what the checker says when one of its lines is changed."""

from __future__ import annotations

from collections.abc import Callable
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


def until(at: str) -> Callable[[Exploration], None]:
    """Stop once a hole is known at a command that begins so."""

    def look(found: Exploration) -> None:
        bad = [number for number, result in found.results.items() if not result.is_ok and result.is_known]
        if any(found.survey.crashes[number].point.command.startswith(at) for number in bad):
            raise Enough

    return look


@pytest.mark.slow
@pytest.mark.parametrize("mutation", HARMFUL, ids=lambda mutation: mutation.name)
def test_a_harmful_change_is_a_hole(mutation: Mutation) -> None:
    text = setup(mutated(TEXT, mutation), 2)
    if not mutation.at:
        found = report(exploration.run(text, crashes=0))
        assert [hole["where"] for hole in found["holes"]] == ["none"], mutation.why
        return
    found = report(exploration.run(text, only=near(mutation), tell=until(mutation.at)))
    assert found["crash_free"]["ok"]
    assert any(hole["command"].startswith(mutation.at) for hole in found["holes"]), mutation.why


@pytest.mark.slow
@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_a_harmless_change_is_none(mutation: Mutation) -> None:
    found = report(exploration.run(setup(mutated(TEXT, mutation), 2), only=near(mutation)))
    assert found["complete"] and found["holes"] == [] and found["totals"]["not_known"] == 0, mutation.why
    assert found["totals"]["judged"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("mutation", [None, *(m for m in HARMLESS if m.name == "data not synced")], ids=str)
def test_what_is_not_synced_goes_with_the_power(mutation: Mutation | None) -> None:
    """MYSQLD-51: a process that is killed loses nothing that was written, a node without power does."""

    def is_power_lost(crash: Crash) -> bool:
        return crash.unsynced == "lost" and (crash.point.pod, crash.point.container) == ("mysql-0", "replication")

    text = TEXT if mutation is None else mutated(TEXT, mutation)
    found = report(exploration.run(setup(text, 2), power_loss=True, only=is_power_lost))
    assert found["complete"] and found["totals"]["judged"] > 5
    assert {point["unsynced"] for point in found["points"]} == {"lost"}
    assert bool(found["holes"]) == (mutation is not None)


@pytest.mark.slow
def test_the_safe_manifest_survives_every_crash() -> None:
    found = report(exploration.run(setup(TEXT, 2), jobs=2))
    assert found["complete"] and found["holes"] == [] and found["totals"]["not_known"] == 0
