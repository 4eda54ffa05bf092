"""What is the same in every program: how it is registered, and how it ends when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from simk8s.machine import Main, Process, SyscallError, program
from simk8s.programs.options import Options, UsageError
from simk8s.programs.stream import close_input, open_input
from simk8s.programs.unmodelled import Unmodelled, refuse
from simk8s.sim import Run


class Failure(Exception):
    """Ends a program with a message on standard error and a status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def tool(*names: str, trouble: int = 1) -> Callable[[Main], Main]:
    """Register a program. Its usage errors and failed system calls end it with a message and status `trouble`."""

    def register(main: Main) -> Main:
        @wraps(main)
        def run(process: Process) -> Run[int]:
            try:
                return (yield from main(process))
            except Unmodelled as unknown:
                return (yield from refuse(process, unknown.what))
            except UsageError as error:
                text = f"{error.message}\nTry '{process.argv[0]} --help' for more information."
                status = trouble
            except Failure as failure:
                text, status = failure.message, failure.status
            except SyscallError as error:
                text = f"{error.subject}: {error.text}" if error.subject else f"write error: {error.text}"
                status = trouble
            if text:
                yield from complain(process, text)
            return status

        return program(*names)(run)

    return register


def complain(process: Process, text: str) -> Run[None]:
    """A line on standard error behind the program's name; a closed standard error does not matter."""
    try:
        yield from process.complain(text)
    except SyscallError:
        return


def whole_number(options: Options, name: str, default: int, problem: str, least: int = 0) -> int:
    """An option's value as a number. `problem` (`invalid width`) is what the tool says where it is none."""
    text = options.get(name)
    if not text:
        return default
    if not text.lstrip("+-").isdecimal():
        raise Failure(f"{problem}: '{text}'")
    if int(text) < least:
        raise Failure(f"{problem}: '{text}'" + ": Numerical result out of range" * (int(text) >= 0))
    return int(text)


def each_input(process: Process, paths: list[str], work: Callable[[int], Run[None]]) -> Run[int]:
    """Open one input after the other and work on its descriptor; the status to return, 1 where one cannot be read."""
    status = 0
    for path in paths or ["-"]:
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            yield from complain(process, f"{quoted_if_empty(path)}: {error.text}")
            status = 1
            continue
        yield from work(fd)
        close_input(process, fd)
    return status


def quoted_if_empty(path: str) -> str:
    """A path in a message, as GNU programs quote it: only where nobody would see it otherwise."""
    return path or "''"
