"""Who copied from whom, and who is how far behind, in the article's session."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s.scenario.opening import history_of
from simk8s.world import Chronicle
from simk8s.world.replicas import Positions, clones, clones_at, replicas


@pytest.fixture(scope="module")
def history() -> Chronicle:
    return history_of(str(Path(__file__).parents[2] / "scenarios" / "article.yaml"), None)


def test_each_replica_copies_from_its_neighbour(history: Chronicle) -> None:
    pairs = [(copy.source, copy.target) for copy in clones(history.records)]
    assert pairs == [(f"mysql-{n}/xtrabackup", f"mysql-{n + 1}/clone-mysql") for n in range(4)]


def test_a_copy_is_streamed_and_then_prepared(history: Chronicle) -> None:
    copy = clones(history.records)[0]
    assert copy.streamed is not None and copy.prepared is not None
    assert copy.begun < copy.streamed < copy.prepared

    [under_way] = clones_at(clones(history.records), copy.streamed + 0.1)
    assert under_way.streamed is not None and under_way.prepared is None
    assert clones_at(clones(history.records), copy.begun - 1) == []


def test_a_replica_is_behind_from_the_commit_until_it_has_applied_it(history: Chronicle) -> None:
    positions = Positions(history.records)
    commit = next(
        r for r in history.records if r.verb == "mysql.commit" and r.detail.get("statement") == "CREATE DATABASE test"
    )
    applied = next(r for r in history.records if r.verb == "mysql.apply" and r.object == "mysql-1")

    before, during = (replicas(history.at(seq=seq), positions) for seq in (commit.seq - 1, commit.seq))
    assert [one.behind_bytes for one in before] == [None, 0, 0]
    assert during[1].behind_bytes == 159 and during[1].behind_seconds == 0.0
    assert all(one.source == "mysql-0" for one in during[1:])

    later = {one.name: one for one in replicas(history.at(applied.time + 1), positions)}
    assert later["mysql-1"].behind_bytes == 0 and later["mysql-1"].behind_seconds is None
