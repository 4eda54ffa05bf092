"""Awk's variables and arrays, global and of the functions that are running."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeAlias

from simk8s.programs.text.awk.syntax import Call, Delete, Element, ForEach, Function, Membership, Variable
from simk8s.programs.text.awk.value import UNSET, Value
from simk8s.programs.tool import Failure

Array: TypeAlias = dict[str, Value]


class Scope:
    """Names and what they hold. A name that nobody has used is unset, and becomes what it is first used as."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self.globals: dict[str, Value | Array] = {}
        self.frames: list[dict[str, Value | Array]] = []
        self.array_parameters = array_parameters(functions)

    def _holder(self, name: str) -> dict[str, Value | Array]:
        return self.frames[-1] if self.frames and name in self.frames[-1] else self.globals

    def get(self, name: str) -> Value:
        """A variable's value."""
        value = self._holder(name).get(name, UNSET)
        if isinstance(value, dict):
            raise Failure(f"type error in reference to {name}: array used as a variable", 2)
        return value

    def set(self, name: str, value: Value) -> None:
        """Give a variable a value."""
        self._holder(name)[name] = value

    def array(self, name: str) -> Array:
        """An array, made if it is not there."""
        holder = self._holder(name)
        value = holder.get(name, UNSET)
        if isinstance(value, dict):
            return value
        if value is not UNSET:
            raise Failure(f"type error in reference to {name}: variable used as an array", 2)
        fresh: Array = {}
        holder[name] = fresh
        return fresh

    def is_array(self, name: str) -> bool:
        return isinstance(self._holder(name).get(name), dict)


def array_parameters(functions: dict[str, Function]) -> dict[str, set[int]]:
    """Which parameters of which functions are arrays: used as one, or handed on to where one is wanted."""
    found: dict[str, set[int]] = {name: set() for name in functions}
    changed = True
    while changed:
        changed = False
        for name, function in functions.items():
            for used in _used_as_array(function.body, found):
                if used in function.parameters and (at := function.parameters.index(used)) not in found[name]:
                    found[name].add(at)
                    changed = True
    return found


def _used_as_array(node: Any, known: dict[str, set[int]]) -> Iterator[str]:
    match node:
        case Element(array) | Membership(_, array) | Delete(array) | ForEach(_, array):
            yield array
        case Call("split", (_, Variable(name), *_)):
            yield name
        case Call(name, arguments) if name in known:
            for at, argument in enumerate(arguments):
                if at in known[name] and isinstance(argument, Variable):
                    yield argument.name
    if dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            yield from _used_as_array(getattr(node, field.name), known)
    elif isinstance(node, tuple):
        for part in node:
            yield from _used_as_array(part, known)
