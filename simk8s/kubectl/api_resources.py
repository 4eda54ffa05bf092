"""`kubectl api-resources`: what this cluster serves."""

from __future__ import annotations

from simk8s.kubectl import tabs
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    yield from context.request()
    arguments = context.arguments
    chosen = [
        resource
        for resource in sorted(context.access.registry, key=lambda resource: (resource.group, resource.plural))
        if not arguments.is_given("namespaced") or resource.namespaced == arguments["namespaced"]
    ]
    if arguments["output"] == "name":
        context.out("".join(f"{resource.qualified}\n" for resource in chosen))
        return 0
    rows = [] if arguments["no-headers"] else [["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]]
    rows += [
        [r.plural, ",".join(r.short_names), r.api_version, "true" if r.namespaced else "false", r.kind] for r in chosen
    ]
    context.out(tabs.table(rows))
    return 0


COMMAND = Command(
    "api-resources",
    "List the kinds of objects that this cluster serves.",
    "api-resources",
    (
        Flag("namespaced", "bool", True, "only those inside namespaces, or with =false only the others"),
        Flag("no-headers", "bool", False, "leave out the line of column names"),
        Flag("output", "string", "", "name: print only the names", "o"),
    ),
    run,
    not_modelled="api-group cached categories sort-by verbs",
)
