"""`kubectl get`: objects as a table or in another form."""

from __future__ import annotations

from simk8s.api.objects import Object
from simk8s.api.resources import Resource
from simk8s.kubectl import files
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import TABLE_FLAGS, format_of, print_objects, print_tables, sorted_by
from simk8s.kubectl.selection import ALL_NAMESPACES, FIELD_SELECTOR, SELECTOR, Target, found, selectors, targets
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    chosen = format_of(arguments.text("output"))
    groups: list[tuple[Resource, list[Object]]] = []
    errors: list[Exception] = []
    if arguments["filename"]:
        wanted, errors = _from_files(context)
    else:
        wanted = targets(arguments.words, context.access.registry)
        if not wanted:
            context.err(_NO_TYPE)
            raise Failure("Required resource not specified.\nSee 'kubectl get -h' for help and examples")
    filters = selectors(context, wanted)
    for target in wanted:
        objects, missing = yield from found(context, target, filters)
        groups.append((target.resource, objects))
        errors += missing
    if arguments["sort-by"]:
        groups = [(resource, sorted_by(objects, arguments["sort-by"])) for resource, objects in groups]
    everywhere = filters.namespace is None
    if not chosen.is_table:
        by_name = all(target.names for target in wanted)
        if any(objects for _, objects in groups) or not by_name:
            print_objects(context, groups, as_list=not by_name)
    elif any(objects for _, objects in groups):
        print_tables(context, groups, everywhere=everywhere)
    elif not errors and not arguments["ignore-not-found"]:
        namespaced = any(target.resource.namespaced for target in wanted)
        where = f" in {context.namespace} namespace." if namespaced and not everywhere else ""
        context.err(f"No resources found{where}\n")
    if arguments["ignore-not-found"]:
        errors = [error for error in errors if getattr(error, "reason", "") != "NotFound"]
    complain(errors)
    return 0


def _from_files(context: Context) -> tuple[list[Target], list[Exception]]:
    items, errors = files.items(context)
    return [Target(item.resource, (item.name,)) for item in items], errors


_NO_TYPE = (
    'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported '
    "resources.\n\n"
)

COMMAND = Command(
    "get",
    "Show one or many objects.",
    "get (TYPE[,TYPE...] [NAME... | -l SELECTOR] | TYPE/NAME... | -f FILENAME)",
    (
        *files.FLAGS,
        SELECTOR,
        FIELD_SELECTOR,
        ALL_NAMESPACES,
        *TABLE_FLAGS,
        Flag("ignore-not-found", "bool", False, "no complaint about a name that is not there"),
    ),
    run,
    (
        ("All Pods with the label app=mysql", "kubectl get pods -l app=mysql"),
        ("One Pod as YAML", "kubectl get pod mysql-0 -o yaml"),
        ("Sets and claims, with more columns", "kubectl get statefulsets,pvc -o wide"),
    ),
    not_modelled=(
        "allow-missing-template-keys chunk-size k kustomize output-watch-events raw server-print show-kind "
        "show-managed-fields subresource template w watch watch-only"
    ),
)
