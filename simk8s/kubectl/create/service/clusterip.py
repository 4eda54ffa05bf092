"""`kubectl create service clusterip`."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.kubectl.create.service import TCP, create
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    address = context.arguments.text("clusterip")
    if address != "None" and not context.arguments["tcp"]:
        raise Failure("at least one tcp port specifier must be provided")
    return (yield from create(context, "ClusterIP", **({"clusterIP": address} if address else {})))


COMMAND = Command(
    "create service clusterip",
    "Create a Service with an address inside of the cluster.",
    "create service clusterip NAME [--tcp=<port>:<targetPort>]",
    (*single.FLAGS, TCP, Flag("clusterip", "string", "", "its address; None makes it headless")),
    run,
    (("A headless one", "kubectl create service clusterip mysql --clusterip=None"),),
    not_modelled=single.NOT_MODELLED,
)
