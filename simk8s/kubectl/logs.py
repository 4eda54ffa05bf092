"""`kubectl logs`: what a container has printed."""

from __future__ import annotations

from simk8s.api.objects import Object, containers, name, namespace
from simk8s.api.selector import parse
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.container import all_names, check_has_log, container_of, pod_of
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments["follow"]:
        raise Failure("simk8s does not model `logs --follow`: read the log again after more time has passed")
    pods = yield from _pods(context)
    tail: int = arguments["tail"]
    if arguments["selector"] and not arguments.is_given("tail"):
        tail = 10  # kubectl prints less where it prints of many
    for pod in pods:
        for container in _containers(context, pod):
            check_has_log(pod, container, arguments["previous"])
            yield from context.request()
            log = context.access.runtime.logs(namespace(pod), name(pod), container, arguments["previous"])
            context.out(_shown(_tail(log, tail), f"[pod/{name(pod)}/{container}] " if arguments["prefix"] else ""))
    return 0


def _pods(context: Context) -> Run[list[Object]]:
    arguments = context.arguments
    if arguments["selector"]:
        if arguments.words:
            raise Failure("only a selector (-l) or a POD name is allowed")
        pods = context.access.registry.typed("pods")
        found = yield from context.list(pods, context.namespace, parse(arguments["selector"]))
        if not found:
            context.err(f"No resources found in {context.namespace} namespace.\n")
        return found
    if not arguments.words:
        raise Failure(_NOT_NAMED)
    if len(arguments.words) > 2:
        raise Failure(_NOT_NAMED)
    return [(yield from pod_of(context, arguments.words))]


def _containers(context: Context, pod: Object) -> list[str]:
    arguments = context.arguments
    names = [entry["name"] for entry in containers(pod["spec"])]
    if arguments["all-containers"]:
        return names
    wanted = arguments.text("container") or (arguments.words[1] if len(arguments.words) == 2 else "")
    if wanted and wanted not in names:
        valid = all_names(pod["spec"])
        raise Failure(f"container {wanted} is not valid for pod {name(pod)} out of: {valid}")
    return [container_of(context, pod, wanted)]


def _tail(log: bytes, count: int) -> bytes:
    """The last lines; a negative number means all of them."""
    if count < 0:
        return log
    lines = log.splitlines(keepends=True)
    return b"".join(lines[len(lines) - min(count, len(lines)) :])


def _shown(log: bytes, prefix: str) -> bytes:
    if not prefix:
        return log
    return b"".join(prefix.encode() + line for line in log.splitlines(keepends=True))


_NOT_NAMED = (
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
    "POD or TYPE/NAME is a required argument for the logs command\n"
    "See 'kubectl logs -h' for help and examples"
)

COMMAND = Command(
    "logs",
    "Print what a container has written to standard output and standard error.",
    "logs [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    (
        SELECTOR,
        Flag("all-containers", "bool", False, "of every container of the Pod"),
        Flag("container", "string", "", "the container; without it the first", "c"),
        Flag("follow", "bool", False, "not modelled", "f"),
        Flag("prefix", "bool", False, "begin each line with its Pod and container"),
        Flag("previous", "bool", False, "of the instance before the last restart", "p"),
        Flag("tail", "int", -1, "only so many lines of the end"),
    ),
    run,
    (
        ("The second init container", "kubectl logs mysql-1 -c clone-mysql"),
        ("What was printed before the crash", "kubectl logs mysql-1 -c xtrabackup -p"),
    ),
    not_modelled=(
        "all-pods ignore-errors insecure-skip-tls-verify-backend limit-bytes max-log-requests pod-running- "
        "timeout since since-time timestamps"
    ),
)
