"""`kubectl create configmap`."""

from __future__ import annotations

from base64 import b64encode

from simk8s.api.objects import Object
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.create import content, single
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    name = single.name_of(context)
    obj: Object = {}
    for key, value in content.content(context, "ConfigMap", name).items():
        try:
            obj.setdefault("data", {})[key] = value.decode()
        except UnicodeDecodeError:
            obj.setdefault("binaryData", {})[key] = b64encode(value).decode()
    return (yield from single.create(context, "configmaps", obj, name))


COMMAND = Command(
    "create configmap",
    "Create a ConfigMap from files, folders or arguments.",
    "create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1]",
    (*content.FLAGS, *single.FLAGS),
    run,
    (
        ("A key for each file of a folder", "kubectl create configmap settings --from-file=settings/"),
        ("Two keys", "kubectl create configmap settings --from-literal=mode=fast --from-literal=level=3"),
    ),
    not_modelled=f"{single.NOT_MODELLED} {content.NOT_MODELLED}",
)
