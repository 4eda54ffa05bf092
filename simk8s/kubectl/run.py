"""`kubectl run`: one Pod of one container, perhaps with this command's standard input and output attached to it."""

from __future__ import annotations

from typing import Any

from simk8s.api.admission import decode
from simk8s.api.deletion import Deletion
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, is_true, uid
from simk8s.api.resources import Resource
from simk8s.kubectl import dry_run
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.exec import NO_TERMINAL
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.waiting import wait_until
from simk8s.sim import Run

_ENDED = ("Succeeded", "Failed")


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    _check(context)
    name = arguments.words[0]
    pods = context.access.registry.typed("pods")
    pod = _pod(context, name)
    dry = context.dry_run
    if not dry.is_client:
        pod = decode({**pod, "metadata": {**pod["metadata"], "namespace": context.namespace}}, pods)
        yield from context.request()
        pod = context.store.create(pod, by=context.actor, dry_run=dry.is_server)
    if not _attached(context):
        report(context, pods, pod, "created")
        return 0
    failure: Exception | None
    try:
        failure = yield from _follow(context, pods, pod)
    except (ApiError, Failure) as error:
        failure = error  # the Pod is cleaned up whatever went wrong
    if arguments["rm"]:
        yield from _remove(context, pods, pod)
    if failure:
        raise failure
    return 0


def _check(context: Context) -> None:
    arguments = context.arguments
    if not arguments.is_given("image"):
        raise Failure('required flag(s) "image" not set')
    if not arguments.words:
        raise Failure("NAME is required for run\nSee 'kubectl run -h' for help and examples")
    if len(arguments.words) > 1:
        raise Failure(
            f"exactly one NAME is required, got {len(arguments.words)}; put the container's arguments after --"
        )
    if not arguments["image"]:
        raise Failure("--image is required")
    if arguments["restart"] not in ("Always", "OnFailure", "Never"):
        raise Failure(f"invalid restart policy: {arguments['restart']}")
    if arguments["tty"] and not arguments["stdin"]:
        raise Failure("-i/--stdin is required for containers with -t/--tty=true")
    if arguments["rm"] and not _attached(context):
        raise Failure("--rm should only be used for attached containers")
    if _attached(context) and context.dry_run:
        raise Failure(
            "--dry-run=[client|server] can't be used with attached containers options (--attach, --stdin, or --tty)"
        )


def _attached(context: Context) -> bool:
    arguments = context.arguments
    return bool(arguments["attach"] if arguments.is_given("attach") else arguments["stdin"] or arguments["tty"])


def _pod(context: Context, name: str) -> Object:
    arguments = context.arguments
    words = arguments.after_dash or []
    container: dict[str, Any] = {"name": name, "image": arguments["image"], "resources": {}}
    if words:
        container["command" if arguments["command"] else "args"] = words
    if arguments["env"]:
        container["env"] = [_variable(text) for text in arguments["env"]]
    if arguments["port"]:
        container["ports"] = [{"containerPort": arguments["port"]}]
    if arguments["image-pull-policy"]:
        container["imagePullPolicy"] = arguments["image-pull-policy"]
    if arguments["stdin"]:
        container |= {"stdin": True, "stdinOnce": not arguments["leave-stdin-open"]}
    if arguments["tty"]:
        container["tty"] = True
    where = {"namespace": context.namespace} if context.is_namespace_given else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, **where, "labels": _labels(context, name)},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": arguments["restart"]},
        "status": {},
    }


def _variable(text: str) -> dict[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Failure(f"invalid env: {text}")
    return {"name": name, "value": value}


def _labels(context: Context, name: str) -> dict[str, str]:
    text = context.arguments.text("labels")
    if not text:
        return {"run": name}
    labels = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals:
            raise Failure(f"unexpected label spec: {part}")
        labels[key] = value
    return labels


def _follow(context: Context, pods: Resource, pod: Object) -> Run[Failure | None]:
    """Attach to the Pod's container and wait for its end. Returns what to complain of in the end."""
    arguments = context.arguments
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    ready = yield from wait_until(context, pods, name, namespace, _can_attach, arguments["pod-running-timeout"])
    if not ready:
        raise Failure("timed out waiting for the condition")
    now = context.store.find(pods.kind, name, namespace)
    if now is None or uid(now) != uid(pod):
        raise Failure(f'pods "{name}" not found')
    if dig(now, "status", "phase") in _ENDED:
        yield from context.request()
        context.out(context.access.runtime.logs(namespace, name, name, False))
    else:
        yield from _attach(context, namespace, name)
    if arguments["restart"] == "Always":
        return None
    yield from wait_until(context, pods, name, namespace, _has_ended)
    return _outcome(context.store.find(pods.kind, name, namespace), namespace, name)


def _attach(context: Context, namespace: str, name: str) -> Run[None]:
    arguments = context.arguments
    if arguments["stdin"] and not arguments["quiet"]:
        if arguments["tty"]:
            context.err(NO_TERMINAL)
        context.err("If you don't see a command prompt, try pressing enter.\n")
    yield from context.request()
    stdin = context.stdin if arguments["stdin"] else None
    ended = yield from context.access.runtime.attach(namespace, name, name, stdin)
    context.out(ended.stdout)
    context.err(ended.stderr)


def _can_attach(pod: Object | None) -> bool:
    if pod is None or dig(pod, "status", "phase") in _ENDED:
        return True
    return dig(pod, "status", "phase") == "Running" and is_true(pod, "Ready")


def _has_ended(pod: Object | None) -> bool:
    return pod is None or dig(pod, "status", "phase") in _ENDED


def _outcome(pod: Object | None, namespace: str, name: str) -> Failure | None:
    """The container's exit status becomes kubectl's."""
    if pod is None:
        return Failure(f'pods "{name}" not found')
    if dig(pod, "status", "phase") == "Succeeded":
        return None
    ended = dig(pod, "status", "containerStatuses", 0, "state", "terminated")
    if not ended or not ended.get("exitCode"):
        return Failure(f"pod {namespace}/{name} failed with unknown exit code")
    text = f"pod {namespace}/{name} terminated ({ended.get('reason', '')})\n{ended.get('message', '')}"
    return Failure(text, int(ended["exitCode"]), bare=True)


def _remove(context: Context, pods: Resource, pod: Object) -> Run[None]:
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    yield from context.request()
    if context.store.find(pods.kind, name, namespace) is None:
        return
    context.store.delete(pods.kind, name, namespace, by=context.actor, deletion=Deletion())
    context.out(f'pod "{name}" deleted\n')
    yield from wait_until(context, pods, name, namespace, lambda now: now is None or uid(now) != uid(pod))


COMMAND = Command(
    "run",
    "Create a Pod that runs an image, and attach to it if asked to.",
    'run NAME --image=image [--env="key=value"] [--command] -- [COMMAND] [args...]',
    (
        Flag("attach", "bool", False, "wait for the container and pass its output on; --stdin does so too"),
        Flag("command", "bool", False, "what follows -- is the command, not its arguments"),
        dry_run.FLAG,
        Flag("env", "list", None, "an environment variable, NAME=VALUE", "e"),
        Flag("image", "string", "", "the container's image"),
        Flag("image-pull-policy", "string", "", "Always, IfNotPresent or Never"),
        Flag("labels", "string", "", "labels of the Pod, app=web,tier=front", "l"),
        Flag("leave-stdin-open", "bool", False, "more than one attach may use standard input"),
        OUTPUT,
        Flag("pod-running-timeout", "duration", 60.0, "how long to wait for a container to attach to"),
        Flag("port", "int", 0, "a port that the container listens on"),
        Flag("quiet", "bool", False, "print only what the container prints", "q"),
        Flag("restart", "string", "Always", "Always, OnFailure or Never"),
        Flag("rm", "bool", False, "delete the Pod when the attached container has ended"),
        Flag("stdin", "bool", False, "pass standard input on to the container", "i"),
        Flag("tty", "bool", False, "for a terminal; there is none here", "t"),
    ),
    run,
    (
        (
            "A client for one query",
            "kubectl run client --image=mysql:5.7 -i --rm --restart=Never -- mysql -h mysql-read",
        ),
        ("A Pod that stays", "kubectl run web --image=nginx --labels=app=web"),
    ),
    not_modelled=(
        "allow-missing-template-keys annotations cascade expose field-manager force grace-period k kustomize "
        "override-type overrides privileged save-config show-managed-fields template timeout wait"
    ),
)
