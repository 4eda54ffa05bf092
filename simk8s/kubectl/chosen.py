"""The objects that a command line names: by files, by type and names, by labels, or all of a type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object, name
from simk8s.api.resources import Resource
from simk8s.kubectl import files
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.selection import ALL_NAMESPACES, FIELD_SELECTOR, SELECTOR, found, selectors, targets
from simk8s.sim import Run

ALL = Flag("all", "bool", False, "all objects of the type in the namespace")
FLAGS = (*files.FLAGS, SELECTOR, FIELD_SELECTOR, ALL_NAMESPACES, ALL)

NOTHING_NAMED = """You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One object as the cluster has it; `file` is where it was named."""

    resource: Resource
    object: Object
    file: str = ""

    @property
    def shown(self) -> str:
        """As in `statefulset.apps/mysql edited`."""
        return f"{self.resource.prefix}/{name(self.object)}"


def chosen(
    context: Context, words: Sequence[str], *, nothing: str = NOTHING_NAMED, type_alone: bool = False
) -> Run[tuple[list[Chosen], list[Exception]]]:
    """What is there, and an error for each thing that is not.

    `nothing` is the complaint where nothing was named; with `type_alone` a type without names means all of them.
    """
    values = context.arguments.values
    if values.get("filename"):
        if words:
            raise Failure(_BOTH)
        return (yield from _from_files(context))
    everything, selector = bool(values.get("all")), values.get("selector")
    if not words:
        raise Failure(_NO_TYPE if everything or selector else nothing)
    if everything and selector:
        raise Failure("setting 'all' parameter but found a non empty selector. ")
    wanted = targets(words, context.access.registry)
    filtered = everything or selector or values.get("field-selector") or type_alone
    if not filtered and any(target.names is None for target in wanted):
        raise Failure("resource(s) were provided, but no name was specified")
    filters = selectors(context, wanted)
    objects: list[Chosen] = []
    errors: list[Exception] = []
    for target in wanted:
        there, missing = yield from found(context, target, filters)
        objects += [Chosen(target.resource, obj) for obj in there]
        errors += missing
    return objects, errors


def _from_files(context: Context) -> Run[tuple[list[Chosen], list[Exception]]]:
    items, errors = files.items(context)
    objects = []
    for item in items:
        try:
            obj = yield from context.get(item.resource, item.name, item.namespace)
        except ApiError as error:
            errors.append(error)
        else:
            objects.append(Chosen(item.resource, obj, item.file))
    return objects, errors


_BOTH = "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
_NO_TYPE = "at least one resource must be specified to use a selector"
