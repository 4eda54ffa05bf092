"""Starting one container: back-off, image, configuration, machine, postStart (KUBELET-6, KUBELET-20 to KUBELET-25)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simk8s.api.duration import go
from simk8s.api.objects import Object, dig
from simk8s.api.quantity import whole
from simk8s.images import Image, Reference
from simk8s.machine import File, SyscallError
from simk8s.node.atomic_writer import shown_path
from simk8s.node.backoff import Backoff
from simk8s.node.container import Blueprint, Container, MountPoint, StartError
from simk8s.node.environment import ConfigError, environment, expand
from simk8s.node.handler import perform
from simk8s.node.image_store import InvalidImageName, PullError, image_id
from simk8s.node.mounting import make_sub_path
from simk8s.node.names import hostname, resolv_conf
from simk8s.node.status import Waiting
from simk8s.node.stopping import stop_container
from simk8s.node.user import user_of
from simk8s.node.volume import sub_path_of
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.node.pod_worker import PodWorker

START_SECONDS = (0.2, 0.5)  # TIME-34
SYNC_RETRY_SECONDS = (10.0, 15.0)  # TIME-3
CRASH_LOOP = "CrashLoopBackOff"
RESYNC_SECONDS = (60.0, 90.0)  # TIME-4
CACHED_SECONDS = 0.05  # TIME-33


class _Refused(Exception):
    """The container is not started now, for this reason."""

    def __init__(self, reason: str, message: str, retry_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retry_seconds = retry_seconds


def start_container(worker: PodWorker, spec: Object) -> Run[None]:
    """Start the next instance, or note why it is not started now and look again later."""
    name = spec["name"]
    try:
        _pass_backoff(worker, name)
        image = yield from _image(worker, spec)
        container = yield from _create(worker, spec, image)
        worker.waiting.pop(name, None)
        yield from _post_start(worker, spec, container)
        if spec.get("restartPolicy"):
            worker.poke()  # KUBELET-5: what comes after a native sidecar need not wait for its end
    except _Refused as refused:
        before = worker.waiting.get(name)
        if refused.reason == CRASH_LOOP and (before is None or before.reason != CRASH_LOOP):
            worker.report.hold_back(name, before)
        worker.waiting[name] = Waiting(refused.reason, refused.message)
        seconds = refused.retry_seconds
        worker.poke(seconds or worker.sim.uniform(*SYNC_RETRY_SECONDS, f"retry/{worker.node.name}"))


def _pass_backoff(worker: PodWorker, name: str) -> None:
    """KUBELET-20 to KUBELET-22. Raises _Refused while the delay lasts."""
    before = _last_exited(worker, name)
    if before is None:
        return
    settings, now = worker.node.site.settings, worker.sim.now
    backoff = worker.backoffs.get(name) or Backoff(longest_seconds=settings.longest_restart_wait_seconds)
    remaining = backoff.remaining(before.ended_at, now)
    if remaining > 0:
        pod = worker.local.key
        where = f"{pod.name}_{pod.namespace}({worker.uid})"
        if worker.waiting.get(name) is None or worker.waiting[name].reason != CRASH_LOOP:
            text = f"Back-off restarting failed container {name} in pod {where}"
            worker.tell("Warning", "BackOff", text, container=name)
        raise _Refused(
            CRASH_LOOP,
            f"back-off {go(backoff.delay_seconds)} restarting failed container={name} pod={where}",
            remaining
            if settings.restarts_on_time
            else worker.sim.uniform(*RESYNC_SECONDS, f"resync/{worker.node.name}"),
        )
    worker.backoffs[name] = backoff.stepped(before.ended_at, now)


def _last_exited(worker: PodWorker, name: str) -> Container | None:
    """The latest instance that ended; where the kubelet has just killed it, the one before (KUBELET-24)."""
    container = worker.local.current.get(name)
    if container is not None and container.was_stopped:
        container = worker.local.ended.get(name)
    return container if container is not None and container.ended is not None else None


def _image(worker: PodWorker, spec: Object) -> Run[Image]:
    """The image, pulled where the policy says so (KUBELET-12). Raises _Refused."""
    reference, name, store = spec["image"], spec["name"], worker.node.images
    policy = spec.get("imagePullPolicy") or "IfNotPresent"
    try:
        present = store.find(reference)
    except InvalidImageName as error:
        message = f'Failed to apply default image tag "{reference}": {error}'
        worker.tell("Warning", "InspectFailed", message, container=name)
        worker.tell("Warning", "Failed", "Error: InvalidImageName", container=name)
        raise _Refused("InvalidImageName", message) from error
    if policy != "Always" and present is not None:
        yield worker.sim.sleep(CACHED_SECONDS)
        worker.tell("Normal", "Pulled", f'Container image "{reference}" already present on machine', container=name)
        return present
    if policy == "Never":
        message = f'Container image "{reference}" is not present with pull policy of Never'
        worker.tell("Warning", "ErrImageNeverPull", message, container=name)
        worker.tell("Warning", "Failed", "Error: ErrImageNeverPull", container=name)
        raise _Refused("ErrImageNeverPull", message)
    return (yield from _pull(worker, reference, name))


def _pull(worker: PodWorker, reference: str, name: str) -> Run[Image]:
    """KUBELET-25: the back-off counts from the last attempt that failed."""
    sim = worker.sim
    backoff, failed_at = worker.pull_backoffs.get(reference, (Backoff(), 0.0))
    if backoff.delay_seconds and backoff.remaining(failed_at, sim.now) > 0:
        message = f'Back-off pulling image "{reference}"'
        worker.tell("Normal", "BackOff", message, container=name)
        worker.tell("Warning", "Failed", "Error: ImagePullBackOff", container=name)
        raise _Refused("ImagePullBackOff", message)
    worker.tell("Normal", "Pulling", f'Pulling image "{reference}"', container=name)
    try:
        pulled = yield from worker.node.images.pull(reference, worker.actor)
    except PullError as error:
        worker.pull_backoffs[reference] = (backoff.stepped(sim.now, sim.now), sim.now)
        worker.tell("Warning", "Failed", f'Failed to pull image "{reference}": {error}', container=name)
        worker.tell("Warning", "Failed", "Error: ErrImagePull", container=name)
        raise _Refused("ErrImagePull", str(error)) from error
    worker.pull_backoffs.pop(reference, None)
    taken, waited = _go_seconds(pulled.seconds), _go_seconds(pulled.waited_seconds)
    worker.tell(
        "Normal",
        "Pulled",
        f'Successfully pulled image "{reference}" in {taken} ({waited} including waiting).'
        + worker.node.site.settings.image_size(pulled.image.size_bytes),
        container=name,
    )
    return pulled.image


def _create(worker: PodWorker, spec: Object, image: Image) -> Run[Container]:
    """Configure, create and start the machine. Raises _Refused."""
    name, local, sim = spec["name"], worker.local, worker.sim
    number = local.starts.get(name, 0)
    try:
        blueprint = _blueprint(worker, spec, image, number)
    except ConfigError as error:
        worker.tell("Warning", "Failed", f"Error: {error}", container=name)
        raise _Refused("CreateContainerConfigError", str(error)) from error
    yield sim.sleep(sim.uniform(*START_SECONDS, f"start/{worker.node.name}"))
    assert local.interface is not None
    for point in blueprint.mounts:
        make_sub_path(worker, point.filesystem, point.sub_path)
    try:
        container = Container(sim, blueprint, local.interface, local.exited)
    except SyscallError as error:
        worker.tell("Warning", "Failed", f"Error: {error}", container=name)
        raise _Refused("CreateContainerError", str(error)) from error
    local.place(container)
    worker.condemned.pop(name, None)
    worker.record(
        "container.create",
        name,
        number=number,
        pod=worker.uid,
        machine=blueprint.machine_name,
        argv=blueprint.argv,
        environ=blueprint.environ,
        image=blueprint.image_name,
        root=blueprint.root_name,
        node=worker.node.name,
        address=local.address,
        mounts=[_as_json(point) for point in blueprint.mounts],
    )
    worker.tell("Normal", "Created", worker.node.site.settings.created(name), container=name)
    for hook in worker.node.container_hooks:
        hook(local, container)
    try:
        container.start(worker.actor)
    except StartError as error:
        worker.tell("Warning", "Failed", f"Error: {error}", container=name)
        worker.record("container.exit", name, number=number, status=128, reason="StartError")
        raise _Refused("RunContainerError", str(error), 1.0) from error
    if container.number:
        worker.restarted(container)
    worker.actor.hear(container.last_seq)
    worker.tell("Normal", "Started", f"Started container {name}", container=name)
    return container


def _blueprint(worker: PodWorker, spec: Object, image: Image, number: int) -> Blueprint:
    pod, local, name = worker.pod, worker.local, spec["name"]
    services = worker.kubelet.store.list("Service")
    variables = environment(pod, spec, worker.place, worker.lookup, services)
    user = user_of(pod, spec, image)
    host = hostname(pod, worker.node.name)
    argv = image.argv(
        [expand(word, variables) for word in spec.get("command") or []],
        [expand(word, variables) for word in spec.get("args") or []],
    )
    if not argv:
        raise ConfigError(f'no command specified: the image "{spec["image"]}" has none, nor has the container')
    message_path = spec.get("terminationMessagePath") or "/dev/termination-log"
    files = {
        "/etc/hosts": local.hosts,
        "/etc/hostname": File(f"{host}\n".encode()),
        "/etc/resolv.conf": File(resolv_conf(pod).encode()),
        message_path: File(mode=0o666),
    }
    full = str(Reference.parse(spec["image"]))
    terminal = {"TERM": "xterm"} if spec.get("tty") else {}
    return Blueprint(
        name=name,
        machine_name=f"{local.prefix}/{name}",
        pod_uid=worker.uid,
        number=number,
        reference=spec["image"],
        image=image,
        image_name=full,
        image_id=image_id(image, full),
        argv=argv,
        environ={"HOME": user.home, "HOSTNAME": host, **terminal, **image.env, **variables},
        cwd=spec.get("workingDir") or image.working_dir or "/",
        user=user,
        hostname=host,
        mounts=_mount_points(worker, spec, variables),
        files=files,
        memory_limit=whole(dig(spec, "resources", "limits", "memory", default=worker.node.allocatable["memory"])),
        read_only_root=bool(dig(spec, "securityContext", "readOnlyRootFilesystem")),
        stdin=bool(spec.get("stdin")),
        stdin_once=bool(spec.get("stdinOnce")),
        tty=bool(spec.get("tty")),
        message_path=message_path,
        message_from_log=spec.get("terminationMessagePolicy") == "FallbackToLogsOnError",
    )


def _mount_points(worker: PodWorker, spec: Object, variables: Mapping[str, str]) -> list[MountPoint]:
    if spec.get("volumeDevices"):
        raise ConfigError("simk8s does not model volumeDevices; use volumeMode Filesystem and volumeMounts")
    points = []
    for mount in spec.get("volumeMounts") or []:
        volume = worker.local.volumes.get(mount["name"])
        if volume is None:
            raise ConfigError(f'cannot find volume "{mount["name"]}" to mount into container "{spec["name"]}"')
        read_only = bool(mount.get("readOnly")) or volume.read_only
        points.append(
            MountPoint(mount["mountPath"], volume.filesystem, sub_path_of(mount, variables, volume), read_only)
        )
    return sorted(points, key=lambda point: point.path)


def _as_json(point: MountPoint) -> Object:
    entry: Object = {"point": point.path, "filesystem": point.filesystem.name}
    if point.sub_path:
        entry["path"] = shown_path(point.sub_path)
    if point.read_only:
        entry["readOnly"] = True
    return entry


def _post_start(worker: PodWorker, spec: Object, container: Container) -> Run[None]:
    """KUBELET-7: the next container waits for it; when it fails the container is killed."""
    hook = dig(spec, "lifecycle", "postStart")
    if not hook:
        return
    outcome = yield from perform(hook, worker.pod, container, worker.node.client_process, worker.actor)
    if outcome.kind == "success" or not container.is_running:
        return
    worker.tell("Warning", "FailedPostStartHook", f"PostStartHook failed: {outcome.output}", container=spec["name"])
    yield from stop_container(
        worker, container, worker.sim.now + worker.grace_seconds, "FailedPostStartHook", worker.actor
    )
    container.was_stopped = False  # it counts as an end of its own, so that the back-off grows
    raise _Refused("PostStartHookError", f"PostStartHook failed: {outcome.output}", 1.0)


def _go_seconds(seconds: float) -> str:
    """A pull's duration as Go prints it, to the millisecond: `12.345s`, `712ms`, `1m2.5s`."""
    thousandths = round(seconds * 1000)
    if thousandths < 1000:
        return f"{thousandths}ms"
    minutes, rest = divmod(thousandths, 60_000)
    text = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{minutes}m{text}" if minutes else text
