"""`kubectl create secret generic`."""

from __future__ import annotations

from base64 import b64encode

from simk8s.api.objects import Object
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import content, single
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    name = single.name_of(context)
    found = content.content(context, "Secret", name)
    obj: Object = {"data": {key: b64encode(value).decode() for key, value in found.items()}} if found else {}
    if context.arguments["type"]:
        obj["type"] = context.arguments["type"]
    return (yield from single.create(context, "secrets", obj, name))


COMMAND = Command(
    "create secret generic",
    "Create a Secret from files, folders or arguments.",
    "create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]",
    (*content.FLAGS, *single.FLAGS, Flag("type", "string", "", "the type of the Secret")),
    run,
    (("A password", "kubectl create secret generic mysql --from-literal=password=secret"),),
    not_modelled=f"{single.NOT_MODELLED} {content.NOT_MODELLED}",
)
