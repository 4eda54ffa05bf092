"""`simk8s sh` at a terminal: a person types line by line, and the shell keeps its state between the lines."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from simk8s import sandbox
from simk8s.machine import Errno, Process, SourceHandle, SyscallError
from simk8s.sim import Run

_PAUSE_SECONDS = 1.0
"""How long typing a line takes in the simulated world: there, too, somebody has thought for a moment."""


def converse(image: str, argv: list[str]) -> int:
    """Talk to an interactive shell until it ends. Returns its status."""
    try:
        import readline  # noqa: F401  its import lets `input` edit lines and remember them
    except ImportError:
        pass
    screen = _Screen()
    keyboard = _Keyboard(screen)
    before = signal.signal(signal.SIGINT, keyboard.interrupted)
    try:
        status, _ = sandbox.run(
            [argv[0], "-i", *argv[1:]],
            image=image,
            stdin=keyboard,
            stdout=screen.show,
            stderr=screen.show,
            interrupted=keyboard.was_interrupted,
        )
    finally:
        signal.signal(signal.SIGINT, before)
        screen.flush()
    return status


class _Screen:
    """Shows everything at once but a line that has no end yet: it may be the prompt, which `input` must know."""

    def __init__(self) -> None:
        self.unfinished = ""

    def show(self, data: bytes) -> None:
        whole, newline, rest = (self.unfinished + data.decode("utf-8", "replace")).rpartition("\n")
        sys.stdout.write(whole + newline)
        sys.stdout.flush()
        self.unfinished = rest

    def flush(self) -> None:
        sys.stdout.write(self.unfinished)
        sys.stdout.flush()
        self.unfinished = ""


class _Keyboard(SourceHandle):
    """Standard input that asks the person when the shell, or a program in it, wants to read."""

    def __init__(self, screen: _Screen) -> None:
        super().__init__()
        self.is_terminal = True
        self._screen = screen
        self._is_reading = False
        self._was_interrupted = False

    def interrupted(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-C: what is being typed is dropped, what is running gets the signal at its next step."""
        if self._is_reading:
            raise KeyboardInterrupt
        self._was_interrupted = True

    def was_interrupted(self) -> bool:
        was, self._was_interrupted = self._was_interrupted, False
        return was

    def read(self, process: Process, count: int) -> Run[bytes]:
        yield from self._ask(process)
        return (yield from super().read(process, count))  # type: ignore[return-value]

    def read_until(self, process: Process, delimiter: bytes, limit: int) -> Run[bytes]:
        yield from self._ask(process)
        return (yield from super().read_until(process, delimiter, limit))

    def _ask(self, process: Process) -> Run[None]:
        if self.data:
            return
        prompt, self._screen.unfinished = self._screen.unfinished, ""
        self._is_reading = True
        try:
            self.data = input(prompt).encode("utf-8", "surrogateescape") + b"\n"
        except EOFError:  # Ctrl-D ends what reads now, and no more
            sys.stdout.write("\n")
        except KeyboardInterrupt:
            sys.stdout.write("^C\n")
            raise SyscallError(Errno.EINTR) from None
        finally:
            self._is_reading = False
        yield from process.sleep(_PAUSE_SECONDS)
