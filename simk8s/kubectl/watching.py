"""`kubectl get --watch`: objects, then a new row for every change of them (KCTL-14)."""

from __future__ import annotations

from simk8s.api.objects import Object, name, resource_version, uid
from simk8s.api.resources import Resource
from simk8s.api.selector import FieldSelector
from simk8s.api.watch import EventType, WatchEvent
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import complain
from simk8s.kubectl.jsonpath import render
from simk8s.kubectl.output import Form, format_of, table_rows
from simk8s.kubectl.resting import each_event
from simk8s.kubectl.selection import Selectors, Target, found
from simk8s.kubectl.serial import as_json, as_yaml
from simk8s.kubectl.sorting import sorted_by
from simk8s.kubectl.tabs import Growing
from simk8s.sim import Run


def watch(context: Context, target: Target, filters: Selectors) -> Run[None]:
    """Until `--request-timeout`, until the cluster is at rest, or until somebody presses Ctrl-C."""
    arguments = context.arguments
    objects, errors = yield from found(context, target, filters)
    complain(errors)
    if arguments["sort-by"]:
        objects = sorted_by(objects, arguments["sort-by"])
    printer = _Printer(context, target.resource, everywhere=filters.namespace is None)
    if not arguments["watch-only"]:
        printer.show([("ADDED", obj) for obj in objects])
    only = filters.fields
    if target.names:
        only = FieldSelector((("metadata.name", target.names[0], True),))
    where = filters.namespace if target.resource.namespaced else None
    stream = context.store.watch(target.resource.kind, where, who="kubectl", labels=filters.labels, fields=only)
    known = {uid(obj): resource_version(obj) for obj in objects}

    def show(event: WatchEvent) -> None:
        if known.pop(uid(event.object), "") != resource_version(event.object):  # a watch begins with what is there
            printer.show([(event.type, event.object)])

    yield from each_event(context, stream, show)


class _Printer:
    """Prints objects as they come, under one header, in columns that only grow."""

    def __init__(self, context: Context, resource: Resource, *, everywhere: bool) -> None:
        self.context = context
        self.resource = resource
        self.chosen = format_of(context.arguments.text("output"))
        self.form = Form.of(context, everywhere=everywhere, several=False, resource=resource)
        self.columns = Growing()
        self.is_first = not context.arguments["no-headers"]

    def show(self, changes: list[tuple[EventType, Object]]) -> None:
        if not changes:
            return
        if self.chosen.is_table or self.chosen.name == "custom-columns":
            self._show_rows(changes)
            return
        for kind, obj in changes:
            self._show_object(kind, obj)

    def _show_rows(self, changes: list[tuple[EventType, Object]]) -> None:
        context = self.context
        header, *rows = table_rows(context, self.resource, [obj for _, obj in changes], self.form)
        if context.arguments["output-watch-events"]:
            header = ["EVENT", *header]
            rows = [[kind, *row] for (kind, _), row in zip(changes, rows, strict=True)]
        context.out(self.columns.rows([header, *rows] if self.is_first else rows))
        self.is_first = False

    def _show_object(self, kind: EventType, obj: Object) -> None:
        context = self.context
        shown = {"type": kind, "object": obj} if context.arguments["output-watch-events"] else obj
        match self.chosen.name:
            case "name":
                context.out(f"{self.resource.prefix}/{name(obj)}\n")
            case "jsonpath":
                context.out(render(self.chosen.template, shown))
            case "yaml":
                context.out(f"{'---' + chr(10) if context.has_printed else ''}{as_yaml(shown)}")
            case _:
                context.out(as_json(shown) + "\n")
