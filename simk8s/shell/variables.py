"""Variables, arrays and their attributes, with dynamic scope.

There is one table of what each name means now. A function that makes a name local puts the outer meaning aside in
its frame and back when it returns, so every lookup is one dictionary access.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simk8s.shell.options import Options

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

Array: TypeAlias = "dict[int, str] | dict[str, str]"


class Variable:
    """A name's value and attributes. `value` is None for a variable that is declared but unset.

    `indexed` and `associative` say which kind of array it is; `elements` are then its values by subscript. `given` is
    "call" for one that was assigned in front of a command, "stays" where it outlives that command: bash keeps
    those to which `export` or `readonly` was said in there, or in what they call.
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

    @property
    def is_array(self) -> bool:
        return self.indexed or self.associative

    def copy(self) -> Variable:
        twin = Variable.__new__(Variable)
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

    def scalar(self) -> str | None:
        """The value, or for an array its element 0."""
        if self.indexed:
            return self.elements.get(0)
        if self.associative:
            return self.elements.get("0")
        return self.value

    def is_set(self) -> bool:
        return bool(self.elements) if self.is_array else self.value is not None

    def is_given(self) -> bool:
        """Whether somebody has given it a value, be it an empty array."""
        return self.is_set() or (self.is_array and not self.bare)

    def ordered(self) -> list[tuple[int | str, str]]:
        """The elements by index; an associative array's in the order of bash's hash table."""
        if self.indexed:
            return sorted(self.elements.items())
        if self.associative:
            if len(self.elements) < 2:
                return list(self.elements.items())
            newest_first = reversed(self.elements.items())
            return sorted(newest_first, key=lambda item: _bucket(str(item[0]), len(self.elements)))
        return [(0, self.value)] if self.value is not None else []

    def values(self) -> list[str]:
        if self.is_array:
            return [value for _, value in self.ordered()]
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


@lru_cache(maxsize=8192)
def _hash(key: str) -> int:
    """bash's hash of a string: 32-bit FNV-1 over its bytes. Every loop over keys shows the order it makes."""
    value = 2166136261
    for byte in key.encode("utf-8", "surrogateescape"):
        value = (value * 16777619) & 0xFFFFFFFF
        value ^= byte if byte < 0x80 else byte | 0xFFFFFF00
    return value


def by_hash(names: Iterable[str], buckets: int) -> list[str]:
    """Names in the order in which bash walks a hash table into which they were put one after the other.

    A table of twice as many names as buckets grows: what is in it is put into the larger one in its old order.
    """
    put: list[str] = []
    for name in names:
        if len(put) >= 2 * buckets:
            put = _walked(put, buckets)
            buckets *= 4
        put.append(name)
    return _walked(put, buckets)


def _walked(names: list[str], buckets: int) -> list[str]:
    """Each bucket's latest name comes first."""
    latest_first = names[::-1]
    return sorted(latest_first, key=lambda name: _hash(name) & (buckets - 1))


def _bucket(key: str, count: int) -> int:
    buckets = 1024
    while count >= 2 * buckets:
        buckets *= 4
    return _hash(key) & (buckets - 1)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a computed variable is in a shell, and what assigning to it does there (by default nothing)."""

    read: Callable[[Shell], str | None] | None = None
    array: Callable[[Shell], list[str]] | None = None
    write: Callable[[Shell, str], None] | None = None
    write_element: Callable[[Shell, int, str], None] | None = None
    readonly: bool = False


class Dynamic(Variable):
    """A variable whose value is computed when it is asked for: LINENO, RANDOM, FUNCNAME."""

    __slots__ = ("meaning", "shell")

    def __init__(self, shell: Shell, meaning: Meaning) -> None:
        super().__init__()
        self.shell = shell
        self.meaning = meaning
        self.indexed = meaning.array is not None
        self.readonly = meaning.readonly

    def about(self, shell: Shell) -> Dynamic:
        """The same variable of another shell."""
        return Dynamic(shell, self.meaning)

    def scalar(self) -> str | None:
        if self.meaning.array is not None:
            values = self.meaning.array(self.shell)
            return values[0] if values else None
        return self.meaning.read(self.shell) if self.meaning.read else None

    def is_set(self) -> bool:
        return self.scalar() is not None

    def ordered(self) -> list[tuple[int | str, str]]:
        if self.meaning.array is not None:
            return list(enumerate(self.meaning.array(self.shell)))
        value = self.scalar()
        return [] if value is None else [(0, value)]

    def values(self) -> list[str]:
        return [value for _, value in self.ordered()]

    def write(self, value: str) -> None:
        if self.meaning.write is not None:
            self.meaning.write(self.shell, value)

    def write_element(self, index: int, value: str) -> None:
        if self.meaning.write_element is not None:
            self.meaning.write_element(self.shell, index, value)

    def copy(self) -> Variable:
        return self  # replaced by the copying shell with one that asks that shell


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


class Frame:
    """What a function call put aside: the outer meanings of its local names.

    `temporary` has those of the names that were assigned in front of the call.
    """

    __slots__ = ("call_line", "name", "options", "saved", "source", "temporary")

    def __init__(
        self, name: str, source: str, call_line: int, temporary: dict[str, Variable | None] | None = None
    ) -> None:
        self.name = name
        self.source = source
        self.call_line = call_line
        self.temporary = temporary or {}
        self.saved: dict[str, Variable | None] = {}
        self.options: Options | None = None  # those to return to, after `local -`

    def copy(self) -> Frame:
        twin = Frame(self.name, self.source, self.call_line)
        twin.saved = {name: None if outer is None else outer.copy() for name, outer in self.saved.items()}
        twin.temporary = {name: None if outer is None else outer.copy() for name, outer in self.temporary.items()}
        twin.options = self.options
        return twin


class Table:
    """Names and what they mean now."""

    __slots__ = ("_shared", "frames", "inherited", "names")

    def __init__(self) -> None:
        self.names: dict[str, Variable] = {}
        self.frames: list[Frame] = []
        self.inherited = 0  # so many are calls of the shell that this one is a subshell of
        self._shared = 0  # so many of the outer frames belong to other shells too, and are copied before they change

    def copy(self) -> Table:
        """For a subshell."""
        twin = Table()
        twin.names = {name: variable.copy() for name, variable in self.names.items()}
        twin.frames = list(self.frames)
        twin.inherited = len(self.frames)
        twin._shared = self._shared = len(self.frames)
        return twin

    def frame(self, index: int = -1) -> Frame:
        """A frame to be changed."""
        index %= len(self.frames)
        frame = self.frames[index]
        if index < self._shared:
            frame = self.frames[index] = frame.copy()
        return frame

    def push(self, frame: Frame) -> None:
        self.frames.append(frame)

    def pop(self) -> Frame:
        """Leave a function: its local names mean again what they meant outside."""
        frame = self.frames.pop()
        self._shared = min(self._shared, len(self.frames))
        for meanings in (frame.saved, frame.temporary):
            for name, outer in meanings.items():
                inner = self.names.get(name)
                if inner is None or inner.given != "stays":
                    self._uncover(name, outer)
        return frame

    def forget_locals(self) -> None:
        """What is local to the functions that run now means again what it means outside of them."""
        for index in range(len(self.frames) - 1, -1, -1):
            frame = self.frame(index)
            for meanings in (frame.saved, frame.temporary):
                for name, outer in meanings.items():
                    self._uncover(name, outer)
                meanings.clear()

    def _uncover(self, name: str, outer: Variable | None) -> None:
        if outer is None:
            self.names.pop(name, None)
        else:
            self.names[name] = outer

    def make_local(self, name: str) -> Variable:
        """A fresh variable for this function; what the name meant outside is put aside."""
        frame = self.frame()
        outer = self.names.get(name)
        if name in frame.saved:
            return self.names.setdefault(name, Variable())
        frame.saved[name] = outer
        if name in frame.temporary and outer is not None:  # it takes over what was assigned in front of the call
            fresh = outer.copy()
        else:
            fresh = Variable(exported=outer is not None and outer.exported)
        self.names[name] = fresh
        return fresh

    def is_local(self, name: str) -> bool:
        """Whether the innermost function has made this name its own."""
        return bool(self.frames) and name in self.frames[-1].saved

    def in_order(self, names: list[str]) -> list[str]:
        """Names as bash walks its tables: what is assigned for a command, what is local, and the rest, each by hash."""
        for_command = [name for name in names if self.names[name].given == "call"]
        result = by_hash(for_command, 4)
        left = [name for name in names if name not in for_command] if for_command else names
        for frame in reversed(self.frames):
            local = [name for name in left if name in frame.saved]
            result += by_hash(local, 4)
            left = [name for name in left if name not in local] if local else left
        return result + by_hash(left, 1024)

    def at_global(self, name: str) -> tuple[dict[str, Variable], Variable | None]:
        """The table entry that the name has outside all functions."""
        for index, frame in enumerate(self.frames):
            if name in frame.temporary or name in frame.saved:
                frame = self.frame(index)
                aside = frame.temporary if name in frame.temporary else frame.saved
                return aside, aside[name]  # type: ignore[return-value]
        return self.names, self.names.get(name)

    def unset(self, name: str) -> None:
        """Forget a name. One that is local here stays local without a value; else what it hides is uncovered."""
        if not self.frames:
            self.names.pop(name, None)
            return
        if name in self.frames[-1].saved:
            self.names[name] = Variable()
            return
        for index in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[index]
            if name in frame.saved or name in frame.temporary:
                frame = self.frame(index)
                self._uncover(name, (frame.saved if name in frame.saved else frame.temporary).pop(name))
                return
        self.names.pop(name, None)
