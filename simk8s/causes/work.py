"""What a process in a container is doing, in a few words."""

from __future__ import annotations

import shlex
from collections.abc import Hashable
from dataclasses import dataclass

from simk8s.api.objects import Object, dig
from simk8s.causes.path import Step
from simk8s.causes.processes import Known
from simk8s.causes.scene import Glimpse, Scene

WIDTH = 72


@dataclass(frozen=True, slots=True)
class Work:
    """`home` is the container; work that `stands_out` is told even when it was short."""

    key: Hashable
    text: str
    home: str
    place: str = ""
    part: str = ""
    stands_out: bool = False


def of_process(step: Step, glimpse: Glimpse, scene: Scene) -> Work:
    """What the process of this step was doing while the step took its time."""
    record, process = step.record, glimpse.process
    assert process is not None
    home = record.actor
    place = glimpse.place
    program = glimpse.argv[0].rpartition("/")[2] if glimpse.argv else ""
    if step.is_retry:
        return Work(("retry", record.seq), _retry(step, scene), home, place, stands_out=True)
    if process.from_outside:
        return _asked(step, process, home, scene)
    if record.verb == "mysql.replication":
        text = f"replicates from {record.detail.get('host', '?')}"
        return Work((home, "replication"), text, home, place, stands_out=True)
    if program == "mysqld" and "--help" not in glimpse.argv:
        return _mysqld(glimpse, home, place)
    if program == "xtrabackup" and "--backup" in glimpse.argv:
        part = _BACKUP.get(glimpse.stage, glimpse.stage)
        return Work(
            (home, "backup", process.started), "xtrabackup streams a backup of this server", home, place, part, True
        )
    if program == "xtrabackup" and "--prepare" in glimpse.argv:
        part = _PREPARE.get(glimpse.stage, glimpse.stage)
        return Work((home, "prepare", process.started), "xtrabackup prepares the copy", home, place, part, True)
    if record.verb == "net.connect" and _is_far(record.object):
        return Work(
            (home, "connect", record.object), f"connects to {_target(record.object, scene)}", home, place, "", True
        )
    if record.verb == "net.listen":
        port = record.object.rpartition(":")[2]
        return Work((home, "listen", port), f"{program} listens on port {port}", home, place, stands_out=True)
    if glimpse.line is None:
        is_script = program in ("bash", "sh") and "-c" in glimpse.argv
        return Work((home, program), "runs its script" if is_script else shorten(shlex.join(glimpse.argv)), home)
    if not glimpse.line.detail.get("place"):
        script = glimpse.line.object.rpartition("/")[2]
        return Work(
            (home, "script", script), f"runs {script}", home, place, part=shorten(glimpse.line.detail["text"], 40)
        )
    return Work((home, "line", place), shorten(glimpse.line.detail["text"]), home, place)


_BACKUP = {
    "": "connects, looks at the server",
    "innodb": "copies InnoDB files",
    "locked": "copies the rest under a lock",
}
_PREPARE = {
    "": "finds the redo log",
    "renamed": "applies the redo log",
    "recovered": "makes new log files",
    "prepared": "shuts down",
}


def _is_far(address: str) -> bool:
    """Whether it is an address outside of the Pod."""
    return "/" not in address and not address.startswith("127.")


def _target(address: str, scene: Scene) -> str:
    return f"{scene.host(address)}, port {address.rpartition(':')[2]}"


def _retry(step: Step, scene: Scene) -> str:
    address = step.record.object
    if step.record.verb == "net.resolve":
        return f"asks again for {address}, and gets an address"
    if "/" in address:
        return f"tries again, and connects to {address.rpartition(':')[2]}"
    return f"tries again, and connects to {_target(address, scene) if _is_far(address) else address}"


def _mysqld(glimpse: Glimpse, home: str, place: str) -> Work:
    assert glimpse.process is not None
    number = glimpse.process.started
    if any(word.startswith("--initialize") for word in glimpse.argv):
        return Work(
            (home, "initialise", number), "mysqld initialises its data directory", home, place, glimpse.stage, True
        )
    name = "a temporary mysqld" if "--skip-networking" in glimpse.argv else "mysqld"
    if glimpse.stage == "ready":
        return Work((home, "mysqld", number, "ready"), f"{name} answers", home, place)
    if glimpse.stage == "stopping":
        return Work((home, "mysqld", number, "stopping"), f"{name} stops", home, place, stands_out=True)
    return Work((home, "mysqld", number, "starts"), f"{name} starts", home, place, stands_out=True)


def _asked(step: Step, process: Known, home: str, scene: Scene) -> Work:
    """A command from outside of the container: a probe's, or a person's."""
    command = shorten(shlex.join(process.argv))
    while process.parent is not None:
        process = process.parent
    found = _probe(process.argv, home, scene)
    if found is None:
        return Work((home, "exec", process.started), f"is asked to run {command}", home)
    kind, spec = found
    if step.record.verb == "process.start" and step.seconds > 0.5:
        delay, period = spec.get("initialDelaySeconds", 0), spec.get("periodSeconds", 10)
        when = f"first after {delay} s, then " if delay else ""
        return Work(
            (home, "wait", step.record.seq), f"waits for its {kind} probe ({when}every {period} s)", home, "", "", True
        )
    return Work((home, "exec", process.started), f"{kind} probe: {command}", home)


def _probe(argv: tuple[str, ...], home: str, scene: Scene) -> tuple[str, Object] | None:
    *namespace, pod, container = home.split("/")
    found = scene.find(f"Pod/{namespace[0] if namespace else 'default'}/{pod}")
    for spec in dig(found, "spec", "containers", default=[]):
        if spec["name"] == container:
            for kind in ("readiness", "startup", "liveness"):
                probe = spec.get(f"{kind}Probe") or {}
                if tuple(dig(probe, "exec", "command", default=())) == argv:
                    return kind, probe
    return None


def shorten(text: str, width: int = WIDTH) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."
