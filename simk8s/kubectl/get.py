"""`kubectl get`: objects as a table or in another form."""

from __future__ import annotations

from simk8s.api.errors import ApiError
from simk8s.api.scale import SCALE, scale_of
from simk8s.kubectl import files
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import TABLE_FLAGS, Groups, format_of, print_objects, print_tables
from simk8s.kubectl.selection import (
    ALL_NAMESPACES,
    FIELD_SELECTOR,
    SELECTOR,
    Selectors,
    Target,
    found,
    selectors,
    targets,
)
from simk8s.kubectl.sorting import sorted_by
from simk8s.kubectl.watching import watch
from simk8s.sim import Run


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    chosen = format_of(arguments.text("output"))
    if arguments["output-watch-events"] and not (arguments["watch"] or arguments["watch-only"]):
        raise Failure("--output-watch-events option can only be used with --watch or --watch-only")
    wanted, errors = _wanted(context)
    filters = selectors(context, wanted)
    if arguments["watch"] or arguments["watch-only"]:
        complain(errors)
        return (yield from _watch(context, wanted, filters))
    groups: Groups = []
    for target in wanted:
        objects, missing = yield from found(context, target, filters)
        groups.append((target.resource, objects))
        errors += missing
    if arguments["sort-by"]:
        groups = [(resource, sorted_by(objects, arguments["sort-by"])) for resource, objects in groups]
    if arguments["subresource"]:
        groups = _subresource(arguments["subresource"], wanted, groups)
    everywhere = filters.namespace is None
    there = any(objects for _, objects in groups)
    if not chosen.is_table:
        by_name = all(target.names for target in wanted)
        if there or not by_name:
            print_objects(context, groups, as_list=not by_name)
    elif there:
        print_tables(context, groups, everywhere=everywhere)
    elif not errors and not arguments["ignore-not-found"]:
        namespaced = any(target.resource.namespaced for target in wanted)
        where = f" in {context.namespace} namespace." if namespaced and not everywhere else ""
        context.err(f"No resources found{where}\n")
    if arguments["ignore-not-found"]:
        errors = [error for error in errors if getattr(error, "reason", "") != "NotFound"]
    complain(errors)
    return 0


def _wanted(context: Context) -> tuple[list[Target], list[Exception]]:
    if context.arguments["filename"]:
        items, errors = files.items(context)
        return [Target(item.resource, (item.name,)) for item in items], errors
    wanted = targets(context.arguments.words, context.access.registry)
    if not wanted:
        context.err(_NO_TYPE)
        raise Failure(_NOT_SPECIFIED)
    return wanted, []


def _watch(context: Context, wanted: list[Target], filters: Selectors) -> Run[int]:
    if len(wanted) > 1:
        raise Failure("you may only specify a single resource type")
    if context.arguments["sort-by"]:
        context.err("warning: --watch requested, --sort-by will be ignored for watch events received\n")
    if len(wanted[0].names or ()) > 1:
        objects, missing = yield from found(context, wanted[0], filters)
        complain(missing)
        print_tables(context, [(wanted[0].resource, objects)], everywhere=False)
        raise Failure("you may only watch a single resource or type of resource at a time")
    yield from watch(context, wanted[0], filters)
    return 0


def _subresource(subresource: str, wanted: list[Target], groups: Groups) -> Groups:
    """`--subresource=scale` shows Scales; the status is part of the object anyway. Raises Failure, ApiError."""
    if any(target.names is None for target in wanted):
        raise Failure("subresource cannot be used when bulk resources are specified")
    for resource, _ in groups:
        if subresource not in resource.subresources or subresource not in ("scale", "status"):
            raise ApiError("NotFound", 404, "the server could not find the requested resource")
    if subresource == "status":
        return groups
    return [(SCALE, [scale_of(obj, resource) for obj in objects]) for resource, objects in groups]


_NO_TYPE = (
    'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported '
    "resources.\n\n"
)
_NOT_SPECIFIED = (
    'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource '
    "(e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples"
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
        Flag("chunk-size", "int", 500, "without effect: the store answers at once"),
        Flag("ignore-not-found", "bool", False, "no complaint about a name that is not there"),
        Flag("output-watch-events", "bool", False, "with --watch: what kind of change each row is"),
        Flag("subresource", "string", "", "scale or status: show that"),
        Flag("watch", "bool", False, "then every change, until --request-timeout or until the cluster is at rest", "w"),
        Flag("watch-only", "bool", False, "only the changes"),
    ),
    run,
    (
        ("All Pods with the label app=mysql", "kubectl get pods -l app=mysql"),
        ("One Pod as YAML", "kubectl get pod mysql-0 -o yaml"),
        ("Sets and claims, with more columns", "kubectl get statefulsets,pvc -o wide"),
        ("The Pods of a set while they come up", "kubectl get pods -l app=mysql --watch"),
    ),
    not_modelled=("allow-missing-template-keys k kustomize raw server-print show-managed-fields template"),
)
