"""World states whose end is known."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simk8s.checker.crash import Crash


@dataclass(frozen=True, slots=True)
class Passed:
    """A state that a world has passed through, and the restarts of each Pod and the `violations` up to then."""

    state: bytes
    restarts: Mapping[str, int]
    violations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the world after a crash.

    `outcome` has a word for each Pod, `violations` a sentence for each safety property that was broken on the way.
    `files_left` are the names in the data directory right after the crash. Where the end is bad, `pods` is what
    `kubectl get pods` shows, and `log` the last lines of a container of a Pod with a bad outcome. `end` says how this
    is known: `stable`, `loop`, `at rest`, `patience`, `same state` as in the run that `as_in` names, `same remains`,
    `between`. `passed` are the states in which worlds are compared, with what lay behind them by then.
    """

    outcome: Mapping[str, str]
    ready: Mapping[str, bool]
    restarts: Mapping[str, int]
    silent: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    files_left: tuple[str, ...] = ()
    pods: str = ""
    log: str = ""
    end: str = "stable"
    as_in: str = ""
    seconds: float = 0.0
    then: tuple[tuple[tuple[Crash, ...], Result], ...] = ()
    """What became of further crashes, where they were tried."""
    passed: tuple[Passed, ...] = ()

    @property
    def is_ok(self) -> bool:
        return not self.violations and all(word == "ok" for word in self.outcome.values())

    @property
    def is_known(self) -> bool:
        return "unknown" not in self.outcome.values()


_Entries = dict[bytes, tuple[str, Result, Passed]]


class Known:
    """Remembers states and what they came to.

    What is `shelved` lies in a file, which each process that is sent this reads once; only what came later is sent.
    """

    def __init__(self) -> None:
        self._results: _Entries = {}
        self._shelved: _Entries = {}
        self._shelf: Path | None = None

    def __len__(self) -> int:
        return len(self._results) + len(self._shelved)

    def __getstate__(self) -> tuple[_Entries, _Entries | None, Path | None]:
        return self._results, None if self._shelf else self._shelved, self._shelf

    def __setstate__(self, state: tuple[_Entries, _Entries | None, Path | None]) -> None:
        self._results, shelved, self._shelf = state
        self._shelved = _taken_from(self._shelf) if self._shelf else shelved or {}

    def copy(self) -> Known:
        """Another one that knows the same so far."""
        other = Known()
        other._results, other._shelved, other._shelf = dict(self._results), self._shelved, self._shelf
        return other

    def shelve(self, shelf: Path) -> None:
        """Write all that there is to a file, which all who are sent this from now on can read."""
        self._shelved, self._results, self._shelf = self._shelved | self._results, {}, shelf
        shelf.write_bytes(pickle.dumps(self._shelved))

    def add(self, name: str, result: Result) -> None:
        """Everything that the run passed through leads to its result."""
        if result.is_known:
            end = replace(result, passed=(), then=())
            for one in result.passed:
                if one.state not in self._shelved:
                    self._results.setdefault(one.state, (name, end, one))

    def find(self, now: Passed) -> Result | None:
        """What a world in that state comes to, with all that lies behind it; None where the state is new."""
        found = self._shelved.get(now.state) or self._results.get(now.state)
        if found is None:
            return None
        name, result, before = found
        restarts = {
            pod: now.restarts.get(pod, 0) + max(count - before.restarts.get(pod, 0), 0)
            for pod, count in result.restarts.items()
        }
        later = tuple(text for text in result.violations if text not in (*before.violations, *now.violations))
        return replace(result, restarts=restarts, violations=(*now.violations, *later), end="same state", as_in=name)


@cache
def _taken_from(shelf: Path) -> _Entries:
    entries: _Entries = pickle.loads(shelf.read_bytes())
    return entries
