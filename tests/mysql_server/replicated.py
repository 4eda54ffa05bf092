"""Bringing Pods up one after the other, as the manifest does, and killing containers before chosen steps."""

from __future__ import annotations

from simk8s.machine import Process
from tests.mysql_server.scripts import Scripts
from tests.mysql_server.world import Container, Pod, World


def clone(pod: Pod, scripts: Scripts) -> tuple[int, str]:
    """One attempt of the init container clone-mysql: its status and log."""
    status, out, errors = pod.sidecar().bash(scripts.clone)
    return status, out + errors


def start(pod: Pod, scripts: Scripts, *, settle: float = 5.0) -> tuple[Container, Container]:
    """The two containers of a Pod, once the server answers and the sidecar has had time."""
    server, sidecar = pod.mysql(), pod.sidecar()
    server.start("docker-entrypoint.sh", "mysqld")
    sidecar.start("bash", "-c", scripts.sidecar)
    pod.wait_until_ready(server)
    pod.world.sim.run(pod.world.sim.now + settle)
    return server, sidecar


def bring_up(world: World, count: int, scripts: Scripts) -> list[tuple[Container, Container]]:
    """Pods 0 to count-1, each complete before the next."""
    containers = []
    for ordinal in range(count):
        pod = world.pod(ordinal)
        status, log = clone(pod, scripts)
        assert status == 0, log
        containers.append(start(pod, scripts))
    return containers


def kill_before(container: Container, verb: str, ending: str, *, skip: int = 0) -> None:
    """Kill the whole container right before a step on an object whose name ends so; `skip` such steps go through."""
    left = skip

    def before(process: Process, this: str, object: str) -> None:
        nonlocal left
        if this == verb and object.endswith(ending):
            if left:
                left -= 1
                return
            container.machine.before_step = None
            container.machine.kill()

    container.machine.before_step = before


def clone_killed(pod: Pod, scripts: Scripts, verb: str, ending: str, *, skip: int = 0) -> None:
    """An attempt of clone-mysql that is killed before that step."""
    container = pod.sidecar()
    kill_before(container, verb, ending, skip=skip)
    status, _, errors = container.bash(scripts.clone)
    assert status == 137, errors
    pod.world.sim.run(pod.world.sim.now + 5)  # the donor notices


def replica_status(container: Container) -> dict[str, str]:
    """SHOW SLAVE STATUS by column; empty where there is none."""
    lines = container.sql("SHOW SLAVE STATUS").split("\n")
    if len(lines) < 2:
        return {}
    return dict(zip(lines[0].split("\t"), lines[1].split("\t"), strict=True))
