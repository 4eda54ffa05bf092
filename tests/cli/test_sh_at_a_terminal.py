"""`simk8s sh` as a person meets it: a prompt in a terminal, line by line."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator

import pytest

PROMPT = r"bash-5\.2# $"
PATIENCE_SECONDS = 30.0
HAND_SECONDS = 0.2
"""Between two keys. In the instant before Python's readline begins to wait for one, Ctrl-C is heard with the next."""


class Terminal:
    """`simk8s sh` at a terminal of its own."""

    def __init__(self) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "dumb"
            os.execv(sys.executable, [sys.executable, "-m", "simk8s.cli", "sh"])

    def until(self, pattern: str) -> str:
        """What has appeared when that appears."""
        shown = ""
        end = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, shown):
            if not select.select([self.fd], [], [], max(end - time.monotonic(), 0))[0]:
                raise AssertionError(f"{pattern!r} does not come: {shown!r}")
            try:
                shown += os.read(self.fd, 4096).decode().replace("\r", "")
            except OSError:  # the other side has closed
                break
        return shown

    def type(self, keys: str, until: str = PROMPT) -> str:
        os.write(self.fd, keys.encode())
        return self.until(until)

    def status(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    shell = Terminal()
    shell.until(PROMPT)
    yield shell
    try:
        os.kill(shell.pid, signal.SIGKILL)
        os.waitpid(shell.pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
    os.close(shell.fd)


def test_what_one_line_does_the_next_one_knows_and_exit_ends_it_with_its_status(terminal: Terminal) -> None:
    terminal.type("cd /tmp; x=5\n")
    assert "/tmp 5\n" in terminal.type("echo $PWD $x\n")
    assert "> " in terminal.type("for i in a b; do\n", r"> $")
    assert "<a>\n<b>\n" in terminal.type('echo "<$i>"; done\n')
    assert "syntax error" in terminal.type("fi\n")
    terminal.type("exit 3\n", "exit\n")
    assert terminal.status() == 3


def test_ctrl_c_ends_the_line_or_what_runs_and_ctrl_d_the_shell(terminal: Terminal) -> None:
    terminal.type("echo not to be ru", "echo not to be ru$")
    time.sleep(HAND_SECONDS)
    terminal.type("\x03")
    assert "130" in terminal.type("echo $?\n")
    terminal.type("echo begun; while :; do sleep 0.6; done\n", "\nbegun\n")
    terminal.type("\x03")
    assert "\nstill here 130\n" in terminal.type("echo still here $?\n")
    terminal.type("\x04", "exit\n")
    assert terminal.status() == 0
