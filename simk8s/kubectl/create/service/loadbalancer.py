"""`kubectl create service loadbalancer`."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.kubectl.create.service import TCP, create
from simk8s.kubectl.failure import Failure
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    if not context.arguments["tcp"]:
        raise Failure("at least one tcp port specifier must be provided")
    return (yield from create(context, "LoadBalancer"))


COMMAND = Command(
    "create service loadbalancer",
    "Create a LoadBalancer Service.",
    "create service loadbalancer NAME [--tcp=port:targetPort]",
    (*single.FLAGS, TCP),
    run,
    not_modelled=single.NOT_MODELLED,
)
