"""`kubectl wait`: until a condition is true, a field has a value, or an object is there or gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simk8s.api.objects import Object, condition, dig, name, namespace, uid
from simk8s.api.resources import Resource
from simk8s.kubectl import files
from simk8s.kubectl.chosen import NOTHING_NAMED
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure, complain
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.jsonpath import values
from simk8s.kubectl.output import OUTPUT, report
from simk8s.kubectl.selection import (
    ALL_NAMESPACES,
    FIELD_SELECTOR,
    SELECTOR,
    Target,
    found,
    selectors,
    targets,
)
from simk8s.kubectl.waiting import WEEK_SECONDS, wait_until
from simk8s.sim import Run

Wanted = Callable[[Object | None], bool]


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    goal = arguments.text("for")
    wanted = _wanted(goal)
    timeout: float = arguments["timeout"]
    if timeout < 0:
        timeout = WEEK_SECONDS
    chosen, errors = _targets(context)
    deadline = context.access.sim.now + timeout
    if goal == "create":
        yield from _created(context, chosen, deadline)
    count = 0
    filters = selectors(context, chosen)
    for target in chosen:
        objects, missing = yield from found(context, target, filters)
        if goal == "delete":
            count += len(missing)  # what is not there is deleted
        else:
            errors += missing
        for obj in objects:
            count += 1
            is_done = _is_gone(obj) if goal == "delete" else wanted
            left = max(0.0, deadline - context.access.sim.now)
            if (yield from wait_until(context, target.resource, name(obj), namespace(obj), is_done, left)):
                _report(context, target.resource, obj)
            else:
                why = "timed out waiting for the condition on" if timeout else "condition not met for"
                errors.append(Failure(f"{why} {target.resource.plural}/{name(obj)}"))
    complain(errors)
    if not count and goal != "delete":
        raise Failure("no matching resources found")
    return 0


def _report(context: Context, resource: Resource, obj: Object) -> None:
    if context.arguments["output"]:
        report(context, resource, obj, "")
    else:
        context.out(f"{resource.prefix}/{name(obj)} condition met\n")


def _targets(context: Context) -> tuple[list[Target], list[Exception]]:
    arguments = context.arguments
    if arguments["filename"]:
        items, errors = files.items(context)
        return [Target(item.resource, (item.name,)) for item in items], errors
    chosen = targets(arguments.words, context.access.registry)
    filtered = arguments["selector"] or arguments["field-selector"] or arguments["all"]
    if not chosen:
        raise Failure(NOTHING_NAMED)
    if not filtered and any(target.names is None for target in chosen):
        raise Failure("resource(s) were provided, but no name was specified")
    return chosen, []


def _wanted(goal: str) -> Wanted:
    """What `--for` asks of an object. Raises Failure."""
    kind, _, rest = goal.partition("=")
    if goal in ("delete", "create"):
        return lambda obj: obj is not None
    if kind == "condition" and rest:
        return _has_condition(rest)
    if kind == "jsonpath" and rest:
        return _has_value(rest)
    raise Failure(f'unrecognized condition: "{goal}"')


def _has_condition(text: str) -> Wanted:
    """`Ready`, or `Ready=false`; names and values in any case. Only what was seen of the latest spec counts."""
    kind, equals, value = text.partition("=")
    value = value if equals else "true"

    def is_met(obj: Object | None) -> bool:
        if obj is None:
            return False
        kinds = [entry["type"] for entry in dig(obj, "status", "conditions", default=[])]
        own = next((each for each in kinds if each.lower() == kind.lower()), None)
        entry = condition(obj, own) if own else None
        if entry is None:
            return False
        observed = entry.get("observedGeneration") or dig(obj, "status", "observedGeneration")
        if observed is not None and observed < dig(obj, "metadata", "generation", default=0):
            return False
        return str(entry.get("status", "")).lower() == value.lower()

    return is_met


def _has_value(text: str) -> Wanted:
    """`{.status.phase}=Running`, or the path alone: it is enough that there is something."""
    if text.count("{") != text.count("}"):
        raise Failure(_BAD_PATH)
    end = text.rfind("}")
    path, value = (text[: end + 1], text[end + 1 :]) if end >= 0 else _split(text)
    wanted = value.removeprefix("=").strip("'\"") if value else None
    if value == "=":
        raise Failure(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
        )

    def is_met(obj: Object | None) -> bool:
        found_values = values(path, obj) if obj is not None else []
        if wanted is None:
            return bool(found_values)
        if len(found_values) > 1:
            raise Failure("given jsonpath expression matches more than one value")
        return bool(found_values) and _text(found_values[0]) == wanted

    return is_met


def _split(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    return path, equals + value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _is_gone(obj: Object) -> Wanted:
    return lambda now: now is None or uid(now) != uid(obj)


def _created(context: Context, chosen: list[Target], deadline: float) -> Run[None]:
    for target in chosen:
        for each in target.names or ():
            left = max(0.0, deadline - context.access.sim.now)
            there = yield from wait_until(
                context, target.resource, each, context.namespace, lambda obj: obj is not None, left
            )
            if not there:
                raise Failure("timed out waiting for the condition")


_BAD_PATH = "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"

COMMAND = Command(
    "wait",
    "Wait until objects are as wanted.",
    "wait ([-f FILENAME] | TYPE/NAME | TYPE [(-l label | --all)]) --for=(create|delete|condition=NAME|jsonpath=...)",
    (
        *files.FLAGS,
        SELECTOR,
        FIELD_SELECTOR,
        ALL_NAMESPACES,
        Flag("all", "bool", False, "all objects of the type in the namespace"),
        OUTPUT,
        Flag("for", "string", "", "create, delete, condition=NAME[=VALUE], or jsonpath={PATH}[=VALUE]"),
        Flag("timeout", "duration", 30.0, "how long to wait; less than zero means a week"),
    ),
    run,
    (
        ("Until a Pod is ready", "kubectl wait --for=condition=Ready pod/mysql-2 --timeout=120s"),
        ("Until all of a set's Pods are", "kubectl wait --for=condition=Ready pod -l app=mysql"),
        ("Until a Pod runs", "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/mysql-0"),
        ("Until it is gone", "kubectl wait --for=delete pod/mysql-2"),
    ),
    not_modelled="allow-missing-template-keys local show-managed-fields template",
)
