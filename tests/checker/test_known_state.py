"""Where a struck world is known again."""

from __future__ import annotations

import pickle
from pathlib import Path

from simk8s.checker.exploration import Exploration
from simk8s.checker.known import Known, Passed, Result
from tests.checker.test_exploration import explored

SCRIPT = """
PAUSE; touch /data/one
PAUSE; touch /data/two
touch /tmp/ready
sleep 100000
"""


def seconds_of_pods(found: Exploration) -> list[float]:
    """How long the worlds in which the Pod was asked to go went on, in the order of the crashes."""
    pods = [number for number, crash in enumerate(found.survey.crashes) if crash.kill == "pod"]
    return [found.results[number].seconds for number in pods if number in found.results]


def test_a_script_that_goes_on_at_once_is_known_at_its_next_command() -> None:
    """ENTRY-24: bash as process 1 does not hear SIGTERM, so it goes on until the grace period is over."""
    first, *others = seconds_of_pods(explored(SCRIPT.replace("PAUSE", "true")))
    assert first > 30
    assert any(seconds < 0.1 for seconds in others)


def test_a_script_that_takes_its_time_is_not() -> None:
    """How much of the grace period is left then makes a difference."""
    assert min(seconds_of_pods(explored(SCRIPT.replace("PAUSE", "sleep 1")))[:2]) > 30


def test_what_is_shelved_is_known_to_all_that_it_is_sent_to_and_so_is_what_comes_later(tmp_path: Path) -> None:
    known = Known()
    known.add("crash 1", Result({"web-0": "ok"}, {}, {}, passed=(Passed(b"early", {}),)))
    known.shelve(tmp_path / "shelf")
    known.add("crash 2", Result({"web-0": "stuck"}, {}, {}, passed=(Passed(b"early", {}), Passed(b"late", {}))))
    sent = pickle.loads(pickle.dumps(known))
    for one in (known, known.copy(), sent):
        found = [one.find(Passed(state, {})) for state in (b"early", b"late", b"never")]
        assert [result and result.as_in for result in found] == ["crash 1", "crash 2", None]
        assert len(one) == 2


def test_what_was_broken_before_a_known_state_belongs_to_each_world_alone() -> None:
    known = Known()
    passed = Passed(b"state", {"web-0": 2}, ("two write one claim",))
    end = Result(
        {"web-0": "ok"}, {}, {"web-0": 3}, violations=("two write one claim", "a write is lost"), passed=(passed,)
    )
    known.add("crash 1", end)

    spotless = known.find(Passed(b"state", {"web-0": 0}))
    assert spotless is not None
    assert (spotless.violations, spotless.restarts) == (("a write is lost",), {"web-0": 1})

    spotted = known.find(Passed(b"state", {}, ("its ids are not unique",)))
    assert spotted is not None
    assert spotted.violations == ("its ids are not unique", "a write is lost")
