"""Inside of one command only those crashes are tried between which the end changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simk8s.checker.crash import Crash
from simk8s.checker.known import Result
from simk8s.checker.stretch import Stretch
from simk8s.faults.point import CrashPoint

CRASH = Crash(CrashPoint("default", "web-0", "main", 0, 1, "true", "web.yaml", 1), 1, 0.0, "container", "web-0/main")


def explored(ends: list[str], begins: set[int]) -> tuple[Stretch, dict[int, str]]:
    """A stretch whose crashes come to these ends, tried until nothing is left to try; and what is said of each."""

    def result(number: int) -> Result:
        return Result({"web-0": ends[number]}, {}, {})

    stretch = Stretch([(number, CRASH) for number in range(len(ends))], begins, {n: result(n) for n in begins})
    while todo := stretch.todo():
        assert not {number for number, _ in todo} & stretch.results.keys()
        stretch.results |= {number: result(number) for number, _ in todo}
    said = {number: found.outcome["web-0"] for number, found in stretch.results.items()}
    return stretch, said | {number: said[like] for number, like in stretch.settled()}


pieces = st.lists(st.tuples(st.sampled_from(["ok", "stale", "stopped"]), st.integers(1, 30)), min_size=1, max_size=4)


@given(pieces, st.lists(st.integers(0, 119), max_size=4))
def test_every_change_that_shows_at_the_ends_is_found_exactly(parts: list[tuple[str, int]], some: list[int]) -> None:
    """Where the end changes at most once between two crashes that are tried in any case, nothing is said wrongly."""
    ends = [word for word, count in parts for _ in range(count)]
    starts = [sum(count for _, count in parts[:place]) for place in range(len(parts))]
    begins = {0, len(ends) - 1, *starts, *(number for number in some if number < len(ends))}
    _, said = explored(ends, begins)
    assert said == dict(enumerate(ends))


@given(st.lists(st.sampled_from(["ok", "stale"]), min_size=2, max_size=60))
def test_what_is_said_to_be_alike_lies_between_two_that_are(ends: list[str]) -> None:
    stretch, said = explored(ends, {0, len(ends) - 1})
    assert sorted(said) == list(range(len(ends)))
    tried = sorted(stretch.results)
    for low, high in pairwise(tried):
        assert high == low + 1 or said[low] == said[high]


def test_a_change_that_comes_with_another_stage_takes_one_more_crash() -> None:
    """What begins at 100 changes the end: the one before it is as the first, and so is all between."""
    stretch, _ = explored(["stale"] * 100 + ["ok"] * 100, {0, 100, 199})
    assert sorted(stretch.results) == [0, 99, 100, 199]
    assert stretch.width == 0


def test_a_change_elsewhere_is_found_by_halving() -> None:
    stretch, _ = explored(["stale"] * 70 + ["ok"] * 130, {0, 199})
    assert {69, 70} < stretch.results.keys()
    assert len(stretch.results) <= 2 + 1 + 8


def test_where_the_end_changes_for_another_victim_is_tried_first() -> None:
    """Two crashes are enough where it does so here, too; elsewhere that costs one more."""
    wanted = ["stale"] * 70 + ["ok"] * 130
    for likely, most in ((70, 2 + 2), (71, 2 + 2 + 8), (40, 2 + 2 + 8)):
        crashes = [(number, replace(CRASH, position=number + 1000)) for number in range(200)]
        results = {number: Result({"web-0": wanted[number]}, {}, {}) for number in range(200)}
        stretch = Stretch(crashes, {0, 199}, {0: results[0], 199: results[199]}, likely={likely + 1000})
        while todo := stretch.todo():
            stretch.results |= {number: results[number] for number, _ in todo}
        assert list(stretch.changes()) == [1070]
        assert len(stretch.results) <= most
