"""`kubectl create priorityclass`."""

from __future__ import annotations

from simk8s.api.objects import Object
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    name = single.name_of(context)
    obj: Object = {
        "value": arguments["value"],
        "globalDefault": arguments["global-default"],
        "description": arguments["description"],
        "preemptionPolicy": arguments["preemption-policy"],
    }
    return (yield from single.create(context, "priorityclasses", obj, name))


COMMAND = Command(
    "create priorityclass",
    "Create a PriorityClass.",
    "create priorityclass NAME --value=VALUE [--global-default=true]",
    (
        *single.FLAGS,
        Flag("description", "string", "", "when the class is to be used"),
        Flag("global-default", "bool", False, "the class of Pods that name none"),
        Flag("preemption-policy", "string", "PreemptLowerPriority", "whether its Pods drive out others: or Never"),
        Flag("value", "int", 0, "the priority"),
    ),
    run,
    (("A class above the others", "kubectl create priorityclass important --value=1000"),),
    not_modelled=single.NOT_MODELLED,
)
