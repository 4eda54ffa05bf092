"""Properties of other applications: Python functions over the cluster, which hold always, in the end, or at some time.

>>> from simk8s import Cluster
>>> @always
... def no_pod_restarts(cluster):
...     crashed = [pod.name for pod in cluster.pods() if pod.restarts]
...     return not crashed or f"{', '.join(crashed)} was restarted"
>>> @sometimes
... def a_pod_runs(cluster):
...     return any(pod.status == "Running" for pod in cluster.pods())
>>> cluster = Cluster(history=False)
>>> monitor = Monitor(cluster, [no_pod_restarts, a_pod_runs])
>>> monitor.begin()
>>> monitor.finish()
>>> [str(violation) for violation in monitor.violations]
['a_pod_runs: it was never true, so this run proves nothing about it']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from simk8s.cluster import Cluster
from simk8s.node.container import Container
from simk8s.node.local_pod import LocalPod
from simk8s.sim import Run

Check: TypeAlias = Callable[[Cluster], object]
"""Returns True where it holds. Anything else says that it does not; a text says how."""

Kind: TypeAlias = Literal["always", "eventually", "sometimes"]

LOOK_SECONDS = 1.0
"""What changes without the API hearing of it, such as files, is looked at so often; all else when it changes."""


@dataclass(frozen=True, slots=True)
class Property:
    """A promise. `eventually` is asked when nothing changes any more; `sometimes` guards against an empty proof."""

    kind: Kind
    name: str
    check: Check


def always(check: Check) -> Property:
    """A safety property: it holds at every instant."""
    return Property("always", _name(check), check)


def eventually(check: Check) -> Property:
    """It holds in the end, after the last recovery."""
    return Property("eventually", _name(check), check)


def sometimes(check: Check) -> Property:
    """It is true at least once in a run; if it never is, the others have not been put to the test."""
    return Property("sometimes", _name(check), check)


def _name(check: Check) -> str:
    return str(getattr(check, "__name__", check))


@dataclass(frozen=True, slots=True)
class Violation:
    """A property that did not hold, and when: in virtual seconds."""

    property: str
    time: float
    text: str

    def __str__(self) -> str:
        return f"{self.property}: {self.text}"


@dataclass(slots=True)
class Monitor:
    """Asks properties while a cluster runs. Each is told once, the first time; one that raises counts as broken."""

    cluster: Cluster
    properties: Sequence[Property]
    violations: list[Violation] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Ask from now on."""
        if not self.properties:
            return
        world = self.cluster.world
        world.site.container_hooks.append(self._started)
        world.sim.task(self._follow())
        world.sim.task(self._look_again())

    def finish(self) -> None:
        """Nothing changes any more: ask what must hold in the end."""
        self.look()
        for one in self.properties:
            if one.kind == "eventually":
                answer = self._answer(one)
                if answer is not True:
                    self._tell(one, _text(answer))
            elif one.kind == "sometimes" and one.name not in self._seen:
                self._tell(one, "it was never true, so this run proves nothing about it")

    def look(self) -> None:
        """Ask what must hold at this instant."""
        for one in self.properties:
            if one.kind == "always" and one.name not in self._told:
                answer = self._answer(one)
                if answer is not True:
                    self._tell(one, _text(answer))
            elif one.kind == "sometimes" and one.name not in self._seen and self._answer(one) is True:
                self._seen.add(one.name)

    def _answer(self, one: Property) -> object:
        try:
            answer = one.check(self.cluster)
        except Exception as error:
            return f"the property itself failed: {type(error).__name__}: {error}"
        return True if answer is True or (answer and not isinstance(answer, str)) else answer

    def _tell(self, one: Property, text: str) -> None:
        self._told.add(one.name)
        self.violations.append(Violation(one.name, self.cluster.now, text))

    def _started(self, _: LocalPod, __: Container) -> None:
        self.look()

    def _follow(self) -> Run[None]:
        watch = self.cluster.world.store.watch("Pod", who="properties", delay_seconds=(0.0, 0.0))
        while True:
            yield from watch.next()
            self.look()

    def _look_again(self) -> Run[None]:
        while True:
            yield self.cluster.world.sim.sleep(LOOK_SECONDS)
            self.look()


def _text(answer: object) -> str:
    return answer if isinstance(answer, str) and answer else "it does not hold"
