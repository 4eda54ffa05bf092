"""Manifests under test: where their containers can be killed, and what becomes of them under a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simk8s.checker.oracle import Judgement, Oracle
from simk8s.checker.oracle.oracle import Accounts
from simk8s.checker.properties import Property
from simk8s.checker.setup import Setup, with_addons
from simk8s.cluster import Cluster
from simk8s.cluster.manifests import Source, sources
from simk8s.faults import CrashPoint, Fault
from simk8s.testing.plan import Plan

_SERVING = "serve"


@dataclass(frozen=True, slots=True)
class Trial:
    """What one plan led to. As a text: the plan, each Pod's word, what was violated, and how to see it again."""

    plan: Plan
    judgement: Judgement
    struck: tuple[Fault, ...]
    manifests: tuple[str, ...]
    options: str = ""
    replicas: int | None = None

    @property
    def ok(self) -> bool:
        """Whether every Pod is as it should be, and no safety property was broken at any instant."""
        return self.judgement.ok

    @property
    def silent(self) -> tuple[str, ...]:
        """Pods that say Ready and are not as they should be: nobody would notice."""
        return self.judgement.silent

    def __str__(self) -> str:
        lines = [str(self.plan)]
        for pod, word in self.judgement.outcome.items():
            says = " (and says Ready)" if pod in self.silent else ""
            why = f": {self.judgement.notes[pod]}" if pod in self.judgement.notes else ""
            lines.append(f"  {pod}: {word}{says}{why}")
        lines += [f"  {text}" for text in self.judgement.violations]
        lines += [f"  never struck: {fault}" for fault in self.plan.faults if fault not in self.struck]
        scaled = f"  # with {self.replicas} replicas" if self.replicas is not None else ""
        where = " ".join(self.manifests)
        replay = f"simk8s run {where}{self.options} --judge --replay {self.plan.token}{scaled}"
        return "\n".join([*lines, f"replay: {replay}"])


@dataclass
class System:
    """Manifests by path, the options of the Cluster that they are tried on, and properties of their own.

    The add-ons that the manifests need are installed, if the options name none.
    Runs keep no history; the token of a trial plays it again, with history, in any face.
    """

    manifests: str | Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)
    replicas: int | None = None
    properties: Sequence[Property] = ()
    _trials: dict[Plan, Trial] = field(default_factory=dict, init=False, repr=False)

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.manifests,) if isinstance(self.manifests, str) else tuple(self.manifests)

    @cached_property
    def points(self) -> tuple[CrashPoint, ...]:
        """Every crash point of the run in which nothing goes wrong, in its order, but for those of a serving mysqld."""
        return self._crash_free[0]

    @property
    def pods(self) -> tuple[str, ...]:
        """The Pods of that run, in the order of their first crash points."""
        return tuple(dict.fromkeys(point.pod for point in self.points))

    def run(self, plan: Plan) -> Trial:
        """Let it happen; once for each plan. Raises SimError where the manifests cannot be applied."""
        if plan not in self._trials:
            self._trials[plan] = self._run(plan)
        return self._trials[plan]

    def _run(self, plan: Plan) -> Trial:
        replicas = plan.replicas if plan.replicas is not None else self.replicas
        cluster = Cluster(**{**self._options, "seed": plan.seed}, history=False)
        oracle = Oracle(cluster, self._crash_free[1] if plan.faults else None, self.properties)
        oracle.begin()
        cluster.inject(*plan.faults)
        self._bring_up(cluster, replicas)
        cluster.complete(oracle.finish())
        judgement, struck = oracle.judge(), tuple(cluster.injector.struck)
        return Trial(plan, judgement, struck, self.paths, self._words, replicas)

    @cached_property
    def _crash_free(self) -> tuple[tuple[CrashPoint, ...], Mapping[tuple[str, str], Accounts]]:
        points: list[CrashPoint] = []
        cluster = Cluster(**self._options, history=False)
        cluster.world.tracer.visit(lambda point: points.append(point) if point.stage != _SERVING else None)
        oracle = Oracle(cluster)
        oracle.begin()
        self._bring_up(cluster, self.replicas)
        cluster.complete(oracle.finish())
        return tuple(points), oracle.accounts

    def _bring_up(self, cluster: Cluster, replicas: int | None) -> None:
        Setup(self._sources, self._options, replicas).apply(cluster)
        cluster.run()

    @cached_property
    def _sources(self) -> tuple[Source, ...]:
        return tuple(sources(list(self.paths)))

    @cached_property
    def _options(self) -> dict[str, Any]:
        return with_addons(self.options, self._sources)

    @property
    def _words(self) -> str:
        """The options as the command line wants them."""
        words = []
        for name, value in self._options.items():
            for one in value if isinstance(value, list | tuple) else [value]:
                words.append(f" --{'addon' if name == 'addons' else name} {one}")
        return "".join(words)
