"""`kubectl expose`: a Service for a Pod, or another one beside a Service."""

from __future__ import annotations

from simk8s.api.admission import decode
from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, dig, labels, name
from simk8s.kubectl import dry_run, files
from simk8s.kubectl.chosen import Chosen, chosen
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import OUTPUT, report
from simk8s.sim import Run

_EXPOSED = ("Deployment", "Pod", "ReplicaSet", "Service")


def run(context: Context) -> Run[int | None]:
    objects, errors = yield from chosen(context, context.arguments.words)
    for each in objects:
        try:
            yield from _expose(context, each)
        except (ApiError, Failure) as error:
            errors.append(error)
    complain(errors)
    return 0


def _expose(context: Context, each: Chosen) -> Run[None]:
    arguments, resource = context.arguments, each.resource
    if resource.kind not in _EXPOSED:
        group = f".{resource.group}" if resource.group else ""
        raise Failure(f"cannot expose a {resource.kind}{group}")
    services = context.access.registry.typed("services")
    meta: Object = {"name": arguments["name"] or name(each.object)}
    if context.is_namespace_given or not context.dry_run.is_client:
        meta["namespace"] = context.namespace
    own = _pairs(arguments.text("labels")) or labels(each.object)
    if own:
        meta["labels"] = dict(own)
    spec: Object = {"ports": _ports(context, each), "selector": _selector(context, each)}
    if arguments["type"]:
        spec["type"] = arguments["type"]
    if arguments["cluster-ip"]:
        spec["clusterIP"] = arguments["cluster-ip"]
    status: Object = {"loadBalancer": {}}
    service: Object = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec, "status": status}
    service = decode(service, services)
    if not context.dry_run.is_client:
        yield from context.request()
        service = context.store.create(service, by=context.actor, dry_run=context.dry_run.is_server)
    report(context, services, service, "exposed")


def _selector(context: Context, each: Chosen) -> Object:
    if context.arguments["selector"]:
        return dict(_pairs(context.arguments.text("selector")))
    match each.resource.kind:
        case "Pod":
            found = labels(each.object)
        case "Service":
            found = dig(each.object, "spec", "selector", default={})
        case _:
            found = dig(each.object, "spec", "selector", "matchLabels", default={})
    if not found:
        raise Failure(
            f"couldn't retrieve selectors via --selector flag or introspection: the {each.resource.singular} has no "
            "labels and cannot be exposed"
        )
    return dict(found)


def _pairs(text: str) -> dict[str, str]:
    pairs = {}
    for part in text.split(",") if text else ():
        key, equals, value = part.partition("=")
        if not equals:
            raise Failure(f"unexpected label spec: {part}")
        pairs[key] = value
    return pairs


def _ports(context: Context, each: Chosen) -> list[Object]:
    arguments = context.arguments
    given = arguments.text("port")
    protocol = arguments.text("protocol") or "TCP"
    numbers = [int(part) for part in given.split(",")] if given else _found_ports(each)
    if not numbers:
        raise Failure("couldn't find port via --port flag or introspection")
    target = arguments.text("target-port")
    ports: list[Object] = []
    for index, number in enumerate(numbers, 1):
        port: Object = {"port": number, "protocol": protocol, "targetPort": number}
        if target:
            port["targetPort"] = int(target) if target.isdigit() else target
        if len(numbers) > 1:
            port["name"] = f"port-{index}"
        ports.append(port)
    return ports


def _found_ports(each: Chosen) -> list[int]:
    if each.resource.kind == "Service":
        return [port["port"] for port in dig(each.object, "spec", "ports", default=[])]
    spec = each.object["spec"] if each.resource.kind == "Pod" else dig(each.object, "spec", "template", "spec")
    return [port["containerPort"] for container in spec["containers"] for port in container.get("ports") or []]


COMMAND = Command(
    "expose",
    "Create a Service for an object.",
    "expose (-f FILENAME | TYPE NAME) [--port=port] [--target-port=number-or-name] [--name=name]",
    (
        *files.FLAGS,
        Flag("cluster-ip", "string", "", "its address; None makes it headless"),
        dry_run.FLAG,
        Flag("labels", "string", "", "labels of the Service, app=web,tier=front", "l"),
        Flag("name", "string", "", "its name; without it that of the object"),
        OUTPUT,
        Flag("port", "string", "", "the port; without it those of the object"),
        Flag("protocol", "string", "", "TCP or UDP"),
        Flag("selector", "string", "", "the Pods behind it; without it those of the object"),
        Flag("target-port", "string", "", "the port of the Pods; without it the same"),
        Flag("type", "string", "", "ClusterIP, NodePort or LoadBalancer"),
    ),
    run,
    (("One of a set's Pods under a name of its own", "kubectl expose pod mysql-0 --name=mysql-primary --port=3306"),),
    not_modelled=(
        "allow-missing-template-keys external-ip field-manager k kustomize load-balancer-ip override-type overrides "
        "save-config session-affinity show-managed-fields template"
    ),
)
