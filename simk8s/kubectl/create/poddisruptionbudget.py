"""`kubectl create poddisruptionbudget`."""

from __future__ import annotations

from simk8s.api.objects import Object
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import single
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    name = single.name_of(context)
    least, most = arguments.text("min-available"), arguments.text("max-unavailable")
    if not arguments["selector"]:
        raise Failure("a selector must be specified")
    if not least and not most:
        raise Failure("one of min-available or max-unavailable must be specified")
    if least and most:
        raise Failure("min-available and max-unavailable cannot be both specified")
    labels: dict[str, str] = {}
    for term in arguments["selector"].split(","):
        key, equals, value = term.partition("=")
        if not equals or key.endswith("!"):
            raise Failure(f'simk8s models only key=value in this selector, not "{term}"')
        labels[key.strip()] = value.removeprefix("=").strip()
    field, value = ("minAvailable", least) if least else ("maxUnavailable", most)
    spec: Object = {field: int(value) if value.isdigit() else value, "selector": {"matchLabels": labels}}
    status = dict.fromkeys(("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"), 0)
    return (yield from single.create(context, "poddisruptionbudgets", {"spec": spec, "status": status}, name))


COMMAND = Command(
    "create poddisruptionbudget",
    "Create a PodDisruptionBudget.",
    "create poddisruptionbudget NAME --selector=SELECTOR (--min-available=N | --max-unavailable=N)",
    (
        *single.FLAGS,
        Flag("max-unavailable", "string", "", "so many Pods, or percent of them, may be missing"),
        Flag("min-available", "string", "", "so many Pods, or percent of them, have to be there"),
        Flag("selector", "string", "", "the Pods that it is about"),
    ),
    run,
    (("Two of the set's Pods always stay", "kubectl create pdb mysql --selector=app=mysql --min-available=2"),),
    not_modelled=single.NOT_MODELLED,
)
