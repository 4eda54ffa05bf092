"""Label selectors as people type them and as objects hold them, and field selectors (API-8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simk8s.api.errors import ApiError, bad_request
from simk8s.api.objects import Object, dig


@dataclass(frozen=True, slots=True)
class Requirement:
    """One term of a label selector. `operator` is one of `=`, `!=`, `in`, `notin`, `exists`, `!`."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        present = self.key in labels
        match self.operator:
            case "exists":
                return present
            case "!":
                return not present
            case "=" | "in":
                return present and labels[self.key] in self.values
            case _:  # API-8: != and notin also match objects without the key
                return not present or labels[self.key] not in self.values

    def __str__(self) -> str:
        match self.operator:
            case "exists":
                return self.key
            case "!":
                return f"!{self.key}"
            case "=" | "!=":
                return f"{self.key}{self.operator}{self.values[0]}"
            case _:
                return f"{self.key} {self.operator} ({','.join(sorted(self.values))})"


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """All requirements must hold. Without any it matches everything, unless it is `NOTHING`."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Mapping[str, str]) -> bool:
        return not self.nothing and all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))


NOTHING = LabelSelector(nothing=True)

_OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}


def from_object(selector: Object | None) -> LabelSelector:
    """A selector out of `matchLabels` and `matchExpressions`. None selects nothing, an empty one everything."""
    if selector is None:
        return NOTHING
    requirements = [Requirement(key, "=", (str(value),)) for key, value in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or []:
        operator = _OPERATORS.get(expression.get("operator", ""), "in")
        requirements.append(Requirement(expression["key"], operator, tuple(expression.get("values") or ())))
    return LabelSelector(tuple(sorted(requirements, key=lambda requirement: requirement.key)))


def from_labels(labels: Mapping[str, str] | None) -> LabelSelector:
    """The simple form that a Service or a ReplicationController holds. None or empty selects nothing."""
    if not labels:
        return NOTHING
    return LabelSelector(tuple(Requirement(key, "=", (value,)) for key, value in sorted(labels.items())))


def parse(text: str) -> LabelSelector:
    """What a person types after `-l`: `app=mysql,tier!=x,env in (a,b),!legacy`. Raises ApiError BadRequest.

    >>> parse("app=mysql,!old").matches({"app": "mysql"})
    True
    """
    return LabelSelector(tuple(_parse_term(term.strip(), text) for term in _split(text) if term.strip()))


_SET_TERM = re.compile(r"([^\s!=(),]+)\s+(in|notin)\s*\(([^()]*)\)")
_EQUALITY_TERM = re.compile(r"([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)")
_EXISTENCE_TERM = re.compile(r"(!?)\s*([^\s!=(),]+)")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")


def _parse_term(term: str, text: str) -> Requirement:
    if match := _SET_TERM.fullmatch(term):
        values = tuple(value.strip() for value in match[3].split(","))
        return Requirement(match[1], match[2], tuple(_checked(value, text) for value in values))
    if match := _EQUALITY_TERM.fullmatch(term):
        return Requirement(match[1], "!=" if match[2] == "!=" else "=", (_checked(match[3], text),))
    if match := _EXISTENCE_TERM.fullmatch(term):
        return Requirement(match[2], "!" if match[1] else "exists")
    raise _unparsable(text, f'found \'{term}\', expected: "=", "!=", "==", "in" or "notin"')


def _checked(value: str, text: str) -> str:
    if not _LABEL_VALUE.fullmatch(value):
        raise _unparsable(
            text, f'Invalid value: "{value}": a label value has up to 63 letters, digits, "-", "_" or "."'
        )
    return value


def _unparsable(text: str, why: str) -> ApiError:
    return bad_request(f'unable to parse requirement: {why} in selector "{text}"')


def _split(text: str) -> list[str]:
    terms, depth, start = [], 0, 0
    for index, character in enumerate(text):
        if character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and depth == 0:
            terms.append(text[start:index])
            start = index + 1
    return [*terms, text[start:]]


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """Terms `path`, wanted value, and whether it must be equal. A missing field counts as the empty string."""

    terms: tuple[tuple[str, str, bool], ...] = ()

    def matches(self, obj: Object) -> bool:
        return all((_field(obj, path) == value) is equal for path, value, equal in self.terms)

    def __str__(self) -> str:
        return ",".join(f"{path}{'=' if equal else '!='}{value}" for path, value, equal in self.terms)


def parse_fields(text: str) -> FieldSelector:
    """What a person types after `--field-selector`: `status.phase=Running,spec.nodeName!=node-1`."""
    terms = []
    for term in text.split(","):
        if not term.strip():
            continue
        match = re.fullmatch(r"([^=!]+)(!=|==|=)(.*)", term.strip())
        if not match:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        terms.append((match[1].strip(), match[3].strip(), match[2] != "!="))
    return FieldSelector(tuple(terms))


_FLAGS = ("spec.hostNetwork", "spec.unschedulable")
"""What is not written there is false."""


def _field(obj: Object, path: str) -> str:
    value: Any = dig(obj, *_steps(path), default=False if path in _FLAGS else "")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@lru_cache(maxsize=64)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))
