"""Choices: one question, several ways to answer it, and a token that repeats the answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simk8s.errors import SimError
from simk8s.sim import Exploring, Replayed, Seeded, Simulation, chooser_from_token, token_of

QUESTIONS = st.lists(st.tuples(st.integers(1, 50), st.sampled_from(["pull", "probe", "order"])), max_size=30)


@given(QUESTIONS, st.integers(0, 9))
def test_the_same_seed_gives_the_same_answers(questions: list[tuple[int, str]], seed: int) -> None:
    first, second = Simulation(seed=seed), Simulation(seed=seed)
    assert [first.choose(*q) for q in questions] == [second.choose(*q) for q in questions]


@given(QUESTIONS, st.integers(0, 9))
def test_a_replayed_run_gives_the_answers_of_the_recorded_one(questions: list[tuple[int, str]], seed: int) -> None:
    recorded = Simulation(seed=seed)
    answers = [recorded.choose(*question) for question in questions]
    replayed = Simulation(chooser=Replayed(recorded.chance.answers, Seeded(seed + 1)))
    assert [replayed.choose(*question) for question in questions] == answers


@given(QUESTIONS)
def test_every_answer_is_in_range(questions: list[tuple[int, str]]) -> None:
    sim = Simulation(seed=3)
    assert all(0 <= sim.choose(n, label) < n for n, label in questions)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 999)))
def test_a_token_round_trips(seed: int, answers: list[int]) -> None:
    chooser = chooser_from_token(token_of(seed, answers))
    assert [chooser.choose(1000, "x") for _ in answers] == answers
    assert chooser.choose(10**6, "tail") == Seeded(seed).choose(10**6, "tail")


def test_a_new_kind_of_choice_does_not_disturb_the_others() -> None:
    alone, mixed = Seeded(1), Seeded(1)
    expected = [alone.choose(100, "pull") for _ in range(5)]
    got = []
    for _ in range(5):
        mixed.choose(100, "a new component")
        got.append(mixed.choose(100, "pull"))
    assert got == expected


def test_an_explorer_is_asked_every_real_choice_with_its_label() -> None:
    asked: list[tuple[int, str]] = []

    def decide(n: int, label: str) -> int:
        asked.append((n, label))
        return n - 1

    sim = Simulation(chooser=Exploring(decide))
    assert (sim.choose(3, "order"), sim.choose(1, "no choice")) == (2, 0)
    assert asked == [(3, "order")]


@pytest.mark.parametrize("token", ["", "v2.1", "v1.x", "v1.1.!!!", "hello"])
def test_a_text_that_is_no_token_is_refused_with_a_hint(token: str) -> None:
    with pytest.raises(SimError, match=r"SK501.*not a replay token"):
        chooser_from_token(token)


@given(st.floats(0.1, 100), st.floats(0.1, 1.0))
def test_a_lognormal_duration_is_positive_and_near_its_median(median: float, sigma: float) -> None:
    drawn = Simulation(seed=1).lognormal(median, sigma, "pull")
    assert median / 12 < drawn < median * 12
