"""The Pods of one StatefulSet by ordinal, as the controller's cache has them, kept so that a sync need not read all."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest

from simk8s.api.duration import parse_timestamp
from simk8s.api.objects import Object, condition, dig, is_terminating, labels
from simk8s.sim import EPOCH

REVISION_LABEL = "controller-revision-hash"

_NAME = re.compile(r"(.*)-([0-9]+)")


@lru_cache(maxsize=4096)
def parent_and_ordinal(pod_name: str) -> tuple[str, int]:
    """STS-1: the set's name and the ordinal that a Pod's name tells; "" and -1 where it tells none.

    >>> parent_and_ordinal("mysql-0"), parent_and_ordinal("1-bar")
    (('mysql', 0), ('', -1))
    """
    match = _NAME.fullmatch(pod_name)
    return (match[1], int(match[2])) if match else ("", -1)


@dataclass(frozen=True, slots=True)
class Pod:
    """What the controller reads in a Pod (STS-3)."""

    ordinal: int
    object: Object
    phase: str
    is_ready: bool
    """Running and Ready."""
    is_terminating: bool
    revision: str

    @property
    def name(self) -> str:
        return str(self.object["metadata"]["name"])

    @property
    def has_ended(self) -> bool:
        return self.phase in ("Failed", "Succeeded")

    def is_healthy(self, min_ready_seconds: int, now: float) -> bool:
        """Available and staying: the opposite of the card's "unavailable"."""
        return not self.is_terminating and self.is_available(min_ready_seconds, now)

    def is_available(self, min_ready_seconds: int, now: float) -> bool:
        """Ready for long enough. `now` in virtual seconds."""
        if not self.is_ready:
            return False
        if min_ready_seconds == 0:
            return True
        since = (condition(self.object, "Ready") or {}).get("lastTransitionTime")
        if since is None:
            return False
        return (parse_timestamp(since) - EPOCH).total_seconds() + min_ready_seconds < now


def pod_of(object: Object) -> Pod:
    status = object.get("status") or {}
    ready = status.get("phase") == "Running" and (condition(object, "Ready") or {}).get("status") == "True"
    return Pod(
        ordinal=parent_and_ordinal(object["metadata"]["name"])[1],
        object=object,
        phase=dig(status, "phase", default=""),
        is_ready=ready,
        is_terminating=is_terminating(object),
        revision=labels(object).get(REVISION_LABEL, ""),
    )


class Roster:
    """Pods by ordinal, with what a sync asks of them counted as they change.

    Whoever finds out that an ordinal's Pod, in its present version, has the right identity, storage and claims notes
    it with `verify`; any change of the Pod takes it back.
    """

    def __init__(self) -> None:
        self._pods: dict[int, Pod] = {}
        self._ordinals: list[int] = []
        self._doubtful: set[int] = set()
        self._gone: set[int] = set()
        """Ordinals that have lost their Pod."""
        self._census: dict[tuple[str, bool, bool], dict[int, None]] = {}
        self._floor = 0
        self._floor_of: tuple[int, int] = (-1, -1)

    def put(self, pod: Pod) -> None:
        """A new Pod, or a new version of one."""
        old = self._pods.get(pod.ordinal)
        if old is None:
            insort(self._ordinals, pod.ordinal)
            self._gone.discard(pod.ordinal)
        else:
            self._strike(old)
        self._pods[pod.ordinal] = pod
        self._census.setdefault((pod.revision, pod.is_terminating, pod.is_ready), {})[pod.ordinal] = None
        self._changed(pod.ordinal)

    def remove(self, ordinal: int) -> None:
        """The Pod is gone, or is not this set's any more."""
        old = self._pods.pop(ordinal, None)
        if old is not None:
            self._strike(old)
            del self._ordinals[bisect_left(self._ordinals, ordinal)]
            self._gone.add(ordinal)
            self._changed(ordinal)
            self._doubtful.discard(ordinal)

    def doubt(self, ordinal: int | None = None) -> None:
        """Something that a Pod depends on has changed: verify it (None: verify all) again."""
        if ordinal is None:
            self._doubtful.update(self._pods)
            self._floor_of = (-1, -1)
        elif ordinal in self._pods:
            self._changed(ordinal)

    def verify(self, ordinal: int) -> None:
        """The ordinal's Pod is as it should be."""
        self._doubtful.discard(ordinal)

    def get(self, ordinal: int) -> Pod | None:
        return self._pods.get(ordinal)

    def __iter__(self) -> Iterator[Pod]:
        """All Pods by rising ordinal."""
        return (self._pods[ordinal] for ordinal in self._ordinals)

    def __len__(self) -> int:
        return len(self._pods)

    def condemned(self, start: int, end: int) -> list[Pod]:
        """The Pods outside the range, highest ordinal first (STS-2, STS-41)."""
        low, high = bisect_left(self._ordinals, start), bisect_left(self._ordinals, end)
        outside = self._ordinals[:low] + self._ordinals[high:]
        return [self._pods[ordinal] for ordinal in reversed(outside)]

    def in_range(self, start: int, end: int) -> int:
        """How many Pods have an ordinal in the range."""
        return bisect_left(self._ordinals, end) - bisect_left(self._ordinals, start)

    def first_open(self, start: int, end: int, min_ready_seconds: int, now: float) -> int:
        """The lowest ordinal in range that is missing, unavailable or not verified; `end` where there is none."""
        if self._floor_of != (start, min_ready_seconds):
            self._floor, self._floor_of = start, (start, min_ready_seconds)
        ordinal = self._floor
        while ordinal < end:
            pod = self._pods.get(ordinal)
            if pod is None or ordinal in self._doubtful or not pod.is_healthy(min_ready_seconds, now):
                break
            ordinal += 1
        self._floor = ordinal
        return ordinal

    def open(self, start: int, end: int) -> list[int]:
        """The ordinals in range that are missing or not verified, rising."""
        found = {ordinal for ordinal in self._doubtful if start <= ordinal < end}
        gone = {ordinal for ordinal in self._gone if start <= ordinal < end}
        if len(gone) == end - start - self.in_range(start, end):
            found |= gone
        else:  # some have never had one
            found |= set(range(start, end)) - self._pods.keys()
        return sorted(found)

    def count(self, revision: str | None = None, *, ready: bool | None = None, staying: bool = False) -> int:
        """How many Pods: of that revision, with that readiness, `staying` leaves out terminating ones."""
        number = 0
        for (its_revision, terminating, is_ready), ordinals in self._census.items():
            if (
                (revision is None or its_revision == revision)
                and (ready is None or is_ready is ready)
                and not (staying and terminating)
            ):
                number += len(ordinals)
        return number

    def outdated(self, revision: str, *, ready: bool, most: int) -> list[Pod]:
        """The staying Pods of other revisions than this one that are Ready, or are not; the highest `most` ordinals."""
        found = (
            ordinal
            for (its_revision, terminating, is_ready), ordinals in self._census.items()
            if its_revision != revision and not terminating and is_ready is ready
            for ordinal in ordinals
        )
        return [self._pods[ordinal] for ordinal in nlargest(most, found)]

    def revisions(self) -> list[str]:
        """The revisions that Pods have, in no particular order but always the same."""
        return list(dict.fromkeys(revision for revision, _, _ in self._census))

    def _strike(self, pod: Pod) -> None:
        """Count a Pod no longer."""
        key = (pod.revision, pod.is_terminating, pod.is_ready)
        ordinals = self._census[key]
        del ordinals[pod.ordinal]
        if not ordinals:
            del self._census[key]

    def _changed(self, ordinal: int) -> None:
        self._doubtful.add(ordinal)
        self._floor = min(self._floor, ordinal)
