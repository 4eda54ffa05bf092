"""`kubectl logs`: what containers have printed, and print from now on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simk8s.api.duration import parse_timestamp
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, containers, name, namespace
from simk8s.api.selector import parse
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.container import all_names, check_has_log, container_of, pods_named
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.resting import until_rest
from simk8s.kubectl.runtime import LogStream
from simk8s.kubectl.selection import SELECTOR
from simk8s.sim import EPOCH, Run

OF_MANY = 10
"""So many lines are printed of each Pod where a selector chose them."""


@dataclass(slots=True)
class Source:
    """One container's log. `shown` lines of it have been printed."""

    prefix: bytes
    stream: LogStream
    shown: int = 0


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    _check(context)
    pods = yield from _pods(context)
    wanted = [(pod, container) for pod in pods for container in _containers(context, pod)]
    if arguments["follow"] and len(wanted) > arguments["max-log-requests"]:
        raise Failure(
            f"you are attempting to follow {len(wanted)} log streams, but maximum allowed concurrency is "
            f"{arguments['max-log-requests']}, use --max-log-requests to increase the limit"
        )
    sources = []
    for pod, container in wanted:
        try:
            source = yield from _source(context, pod, container)
        except ApiError as error:
            if not arguments["ignore-errors"]:
                raise
            context.err(f"error: {error.message}\n")
            continue
        sources.append(source)
        _begin(context, source)
    if arguments["follow"]:
        yield from _follow(context, sources)
    return 0


def _check(context: Context) -> None:
    arguments = context.arguments
    words = arguments.words
    if arguments["selector"]:
        if words:
            raise Failure(f"only a selector (-l) or a POD name is allowed\n{_SEE}")
    elif not words or len(words) > 2:
        raise Failure(_NOT_NAMED)
    if len(words) == 2 and arguments["container"]:
        raise Failure("only one of -c or an inline [CONTAINER] arg is allowed")
    if arguments["all-containers"] and _named_container(context):
        raise Failure(f"--all-containers=true should not be specified with container name {_named_container(context)}")
    if arguments["since-time"] and arguments.is_given("since"):
        raise Failure("at most one of `sinceTime` or `sinceSeconds` may be specified")
    if arguments["since"] < 0:
        raise Failure("--since must be greater than 0")
    if arguments.is_given("limit-bytes") and arguments["limit-bytes"] < 0:
        raise Failure("--limit-bytes must be greater than 0")
    if arguments["tail"] < -1:
        raise Failure("--tail must be greater than or equal to -1")


def _pods(context: Context) -> Run[list[Object]]:
    arguments = context.arguments
    if arguments["selector"]:
        resource = context.access.registry.typed("pods")
        found = yield from context.list(resource, context.namespace, parse(arguments["selector"]))
        if not found:
            context.err(f"No resources found in {context.namespace} namespace.\n")
        return found
    try:
        pods = yield from pods_named(context, arguments.words[0], for_logs=True)
    except ApiError as error:
        if error.reason != "NotFound":
            raise
        where = f'in namespace "{context.namespace}"'
        raise Failure(f"error from server ({error.reason}): {error.message} {where}") from error
    if arguments["all-pods"]:
        return sorted(pods, key=name)
    if len(pods) > 1:
        context.err(f"Found {len(pods)} pods, using pod/{name(pods[0])}\n")
    return pods[:1]


def _named_container(context: Context) -> str:
    words = context.arguments.words
    return context.arguments.text("container") or (words[1] if len(words) == 2 else "")


def _containers(context: Context, pod: Object) -> list[str]:
    names = [entry["name"] for entry in containers(pod["spec"])]
    if context.arguments["all-containers"]:
        return names
    wanted = _named_container(context)
    if wanted and wanted not in names:
        valid = all_names(pod["spec"])
        raise Failure(f"container {wanted} is not valid for pod {name(pod)} out of: {valid}")
    return [container_of(context, pod, wanted)]


def _source(context: Context, pod: Object, container: str) -> Run[Source]:
    arguments = context.arguments
    check_has_log(pod, container, arguments["previous"])
    yield from context.request()
    stream = context.access.runtime.log(namespace(pod), name(pod), container, arguments["previous"])
    prefixed = arguments["prefix"] or arguments["all-pods"]
    return Source(f"[pod/{name(pod)}/{container}] ".encode() if prefixed else b"", stream)


def _begin(context: Context, source: Source) -> None:
    """Print what is there, cut as the flags say."""
    arguments = context.arguments
    lines = source.stream.lines()
    source.shown = len(lines)
    if arguments["follow"] and not source.stream.has_ended and lines and not lines[-1][1].endswith(b"\n"):
        source.shown -= 1
    chosen = [line for line in lines[: source.shown] if _moment(line[0]) >= _since(context)]
    tail: int = arguments["tail"]
    if arguments["selector"] and not arguments.is_given("tail"):
        tail = OF_MANY
    if tail >= 0:
        chosen = chosen[len(chosen) - min(tail, len(chosen)) :]
    _print(context, source, chosen)


def _since(context: Context) -> datetime:
    """Older lines are not shown."""
    arguments = context.arguments
    if arguments["since"]:
        return context.access.sim.datetime - timedelta(seconds=arguments["since"])
    text = arguments.text("since-time")
    if not text:
        return EPOCH
    try:
        return parse_timestamp(text)
    except ValueError as error:
        layout = "2006-01-02T15:04:05Z07:00"
        raise Failure(f'parsing time "{text}" as "{layout}": cannot parse "{text}" as "2006"') from error


def _follow(context: Context, sources: list[Source]) -> Run[None]:
    """Print lines as they come, until all containers have ended, or the cluster has come to rest."""
    rest = until_rest(context)
    while True:
        for source in sources:
            lines = source.stream.lines()
            end = len(lines)
            if not source.stream.has_ended and lines and not lines[-1][1].endswith(b"\n"):
                end -= 1  # the rest of this line is still to come
            _print(context, source, lines[source.shown : end])
            source.shown = max(source.shown, end)
        running = [source.stream.changed() for source in sources if not source.stream.has_ended]
        if not running or rest.is_over:
            break
        yield context.access.sim.any_of(*running, rest.event)
    rest.stop()


def _print(context: Context, source: Source, lines: Iterable[tuple[float, bytes]]) -> None:
    shown = b"".join(
        source.prefix + (_stamp(time) if context.arguments["timestamps"] else b"") + line for time, line in lines
    )
    limit: int = context.arguments["limit-bytes"]
    context.out(shown[:limit] if limit else shown)


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def _stamp(seconds: float) -> bytes:
    """As the kubelet writes times: always nine digits after the point."""
    return _moment(seconds).strftime("%Y-%m-%dT%H:%M:%S.%f000Z ").encode()


_SEE = "See 'kubectl logs -h' for help and examples"
_NOT_NAMED = (
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
    f"POD or TYPE/NAME is a required argument for the logs command\n{_SEE}"
)

COMMAND = Command(
    "logs",
    "Print what a container has written to standard output and standard error.",
    "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    (
        SELECTOR,
        Flag("all-containers", "bool", False, "of every container of the Pod"),
        Flag("all-pods", "bool", False, "of every Pod of the object; implies --prefix"),
        Flag("container", "string", "", "the container; without it the first", "c"),
        Flag("follow", "bool", False, "go on until the containers end; here also until the cluster is at rest", "f"),
        Flag("ignore-errors", "bool", False, "go on where a container has no log"),
        Flag("limit-bytes", "int", 0, "only so many bytes; 0 means all"),
        Flag("max-log-requests", "int", 5, "so many logs may be followed at once"),
        Flag("prefix", "bool", False, "begin each line with its Pod and container"),
        Flag("previous", "bool", False, "of the instance before the last restart", "p"),
        Flag("since", "duration", 0.0, "only what is younger than 5s, 2m or 3h"),
        Flag("since-time", "string", "", "only what was printed after 2024-01-01T00:00:30Z"),
        Flag("tail", "int", -1, "only so many lines of the end"),
        Flag("timestamps", "bool", False, "begin each line with its time"),
    ),
    run,
    (
        ("The second init container", "kubectl logs mysql-1 -c clone-mysql"),
        ("What was printed before the crash", "kubectl logs mysql-1 -c xtrabackup -p"),
        ("Everything that a set prints", "kubectl logs -f -l app=mysql --all-containers --prefix --max-log-requests=9"),
    ),
    not_modelled="insecure-skip-tls-verify-backend pod-running-timeout",
)
