"""An awk program as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Constant:
    """A number or a text."""

    value: float | str


@dataclass(frozen=True, slots=True)
class Regex:
    """`/pattern/`: standing alone it is matched against the record."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, or an array where one is asked for."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """`$index`"""

    index: Expression


@dataclass(frozen=True, slots=True)
class Element:
    """`array[subscripts]`"""

    array: str
    subscripts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`(a)`, or `(a, b)` before `in`."""

    inside: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`; `operator` is what stands before the `=`."""

    target: Expression
    operator: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Increment:
    """`++x`, `x--` and their like."""

    target: Expression
    by: int
    before: bool


@dataclass(frozen=True, slots=True)
class Unary:
    """`!x`, `-x`, `+x`"""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; the operator ` ` puts them together."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional:
    """`a ? b : c`"""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    """`(subscripts) in array`"""

    subscripts: tuple[Expression, ...]
    array: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function, built in or the program's own."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Getline:
    """`getline`, `getline < file` or `command | getline`, into the record or a variable."""

    kind: str
    source: Expression | None
    target: Expression | None


Expression: TypeAlias = (
    Constant
    | Regex
    | Variable
    | Field
    | Element
    | Group
    | Assign
    | Increment
    | Unary
    | Binary
    | Conditional
    | Membership
    | Call
    | Getline
)


@dataclass(frozen=True, slots=True)
class Print:
    """`print` or `printf`, to standard output or (`>`, `>>`, `|`) elsewhere."""

    formatted: bool
    arguments: tuple[Expression, ...]
    redirection: str
    target: Expression | None


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression for its effect."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class If:
    condition: Expression
    yes: Statement
    no: Statement | None


@dataclass(frozen=True, slots=True)
class Loop:
    """`while`, `do` and `for`. With `first` the body runs before the condition is looked at."""

    start: Statement | None
    condition: Expression | None
    step: Statement | None
    body: Statement
    first: bool = False


@dataclass(frozen=True, slots=True)
class ForEach:
    """`for (variable in array)`"""

    variable: str
    array: str
    body: Statement


@dataclass(frozen=True, slots=True)
class Block:
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """`next`, `nextfile`, `exit`, `return`, `break`, `continue`"""

    kind: str
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """`delete array[subscripts]`, or the whole array."""

    array: str
    subscripts: tuple[Expression, ...] | None


Statement: TypeAlias = Print | Evaluate | If | Loop | ForEach | Block | Leave | Delete


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern { action }`. `kind` is BEGIN, END, or nothing; two patterns are a range."""

    kind: str
    patterns: tuple[Expression, ...]
    action: Statement | None


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    parameters: tuple[str, ...]
    body: Statement


@dataclass(frozen=True, slots=True)
class Program:
    rules: tuple[Rule, ...]
    functions: dict[str, Function]
