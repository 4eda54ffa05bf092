"""`kubectl api-resources`: what this cluster serves."""

from __future__ import annotations

from simk8s.api.resources import Resource
from simk8s.kubectl import tabs
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
"""What can be done to objects of every kind."""


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments["output"] not in ("", "name", "wide"):
        raise Failure(f"--output {arguments['output']} is not available")
    if arguments["sort-by"] not in ("", "name", "kind"):
        raise Failure("--sort-by accepts only name or kind")
    yield from context.request()
    found = [resource for resource in context.access.registry if _is_wanted(resource, context)]
    chosen = sorted(found, key=lambda resource: _order(resource, arguments.text("sort-by")))
    if arguments["output"] == "name":
        context.out("".join(f"{resource.qualified}\n" for resource in chosen))
        return 0
    wide = arguments["output"] == "wide"
    rows = [] if arguments["no-headers"] else [_HEADER + (_WIDE if wide else [])]
    rows += [_row(resource) + ([",".join(VERBS), ",".join(resource.categories)] if wide else []) for resource in chosen]
    context.out(tabs.table(rows))
    return 0


def _is_wanted(resource: Resource, context: Context) -> bool:
    arguments = context.arguments
    if arguments.is_given("namespaced") and resource.namespaced is not arguments["namespaced"]:
        return False
    if arguments.is_given("api-group") and resource.group != arguments["api-group"]:
        return False
    verbs = [verb for given in arguments["verbs"] for verb in given.split(",")]
    categories = [word for given in arguments["categories"] for word in given.split(",")]
    return all(verb in VERBS for verb in verbs) and all(word in resource.categories for word in categories)


def _order(resource: Resource, by: str) -> tuple[str, str]:
    if by:
        return (resource.plural if by == "name" else resource.kind), ""
    return resource.group, resource.plural


_HEADER = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
_WIDE = ["VERBS", "CATEGORIES"]


def _row(resource: Resource) -> list[str]:
    namespaced = "true" if resource.namespaced else "false"
    return [resource.plural, ",".join(resource.short_names), resource.api_version, namespaced, resource.kind]


COMMAND = Command(
    "api-resources",
    "List the kinds of objects that this cluster serves.",
    "api-resources",
    (
        Flag("api-group", "string", "", "only those of this group"),
        Flag("categories", "list", None, "only those that a word such as `all` stands for"),
        Flag("namespaced", "bool", True, "only those inside namespaces, or with =false only the others"),
        Flag("no-headers", "bool", False, "leave out the line of column names"),
        Flag("output", "string", "", "name: only the names; wide: more columns", "o"),
        Flag("sort-by", "string", "", "name or kind"),
        Flag("verbs", "list", None, "only those that this can be done to"),
    ),
    run,
    not_modelled="cached show-managed-fields",
)
