"""The images of one node: pulled one at a time, kept ever after (KUBELET-12, TIME-33)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import simpy

from simk8s.errors import SimError
from simk8s.images import Image, Reference, Registry, hint_for
from simk8s.sim import Actor, Run, Simulation, Task

MEDIAN_SECONDS, SIGMA = 12.0, 0.5
CACHED_SECONDS = 0.05
RECHECK_SECONDS = (0.5, 1.0)
REFUSED_SECONDS = (0.5, 2.0)


class PullError(Exception):
    """The registry has no such image. The message is containerd's, with a hint on what to do about it here."""


class InvalidImageName(Exception):
    """The reference is malformed; nobody was asked."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A pull's result: the image, and how long it took, without and with waiting for other pulls."""

    image: Image
    seconds: float
    waited_seconds: float


@dataclass(frozen=True, slots=True)
class PullTrouble:
    """What is wrong with the pulls of an image: nobody answers, or it takes longer."""

    fails: bool = False
    added_seconds: float = 0.0


class ImageStore:
    """What a node has pulled. It survives Pods, kubelet restarts and power loss."""

    def __init__(self, sim: Simulation, registry: Registry, node: str, troubles: Mapping[str, PullTrouble]) -> None:
        self.sim = sim
        self.registry = registry
        self.node = node
        self._troubles = troubles
        self.images: dict[str, Image] = {}
        self._queue: deque[simpy.Event] = deque()
        self._is_pulling = False
        self._tasks: dict[int, Task] = {}
        """Pulls that have not ended, by a number of their own."""
        self._begun = 0

    def stop(self) -> None:
        """The node loses power: pulls under way come to nothing."""
        for task in list(self._tasks.values()):
            task.kill()
        self._tasks.clear()
        self._queue.clear()
        self._is_pulling = False

    def find(self, reference: str) -> Image | None:
        """An image that is already on the node. Raises InvalidImageName."""
        return self.images.get(str(_parsed(reference)))

    def preload(self, reference: str) -> None:
        """Put an image on the node without a pull. Raises PullError."""
        image = self.registry.find(reference)
        if image is None:
            raise PullError(hint_for(reference))
        self.images[str(_parsed(reference))] = image

    def pull(self, reference: str, by: Actor) -> Run[Pulled]:
        """Fetch an image, or check that it is still the same. Raises PullError or InvalidImageName."""
        full = str(_parsed(reference))
        # The runtime finishes a pull whatever becomes of the Pod that asked for it.
        self._begun += 1
        task = self._tasks[self._begun] = self.sim.task(self._in_turn(self._begun, reference, full, by.fork()))
        pulled, seq = yield task
        by.hear(seq)
        if pulled is None and self._troubles.get(full, PullTrouble()).fails:
            host = full.partition("/")[0]
            raise PullError(
                f'failed to pull and unpack image "{full}": failed to resolve reference "{full}": failed to do '
                f'request: Head "https://{host}/v2/": dial tcp: i/o timeout'
            )
        if pulled is None:
            raise PullError(
                f'failed to pull and unpack image "{full}": failed to resolve reference "{full}": {full}: not found '
                f"({hint_for(reference)})"
            )
        result: Pulled = pulled
        return result

    def _in_turn(self, number: int, reference: str, full: str, actor: Actor) -> Run[tuple[Pulled | None, int]]:
        begun = self.sim.now
        if self._is_pulling:
            turn = self.sim.event()
            self._queue.append(turn)
            yield turn
        self._is_pulling = True
        started = self.sim.now
        image = yield from self._fetch(reference, full)
        seq = self.sim.record(actor, "image.pull", full, node=self.node, found=image is not None)
        if self._queue:
            self._queue.popleft().succeed()
        else:
            self._is_pulling = False
        del self._tasks[number]
        now = self.sim.now
        return Pulled(image, now - started, now - begun) if image else None, seq

    def _fetch(self, reference: str, full: str) -> Run[Image | None]:
        image = self.registry.find(reference)
        label = f"pull/{self.node}/{full}"
        trouble = self._troubles.get(full, PullTrouble())
        if trouble.fails and self.images.get(full) is not image:
            image = None
        if image is None:
            seconds = self.sim.uniform(*REFUSED_SECONDS, label)
        elif self.images.get(full) is image:
            seconds = self.sim.uniform(*RECHECK_SECONDS, label)
        else:
            seconds = self.sim.lognormal(MEDIAN_SECONDS, SIGMA, label)
        yield self.sim.sleep(seconds + trouble.added_seconds)
        if image is not None:
            self.images[full] = image
        return image


def _parsed(reference: str) -> Reference:
    try:
        return Reference.parse(reference)
    except SimError as error:
        raise InvalidImageName(f'couldn\'t parse image name "{reference}": invalid reference format') from error


def image_id(image: Image, full: str) -> str:
    """What `imageID` says: a digest that is stable for this image."""
    repository = full.rpartition("@")[0] or full.rpartition(":")[0]
    digest = blake2b(f"{image.repositories[0]}/{full}".encode(), digest_size=32).hexdigest()
    return f"{repository}@sha256:{digest}"
