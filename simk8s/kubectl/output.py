"""`-o`: tables, names, YAML, JSON, JSONPath and chosen columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simk8s.api.objects import Object, labels, name, namespace
from simk8s.api.resources import Resource
from simk8s.api.table import Table, table
from simk8s.kubectl import tabs
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.jsonpath import relaxed, render, values
from simk8s.kubectl.serial import as_json, as_yaml

OUTPUT = Flag("output", "string", "", "wide, yaml, json, name, jsonpath=TEMPLATE or custom-columns=SPEC", "o")
TABLE_FLAGS = (
    OUTPUT,
    Flag("no-headers", "bool", False, "leave out the line of column names"),
    Flag("show-labels", "bool", False, "all labels as the last column"),
    Flag("label-columns", "list", None, "labels that get a column each", "L"),
    Flag("sort-by", "string", "", "a JSONPath to sort by, as in .metadata.creationTimestamp"),
)
_FORMATS = ("custom-columns", "json", "jsonpath", "name", "wide", "yaml")


@dataclass(frozen=True, slots=True)
class Format:
    """An output format and its template. The empty name is the plain table."""

    name: str = ""
    template: str = ""

    @property
    def is_table(self) -> bool:
        return self.name in ("", "wide")


def format_of(text: str) -> Format:
    """What was given to `-o`. Raises Failure for a format that is not modelled."""
    name, _, template = text.partition("=")
    if name and name not in _FORMATS:
        allowed = ",".join(_FORMATS)
        raise Failure(
            f'unable to match a printer suitable for the output format "{name}", allowed formats are: {allowed}'
        )
    if name == "jsonpath" and not template:
        raise Failure("template format specified but no template given")
    if name == "custom-columns" and not template:
        raise Failure("custom-columns format specified but no custom columns given")
    return Format(name, template)


def print_objects(context: Context, groups: Sequence[tuple[Resource, list[Object]]], *, as_list: bool) -> None:
    """Print objects in whatever format `-o` asks for. `as_list`: even a single one stands in a List."""
    chosen = format_of(context.arguments.text("output"))
    objects = [obj for _, group in groups for obj in group]
    match chosen.name:
        case "yaml" | "json":
            data = objects[0] if len(objects) == 1 and not as_list else as_list_object(objects)
            context.out(as_yaml(data) if chosen.name == "yaml" else as_json(data) + "\n")
        case "name":
            context.out("".join(f"{resource.prefix}/{name(obj)}\n" for resource, group in groups for obj in group))
        case "jsonpath":
            data = objects[0] if len(objects) == 1 and not as_list else as_list_object(objects)
            context.out(render(chosen.template, data))
        case "custom-columns":
            context.out(_custom_columns(chosen.template, objects, bool(context.arguments["no-headers"])))


def as_list_object(objects: list[Object]) -> Object:
    return {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {"resourceVersion": ""}}


def print_tables(context: Context, groups: Sequence[tuple[Resource, list[Object]]], *, everywhere: bool) -> None:
    """One table for each kind, an empty line between them; names get their kind where there are several."""
    arguments = context.arguments
    several = len(groups) > 1
    blocks = []
    for resource, objects in groups:
        if objects:
            shown = table(resource, objects, context.access.sim.datetime)
            rows = _rows(
                shown,
                wide=arguments.text("output") == "wide",
                with_namespace=everywhere and resource.namespaced,
                prefix=f"{resource.prefix}/" if several else "",
                label_columns=[key for text in arguments["label-columns"] for key in text.split(",")],
                all_labels=bool(arguments["show-labels"]),
            )
            blocks.append(tabs.table(rows[1:] if arguments["no-headers"] else rows))
    context.out(("" if arguments["no-headers"] else "\n").join(blocks))


def _rows(
    shown: Table, *, wide: bool, with_namespace: bool, prefix: str, label_columns: list[str], all_labels: bool
) -> list[list[str]]:
    """The header and a row for each object, cells as texts."""
    chosen = [index for index, column in enumerate(shown.columns) if wide or not column.priority]
    header = [shown.columns[index].name.upper() for index in chosen]
    header += [key.rpartition("/")[2].upper() for key in label_columns]
    rows = [(["NAMESPACE"] if with_namespace else []) + header + (["LABELS"] if all_labels else [])]
    for row in shown.rows:
        cells = [namespace(row.object)] if with_namespace else []
        for index in chosen:
            own = prefix if shown.columns[index].format == "name" else ""
            cells.append(own + _one_line(str(row.cells[index])))
        own_labels = labels(row.object)
        cells += [own_labels.get(key, "") for key in label_columns]
        if all_labels:
            cells.append(",".join(f"{key}={value}" for key, value in sorted(own_labels.items())) or "<none>")
        rows.append(cells)
    return rows


def _one_line(text: str) -> str:
    """Only the first line of a cell is shown."""
    first, newline, _ = text.partition("\n")
    return first + "..." if newline else text


def sorted_by(objects: list[Object], template: str) -> list[Object]:
    """Objects by the value of a JSONPath; those without it come first."""

    def key(obj: Object) -> tuple[int, float, str]:
        found = values(template, obj)
        if not found:
            return 0, 0.0, ""
        value = found[0]
        return (1, float(value), "") if isinstance(value, int | float) else (1, 0.0, str(value))

    return sorted(objects, key=key)


def _custom_columns(spec: str, objects: list[Object], no_headers: bool) -> str:
    """`NAME:.metadata.name,NODE:.spec.nodeName`."""
    columns = []
    for part in spec.split(","):
        header, colon, path = part.partition(":")
        if not colon:
            raise Failure(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append((header, relaxed(path)))
    rows = [] if no_headers else [[header for header, _ in columns]]
    rows += [[render(path, obj) or "<none>" for _, path in columns] for obj in objects]
    return tabs.table(rows)
