"""`kubectl create service nodeport`."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.kubectl.create.service import TCP, create
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    if not context.arguments["tcp"]:
        raise Failure("at least one tcp port specifier must be provided")
    return (yield from create(context, "NodePort"))


COMMAND = Command(
    "create service nodeport",
    "Create a NodePort Service.",
    "create service nodeport NAME [--tcp=port:targetPort]",
    (*single.FLAGS, TCP, Flag("node-port", "int", 0, "the port on the nodes; 0 means any free one")),
    run,
    not_modelled=single.NOT_MODELLED,
)
