"""`-o`: tables, names, YAML, JSON, JSONPath and chosen columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simk8s.api.objects import Object, labels, name, namespace
from simk8s.api.resources import Resource
from simk8s.api.table import table
from simk8s.kubectl import tabs
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.jsonpath import relaxed, render, values
from simk8s.kubectl.serial import as_json, as_yaml

Groups = list[tuple[Resource, list[Object]]]
"""Objects of one kind after the other."""

OUTPUT = Flag("output", "string", "", "wide, yaml, json, name, jsonpath=TEMPLATE or custom-columns=SPEC", "o")
TABLE_FLAGS = (
    OUTPUT,
    Flag("no-headers", "bool", False, "leave out the line of column names"),
    Flag("show-kind", "bool", False, "the kind before each name"),
    Flag("show-labels", "bool", False, "all labels as the last column"),
    Flag("label-columns", "list", None, "labels that get a column each", "L"),
    Flag("sort-by", "string", "", "a JSONPath to sort by, as in .metadata.creationTimestamp"),
)
_FORMATS = ("custom-columns", "json", "jsonpath", "jsonpath-as-json", "name", "wide", "yaml")
_OF_ONE_OBJECT = ("json", "jsonpath", "jsonpath-as-json", "name", "yaml")


@dataclass(frozen=True, slots=True)
class Format:
    """An output format and its template. The empty name is the plain table."""

    name: str = ""
    template: str = ""

    @property
    def is_table(self) -> bool:
        return self.name in ("", "wide")


def format_of(text: str, formats: Sequence[str] = _FORMATS) -> Format:
    """What was given to `-o`. Raises Failure for a format that is not modelled, or not one of `formats`."""
    name, _, template = text.partition("=")
    if name and name not in formats:
        allowed = ",".join(formats)
        raise Failure(
            f'unable to match a printer suitable for the output format "{name}", allowed formats are: {allowed}'
        )
    if name.startswith("jsonpath") and not template:
        raise Failure("template format specified but no template given")
    if name == "custom-columns" and not template:
        raise Failure("custom-columns format specified but no custom columns given")
    return Format(name, template)


def print_objects(context: Context, groups: Groups, *, as_list: bool, version: bool = True) -> None:
    """Print objects in whatever format `-o` asks for. `as_list`: even a single one stands in a List.

    `version`: that List has a resourceVersion, which is empty.
    """
    chosen = format_of(context.arguments.text("output"))
    objects = [obj for _, group in groups for obj in group]
    match chosen.name:
        case "yaml" | "json":
            data = objects[0] if len(objects) == 1 and not as_list else as_list_object(objects, version=version)
            context.out(as_yaml(data) if chosen.name == "yaml" else as_json(data) + "\n")
        case "name":
            context.out("".join(f"{resource.prefix}/{name(obj)}\n" for resource, group in groups for obj in group))
        case "jsonpath":
            data = objects[0] if len(objects) == 1 and not as_list else as_list_object(objects, version=version)
            context.out(render(chosen.template, data))
        case "jsonpath-as-json":
            data = objects[0] if len(objects) == 1 and not as_list else as_list_object(objects, version=version)
            context.out(as_json(values(chosen.template, data)) + "\n")
        case "custom-columns":
            rows = _custom_columns(chosen.template, objects)
            context.out(tabs.table(rows[1:] if context.arguments.values.get("no-headers") else rows))


def report(context: Context, resource: Resource, obj: Object, done: str) -> None:
    """What a command says of an object it has changed: `pod/mysql-0 labeled (dry run)`, or what `-o` asks for."""
    chosen = format_of(context.arguments.text("output"), _OF_ONE_OBJECT)
    if not chosen.name:
        context.out(f"{resource.prefix}/{name(obj)} {done}{context.dry_run.suffix}\n")
        return
    if chosen.name == "yaml" and context.has_printed:
        context.out("---\n")
    print_objects(context, [(resource, [obj])], as_list=False)


def as_list_object(objects: list[Object], *, version: bool = True) -> Object:
    return {
        "apiVersion": "v1",
        "items": objects,
        "kind": "List",
        "metadata": {"resourceVersion": ""} if version else {},
    }


@dataclass(frozen=True, slots=True)
class Form:
    """Which columns a table gets beside its own."""

    wide: bool
    with_namespace: bool
    prefix: str
    label_columns: Sequence[str]
    all_labels: bool
    custom: str

    @classmethod
    def of(cls, context: Context, *, everywhere: bool, several: bool, resource: Resource) -> Form:
        """What the flags of a command ask for; `several`: there are tables of other kinds beside this one."""
        arguments = context.arguments
        chosen = format_of(arguments.text("output"))
        return cls(
            chosen.name == "wide",
            everywhere and resource.namespaced,
            f"{resource.prefix}/" if several or arguments["show-kind"] else "",
            [key for text in arguments["label-columns"] for key in text.split(",")],
            bool(arguments["show-labels"]),
            chosen.template if chosen.name == "custom-columns" else "",
        )


def print_tables(context: Context, groups: Groups, *, everywhere: bool) -> None:
    """One table for each kind, an empty line between them; names get their kind where there are several."""
    no_headers = context.arguments["no-headers"]
    blocks = []
    for resource, objects in groups:
        if objects:
            form = Form.of(context, everywhere=everywhere, several=len(groups) > 1, resource=resource)
            rows = table_rows(context, resource, objects, form)
            blocks.append(tabs.table(rows[1:] if no_headers else rows))
    context.out(("" if no_headers else "\n").join(blocks))


def table_rows(context: Context, resource: Resource, objects: list[Object], form: Form) -> list[list[str]]:
    """The header and a row for each object, cells as texts."""
    if form.custom:
        return _custom_columns(form.custom, objects)
    shown = table(resource, objects, context.access.sim.datetime)
    chosen = [index for index, column in enumerate(shown.columns) if form.wide or not column.priority]
    header = [shown.columns[index].name.upper() for index in chosen]
    header += [key.rpartition("/")[2].upper() for key in form.label_columns]
    rows = [(["NAMESPACE"] if form.with_namespace else []) + header + (["LABELS"] if form.all_labels else [])]
    for row in shown.rows:
        cells = [namespace(row.object)] if form.with_namespace else []
        for index in chosen:
            own = form.prefix if shown.columns[index].format == "name" else ""
            cells.append(own + _one_line(str(row.cells[index])))
        own_labels = labels(row.object)
        cells += [own_labels.get(key, "") for key in form.label_columns]
        if form.all_labels:
            cells.append(",".join(f"{key}={value}" for key, value in sorted(own_labels.items())) or "<none>")
        rows.append(cells)
    return rows


def _one_line(text: str) -> str:
    """Only the first line of a cell is shown."""
    first, newline, _ = text.partition("\n")
    return first + "..." if newline else text


def _custom_columns(spec: str, objects: list[Object]) -> list[list[str]]:
    """`NAME:.metadata.name,NODE:.spec.nodeName`: the header and the rows."""
    columns = []
    for part in spec.split(","):
        header, colon, path = part.partition(":")
        if not colon:
            raise Failure(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append((header, relaxed(path)))
    return [
        [header for header, _ in columns],
        *([render(path, obj) or "<none>" for _, path in columns] for obj in objects),
    ]
