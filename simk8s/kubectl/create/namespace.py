"""`kubectl create namespace`."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    return (yield from single.create(context, "namespaces", {"spec": {}, "status": {}}, single.name_of(context)))


COMMAND = Command(
    "create namespace",
    "Create a namespace.",
    "create namespace NAME",
    single.FLAGS,
    run,
    (("A namespace", "kubectl create namespace test"),),
    not_modelled=single.NOT_MODELLED,
)
