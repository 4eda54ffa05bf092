"""Words and what they are made of. `nodes.py` has the commands that they stand in.

Every node knows the line and column (from 1) at which it stands in its script.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from simk8s.shell.syntax.nodes import Sequence


@dataclass(frozen=True, slots=True)
class Literal:
    """Unquoted text. Its glob characters are active."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Constant quoted text; `style` is how it was written: `'`, `$'` or `\\`."""

    line: int
    column: int
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class DoubleQuoted:
    """`"..."` (and `$"..."`): its parts expand, but their results are neither split nor globbed."""

    line: int
    column: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` or `${...}`.

    `operator` is empty, or one of `- := # % / ^ , : @ length prefix-* prefix-@ keys-* keys-@ bad` and their doubled and
    coloned forms; `operands` are its words (pattern, replacement, offset, length, default). `indirect` is `${!name}`.
    """

    line: int
    column: int
    name: str
    source: str
    subscript: Word | None = None
    operator: str = ""
    operands: tuple[Word, ...] = ()
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class CommandSubstitution:
    """`$( ... )`; `body` is what runs in a subshell.

    `first_line`: the line in it which stands, in messages, for the line at which the command around it ends.
    """

    line: int
    column: int
    body: Sequence
    source: str
    first_line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Backquoted:
    """A command in backquotes. Its text is parsed when it is expanded, as bash does: errors in it are late."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class FileSubstitution:
    """`$(<file)`: the contents of a file."""

    line: int
    column: int
    target: Word
    source: str


@dataclass(frozen=True, slots=True)
class ArithmeticExpansion:
    """`$(( ... ))`. The expression is a word first; what it expands to is parsed as arithmetic (and remembered)."""

    line: int
    column: int
    expression: Word


@dataclass(frozen=True, slots=True)
class ProcessSubstitution:
    """`<( ... )` or `>( ... )`; `direction` is the first character."""

    line: int
    column: int
    direction: str
    body: Sequence
    source: str


@dataclass(frozen=True, slots=True)
class Tilde:
    """`~`, `~user`, `~+`, `~-` where it may stand for a home directory; `user` is what follows the tilde."""

    line: int
    column: int
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


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written. `source` is its text in the script.

    `constant` is its value where that needs no expansion, splitting or globbing at all; `alternatives` are the words
    that brace expansion makes of it (empty: none). `waits`: commands run in its expansion, which takes virtual time.
    """

    line: int
    column: int
    parts: tuple[Part, ...]
    source: str
    constant: str | None = None
    alternatives: tuple[Word, ...] = ()
    waits: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "waits", self.constant is None and any(map(waits, self.parts)))


def waits(part: Part) -> bool:
    """Whether the expansion of this part may take virtual time, or print something."""
    match part:
        case Literal() | Quoted() | Tilde():
            return False
        case DoubleQuoted(_, _, parts):
            return any(map(waits, parts))
        case ArithmeticExpansion(_, _, expression):
            return expression.waits
        case Parameter():
            if part.subscript is not None and part.subscript.source not in ("@", "*"):
                return True  # a bad subscript is complained about, and the expansion goes on
            return part.indirect or part.operator.startswith("@") or any(operand.waits for operand in part.operands)
    return True
