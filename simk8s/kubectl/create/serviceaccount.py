"""`kubectl create serviceaccount`."""

from __future__ import annotations

from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    return (yield from single.create(context, "serviceaccounts", {}, single.name_of(context)))


COMMAND = Command(
    "create serviceaccount",
    "Create a ServiceAccount.",
    "create serviceaccount NAME",
    single.FLAGS,
    run,
    (("A ServiceAccount", "kubectl create serviceaccount backup"),),
    not_modelled=single.NOT_MODELLED,
)
