"""`kubectl create service externalname`."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.kubectl.create.service import TCP, create
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    if not context.arguments["external-name"]:
        raise Failure('required flag(s) "external-name" not set')
    return (yield from create(context, "ExternalName", externalName=context.arguments["external-name"]))


COMMAND = Command(
    "create service externalname",
    "Create a Service that is another name for one outside.",
    "create service externalname NAME --external-name external.name",
    (*single.FLAGS, TCP, Flag("external-name", "string", "", "the name that it stands for")),
    run,
    not_modelled=single.NOT_MODELLED,
)
