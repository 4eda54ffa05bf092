"""What the arguments of `get`, `describe`, `delete`, ... name: `pods`, `pod a b`, `pod/a svc/b`, `pods,svc`, `all`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simk8s.api.errors import ApiError
from simk8s.api.objects import Object
from simk8s.api.resources import Registry, Resource
from simk8s.api.selector import FieldSelector, LabelSelector, parse, parse_fields
from simk8s.kubectl.command import Context
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.sim import Run

SELECTOR = Flag("selector", "string", "", "only objects with these labels: app=mysql,tier!=web", "l")
FIELD_SELECTOR = Flag("field-selector", "string", "", "only objects with these fields: status.phase=Running")
ALL_NAMESPACES = Flag("all-namespaces", "bool", False, "objects of every namespace", "A")


@dataclass(frozen=True, slots=True)
class Target:
    """Objects of one kind: those of the names, or all of them where `names` is None."""

    resource: Resource
    names: tuple[str, ...] | None = None


def targets(words: Sequence[str], registry: Registry) -> list[Target]:
    """Raises NoMatch for a type that is not served, Failure for arguments that do not fit together."""
    if not words:
        return []
    if any("/" in word for word in words):
        return _slashed(words, registry)
    resources = _resources(words[0], registry)
    names = tuple(words[1:]) or None
    return [Target(resource, names) for resource in resources]


def _resources(word: str, registry: Registry) -> list[Resource]:
    found: list[Resource] = []
    for part in word.split(","):
        for resource in registry.category(part) or [registry.typed(part)]:
            if resource not in found:
                found.append(resource)
    return found


def _slashed(words: Sequence[str], registry: Registry) -> list[Target]:
    result: list[Target] = []
    for word in words:
        kind, slash, name = word.partition("/")
        if not slash:
            raise Failure(
                "there is no need to specify a resource type as a separate argument when passing arguments in "
                "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource "
                "resource/<resource_name>'"
            )
        if "/" in name:
            raise Failure("arguments in resource/name form may not have more than one slash")
        if not kind or not name:
            raise Failure("arguments in resource/name form must have a single resource and name")
        resource = registry.typed(kind)
        if result and result[-1].resource == resource:
            result[-1] = Target(resource, (*(result[-1].names or ()), name))
        else:
            result.append(Target(resource, (name,)))
    return result


@dataclass(frozen=True, slots=True)
class Selectors:
    """The filters of a command line."""

    labels: LabelSelector | None
    fields: FieldSelector | None
    namespace: str | None
    """None means all of them."""


def selectors(context: Context, chosen: Sequence[Target]) -> Selectors:
    """The filters that were given. Raises Failure where names were given too."""
    values = context.arguments.values
    label_text, field_text = values.get("selector"), values.get("field-selector")
    everywhere = bool(values.get("all-namespaces"))
    by_name = any(target.names for target in chosen)
    if by_name and (label_text or field_text):
        raise Failure("name cannot be provided when a selector is specified")
    if by_name and everywhere:
        raise Failure("a resource cannot be retrieved by name across all namespaces")
    return Selectors(
        parse(label_text) if label_text else None,
        parse_fields(field_text) if field_text else None,
        None if everywhere else context.namespace,
    )


def found(context: Context, target: Target, chosen: Selectors) -> Run[tuple[list[Object], list[Exception]]]:
    """The objects of a target, and an error for each name that is not there."""
    if target.names is None:
        return (yield from context.list(target.resource, chosen.namespace, chosen.labels, chosen.fields)), []
    objects: list[Object] = []
    errors: list[Exception] = []
    for name in target.names:
        try:
            objects.append((yield from context.get(target.resource, name)))
        except ApiError as error:
            errors.append(error)
    return objects, errors
