"""Words and what they are made of. `nodes.py` has the commands that they stand in.

Every node knows the line and column (from 1) at which it stands in its script. A part `waits` if its expansion may take
virtual time, or print something.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

if TYPE_CHECKING:
    from simk8s.shell.syntax.nodes import Sequence


class Node(Struct, frozen=True, gc=False):
    """What has a place in a script: its line and column, from 1.

    Large scripts have a hundred thousand nodes: these are made many times faster than dataclasses, and since a tree has
    no cycles, the collector of garbage never looks at them.
    """

    line: int
    column: int


class Literal(Node, frozen=True):
    """Unquoted text. Its glob characters are active."""

    waits: ClassVar[bool] = False

    text: str


class Quoted(Node, frozen=True):
    """Constant quoted text; `style` is how it was written: `'`, `$'` or `\\`."""

    waits: ClassVar[bool] = False
    text: str
    style: str


class DoubleQuoted(Node, frozen=True):
    """`"..."` (and `$"..."`): its parts expand, but their results are neither split nor globbed."""

    parts: tuple[Part, ...]
    waits: bool = False

    def __post_init__(self) -> None:
        for part in self.parts:
            if part.waits:
                force_setattr(self, "waits", True)
                break


class Parameter(Node, frozen=True):
    """`$name` or `${...}`.

    `operator` is empty, or one of `- := # % / ^ , : @ length prefix-* prefix-@ keys-* keys-@ bad` and their doubled and
    coloned forms; `operands` are its words (pattern, replacement, offset, length, default). `indirect` is `${!name}`.
    """

    name: str
    source: str
    subscript: Word | None = None
    operator: str = ""
    operands: tuple[Word, ...] = ()
    indirect: bool = False
    waits: bool = False

    def __post_init__(self) -> None:
        if self.operator or self.indirect or self.subscript is not None:
            force_setattr(self, "waits", self._waits())

    def _waits(self) -> bool:
        if self.subscript is not None and self.subscript.source not in ("@", "*"):
            return True  # a bad subscript is complained about, and the expansion goes on
        return self.indirect or self.operator.startswith("@") or any(operand.waits for operand in self.operands)


class CommandSubstitution(Node, frozen=True):
    """`$( ... )`; `body` is what runs in a subshell.

    `first_line`: the line in it which stands, in messages, for the line at which the command around it ends.
    """

    waits: ClassVar[bool] = True
    body: Sequence
    source: str
    first_line: int


class Backquoted(Node, frozen=True):
    """A command in backquotes. Its text is parsed when it is expanded, as bash does: errors in it are late."""

    waits: ClassVar[bool] = True
    text: str


class FileSubstitution(Node, frozen=True):
    """`$(<file)`: the contents of a file."""

    waits: ClassVar[bool] = True
    target: Word
    source: str


class ArithmeticExpansion(Node, frozen=True):
    """`$(( ... ))`. The expression is a word first; what it expands to is parsed as arithmetic (and remembered)."""

    expression: Word

    @property
    def waits(self) -> bool:
        return self.expression.waits


class ProcessSubstitution(Node, frozen=True):
    """`<( ... )` or `>( ... )`; `direction` is the first character, `first_line` as for `$( ... )`."""

    waits: ClassVar[bool] = True
    direction: str
    body: Sequence
    source: str
    first_line: int


class Tilde(Node, frozen=True):
    """`~`, `~user`, `~+`, `~-` where it may stand for a home directory; `user` is what follows the tilde."""

    waits: ClassVar[bool] = False
    user: str


Part: TypeAlias = (
    Literal
    | Quoted
    | DoubleQuoted
    | Parameter
    | CommandSubstitution
    | Backquoted
    | FileSubstitution
    | ArithmeticExpansion
    | ProcessSubstitution
    | Tilde
)


class Word(Node, frozen=True):
    """One word as written. `source` is its text in the script.

    `constant` is its value where that needs no expansion, splitting or globbing at all; `alternatives` are the words
    that brace expansion makes of it (empty: none). `waits`: commands run in its expansion, which takes virtual time.
    """

    parts: tuple[Part, ...]
    source: str
    constant: str | None = None
    alternatives: tuple[Word, ...] = ()
    waits: bool = False

    def __post_init__(self) -> None:
        if self.constant is None:
            for part in self.parts:
                if part.waits:
                    force_setattr(self, "waits", True)
                    break


def constant_of(parts: tuple[Part, ...]) -> str | None:
    """The value of parts that are all constant and hold no glob character."""
    constant = ""
    bracket = False
    for part in parts:
        if type(part) is Literal:
            if _GLOB.search(part.text):
                return None
            constant += part.text
            bracket = bracket or "[" in part.text
        elif type(part) is Quoted:
            constant += part.text
        elif type(part) is DoubleQuoted:
            for inner in part.parts:
                if type(inner) is not Literal and type(inner) is not Quoted:
                    return None
                constant += inner.text
        else:
            return None
    return None if bracket and "]" in constant else constant  # a lone `[` is the command, and no pattern


_GLOB = re.compile(r"[*?\\]|[+@!]\(")
