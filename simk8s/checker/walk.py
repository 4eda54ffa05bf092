"""One run of the world from its start to a verdict, on which somebody may strike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from simk8s.api.objects import controller_of, dig
from simk8s.checker.crash import BOOT_SECONDS, SERVING, Crash
from simk8s.checker.fingerprint import Fingerprints
from simk8s.checker.known import Known, Passed, Result
from simk8s.checker.oracle import Oracle
from simk8s.checker.oracle.oracle import Accounts
from simk8s.checker.oracle.workload import DATABASE
from simk8s.checker.repetition import Repetition
from simk8s.checker.setup import Setup
from simk8s.cluster.settling import UNCOUNTED, Patience, is_satisfied, wants
from simk8s.faults import Fault
from simk8s.faults.point import CrashPoint
from simk8s.machine import Directory
from simk8s.node.container import Container
from simk8s.node.local_pod import LocalPod

QUIET_SECONDS = 12.0
"""Struck worlds: all is there and nothing has changed for so long. Longer than the slowest retry of the programs."""

LOOK_SECONDS = 5.0
PATIENCE_SECONDS = 600.0
_TICKING = frozenset({"Lease", "Node"})
LOG_LINES = 6

GOING_SECONDS = 0.1
"""So long after a Pod was asked to go, the commands that its scripts still come to are compared with those in other
worlds: its grace period then ends as good as at the same moment.
"""

Visit = Callable[["Walk", CrashPoint, int], None]
"""Called at every crash point, with its number in this run."""


class Over(BaseException):
    """Thrown through the simulation when it comes to a state whose end is known."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


class Walk:
    """`run` lets everything happen; `visit` is called at each crash point and may `strike`, up to 1 + `more` times.

    `faults` strike by themselves.
    """

    def __init__(
        self,
        setup: Setup,
        known: Known,
        visit: Visit,
        accounts: Mapping[tuple[str, str], Accounts] | None = None,
        *,
        more: int = 0,
        faults: Sequence[Fault] = (),
    ) -> None:
        self.setup = setup
        self.known = known
        self.visit = visit
        self.cluster = setup.cluster()
        self.cluster.inject(*faults)
        self.fingerprints = Fingerprints(self.cluster.world)
        self.crashes: list[Crash] = []
        self.more = more
        self.position = 0
        self._struck_at = self._felt_at = 0.0
        self._files_left: tuple[str, ...] = ()
        self._passed: list[Passed] = []
        self._repetition = Repetition(self.cluster.world)
        self._last: dict[str, CrashPoint] = {}
        self.oracle = Oracle(self.cluster, accounts)
        self.oracle.begin()
        self._visits = True
        self.cluster.world.tracer.visit(self._at)
        self.cluster.world.site.container_hooks.append(self._container_starts)

    def run(self) -> Result:
        """To the end, and what it came to. Raises SimError where the manifests are refused."""
        try:
            self.setup.apply(self.cluster)
            end = self._settle()
            if not self.crashes:
                self._visit_serving()
                end = self._settle() if self.crashes else end
            self._stop_visiting()  # what the judge does is no part of the run
            return self._judged(end)
        except Over as over:
            return self._completed(over.result)

    def strike(self, crash: Crash) -> None:
        """Kill what is to be killed, at this very moment."""
        if self.crashes:
            self._files_left = self.data_files(crash.point)  # of the first crash the survey has noted it
        self.crashes.append(crash)
        self._struck_at = self._felt_at = self.cluster.now
        if crash.kill == "node":
            self._felt_at += BOOT_SECONDS  # until then its Pods look as they did before
        self._passed.clear()
        self._repetition = Repetition(self.cluster.world)
        if len(self.crashes) > self.more:
            self._stop_visiting()
        if crash.kill == "pod":
            self.cluster.world.tracer.visit(self._goes_on)
        self.cluster.injector.strike(crash.act())

    def data_files(self, point: CrashPoint) -> tuple[str, ...]:
        """The names at the top of the volume that the container of a point has of a claim."""
        pod = self.cluster.get("Pod", point.pod, point.namespace)
        for node in self.cluster.world.nodes:
            local = node.find_pod(point.namespace, point.pod)
            claimed = [v for v in local.volumes.values() if v.kind == "persistentVolumeClaim"] if local else []
            for volume in claimed:
                found = volume.filesystem.find(_sub_path(pod, volume.name))
                if isinstance(found, Directory):
                    return tuple(name for name in sorted(found.entries) if name != DATABASE)
        return ()

    def restarts(self) -> dict[str, int]:
        """How often the containers of each Pod have been started again; the API hears of it a little later."""
        return {
            local.key.name: sum(number - 1 for number in local.starts.values())
            for node in self.cluster.world.nodes
            for local in node.pods.values()
        }

    def _stop_visiting(self) -> None:
        if self._visits:
            self._visits = False
            self.cluster.world.tracer.leave(self._at)

    def _at(self, point: CrashPoint) -> None:
        if self._visits and not _serves(point):
            self._last[f"{point.pod}/{point.container}"] = point
            self.position += 1
            self.visit(self, point, self.position)

    def _goes_on(self, point: CrashPoint) -> None:
        """A container comes to a command: perhaps one of a Pod that has just been asked to go, whose scripts go on.

        Another world in which it was asked one command earlier or later comes to the same from here on.
        """
        if self.cluster.now > self._struck_at + GOING_SECONDS:
            self.cluster.world.tracer.leave(self._goes_on)
        elif point.where == "before" and point.pod == self.crashes[-1].killed and self.cluster.now > self._struck_at:
            self._pass(self.fingerprints.at(point))

    def _pass(self, state: bytes) -> None:
        """Raises Over where another world has been in this state."""
        now = Passed(state, self.restarts(), self.oracle.broken)
        if self.crashes:
            found = self.known.find(now)
            if found is not None:
                raise Over(found)
        self._passed.append(now)

    def _visit_serving(self) -> None:
        for instance, pod in self._serving():
            if not self.crashes and instance.is_running:
                self.position += 1
                self.visit(self, self._point_of(pod, instance), self.position)

    def _serving(self) -> list[tuple[Container, LocalPod]]:
        """Each running container of the sets' Pods."""
        found = [
            (instance, local)
            for node in self.cluster.world.nodes
            for local in node.pods.values()
            if (owner := controller_of(local.pod)) is not None and owner["kind"] == "StatefulSet"
            for instance in local.current.values()
            if instance.is_running
        ]
        return sorted(found, key=lambda entry: entry[0].machine.name)

    def _point_of(self, pod: LocalPod, instance: Container) -> CrashPoint:
        """While it serves: behind its last command, or, where it is no shell's, at the container in the manifest."""
        name, key = instance.name, pod.key
        point = self._last.get(f"{key.name}/{name}")
        if point is None:
            place = self.setup.place_of(name)
            command = " ".join(instance.main.argv) if instance.main else ""
            point = CrashPoint(key.namespace, key.name, name, pod.starts[name], 0, command, place.file, place.line)
        return replace(point, where=SERVING, stage=SERVING, is_first_of_stage=True)

    def _container_starts(self, pod: LocalPod, container: Container) -> None:
        name = container.machine.name
        state = self.fingerprints.starting(name)
        self._pass(state)
        if self.crashes:
            self._repetition.begins(name, state, lambda: self.fingerprints.without(pod.prefix))

    def _settle(self) -> str:
        """Until everything is there and stays, or makes no more sense to wait for: as `Cluster.run` does."""
        patience = Patience(self.cluster.now)
        store = self.cluster.world.store
        while not self.crashes:
            then = patience.look(self.cluster.now, store.changed_at(UNCOUNTED), wants(store))
            if then is None:
                return "stable"
            self.cluster.sim.run(min(then, self.cluster.now + LOOK_SECONDS))
        return self._wait()

    def _wait(self) -> str:
        """Until it is clear what becomes of a struck world."""
        store = self.cluster.world.store
        is_there, seen_at = False, 0.0
        while True:
            now = self.cluster.now
            then = now + LOOK_SECONDS
            if store.changed_at(_TICKING) >= seen_at:  # also at that very moment, but after it was looked at
                is_there, seen_at = is_satisfied(store), now
            if is_there:
                quiet_at = max(store.changed_at(UNCOUNTED), self._felt_at) + QUIET_SECONDS
                if now >= quiet_at:
                    return "stable"
                then = min(then, quiet_at)
            elif self._repetition.loops:
                return "loop"
            elif self._repetition.is_at_rest(self.fingerprints, now):
                return "at rest"
            if now - self._struck_at >= PATIENCE_SECONDS:
                return "patience"
            self.cluster.sim.run(then)

    def _judged(self, end: str) -> Result:
        self.cluster.complete(self.oracle.finish())
        found = self.oracle.judge()
        is_told = found.violations or any(word != "ok" for word in found.outcome.values())
        return self._completed(
            Result(
                outcome=dict(found.outcome),
                ready=dict(found.ready),
                restarts=dict(found.restarts),
                silent=found.silent,
                violations=found.violations,
                notes=dict(found.notes),
                pods=self._get_pods() if is_told else "",
                log=self._log(found.outcome),
                end=end,
            )
        )

    def _completed(self, result: Result) -> Result:
        seconds = self.cluster.now - self._struck_at
        return replace(result, files_left=self._files_left, seconds=seconds, passed=tuple(self._passed))

    def _log(self, outcome: Mapping[str, str]) -> str:
        """The end of what a container said that is down, or has been, in the first Pod that came to a bad end."""
        pod = next((pod for pod, word in outcome.items() if word not in ("ok", "absent")), "")
        status = (self.cluster.get("Pod", pod) or {}).get("status") or {}
        containers = [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]
        if not containers:
            return ""
        chosen = max(containers, key=lambda entry: (not entry.get("ready"), entry.get("restartCount", 0)))
        text = self.cluster.world.log("default", pod, chosen["name"]).decode(errors="replace")
        return "\n".join([f"{pod}/{chosen['name']}:", *text.splitlines()[-LOG_LINES:]])

    def _get_pods(self) -> str:
        with suppress(Exception):
            return self.cluster.kubectl("get pods").stdout
        return ""


def _serves(point: CrashPoint) -> bool:
    """Whether a server that is the main program does what it is asked: its data is then its own affair, not a script's.

    It can be killed meanwhile all the same, once for all: see `SERVING`.
    """
    return point.stage == "serve" and (point.index == 0 or point.command.startswith("exec "))


def _sub_path(pod: object, volume: str) -> str:
    for containers in ("containers", "initContainers"):
        for container in dig(pod, "spec", containers, default=[]):
            for mount in container.get("volumeMounts", ()):
                if mount["name"] == volume:
                    return str(mount.get("subPath", ""))
    return ""
