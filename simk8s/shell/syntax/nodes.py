"""The tree of a script: what is tested in `[[ ]]`, then commands. Their words are in `parts.py`.

Every node knows the line and column (from 1) at which it stands in its script. Nodes are immutable, so a script is
parsed once and its tree shared by every process that runs it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from simk8s.shell.syntax.parts import Word

# --- [[ ]] -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unary:
    """`-f word` and its like; a lone word is `-n word` with an empty `source_operator`."""

    line: int
    column: int
    operator: str
    operand: Word
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Binary:
    line: int
    column: int
    operator: str
    left: Word
    right: Word


@dataclass(frozen=True, slots=True)
class Not:
    line: int
    column: int
    operand: Test


@dataclass(frozen=True, slots=True)
class Both:
    line: int
    column: int
    left: Test
    right: Test


@dataclass(frozen=True, slots=True)
class Either:
    line: int
    column: int
    left: Test
    right: Test


@dataclass(frozen=True, slots=True)
class Nested:
    line: int
    column: int
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


@dataclass(frozen=True, slots=True)
class HereDocument:
    """The lines below a `<<WORD`, tabs already stripped for `<<-`. `quoted`: nothing in them expands.

    The lines stand below the command, so `body` is put in (once, by the parser) after the command has been read.
    """

    line: int
    column: int
    delimiter: str
    quoted: bool
    strip_tabs: bool
    body: Word


@dataclass(frozen=True, slots=True)
class Redirection:
    """`operator` is `< > >> >| <> <& >& &> &>> <<< <<` or `<<-`.

    `descriptor` is the number before it, the NAME of `{NAME}>`, or None for the operator's own.
    """

    line: int
    column: int
    operator: str
    descriptor: int | str | None
    target: Word
    document: HereDocument | None = None


@dataclass(frozen=True, slots=True)
class ArrayElement:
    key: Word | None
    append: bool
    value: Word


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """`( ... )` at the right of an assignment."""

    line: int
    column: int
    elements: tuple[ArrayElement, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Assignment:
    line: int
    column: int
    name: str
    subscript: Word | None
    append: bool
    value: Word | ArrayValue
    source: str


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """Assignments, words and redirections. An argument of `declare` and its like may be an `Assignment` of an array.

    `told` is the line that bash names in messages: where the second word ends. `name` is the first word where that is
    constant; with `is_plain` too there is nothing in the command but words and assignments that cannot wait.
    """

    line: int
    column: int
    assignments: tuple[Assignment, ...]
    words: tuple[Word | Assignment, ...]
    redirections: tuple[Redirection, ...]
    source: str
    told: int
    name: str | None = field(init=False, compare=False, repr=False)
    is_plain: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        first = self.words[0] if self.words else None
        object.__setattr__(self, "name", first.constant if isinstance(first, Word) else None)
        object.__setattr__(self, "is_plain", not self.redirections and _is_plain(self.assignments, self.words))


def _is_plain(assignments: tuple[Assignment, ...], words: tuple[Word | Assignment, ...]) -> bool:
    if words:
        return not assignments and all(isinstance(word, Word) and not word.waits for word in words)
    return all(item.subscript is None and isinstance(item.value, Word) and not item.value.waits for item in assignments)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`clock` is empty, `time` or `time -p`. `merged[i]`: stage i was followed by `|&`."""

    line: int
    column: int
    stages: tuple[Command, ...]
    negated: bool
    clock: str
    source: str
    merged: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class AndOr:
    """`first && second || third`: the operators with what follows them."""

    line: int
    column: int
    first: Command
    rest: tuple[tuple[str, Command], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Background:
    """What stands before a `&`."""

    line: int
    column: int
    command: Command
    source: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Commands one after the other. `breaks[i]`: a line end, and no `;`, stands before command i."""

    line: int
    column: int
    commands: tuple[Command, ...]
    source: str = ""
    breaks: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Subshell:
    line: int
    column: int
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    line: int
    column: int
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class If:
    """`branches` are (condition, body) pairs: the `if` and its `elif`s."""

    line: int
    column: int
    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class While:
    line: int
    column: int
    condition: Sequence
    body: Sequence
    until: bool
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class For:
    """`words` is None without `in`: then the positional parameters."""

    line: int
    column: int
    name: str
    words: tuple[Word, ...] | None
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Select:
    line: int
    column: int
    name: str
    words: tuple[Word, ...] | None
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ArithmeticFor:
    line: int
    column: int
    start: Word
    condition: Word
    step: Word
    body: Sequence
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class CaseItem:
    """`terminator` is `;;`, `;&` or `;;&`."""

    line: int
    column: int
    patterns: tuple[Word, ...]
    body: Sequence
    terminator: str


@dataclass(frozen=True, slots=True)
class Case:
    line: int
    column: int
    subject: Word
    items: tuple[CaseItem, ...]
    redirections: tuple[Redirection, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Conditional:
    """`[[ ... ]]`; `told` is the line in messages, at which it ends."""

    line: int
    column: int
    test: Test
    redirections: tuple[Redirection, ...]
    source: str
    waits: bool = field(init=False, compare=False, repr=False)
    told: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "waits", test_waits(self.test))
        object.__setattr__(self, "told", self.line + self.source.count("\n"))


@dataclass(frozen=True, slots=True)
class ArithmeticCommand:
    """`(( ... ))`; `told` is the line in messages, at which it ends."""

    line: int
    column: int
    expression: Word
    redirections: tuple[Redirection, ...]
    source: str
    told: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "told", self.line + self.source.count("\n"))


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """`redirections` of the body belong to the body's own node."""

    line: int
    column: int
    name: str
    body: Command
    source: str


@dataclass(frozen=True, slots=True)
class Coprocess:
    """`coproc name command`"""

    line: int
    column: int
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
