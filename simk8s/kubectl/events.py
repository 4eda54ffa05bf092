"""`kubectl events`: what components have told about objects, oldest first."""

from __future__ import annotations

from simk8s.api.objects import Object, dig, namespace
from simk8s.api.resources import NoMatch
from simk8s.api.selector import FieldSelector
from simk8s.api.watch import WatchEvent
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.describe.event import by_time, last_seen
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.output import print_objects
from simk8s.kubectl.resting import each_event
from simk8s.kubectl.selection import ALL_NAMESPACES, targets
from simk8s.kubectl.tabs import Growing
from simk8s.sim import Run

_TYPES = {"normal": "Normal", "warning": "Warning"}


def run(context: Context) -> Run[int | None]:
    arguments = context.arguments
    if arguments["output"] not in ("", "json", "yaml"):
        raise Failure(
            f'unable to match a printer suitable for the output format "{arguments["output"]}", '
            "allowed formats are: json,yaml"
        )
    types = _types(context)
    about = _about(context)
    everywhere = bool(arguments["all-namespaces"])
    resource = context.access.registry.typed("events")
    found = yield from context.list(resource, None if everywhere else context.namespace, None, about)
    events = sorted((event for event in found if not types or event.get("type") in types), key=by_time)
    if arguments["output"]:
        print_objects(context, [(resource, events)], as_list=True)
        return 0
    printer = _Rows(context, everywhere=everywhere)
    if events:
        printer.show(events)
    if arguments["watch"]:
        yield from _watch(context, about, types, printer, version=context.store.version)
    elif not events:
        where = "." if everywhere else f" in {context.namespace} namespace."
        context.err(f"No events found{where}\n")
    return 0


def _types(context: Context) -> list[str]:
    words = [word for given in context.arguments["types"] for word in given.split(",")]
    if any(word.lower() not in _TYPES for word in words):
        raise Failure("valid --types are Normal or Warning")
    return [_TYPES[word.lower()] for word in words]


def _about(context: Context) -> FieldSelector | None:
    """What `--for` names. Raises Failure and NoMatch."""
    text = context.arguments.text("for")
    if not text:
        return None
    if text.count("/") != 1:
        raise Failure("--for must be in resource/name form")
    try:
        target = targets([text], context.access.registry)[0]
    except NoMatch as error:
        raise Failure(str(error), bare=True) from error
    assert target.names
    kind, version = target.resource.kind, target.resource.api_version
    terms = (("kind", kind), ("apiVersion", version), ("name", target.names[0]))
    return FieldSelector(tuple((f"involvedObject.{field}", value, True) for field, value in terms))


def _watch(context: Context, about: FieldSelector | None, types: list[str], printer: _Rows, version: int) -> Run[None]:
    """Rows as Events come; `version` is that of the store when the others were read."""
    where = None if context.arguments["all-namespaces"] else context.namespace
    stream = context.store.watch("Event", where, who="kubectl", fields=about)

    def show(event: WatchEvent) -> None:
        is_new = int(event.object["metadata"]["resourceVersion"]) > version and event.type != "DELETED"
        if is_new and (not types or event.object.get("type") in types):
            printer.show([event.object])

    yield from each_event(context, stream, show)


class _Rows:
    """Events under one header."""

    def __init__(self, context: Context, *, everywhere: bool) -> None:
        self.context = context
        self.everywhere = everywhere
        self.columns = Growing()
        self.is_first = not context.arguments["no-headers"]

    def show(self, events: list[Object]) -> None:
        header = [["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]] if self.is_first else []
        rows = header + [self._row(event) for event in events]
        if self.everywhere:
            first = ["NAMESPACE"] * len(header) + [namespace(event) for event in events]
            rows = [[where, *row] for where, row in zip(first, rows, strict=True)]
        self.context.out(self.columns.rows(rows))
        self.is_first = False

    def _row(self, event: Object) -> list[str]:
        about = f"{dig(event, 'involvedObject', 'kind')}/{dig(event, 'involvedObject', 'name')}"
        since = last_seen(event, self.context.access.sim.datetime)
        return [since, event.get("type", ""), event.get("reason", ""), about, event.get("message", "").strip()]


COMMAND = Command(
    "events",
    "Show what components have told about objects.",
    "events [--for TYPE/NAME]",
    (
        ALL_NAMESPACES,
        Flag("for", "string", "", "only about this object, as pod/mysql-0"),
        Flag("no-headers", "bool", False, "leave out the line of column names"),
        Flag("output", "string", "", "yaml or json", "o"),
        Flag("types", "list", None, "only Normal or only Warning"),
        Flag(
            "watch", "bool", False, "then every new one, until --request-timeout or until the cluster is at rest", "w"
        ),
    ),
    run,
    (("About a Pod", "kubectl events --for pod/mysql-2"), ("Only bad news", "kubectl events --types=Warning")),
    not_modelled="allow-missing-template-keys chunk-size show-managed-fields template",
)
