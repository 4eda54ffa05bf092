"""`[[ ]]`: its operators, and the file tests that `test` shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simk8s.machine import Device, Directory, Fifo, File, Inode, SocketFile, Symlink, SyscallError
from simk8s.shell import arithmetic, expansion, expression, pattern, trace
from simk8s.shell.locale import in_locale
from simk8s.shell.options import SET_NAMES
from simk8s.shell.syntax.nodes import Binary, Both, Either, Nested, Not, Test, Unary
from simk8s.shell.syntax.parts import DoubleQuoted, Literal, Quoted, Word
from simk8s.shell.variables import Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


class BadTest(Exception):
    """A test that is neither true nor false: status 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def holds(shell: Shell, node: Test) -> bool:
    """Whether a test holds whose words cannot wait. Raises BadTest, ShellError."""
    match node:
        case Unary(_, _, operator, operand):
            return unary(shell, operator, expansion.operand_now(shell, operand))
        case Binary(_, _, operator, left, right):
            first = expansion.operand_now(shell, left)
            if operator in _PATTERNS:
                second = expansion.pattern_now(shell, right)
            elif operator == "=~":
                second = expansion.expression_now(shell, right)
            else:
                second = expansion.operand_now(shell, right)
            return _compare(shell, first, operator, second)
        case Both(_, _, one, other):
            return holds(shell, one) and holds(shell, other)
        case Either(_, _, one, other):
            return holds(shell, one) or holds(shell, other)
        case Not(_, _, inner):
            return not holds(shell, inner)
        case Nested(_, _, inner):
            return holds(shell, inner)


def test(shell: Shell, node: Test, inverted: bool = False) -> Run[bool]:
    """The same for any test, shown where `set -x` wants that."""
    match node:
        case Both(_, _, left, right):
            return (yield from test(shell, left)) and (yield from test(shell, right))
        case Either(_, _, left, right):
            return (yield from test(shell, left)) or (yield from test(shell, right))
        case Not(_, _, operand):
            return not (yield from test(shell, operand, not inverted))
        case Nested(_, _, operand):
            return (yield from test(shell, operand))
        case Unary(_, _, operator, operand):
            text = yield from expansion.expand_operand(shell, operand)
            if shell.options.xtrace:
                yield from trace.show_test(shell, (operator, trace.test_word(text)), inverted)
            return unary(shell, operator, text)
        case Binary():
            return (yield from _binary(shell, node, inverted))


_PATTERNS = frozenset(["=", "==", "!="])


def _binary(shell: Shell, node: Binary, inverted: bool) -> Run[bool]:
    operator = node.operator
    left = yield from expansion.expand_operand(shell, node.left)
    if operator == "=~":
        right = yield from expansion.expand_expression(shell, node.right)
        yield from _trace(shell, left, operator, right, inverted)
    elif operator in _PATTERNS:
        right = yield from expansion.expand_pattern(shell, node.right)
        if shell.options.xtrace:
            shown = yield from _traced_pattern(shell, node.right, right)
            yield from trace.show_test(shell, (trace.test_word(left), operator, shown or "''"), inverted)
    else:
        right = yield from expansion.expand_operand(shell, node.right)
        yield from _trace(shell, left, operator, right, inverted)
    return _compare(shell, left, operator, right)


def _compare(shell: Shell, left: str, operator: str, right: str) -> bool:
    """Two operands whose expansions are done; the right one may be a pattern, or an expression."""
    if operator in _PATTERNS:
        ignore_case = shell.options.get("nocasematch")
        shape, subject = in_locale(shell, right), in_locale(shell, left)
        same = pattern.matches(shape, subject, extglob=True, ignore_case=ignore_case)
        return same == (operator != "!=")
    if operator == "=~":
        return _match(shell, left, right, shell.options.get("nocasematch"))
    if operator in _NUMERIC:
        return _NUMERIC[operator](
            arithmetic.evaluate(shell, left, command="[["), arithmetic.evaluate(shell, right, command="[[")
        )
    return binary(shell, operator, left, right)


def _trace(shell: Shell, left: str, operator: str, right: str, inverted: bool) -> Run[None]:
    if shell.options.xtrace:
        shown = expression.unquoted(right) if operator == "=~" else trace.test_word(right)
        yield from trace.show_test(shell, (trace.test_word(left), operator, shown or "''"), inverted)


def _traced_pattern(shell: Shell, word: Word, pattern: str) -> Run[str]:
    """A pattern as `set -x` shows it: every quoted character behind a backslash."""
    if any(type(part) not in (Quoted, DoubleQuoted, Literal) for part in word.parts):
        return pattern
    shown = ""
    for part in word.parts:
        if isinstance(part, Literal):
            shown += part.text
        else:
            text = yield from expansion.expand_quoted(shell, (part,))
            shown += "".join("\\" + character for character in text)
    return shown


def _match(shell: Shell, subject: str, ere: str, ignore_case: bool) -> bool:
    try:
        groups = expression.search(ere, subject, ignore_case=ignore_case)
    except expression.BadExpression as bad:
        raise BadTest("") from bad
    variable = Variable()
    variable.indexed = True
    variable.bare = False
    variable.elements = dict(enumerate(groups or ()))
    shell.names["BASH_REMATCH"] = variable
    if groups is not None and shell.process.sim.history.enabled:
        shell.process.record("variable", "BASH_REMATCH", value=groups)
    return groups is not None


_NUMERIC: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}


def numeric(operator: str) -> Callable[[int, int], bool] | None:
    return _NUMERIC.get(operator)


def binary(shell: Shell, operator: str, left: str, right: str) -> bool:
    """String order and the comparisons of two files."""
    if operator == "<":
        return left < right
    if operator == ">":
        return left > right
    first, second = _inode(shell, left), _inode(shell, right)
    if operator == "-ef":
        return first is not None and first is second
    if operator == "-nt":
        return first is not None and (second is None or first.mtime > second.mtime)
    return second is not None and (first is None or first.mtime < second.mtime)


def unary(shell: Shell, operator: str, text: str) -> bool:
    """`-f path` and its like. Raises BadTest."""
    if operator == "-n":
        return text != ""
    if operator == "-z":
        return text == ""
    if operator in ("-v", "-R"):
        return _is_set(shell, text, reference=operator == "-R")
    if operator == "-o":
        return text in SET_NAMES and shell.options.get(text)
    if operator == "-t":
        handle = shell.process.files.get(int(text)) if text.isdecimal() else None
        return handle is not None and handle.is_terminal
    return _file(shell, operator, text)


def _file(shell: Shell, operator: str, path: str) -> bool:
    process = shell.process
    inode = _inode(shell, path, follow=operator not in ("-h", "-L"))
    descriptor = path.removeprefix("/dev/fd/")
    if inode is None or (descriptor != path and descriptor.isdecimal() and int(descriptor) not in process.files):
        return False
    match operator:
        case "-a" | "-e":
            return True
        case "-f":
            return isinstance(inode, File)
        case "-d":
            return isinstance(inode, Directory)
        case "-h" | "-L":
            return isinstance(inode, Symlink)
        case "-p":
            return isinstance(inode, Fifo)
        case "-S":
            return isinstance(inode, SocketFile)
        case "-b":
            return False
        case "-c":
            return isinstance(inode, Device)
        case "-s":
            return len(inode.content) > 0 if isinstance(inode, File) else isinstance(inode, Directory)
        case "-r":
            return process.may(inode, 4)
        case "-w":
            return process.may(inode, 2) and not process.locate(path).mount.read_only
        case "-x":
            return process.may(inode, 1)
        case "-O":
            return inode.uid == process.uid
        case "-G":
            return inode.gid == process.gid
        case "-k":
            return bool(inode.mode & 0o1000)
        case "-u":
            return bool(inode.mode & 0o4000)
        case "-g":
            return bool(inode.mode & 0o2000)
    return isinstance(inode, File) and inode.is_news  # -N


def _inode(shell: Shell, path: str, *, follow: bool = True) -> Inode | None:
    try:
        return shell.process.stat(path, follow=follow)
    except SyscallError:
        return None


def _is_set(shell: Shell, name: str, *, reference: bool) -> bool:
    from simk8s.shell.assignment import BadSubscript, element, subscript_key

    if reference:
        variable = shell.names.get(name)
        return variable is not None and variable.reference and bool(variable.value)
    if name.isdecimal():
        return int(name) <= len(shell.positional)
    base, bracket, rest = name.partition("[")
    variable = shell.find(base)
    if bracket and variable is None and rest not in ("@]", "*]"):
        subscript_key(shell, base, rest[:-1])
    if variable is None:
        return False
    if bracket:
        if rest in ("@]", "*]") and not variable.associative:
            return variable.is_set(shell)
        try:
            key = subscript_key(shell, base, rest[:-1])
        except BadSubscript:
            if variable.associative:
                raise
            shell.remarks.append(shell.complain(f"{base}: bad array subscript"))
            return False
        return element(shell, base, key) is not None
    return variable.scalar(shell) is not None
