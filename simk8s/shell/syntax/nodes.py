"""The tree of a script: what is tested in `[[ ]]`, then commands. Their words are in `parts.py`.

Every node knows the line and column (from 1) at which it stands in its script. Nodes are immutable, so a script is
parsed once and its tree shared by every process that runs it.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

from simk8s.shell.syntax.parts import Node, Word

# --- [[ ]] -----------------------------------------------------------------------------------------------------------


class Unary(Node, frozen=True):
    """`-f word` and its like; a lone word is `-n word` with an empty `source_operator`."""

    operator: str
    operand: Word
    bare: bool = False


class Binary(Node, frozen=True):
    operator: str
    left: Word
    right: Word


class Not(Node, frozen=True):
    operand: Test


class Both(Node, frozen=True):
    left: Test
    right: Test


class Either(Node, frozen=True):
    left: Test
    right: Test


class Nested(Node, frozen=True):
    operand: Test


Test: TypeAlias = Unary | Binary | Not | Both | Either | Nested


def test_waits(test: Test) -> bool:
    """Whether words in the test may take virtual time to expand."""
    match test:
        case Unary():
            return test.operand.waits
        case Binary():
            return test.left.waits or test.right.waits
        case Not() | Nested():
            return test_waits(test.operand)
        case Both() | Either():
            return test_waits(test.left) or test_waits(test.right)


# --- commands --------------------------------------------------------------------------------------------------------


class HereDocument(Node, frozen=True):
    """The lines below a `<<WORD`, tabs already stripped for `<<-`. `quoted`: nothing in them expands.

    The lines stand below the command, so `body` is put in (once, by the parser) after the command has been read.
    """

    delimiter: str
    quoted: bool
    strip_tabs: bool
    body: Word


class Redirection(Node, frozen=True):
    """`operator` is `< > >> >| <> <& >& &> &>> <<< <<` or `<<-`.

    `descriptor` is the number before it, the NAME of `{NAME}>`, or None for the operator's own.
    """

    operator: str
    descriptor: int | str | None
    target: Word
    document: HereDocument | None = None


class ArrayElement(Struct, frozen=True, gc=False):
    key: Word | None
    append: bool
    value: Word


class ArrayValue(Node, frozen=True):
    """`( ... )` at the right of an assignment."""

    elements: tuple[ArrayElement, ...]
    source: str


class Assignment(Node, frozen=True):
    name: str
    subscript: Word | None
    append: bool
    value: Word | ArrayValue
    source: str


class SimpleCommand(Node, frozen=True):
    """Assignments, words and redirections. An argument of `declare` and its like may be an `Assignment` of an array.

    `told` is the line that bash names in messages: where the second word ends. `name` is the first word where that is
    constant. `is_ready`: all words are words, and none of them can wait; with `is_plain` there is nothing else in the
    command, or only assignments that cannot wait.
    """

    assignments: tuple[Assignment, ...]
    words: tuple[Word | Assignment, ...]
    redirections: tuple[Redirection, ...]
    source: str
    told: int
    name: str | None = None
    is_ready: bool = True
    is_plain: bool = False

    def __post_init__(self) -> None:
        if self.words and type(self.words[0]) is Word:
            force_setattr(self, "name", self.words[0].constant)
        for word in self.words:
            if type(word) is not Word or word.waits:
                force_setattr(self, "is_ready", False)
                break
        is_plain = self.is_ready and not (self.redirections or (self.words and self.assignments))
        for assigned in self.assignments if is_plain else ():
            is_plain = is_plain and _is_plain(assigned)
        if is_plain:
            force_setattr(self, "is_plain", True)


def _is_plain(assignment: Assignment) -> bool:
    return assignment.subscript is None and type(assignment.value) is Word and not assignment.value.waits


class Pipeline(Node, frozen=True):
    """`clock` is empty, `time` or `time -p`. `merged[i]`: stage i was followed by `|&`."""

    stages: tuple[Command, ...]
    negated: bool
    clock: str
    source: str
    merged: tuple[bool, ...] = ()


class AndOr(Node, frozen=True):
    """`first && second || third`: the operators with what follows them."""

    first: Command
    rest: tuple[tuple[str, Command], ...]
    source: str


class Background(Node, frozen=True):
    """What stands before a `&`."""

    command: Command
    source: str


class Sequence(Node, frozen=True):
    """Commands one after the other. `breaks[i]`: a line end, and no `;`, stands before command i."""

    commands: tuple[Command, ...]
    source: str = ""
    breaks: tuple[bool, ...] = ()


class Subshell(Node, frozen=True):
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


class Group(Node, frozen=True):
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


class If(Node, frozen=True):
    """`branches` are (condition, body) pairs: the `if` and its `elif`s."""

    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None
    redirections: tuple[Redirection, ...]
    source: str


class While(Node, frozen=True):
    condition: Sequence
    body: Sequence
    until: bool
    redirections: tuple[Redirection, ...]
    source: str


class For(Node, frozen=True):
    """`words` is None without `in`: then the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


class Select(Node, frozen=True):
    name: str
    words: tuple[Word, ...] | None
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


class ArithmeticFor(Node, frozen=True):
    start: Word
    condition: Word
    step: Word
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


class CaseItem(Node, frozen=True):
    """`terminator` is `;;`, `;&` or `;;&`."""

    patterns: tuple[Word, ...]
    body: Sequence
    terminator: str


class Case(Node, frozen=True):
    subject: Word
    items: tuple[CaseItem, ...]
    redirections: tuple[Redirection, ...]
    source: str


class Conditional(Node, frozen=True):
    """`[[ ... ]]`; `told` is the line in messages, at which it ends."""

    test: Test
    redirections: tuple[Redirection, ...]
    source: str
    waits: bool = False
    told: int = 0

    def __post_init__(self) -> None:
        force_setattr(self, "waits", test_waits(self.test))
        force_setattr(self, "told", self.line + self.source.count("\n"))


class ArithmeticCommand(Node, frozen=True):
    """`(( ... ))`; `told` is the line in messages, at which it ends."""

    expression: Word
    redirections: tuple[Redirection, ...]
    source: str
    told: int = 0

    def __post_init__(self) -> None:
        force_setattr(self, "told", self.line + self.source.count("\n"))


class FunctionDefinition(Node, frozen=True):
    """`redirections` of the body belong to the body's own node."""

    name: str
    body: Command
    source: str


class Coprocess(Node, frozen=True):
    """`coproc name command`"""

    name: str
    command: Command
    source: str


Command: TypeAlias = (
    SimpleCommand
    | Pipeline
    | AndOr
    | Background
    | Sequence
    | Subshell
    | Group
    | If
    | While
    | For
    | Select
    | ArithmeticFor
    | Case
    | Conditional
    | ArithmeticCommand
    | FunctionDefinition
    | Coprocess
)
