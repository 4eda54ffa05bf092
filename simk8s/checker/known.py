"""World states whose end is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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


class Known:
    """Remembers states and what they came to. `name` says whose run it was."""

    def __init__(self) -> None:
        self._results: dict[bytes, tuple[str, Result, Passed]] = {}

    def __len__(self) -> int:
        return len(self._results)

    def copy(self) -> Known:
        """Another one that knows the same so far."""
        other = Known()
        other._results = dict(self._results)
        return other

    def add(self, name: str, result: Result) -> None:
        """Everything that the run passed through leads to its result."""
        if result.is_known:
            end = replace(result, passed=(), then=())
            for one in result.passed:
                self._results.setdefault(one.state, (name, end, one))

    def find(self, now: Passed) -> Result | None:
        """What a world in that state comes to, with all that lies behind it; None where the state is new."""
        found = self._results.get(now.state)
        if found is None:
            return None
        name, result, before = found
        restarts = {
            pod: now.restarts.get(pod, 0) + max(count - before.restarts.get(pod, 0), 0)
            for pod, count in result.restarts.items()
        }
        later = tuple(text for text in result.violations if text not in (*before.violations, *now.violations))
        return replace(result, restarts=restarts, violations=(*now.violations, *later), end="same state", as_in=name)
