"""Programs: finding them on PATH, starting them as children, or becoming them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simk8s.machine import Directory, Errno, Exec, Process, SyscallError, find_on_path
from simk8s.shell import function, job, subshell
from simk8s.shell.environment import child_environment
from simk8s.shell.syntax.nodes import SimpleCommand
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell


def run(shell: Shell, words: list[str], node: SimpleCommand, may_exec: bool) -> Run[int]:
    """Run a program in the foreground. `may_exec`: this process has nothing to do after it, and becomes it."""
    child = yield from start(shell, words, node, may_exec)
    return child if isinstance(child, int) else (yield from finish(shell, child, node))


def start(shell: Shell, words: list[str], node: SimpleCommand, may_exec: bool) -> Run[Process | int]:
    """Start a program; where it cannot be started, its status (126, 127) after the message."""
    name = words[0]
    path = find(shell, name)
    if path is None:
        if name.startswith("%") and not shell.dialect.almquist:  # a job's name alone means `fg`
            yield from shell.complain("fg: no job control")
            return 1
        handler = shell.functions.get("command_not_found_handle")
        if handler is not None:
            return (yield from function.call(shell, handler, [handler.name, *words], node.line))
        yield from shell.complain(f"{name}: command not found")
        return 127
    shell.last_argument = words[-1]
    remember(shell, name, path)
    environment = child_environment(shell, inside=-1 if may_exec and not shell.is_stage else 0)
    if not shell.dialect.almquist:
        environment["_"] = path
    process = shell.process
    try:
        if may_exec:
            yield from process.exec(words, env=environment, path=path)
        return (yield from process.spawn(words, env=environment, path=path))
    except SyscallError as error:
        if error.errno is Errno.ENOEXEC:
            return (yield from as_script(shell, words, path, environment, may_exec))
        return (yield from refuse(shell, path, error))


def finish(shell: Shell, child: Process, node: SimpleCommand) -> Run[int]:
    """Wait for a program in the foreground."""
    status = yield from subshell.wait_for(shell, child)
    if child.signal is not None:
        yield from job.tell_end(shell, child, node)
    return status


def find(shell: Shell, name: str) -> str | None:
    """The file that a command's name leads to; a name with a slash is its own path."""
    if "/" in name:
        return name
    if not name:
        return None
    path = shell.get("PATH")
    if shell.hashed_for is None:
        shell.hashed_for = path
    elif path != shell.hashed_for:  # what was remembered was found on another PATH
        shell.hashed.clear()
        shell.hashed_for = path
    found = shell.hashed.get(name)
    if found is not None and shell.process.exists(found):
        return found
    return find_on_path(shell.process, name, path) if path else name


def remember(shell: Shell, name: str, path: str) -> None:
    """A program that was found on PATH and is being run: `hash` lists it."""
    if "/" not in name and shell.options.hashall and not shell.dialect.almquist:
        shell.hits[name] = shell.hits.get(name, 0) + 1 if name in shell.hashed else 1
        shell.hashed[name] = path


def refuse(shell: Shell, path: str, error: SyscallError) -> Run[int]:
    """Say why a file cannot be executed; 127 where it is not there, else 126."""
    if error.errno is Errno.ENOENT:
        if error.subject != path and shell.process.exists(path):
            yield from shell.complain(f"{path}: cannot execute: required file not found")
            return 127
        yield from shell.complain(f"{path}: {error.text}" if not shell.dialect.almquist else f"{path}: not found")
        return 127
    text = error.text
    try:
        if isinstance(shell.process.stat(path), Directory):
            text = Errno.EISDIR.text
    except SyscallError:
        pass
    yield from shell.complain(f"{path}: {text}")
    return 126


def as_script(
    shell: Shell, words: list[str], path: str, environment: dict[str, str], may_exec: bool
) -> Run[Process | int]:
    """A file that is no program and has no `#!` is a script for this kind of shell."""
    from simk8s.shell.program import main_for

    main = main_for(shell.dialect)
    argv = [shell.dialect.name, path, *words[1:]]
    if may_exec:
        shell.process.environ = environment
        raise Exec(main, argv)

    def script(process: Process) -> Run[int]:
        process.environ = environment
        process.argv = argv
        return (yield from main(process))

    return (yield from shell.process.fork(script))
