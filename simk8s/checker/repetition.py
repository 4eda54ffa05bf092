"""Tells when a world only repeats itself: a container that fails again and again, or nothing that happens any more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simk8s.checker.fingerprint import Fingerprints
from simk8s.cluster.wiring import World
from simk8s.node.container import Container

TIMES = 3
"""So often in the same state, or ending in the same way while all others stay the same, is for ever.

Once more where something else is down as well: with the back-off this is more than a minute, and whatever a container
may be waiting for has been started meanwhile.
"""

REST_SECONDS = 60.0
LOOK_SECONDS = 20.0
_NUMBER = re.compile(r"\d+")


@dataclass(slots=True)
class _Story:
    """The starts of one container, by state, and its last ends, each as text."""

    states: dict[bytes, int] = field(default_factory=dict)
    seen: str = ""
    ends: list[tuple[str, bytes]] = field(default_factory=list)


class Repetition:
    """Follows the starts of all containers of a world since it was struck."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._stories: dict[str, _Story] = {}
        self._stands = self._files = b""
        self._since = 0.0
        self._looked_at = world.sim.now
        self._horizon = REST_SECONDS
        self.loops = False
        """Whether some container has failed often enough in the same way."""

    def begins(self, name: str, state: bytes, others: Callable[[], bytes]) -> None:
        """A container starts in a state of the world; `others` tells where all others stand."""
        story = self._stories.setdefault(name, _Story())
        story.states[state] = story.states.get(state, 0) + 1
        times = TIMES + (not self._others_run(name.rpartition("/")[0]))
        if story.states[state] >= times:
            self.loops = True
        last = self._last_end(name)
        if last is not None and last.id != story.seen:
            story.seen = last.id
            story.ends.append((_told(last), others()))
            if len(story.ends) >= times and len(set(story.ends[-times:])) == 1:
                self.loops = True

    def is_at_rest(self, fingerprints: Fingerprints, now: float) -> bool:
        """Whether the world has been in one state for longer than any probe could bear."""
        if now < self._looked_at + LOOK_SECONDS:
            return False
        self._looked_at = now
        stands, before = fingerprints.stands(), self._stands
        files = fingerprints.files() if stands == before else b""  # read only where all else has stayed the same
        if stands != before or (files != self._files and self._files):
            self._stands, self._since = stands, now
            self._horizon = max(REST_SECONDS, _longest_probe(self.world))
        self._files = files
        return now - self._since >= self._horizon

    def _others_run(self, prefix: str) -> bool:
        """Whether all nodes have power and all containers of all other Pods run, or have done what they had to."""
        return all(node.is_on for node in self.world.nodes) and all(
            instance.is_running or (instance.ended is not None and instance.ended.exit_code == 0)
            for node in self.world.nodes
            for pod in node.pods.values()
            if pod.prefix != prefix
            for instance in pod.current.values()
        )

    def _last_end(self, name: str) -> Container | None:
        prefix, _, container = name.rpartition("/")
        for node in self.world.nodes:
            for pod in node.pods.values():
                if pod.prefix == prefix:
                    return pod.ended.get(container)
        return None


def _told(container: Container) -> str:
    """How an instance ended: its status and what it said last, without numbers."""
    ended = container.ended
    return f"{ended.exit_code if ended else '?'} {_NUMBER.sub('0', container.log.tail(40, 4096))}"


def _longest_probe(world: World) -> float:
    """After how long the slowest probe kills a container."""
    longest = 0.0
    for pod in world.store.list("Pod"):
        for container in pod["spec"]["containers"]:
            for kind in ("livenessProbe", "startupProbe"):
                probe = container.get(kind)
                if probe:
                    period = probe.get("periodSeconds", 10) * (probe.get("failureThreshold", 3) + 1)
                    longest = max(longest, probe.get("initialDelaySeconds", 0) + period)
    return float(longest)
