"""`kubectl create service`: one subcommand for each type."""

from __future__ import annotations

from simk8s.api.objects import Object
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.group import run_group
from simk8s.sim import Run

TCP = Flag("tcp", "list", None, "PORT or PORT:TARGET, several of them with commas between")


def create(context: Context, type: str, **spec: Object | str) -> Run[int]:
    """Create a Service that selects `app=NAME`."""
    name = single.name_of(context)
    own = {"app": name}
    ports = _ports(context)
    body: Object = {**spec, **({"ports": ports} if ports else {}), "selector": own, "type": type}
    obj: Object = {"spec": body, "status": {"loadBalancer": {}}}
    return (yield from single.create(context, "services", obj, name, labels=own))


def _ports(context: Context) -> list[Object]:
    ports = []
    values = context.arguments.values
    for text in [part for given in values.get("tcp") or () for part in given.split(",")]:
        number, colon, target = text.partition(":")
        if not number.isdigit():
            raise Failure(f'strconv.ParseUint: parsing "{number}": invalid syntax')
        target = target if colon else number
        port: Object = {
            "name": text.replace(":", "-"),
            "port": int(number),
            "protocol": "TCP",
            "targetPort": int(target) if target.isdigit() else target,
        }
        if values.get("node-port"):
            port["nodePort"] = values["node-port"]
        ports.append(port)
    return ports


def _run(context: Context) -> Run[int | None]:
    return (yield from run_group(context))


COMMAND = Command(
    "create service",
    "Create a Service of a certain type.",
    "create service (clusterip | externalname | loadbalancer | nodeport) NAME",
    (),
    _run,
    subcommands=("clusterip", "externalname", "loadbalancer", "nodeport"),
)
