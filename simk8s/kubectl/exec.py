"""`kubectl exec`: a command in a container that runs."""

from __future__ import annotations

from simk8s.api.objects import dig, name, namespace
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.container import check_runs, container_of, pod_of
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run

NO_TERMINAL = "Unable to use a TTY - input is not a terminal or the right kind of file\n"


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    command = arguments.after_dash
    if not arguments.words:
        raise Failure("pod, type/name or --filename must be specified")
    if command is None and len(arguments.words) > 1:
        raise Failure(
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
            "See 'kubectl exec -h' for help and examples"
        )
    if not command:
        raise Failure("you must specify at least one command for the container")
    pod = yield from pod_of(context, arguments.words)
    phase = dig(pod, "status", "phase")
    if phase in ("Succeeded", "Failed"):
        raise Failure(f"cannot exec into a container in a completed pod; current phase is {phase}")
    container = container_of(context, pod, arguments.text("container"))
    if arguments["tty"] and arguments["stdin"] and not arguments["quiet"]:
        context.err(NO_TERMINAL)
    yield from context.request()
    check_runs(pod, container)
    stdin = context.stdin if arguments["stdin"] else None
    runtime = context.access.runtime
    ended = yield from runtime.exec(namespace(pod), name(pod), container, command, stdin, False)
    context.out(ended.stdout)
    context.err(ended.stderr)
    if ended.status:
        raise Failure(f"command terminated with exit code {ended.status}", ended.status, bare=True)
    return 0


COMMAND = Command(
    "exec",
    "Run a command in a container.",
    "exec (POD | TYPE/NAME) [-c CONTAINER] -- COMMAND [args...]",
    (
        Flag("container", "string", "", "the container; without it the first", "c"),
        Flag("quiet", "bool", False, "print only what the command prints", "q"),
        Flag("stdin", "bool", False, "pass standard input on to the command", "i"),
        Flag("tty", "bool", False, "for a terminal; there is none here", "t"),
    ),
    run,
    (
        ("Look into the data directory", "kubectl exec mysql-0 -c mysql -- ls /var/lib/mysql"),
        ("SQL from standard input", "kubectl exec -i mysql-0 -c mysql -- mysql < query.sql"),
    ),
    not_modelled="f filename pod-running-timeout",
)
