"""`kubectl explain`: which fields a kind has, and of which types. Descriptions are not kept here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simk8s.api.resources import NoMatch, Resource
from simk8s.api.schema import Schema, below, reference, resolved, schema_of, struct_name
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run

NO_DESCRIPTION = "simk8s knows the structure of objects, not their descriptions."


def run(context: Context) -> Run[int | None]:
    words = context.arguments.words
    if not words:
        raise Failure(
            'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of '
            "supported resources."
        )
    if len(words) > 1:
        raise Failure("We accept only this format: explain RESOURCE")
    yield from context.request()
    word, *path = words[0].split(".")
    resource = _resource(context, word)
    schema = schema_of(resource.api_version, resource.kind)
    if schema is None:
        raise Failure(f"simk8s has no schema of {resource.kind} objects: they may have any fields")
    group = f"GROUP:      {resource.group}\n" if resource.group else ""
    context.out(f"{group}KIND:       {resource.kind}\nVERSION:    {resource.version}\n\n")
    found = _at(schema, path)
    if path:
        context.out(f"FIELD: {path[-1]} <{type_text(found)}>\n\n\n")
    context.out(f"DESCRIPTION:\n    {NO_DESCRIPTION}\n")
    lines = list(_fields(found, "  ", recursive=context.arguments["recursive"], above=()))
    if lines:
        context.out("FIELDS:\n" + "".join(f"{line}\n" for line in lines))
    context.out("\n")
    return 0


def _resource(context: Context, word: str) -> Resource:
    try:
        resource = context.access.registry.typed(word)
    except NoMatch as error:
        raise Failure(str(error), bare=True) from error
    wanted = context.arguments.text("api-version")
    if wanted and wanted != resource.api_version:
        group, _, version = wanted.rpartition("/")
        raise NoMatch(f'couldn\'t find resource for "{group}/{version}, Resource={resource.plural}"')
    return resource


def _at(schema: Schema, path: list[str]) -> Schema:
    """The schema of a field; lists and maps on the way stand for what is in them. Raises Failure."""
    for step in path:
        schema = below(_content(schema), step)
        if schema is None:
            raise Failure(f'field "{step}" does not exist')
    return schema


def _content(schema: Schema) -> Schema:
    """What is in a list or a map, or the schema itself."""
    while schema is not None:
        whole = resolved(schema)
        inner = whole.get("items") or whole.get("additionalProperties")
        if not isinstance(inner, dict):
            return schema
        schema = inner
    return None


def _fields(schema: Schema, indent: str, *, recursive: bool, above: tuple[str, ...]) -> Iterator[str]:
    """A line for each field, with `recursive` those of fields below it. What contains itself is not opened again."""
    content = _content(schema)
    if content is None:
        return
    whole = resolved(content)
    own = reference(content)
    required = whole.get("required", ())
    properties: dict[str, Any] = whole.get("properties", {})
    for field in sorted(properties):
        mark = " -required-" if field in required else ""
        yield f"{indent}{field}\t<{type_text(properties[field])}>{mark}"
        if recursive and own not in above:
            yield from _fields(properties[field], indent + "  ", recursive=True, above=(*above, own))


def type_text(schema: Schema) -> str:
    """`integer`, `[]Container`, `map[string]string`."""
    if schema is None:
        return "Object"
    name = reference(schema)
    whole = resolved(schema)
    if name and ("properties" in whole or whole.get("format") != "date-time"):
        return struct_name(name)
    types = whole.get("type", "Object")
    kind = next((word for word in ([types] if isinstance(types, str) else types) if word != "null"), "Object")
    if kind == "array":
        return f"[]{type_text(whole.get('items'))}"
    inner = whole.get("additionalProperties")
    if kind == "object" and isinstance(inner, dict):
        return f"map[string]{type_text(inner)}"
    return "Object" if kind == "object" else str(kind)


COMMAND = Command(
    "explain",
    "Show which fields a kind of object has. Descriptions stand in the Kubernetes documentation.",
    "explain TYPE[.FIELD...]",
    (
        Flag("api-version", "string", "", "the group and version"),
        Flag("recursive", "bool", False, "the fields of fields, too"),
    ),
    run,
    (
        ("The fields of a StatefulSet's spec", "kubectl explain statefulset.spec"),
        ("Everything about probes", "kubectl explain pod.spec.containers.livenessProbe --recursive"),
    ),
    not_modelled="o output",
)
