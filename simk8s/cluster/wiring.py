"""Puts the floors together: time, network, API server, control plane, nodes, name service, images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from simk8s.api import admission
from simk8s.api.errors import ApiError
from simk8s.api.manifest import Manifest
from simk8s.api.objects import Object, dig
from simk8s.api.resources import NoMatch, Registry
from simk8s.api.store import Store
from simk8s.cluster.host_folder import HostFolder
from simk8s.cluster.rest import until_rest
from simk8s.controlplane.addons import addon_with
from simk8s.controlplane.control_plane import ControlPlane
from simk8s.controlplane.options import Options
from simk8s.controlplane.volume.classes import PROFILES
from simk8s.errors import SimError
from simk8s.faults import Tracer
from simk8s.images import Image, default_registry
from simk8s.kubectl.apply import COMMAND as APPLY
from simk8s.kubectl.apply import apply_item
from simk8s.kubectl.command import Context
from simk8s.kubectl.files import Item
from simk8s.kubectl.flags import parse
from simk8s.kubectl.runtime import Access
from simk8s.machine import Answer, File, Network, SyscallError
from simk8s.machine.machine import TextPlace
from simk8s.node.container import Container
from simk8s.node.local_pod import LocalPod
from simk8s.node.names import connect
from simk8s.node.node import Node, NodeSpec, Site
from simk8s.node.runtime import Runtime
from simk8s.node.settings import Settings
from simk8s.sim import Run, Simulation


class World:
    """Everything that a Cluster consists of, running.

    `options` are those of `simk8s.controlplane.options.Options`, by name. Raises SimError SK505 for others.
    """

    def __init__(
        self,
        sim: Simulation,
        *,
        nodes: int,
        storage: str,
        addons: tuple[str, ...],
        images: Sequence[Image],
        options: Mapping[str, Any],
    ) -> None:
        self.sim = sim
        self.registry = Registry()
        self.store = Store(sim, self.registry)
        self.images = default_registry()
        for image in images:
            self.images.add(image)
        self.network = Network(sim)
        chosen, settings = _options(storage, addons, options)
        control = self.control = ControlPlane(sim, self.store, self.registry, chosen)
        admission.install(self.store)
        connect(self.network, _name_server(control), control.proxy.is_service, _router(control))
        control.start()
        self.site = Site.of(self.store, self.network, self.images, settings)
        self.nodes = [Node(self.site, NodeSpec(f"node-{number}", number)) for number in range(1, nodes + 1)]
        self.site.container_hooks.append(self._show_sources)
        for node in self.nodes:
            node.power_on()
        self.tracer = Tracer(self.site)
        self.runtime = Runtime(self.store, self.nodes)
        rest = partial(until_rest, sim, self.store)
        self.access = Access(sim, self.store, self.registry, self.runtime, settled=rest)

    def reach(self, folder: Path) -> None:
        """Let the next kubectl command find files here: those of `-f`, and those that `cp` copies."""
        self.access.folder = folder
        self.access.host = HostFolder(folder)

    def apply(self, found: Sequence[Manifest]) -> Run[None]:
        """What `kubectl apply` does with these manifests. Raises SimError SK4xx with the place of what is refused."""
        context = Context(
            self.access,
            APPLY,
            parse([], APPLY.flags, APPLY.name),
            self.sim.actor("kubectl"),
            stdin=b"",
            namespace="default",
            print=lambda stream, data: None,
        )
        for manifest, item in [(manifest, self._item(manifest)) for manifest in found]:
            try:
                yield from apply_item(context, item)
            except ApiError as error:
                raise manifest.refusal(error.__cause__ if isinstance(error.__cause__, ApiError) else error) from error

    def _item(self, manifest: Manifest) -> Item:
        """What is to be applied. Kinds and fields are checked here, so that bad input changes nothing."""
        obj = manifest.object
        try:
            resource = self.registry.get(obj["apiVersion"], obj["kind"])
            admission.decode(obj, resource)
        except (NoMatch, ApiError) as error:
            refusal = manifest.refusal(error)
            addon = addon_with(obj["apiVersion"], obj["kind"])
            if addon and isinstance(error, NoMatch):
                refusal.hint = f"install the add-on that brings it: `--addon {addon}`, or `addons: [{addon}]`"
            raise refusal from error
        if resource.namespaced and not dig(obj, "metadata", "namespace"):
            obj = {**obj, "metadata": {**obj["metadata"], "namespace": "default"}}
        return Item(resource, manifest, obj)

    def _show_sources(self, _: LocalPod, container: Container) -> None:
        """Let the shells of a container know which line of a manifest they are in."""

        def find(text: str) -> TextPlace | None:
            found = self.access.sources.find(text, container.name)
            return found.at if found else None

        container.machine.find_text = find

    def node(self, name: str) -> Node:
        """The node of that name. Raises SimError SK509."""
        for node in self.nodes:
            if node.name == name:
                return node
        names = f"{self.nodes[0].name} to {self.nodes[-1].name}"
        raise SimError("SK509", f"there is no node {name!r}", hint=f"the nodes are {names}")

    def node_of(self, namespace: str, pod: str) -> Node:
        """The node that a Pod is on. Raises SimError SK509 where it is on none."""
        found = self.store.find("Pod", pod, namespace)
        if found is None:
            raise SimError("SK509", f"there is no Pod {namespace}/{pod}", hint="`kubectl get pods -A` lists them")
        if not dig(found, "spec", "nodeName"):
            raise SimError("SK509", f"the Pod {namespace}/{pod} is on no node yet", hint="let it be scheduled first")
        return self.node(found["spec"]["nodeName"])

    def container(self, namespace: str, pod: str, container: str | None) -> Container | None:
        """The latest instance of a container, by default of the first one of the Pod; None where there is none."""
        found = self.store.find("Pod", pod, namespace)
        node = next((node for node in self.nodes if node.name == dig(found, "spec", "nodeName")), None)
        local = node.find_pod(namespace, pod) if node else None
        if found is None or local is None:
            return None
        return local.current.get(container or _first_container(found))

    def read_file(self, namespace: str, pod: str, container: str | None, path: str) -> bytes | None:
        instance = self.container(namespace, pod, container)
        if instance is None:
            return None
        try:
            inode = instance.machine.mounts.resolve(path).inode
        except SyscallError:
            return None
        return bytes(inode.content) if isinstance(inode, File) else None

    def log(self, namespace: str, pod: str, container: str) -> bytes:
        """What the container, or where it printed nothing the instance before it, has printed."""
        for previous in (False, True):
            try:
                text = self.runtime.logs(namespace, pod, container, previous)
            except ApiError:
                continue
            if text:
                return text
        return b""


def _options(storage: str, addons: tuple[str, ...], options: Mapping[str, Any]) -> tuple[Options, Settings]:
    """What the control plane is told, and what the kubelets are. Raises SimError SK505."""
    ours = [field.name for field in fields(Options) if field.name not in ("storage", "addons")]
    theirs = [field.name for field in fields(Settings)]
    for name in options:
        if name not in (*ours, *theirs):
            known = ", ".join((*ours, *theirs))
            raise SimError("SK505", f"a cluster has no option {name!r}", hint=f"these exist: {known}")
    settings = Settings(**{name: value for name, value in options.items() if name in theirs})
    for profile in PROFILES:
        if profile == storage:
            chosen = {name: value for name, value in options.items() if name in ours}
            return Options(storage=profile, addons=addons, **chosen), settings
    raise SimError("SK505", f"there is no storage profile {storage!r}", hint=f"these exist: {', '.join(PROFILES)}")


def _name_server(control: ControlPlane) -> Any:
    def answer(name: str, kind: Any) -> Answer:
        said = control.dns.lookup(name, kind)
        return Answer(said.records, exists=said.code != "NXDOMAIN", seq=said.seq)

    return answer


def _router(control: ControlPlane) -> Any:
    def route(address: str, port: int, source: str) -> tuple[str, int, int] | None:
        backend = control.proxy.route(address, port, source)
        return (backend.address, backend.port, backend.seq) if backend else None

    return route


def _first_container(pod: Object) -> str:
    return str(dig(pod, "spec", "containers", 0, "name", default=""))
