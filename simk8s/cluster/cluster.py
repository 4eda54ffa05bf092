"""The façade: one simulated cluster, from manifests to what became of them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simk8s.api.manifest import Manifest
from simk8s.api.objects import Object, namespace
from simk8s.cluster.condition import parse
from simk8s.cluster.manifests import Applicable, Source, check_scripts, manifests, manifests_in, sources
from simk8s.cluster.outcome import Outcome, PodRow, Printed, row
from simk8s.cluster.passage import Passage
from simk8s.cluster.recording import Recording, files_named, label, not_recorded, options_of
from simk8s.cluster.rerunning import rerun
from simk8s.cluster.settling import Wait, wants
from simk8s.cluster.wiring import World
from simk8s.errors import Place
from simk8s.faults import Fault, Injector, Kill, PowerOff, PowerOn
from simk8s.faults.token import parts_of
from simk8s.images import Image
from simk8s.kubectl import kubectl
from simk8s.machine.content import as_json
from simk8s.render.board import Board, board
from simk8s.sim import Run, Seeded, Simulation, chooser_from_token, token_of
from simk8s.world import Chronicle

if TYPE_CHECKING:
    from simk8s.causes import Chain, WhyNot

T = TypeVar("T")


class Cluster:
    """A Kubernetes cluster in virtual time: a control plane, nodes, a network, disks, and what people apply to it.

    `seed` answers every free choice; `replay`, the token of an earlier run, makes the same choices again, and the
    faults that are in it strike again. `storage` is the default StorageClass' profile (`kind`, `minikube`, `cloud` or
    `none`), `addons` what is installed beforehand (`rook`). With `history=False` nothing is recorded, for speed.
    Raises SimError SK501 for a broken token, SK505 for an option that does not exist.

    >>> from simk8s import Cluster
    >>> cluster = Cluster(seed=1)
    >>> cluster.apply('''
    ... apiVersion: v1
    ... kind: Pod
    ... metadata: {name: greeter}
    ... spec:
    ...   restartPolicy: Never
    ...   containers:
    ...     - name: main
    ...       image: busybox:1.36
    ...       command: [sh, -c, 'echo "hello from $(hostname)"']
    ... ''')
    >>> cluster.run().reached
    True
    >>> print(cluster.kubectl("logs greeter").stdout, end="")
    hello from greeter
    >>> [(pod.name, pod.status) for pod in cluster.pods()]
    [('greeter', 'Completed')]
    >>> cluster.replay
    'v1.1'
    """

    def __init__(
        self,
        nodes: int = 3,
        seed: int = 0,
        *,
        history: bool = True,
        storage: str = "kind",
        addons: Sequence[str] = (),
        replay: str | None = None,
        images: Sequence[Image] = (),
        **options: Any,
    ) -> None:
        choices, plan = parts_of(replay or token_of(seed))
        chooser = chooser_from_token(choices)
        self._replay = replay or choices
        seed = int(choices.split(".")[1])
        self._chronicle = Chronicle(enabled=history)
        self.sim = Simulation(seed=seed, chooser=chooser, history=self._chronicle)
        self.world = World(self.sim, nodes=nodes, storage=storage, addons=tuple(addons), images=images, options=options)
        self._passage = Passage(self.sim, self.world, self._replay)
        self.injector = Injector(self.world, self.world.tracer, self._passage.until)
        """The faults of this run: those that have struck, missed, or are still to come."""
        for fault in plan:
            self.injector.inject(fault)
        self._last: Outcome | None = None
        self._images = list(images)
        said = {"nodes": nodes, "storage": storage, "addons": list(addons), "replay": self._replay, "options": options}
        self.recording = Recording(self._chronicle, {**said, "images": [label(image) for image in images]})
        """What this run is made of, so that it can be done again: see `branch` and `replayed`."""

    @classmethod
    def like(cls, inputs: Any, *, images: Sequence[Image] = ()) -> Cluster:
        """A cluster with the options and choices of a recorded run, on which nothing was done yet. See `replayed`."""
        options = options_of(inputs, images)
        try:
            return cls(**options, images=images)
        except (TypeError, ValueError) as error:
            raise not_recorded() from error

    # What people do to it

    def apply(self, *things: Applicable, stdin: str = "") -> None:
        """Apply manifests, as `kubectl apply -f` does: paths, YAML texts, or objects as dicts.

        `stdin` is what the path `-` stands for. Scripts in them are checked first.
        Raises SimError with the place of whatever is wrong; nothing is applied before everything was read.
        """
        found = manifests(things, stdin=stdin)
        texts = sources(things, stdin=stdin) if self._chronicle.enabled else []
        self._apply(found, texts)

    def apply_sources(self, texts: Sequence[Source]) -> None:
        """As `apply`, of texts that have names."""
        self._apply(manifests_in(texts), texts)

    def _apply(self, found: Sequence[Manifest], texts: Sequence[Source]) -> None:
        for manifest in found:
            check_scripts(manifest)
        with self.recording.action("apply", self.now, sources=[list(source) for source in texts]):
            self.complete(self.world.apply(found), "apply")

    def run(self, until: str | float | None = None, *, timeout: float | None = None) -> Outcome:
        """Let virtual time pass.

        `until` is None or `settled` (everything that is wanted is there, and nothing changed for a minute), a length
        of time in seconds or as a text (`30s`), or a condition such as `pod/mysql-0 Ready`. `timeout` in seconds
        ends it at the latest; without it, settling ends when there is no more hope, a condition after ten minutes.
        """
        with self.recording.action("run", self.now, until_what=until, timeout=timeout):
            outcome = self._passage.run(until, timeout, self.injector)
        self._last = outcome
        return outcome

    def complete(self, command: Run[T], what: str = "a task") -> T:
        """Let time pass until something that takes virtual time is done. Raises SimError SK508 after an hour."""
        return self._passage.complete(command, what)

    def kubectl(self, command: str | Sequence[str], *, stdin: str | bytes = b"", folder: str | Path = ".") -> Printed:
        """Run one kubectl command, given without the word kubectl. Relative paths in it start from `folder`."""
        argv = shlex.split(command) if isinstance(command, str) else list(command)
        files = files_named(argv, Path(folder)) if self._chronicle.enabled else {}
        self.world.reach(Path(folder))
        with self.recording.action("kubectl", self.now, argv=argv, stdin=as_json(_bytes(stdin)), files=files):
            result = self.complete(kubectl(self.world.access, argv, stdin=_bytes(stdin)), f"kubectl {' '.join(argv)}")
        return Printed(result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace"), result.status)

    def exec(
        self,
        pod: str,
        command: str | Sequence[str],
        *,
        container: str | None = None,
        stdin: str | bytes = b"",
        namespace: str = "default",
    ) -> Printed:
        """Run a command in a container of a Pod (by default its first): an argument list, or a script for bash."""
        argv = ["bash", "-c", command] if isinstance(command, str) else list(command)
        where = ["-n", namespace, pod, *(["-c", container] if container else [])]
        return self.kubectl(["exec", "-i", *where, "--", *argv], stdin=stdin)

    def add_image(self, image: Image) -> None:
        """Let the nodes find one more image."""
        self.world.images.add(image)
        self._images.append(image)
        self.recording.inputs["cluster"]["images"].append(label(image))

    # Faults

    def inject(self, *faults: Fault) -> None:
        """Let things go wrong: now, or each at its moment. See `simk8s.faults`.

        Raises SimError: SK320, SK321, SK509 where there is nothing to strike now, SK518 where the moment is over.
        """
        for fault in faults:
            with self.recording.action("inject", self.now, fault=fault.as_plain()):
                self.injector.inject(fault)

    def kill(self, pod: str, container: str, *, namespace: str = "default") -> None:
        """SIGKILL for the main process of a container, now."""
        self.inject(Fault(Kill(pod=pod, container=container, namespace=namespace)))

    def power_off(self, node: str) -> None:
        """A node loses its power: everything on it stops where it is."""
        self.inject(Fault(PowerOff(node=node)))

    def power_on(self, node: str) -> None:
        """A node that had lost its power boots again."""
        self.inject(Fault(PowerOn(node=node)))

    # Other runs

    def branch(self, at: float | None = None, *, seq: int | None = None, seed: int | None = None) -> Cluster:
        """Another cluster, in which everything up to a time, or to a record, is as it was here.

        What happens after that is open: other actions, other faults, and with `seed` other chance. A command that was
        under way then still is. Only what was done through this object is done again.
        Raises SimError SK510 where this cluster keeps no history.
        """
        moment = self.now if at is None and seq is None else at
        last = self._chronicle.at(moment, seq=seq).seq
        twin = Cluster.like(self.recording.inputs, images=self._images)
        rerun(twin, self.recording.actions, last, float("inf") if moment is None else moment)
        if moment is not None:
            twin.advance(moment)
        if seed is not None:
            twin.reseed(seed)
        return twin

    def reseed(self, seed: int) -> None:
        """From now on chance has another seed."""
        with self.recording.action("reseed", self.now, seed=seed):
            self.sim.chance.chooser = Seeded(seed)

    def advance(self, moment: float) -> None:
        """Let time pass to that moment, in virtual seconds since the start; a moment that is over changes nothing."""
        if moment > self.now:
            with self.recording.action("advance", self.now, moment=moment):
                self._passage.advance(moment)

    def step_until(self, last: int) -> None:
        """Let events happen until history has the record of that number."""
        self._passage.step_until(last)

    def begin_apply(self, texts: Sequence[Source]) -> None:
        """As `apply_sources`, but only begin with it."""
        self.sim.task(self.world.apply(manifests_in(texts)))

    def begin_kubectl(self, argv: Sequence[str], stdin: bytes, folder: Path) -> None:
        """As `kubectl`, but only begin with it. What it prints is lost."""
        self.world.reach(folder)
        self.sim.task(kubectl(self.world.access, argv, stdin=stdin))

    # What can be seen of it

    @property
    def now(self) -> float:
        """Virtual seconds since the start."""
        return self.sim.now

    @property
    def history(self) -> Chronicle:
        """Everything that happened, with causes; `history.at(time)` is the world at any moment of it."""
        return self._chronicle

    @property
    def replay(self) -> str:
        """The token with which a new Cluster makes the same choices."""
        return self._replay

    @property
    def settled(self) -> bool:
        """Whether the last `run` came to what it ran for, and everything that is wanted is there."""
        return self._last is not None and self._last.reached and not self.waiting

    @property
    def waiting(self) -> tuple[Wait, ...]:
        """What is wanted and not there now."""
        return wants(self.world.store).waits

    def pods(self, namespace: str | None = None) -> list[PodRow]:
        """The Pods of a namespace (None: of all) as `kubectl get pods -o wide` shows them."""
        return [row(pod) for pod in self.world.store.list("Pod", namespace)]

    def get(self, kind: str, name: str, namespace: str = "default") -> Object | None:
        """An object as the API has it, by kind or short name; None where there is none. Not to be changed."""
        return self.world.store.find(self.world.registry.typed(kind).kind, name, namespace)

    def holds(self, condition: str, *, place: Place | None = None) -> bool:
        """Whether a condition such as `pod/mysql-0 Ready` is true now."""
        wanted = parse(condition, self.world.registry, place=place)
        return wanted.holds(self.get(wanted.resource.kind, wanted.name, wanted.namespace))

    def read_file(
        self, pod: str, path: str, *, container: str | None = None, namespace: str = "default"
    ) -> bytes | None:
        """The content of a file as a container sees it; None where there is no such file or container."""
        return self.world.read_file(namespace, pod, container, path)

    @property
    def board(self) -> Board:
        """What there is now: nodes, Pods by ordinal, containers, claims."""
        return board(self.world.store, self.now)

    def __repr__(self) -> str:
        return f"<Cluster: {len(self.pods())} Pods, {self.now:.1f}s of virtual time, replay {self.replay}>"

    def __str__(self) -> str:
        return str(self.board)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        return self.board._repr_html_()

    @property
    def has_other_namespaces(self) -> bool:
        """Whether there are Pods outside of the default namespace."""
        return any(namespace(pod) != "default" for pod in self.world.store.list("Pod"))

    def why(self, condition: str) -> Chain | None:
        """What had to happen, one after the other, before a condition such as `pod/mysql-2 Ready` became true.

        None where it never did: `why_not` then tells what it waits for. Raises SimError SK503.
        """
        from simk8s.cluster.explaining import why

        return why(self.history, condition)

    def why_not(self, condition: str) -> WhyNot:
        """What a condition waits for now, and the ring where things wait for each other. Raises SimError SK503."""
        from simk8s.cluster.explaining import what_hinders

        return what_hinders(self.history, condition)


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
