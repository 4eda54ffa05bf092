"""Variables, arrays and their attributes. `scope.py` says which of them a name means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from simk8s.shell.hashing import by_hash

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

Array: TypeAlias = "dict[int, str] | dict[str, str]"


_BUCKETS = 1024
"""Of the hash table of an associative array."""


class Variable:
    """A name's value and attributes. `value` is None for a variable that is declared but unset.

    `indexed` and `associative` say which kind of array it is; `elements` are then its values by subscript. `given` is
    "call" for one that was assigned in front of a command, "stays" where it outlives that command: bash keeps
    those to which `export` or `readonly` was said in there, or in what they call. Who changes one that others may have
    too asks `Table.own` for it; `owner` is the mark of the table that has it for itself.
    """

    __slots__ = (
        "associative",
        "bare",
        "capitalized",
        "elements",
        "exported",
        "given",
        "indexed",
        "integer",
        "lower",
        "owner",
        "readonly",
        "reference",
        "traced",
        "upper",
        "value",
    )

    def __init__(self, value: str | None = None, *, exported: bool = False) -> None:
        self.value = value
        self.exported = exported
        self.readonly = False
        self.integer = False
        self.lower = False
        self.upper = False
        self.capitalized = False
        self.traced = False
        self.reference = False
        self.indexed = False
        self.associative = False
        self.given = ""
        self.elements: dict[int | str, str] = {}
        self.bare = True  # an array that was declared, but never given anything
        self.owner: object = None

    @property
    def is_array(self) -> bool:
        return self.indexed or self.associative

    def _new(self) -> Variable:
        return Variable.__new__(Variable)

    def copy(self) -> Variable:
        twin = self._new()
        twin.owner = None
        twin.value = self.value
        twin.exported = self.exported
        twin.readonly = self.readonly
        twin.integer = self.integer
        twin.lower = self.lower
        twin.upper = self.upper
        twin.capitalized = self.capitalized
        twin.traced = self.traced
        twin.reference = self.reference
        twin.indexed = self.indexed
        twin.associative = self.associative
        twin.bare = self.bare
        twin.given = self.given
        twin.elements = dict(self.elements) if self.elements else {}
        return twin

    def scalar(self, shell: Shell) -> str | None:
        """The value in that shell, or for an array its element 0."""
        if self.indexed:
            return self.elements.get(0)
        if self.associative:
            return self.elements.get("0")
        return self.value

    def is_set(self, shell: Shell) -> bool:
        return bool(self.elements) if self.is_array else self.value is not None

    def is_given(self, shell: Shell) -> bool:
        """Whether somebody has given it a value, be it an empty array."""
        return self.is_set(shell) or (self.is_array and not self.bare)

    def ordered(self, shell: Shell) -> list[tuple[int | str, str]]:
        """The elements by index; an associative array's in the order of bash's hash table."""
        if self.indexed:
            return sorted(self.elements.items())
        if self.associative:
            return [(key, self.elements[key]) for key in by_hash(map(str, self.elements), _BUCKETS)]
        return [(0, self.value)] if self.value is not None else []

    def values(self, shell: Shell) -> list[str]:
        if self.is_array:
            return [value for _, value in self.ordered(shell)]
        return [self.value] if self.value is not None else []

    def make_indexed(self) -> None:
        if not self.indexed:
            if self.value is not None:
                self.elements = {0: self.value}
            self.value = None
            self.indexed = True

    def make_associative(self) -> None:
        if not self.associative:
            if self.value is not None:
                self.elements = {"0": self.value}
            self.value = None
            self.associative = True

    def letters(self) -> str:
        """The attributes as `declare -p` and `${x@a}` list them."""
        flags = (
            (self.indexed, "a"),
            (self.associative, "A"),
            (self.integer, "i"),
            (self.reference, "n"),
            (self.readonly, "r"),
            (self.traced, "t"),
            (self.exported, "x"),
            (self.capitalized, "c"),
            (self.lower, "l"),
            (self.upper, "u"),
        )
        return "".join(letter for on, letter in flags if on)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a computed variable is in a shell, and what assigning to it does there (by default nothing)."""

    read: Callable[[Shell], str | None] | None = None
    array: Callable[[Shell], list[str]] | None = None
    write: Callable[[Shell, str], None] | None = None
    write_element: Callable[[Shell, int, str], None] | None = None
    readonly: bool = False


class Dynamic(Variable):
    """A variable whose value a shell computes when it is asked for it: LINENO, RANDOM, FUNCNAME."""

    __slots__ = ("meaning",)

    def __init__(self, meaning: Meaning) -> None:
        super().__init__()
        self.meaning = meaning
        self.indexed = meaning.array is not None
        self.readonly = meaning.readonly

    def _new(self) -> Variable:
        twin = Dynamic.__new__(Dynamic)
        twin.meaning = self.meaning
        return twin

    def scalar(self, shell: Shell) -> str | None:
        if self.meaning.array is not None:
            values = self.meaning.array(shell)
            return values[0] if values else None
        return self.meaning.read(shell) if self.meaning.read else None

    def is_set(self, shell: Shell) -> bool:
        return self.scalar(shell) is not None

    def ordered(self, shell: Shell) -> list[tuple[int | str, str]]:
        if self.meaning.array is not None:
            return list(enumerate(self.meaning.array(shell)))
        value = self.scalar(shell)
        return [] if value is None else [(0, value)]

    def values(self, shell: Shell) -> list[str]:
        return [value for _, value in self.ordered(shell)]

    def write(self, shell: Shell, value: str) -> None:
        if self.meaning.write is not None:
            self.meaning.write(shell, value)

    def write_element(self, shell: Shell, index: int, value: str) -> None:
        if self.meaning.write_element is not None:
            self.meaning.write_element(shell, index, value)


class Mirror(Variable):
    """An associative array that is a table of the shell's own: BASH_ALIASES, BASH_CMDS."""

    __slots__ = ("table",)

    def __init__(self, table: dict[str, str]) -> None:
        self.table = table
        super().__init__()
        self.associative = True
        self.bare = False

    @property
    def elements(self) -> dict[int | str, str]:
        return self.table  # type: ignore[return-value]

    @elements.setter
    def elements(self, elements: dict[int | str, str]) -> None:
        if elements:
            self.table.update({str(key): value for key, value in elements.items()})
        elif self.associative:  # and not just being made
            self.table.clear()

    def copy(self) -> Variable:
        return self  # replaced by the copying shell with one that is about its own table
