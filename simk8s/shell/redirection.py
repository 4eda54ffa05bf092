"""Redirections: descriptors are changed for a command and put back after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simk8s.machine import Errno, File, Handle, ResolveError, SourceHandle, SyscallError
from simk8s.shell import arguments, assignment, expansion, message, unparse
from simk8s.shell.control import ShellError
from simk8s.shell.syntax.nodes import Redirection
from simk8s.shell.syntax.parts import Word
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

FIRST_FREE = 10
"""`{name}>file` takes the first free descriptor from here."""


class RedirectionError(Exception):
    """A redirection failed; the command does not run."""


class Saved:
    """What descriptors led to before. Kept out of the descriptor table, so no child inherits it."""

    __slots__ = ("entries", "transient")

    def __init__(self, *, transient: bool = False) -> None:
        self.entries: list[tuple[int, Handle | None]] = []
        self.transient = transient  # a descriptor with a variable's name is closed again, too

    def put_back(self, shell: Shell) -> None:
        files = shell.process.files
        ended = shell.process.status is not None  # then the kernel has closed what was in the table already
        while self.entries:
            fd, old = self.entries.pop()
            if ended:
                if old is not None:
                    old.release()
                continue
            current = files.pop(fd, None)
            if current is not None:
                current.release()
            if old is not None:
                files[fd] = old

    def keep(self, shell: Shell) -> None:
        """`exec >file`: the change stays."""
        for fd, old in self.entries:
            shell.process.private_files.discard(fd)
            if old is not None:
                old.release()
        self.entries.clear()


def redirect(shell: Shell, redirections: Sequence[Redirection], *, child: bool = False) -> Run[Saved]:
    """Apply redirections in order (of a `child` to come). Raises RedirectionError, with everything put back.

    What it says has been printed then, to where standard error led by the redirections before the one that failed.
    """
    saved = Saved(transient=child or shell.options.varredir_close)
    try:
        for redirection in redirections:
            yield from _apply(shell, redirection, saved)
    except ShellError as error:
        yield from shell.complain(error.message)
        error.told = True
        saved.put_back(shell)
        raise
    except (RedirectionError, SyscallError) as error:
        yield from shell.complain(str(error))
        saved.put_back(shell)
        raise RedirectionError(str(error)) from error
    return saved


def _apply(shell: Shell, redirection: Redirection, saved: Saved) -> Run[None]:
    operator = redirection.operator
    if operator in ("<<", "<<-"):
        document = redirection.document
        assert document is not None
        text = yield from expansion.expand_document(shell, document.body)
        _set(shell, redirection, 0, _source(text), saved)
    elif operator == "<<<":
        text = yield from expansion.expand_string(shell, redirection.target)
        _set(shell, redirection, 0, _source(text + "\n"), saved)
    elif operator in ("<&", ">&"):
        yield from _duplicate(shell, redirection, saved)
    elif operator in ("&>", "&>>"):
        handle = yield from _open(shell, ">>" if operator == "&>>" else ">", redirection.target)
        _put(shell, 1, handle, saved)
        _put(shell, 2, handle.share(), saved)
    else:
        handle = yield from _open(shell, operator, redirection.target)
        _set(shell, redirection, 0 if operator in ("<", "<>") else 1, handle, saved)


def _source(text: str) -> Handle:
    return SourceHandle(text.encode("utf-8", "surrogateescape"))


def _set(shell: Shell, redirection: Redirection, default: int, handle: Handle, saved: Saved) -> None:
    descriptor = redirection.descriptor
    if isinstance(descriptor, str):
        fd = next(n for n in range(FIRST_FREE, 1 << 16) if n not in shell.process.files)
        shell.process.files[fd] = handle
        if saved.transient:
            saved.entries.append((fd, None))
        name, bracket, rest = descriptor.partition("[")
        if bracket:
            key = assignment.subscript_key(shell, name, rest[:-1])
            assignment.assign_element(shell, name, key, str(fd))
        else:
            assignment.assign(shell, descriptor, str(fd))
        return
    _put(shell, default if descriptor is None else descriptor, handle, saved)


def _put(shell: Shell, fd: int, handle: Handle | None, saved: Saved) -> None:
    files = shell.process.files
    saved.entries.append((fd, files.pop(fd, None)))
    if handle is not None:
        files[fd] = handle


def _duplicate(shell: Shell, redirection: Redirection, saved: Saved) -> Run[None]:
    """`>&2`, `<&-`, `>&3-`, and `>&file` for both output and errors."""
    target = redirection.target.constant
    if target is None:
        target = yield from _one_word(shell, redirection.target)
    default = 0 if redirection.operator == "<&" else 1
    if target == "-":
        _close(shell, redirection, default, saved)
        return
    move = target.endswith("-") and target[:-1].isdecimal()
    number = target[:-1] if move else target
    if not number.isdecimal():
        if redirection.operator == ">&" and redirection.descriptor in (None, 1) and target:
            handle = yield from _open_path(shell, ">", target)
            _put(shell, 1, handle, saved)
            _put(shell, 2, handle.share(), saved)
            return
        raise RedirectionError(f"{unparse.word(redirection.target)}: ambiguous redirect")
    handle_or_none = shell.process.files.get(int(number))
    if handle_or_none is None:
        shown = number if redirection.target.constant is not None else redirection.target.source
        raise RedirectionError(f"{shown}: {Errno.EBADF.text}")
    if isinstance(redirection.descriptor, int) and redirection.descriptor == int(number):
        return
    _set(shell, redirection, default, handle_or_none.share(), saved)
    if move:
        _put(shell, int(number), None, saved)


def _close(shell: Shell, redirection: Redirection, default: int, saved: Saved) -> None:
    descriptor = redirection.descriptor
    if isinstance(descriptor, str):
        name, bracket, rest = descriptor.partition("[")
        key = assignment.subscript_key(shell, name, rest[:-1]) if bracket else 0
        value = (assignment.element(shell, name, key) if bracket else shell.get(name)) or ""
        if not value.isdecimal():
            raise RedirectionError(f"{descriptor}: ambiguous redirect")
        handle = shell.process.files.pop(int(value), None)
        if handle is not None:
            handle.release()
        return
    _put(shell, default if descriptor is None else descriptor, None, saved)


def _one_word(shell: Shell, word: Word) -> Run[str]:
    if shell.dialect.posix:  # neither splitting nor file names, in a shell that is not interactive
        return (yield from expansion.expand_string(shell, word))
    names = yield from arguments.expand_words(shell, (word,))
    if len(names) != 1:
        raise RedirectionError(f"{unparse.word(word)}: ambiguous redirect")
    return names[0]


def _open(shell: Shell, operator: str, word: Word) -> Run[Handle]:
    path = word.constant
    return _open_path(shell, operator, path) if path is not None else _open_word(shell, operator, word)


def _open_word(shell: Shell, operator: str, word: Word) -> Run[Handle]:
    return (yield from _open_path(shell, operator, (yield from _one_word(shell, word))))


def _open_path(shell: Shell, operator: str, path: str) -> Run[Handle]:
    if not path:
        raise RedirectionError(f": {Errno.ENOENT.text}")
    if shell.dialect.almquist:
        return _open_or_tell(shell, operator, path)
    if path.startswith(("/dev/tcp/", "/dev/udp/")):
        return _connect(shell, path)
    return _open_file(shell, operator, path)


def _open_or_tell(shell: Shell, operator: str, path: str) -> Run[Handle]:
    """The ash family has words of its own for what cannot be opened."""
    try:
        return (yield from _open_file(shell, operator, path))
    except SyscallError as error:
        raise RedirectionError(
            message.cannot_open(shell.dialect, path, error.text, writing=operator not in ("<", "<>"))
        ) from error


def _open_file(shell: Shell, operator: str, path: str) -> Run[Handle]:
    process = shell.process
    if operator == "<":
        return process.open(path, read=True)
    if operator == "<>":
        return process.open(path, read=True, write=True, create=True)
    if operator == ">>":
        return process.open(path, write=True, create=True, append=True)
    if operator == ">" and shell.options.noclobber and _is_regular(shell, path):
        raise RedirectionError(f"{path}: cannot overwrite existing file")
    return process.open(path, write=True, create=True, truncate=True)


def _is_regular(shell: Shell, path: str) -> bool:
    try:
        return isinstance(shell.process.stat(path), File)
    except SyscallError:
        return False


def _connect(shell: Shell, path: str) -> Run[Handle]:
    """`/dev/tcp/HOST/PORT`, which only the shell knows."""
    _, _, kind, host, port = [*path.split("/", 4), "", ""][:5]
    if kind == "udp" or not port.isdecimal():
        raise RedirectionError(f"{path}: {Errno.EINVAL.text}" if kind != "udp" else f"{path}: udp is not modelled")
    try:
        addresses = yield from shell.process.resolve(host)
        connection = yield from shell.process.connect(addresses[0], int(port))
    except ResolveError as error:
        yield from shell.complain(f"{host}: {error.text}")
        raise RedirectionError(f"{path}: {Errno.EINVAL.text}") from error
    except SyscallError as error:
        yield from shell.say(f"{shell.label}: connect: {error.text}")
        raise RedirectionError(f"{path}: {error.text}") from error
    return connection


def is_constant(redirection: Redirection) -> bool:
    """Nothing expands in it, and no variable gets its descriptor."""
    word = redirection.document.body if redirection.document is not None else redirection.target
    return word.constant is not None and not isinstance(redirection.descriptor, str)
