"""test and [: conditions on files, texts and numbers."""

from __future__ import annotations

from collections.abc import Callable

from simk8s.machine import Device, Directory, Fifo, File, Inode, Process, SocketFile, Symlink, SyscallError
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run

_NUMERIC: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_TEXTUAL: dict[str, Callable[[str, str], bool]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
_OF_FILES = ("-nt", "-ot", "-ef")
_UNARY = frozenset(f"-{letter}" for letter in "nzbcdefghkLprsStuwxOG")


@tool("test", "[", trouble=2)
def test(process: Process) -> Run[int]:
    """Evaluate a condition: 0 where it is true, 1 where not, 2 where it makes no sense."""
    words = process.argv[1:]
    if process.argv[0].rpartition("/")[2] == "[":
        if words[-1:] != ["]"]:
            raise Failure("missing ']'", 2)
        words = words[:-1]
    return 0 if Condition(process, words).value() else 1
    yield


class Condition:
    """Words as POSIX reads them: by their number up to four, with `-a`, `-o`, `!` and parentheses beyond."""

    def __init__(self, process: Process, words: list[str]) -> None:
        self.process = process
        self.words = words
        self.position = 0

    def value(self) -> bool:
        match self.words:
            case []:
                return False
            case [word]:
                return bool(word)
            case ["!", *rest] if len(rest) <= 3:
                return not Condition(self.process, rest).value()
            case [operator, operand]:
                if operator not in _UNARY:
                    raise Failure(f"missing argument after '{operand}'", 2)
                return self._unary(operator, operand)
            case [left, operator, right] if self._is_binary(operator):
                return self._binary(left, operator, right)
            case [left, operator, _] if operator not in ("-a", "-o") and left != "(":
                raise Failure(f"'{operator}': binary operator expected", 2)
            case ["(", middle, ")"]:
                return bool(middle)
        result = self._or()
        if self.position < len(self.words):
            raise Failure(f"extra argument '{self.words[self.position]}'", 2)
        return result

    def _or(self) -> bool:
        result = self._and()
        while self._accept("-o"):
            result = self._and() or result
        return result

    def _and(self) -> bool:
        result = self._term()
        while self._accept("-a"):
            result = self._term() and result
        return result

    def _term(self) -> bool:
        left = self._next()
        if left == "!":
            return not self._term()
        if left == "(":
            result = self._or()
            if not self._accept(")"):
                raise Failure("')' expected", 2)
            return result
        if self.position < len(self.words) and self._is_binary(self.words[self.position]):
            operator = self._next()
            return self._binary(left, operator, self._next())
        if left in _UNARY and self.position < len(self.words):
            return self._unary(left, self._next())
        return bool(left)

    def _next(self) -> str:
        if self.position >= len(self.words):
            raise Failure(f"missing argument after '{self.words[-1]}'", 2)
        self.position += 1
        return self.words[self.position - 1]

    def _accept(self, word: str) -> bool:
        if self.words[self.position : self.position + 1] == [word]:
            self.position += 1
            return True
        return False

    def _is_binary(self, word: str) -> bool:
        return word in _NUMERIC or word in _TEXTUAL or word in _OF_FILES

    def _binary(self, left: str, operator: str, right: str) -> bool:
        if operator in _TEXTUAL:
            return _TEXTUAL[operator](left, right)
        if operator in _NUMERIC:
            return _NUMERIC[operator](_integer(left), _integer(right))
        one, other = self._stat(left), self._stat(right)
        if operator == "-ef":
            return one is not None and one is other
        older, newer = (one, other) if operator == "-ot" else (other, one)
        return newer is not None and (older is None or newer.mtime > older.mtime)

    def _unary(self, operator: str, operand: str) -> bool:
        if operator == "-n":
            return bool(operand)
        if operator == "-z":
            return not operand
        if operator == "-t":
            number = _integer(operand)
            return number in self.process.files and self.process.files[number].is_terminal
        inode = self._stat(operand, follow=operator not in ("-h", "-L"))
        return inode is not None and self._holds(operator, inode)

    def _holds(self, operator: str, inode: Inode) -> bool:
        kinds = {"-d": Directory, "-f": File, "-p": Fifo, "-S": SocketFile, "-h": Symlink, "-L": Symlink, "-c": Device}
        access = {"-r": 4, "-w": 2, "-x": 1}
        bits = {"-u": 0o4000, "-g": 0o2000, "-k": 0o1000}
        if operator in kinds:
            return isinstance(inode, kinds[operator])
        if operator in access:
            return self.process.may(inode, access[operator])
        if operator in bits:
            return bool(inode.mode & bits[operator])
        match operator:
            case "-s":
                return not isinstance(inode, File) or len(inode.content) > 0
            case "-O":
                return inode.uid == self.process.uid
            case "-G":
                return inode.gid == self.process.gid
        return operator == "-e"

    def _stat(self, path: str, *, follow: bool = True) -> Inode | None:
        try:
            return self.process.stat(path, follow=follow)
        except SyscallError:
            return None


def _integer(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise Failure(f"invalid integer '{text}'", 2) from None
