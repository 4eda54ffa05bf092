"""Background jobs: their table, how they are named, what is said when they end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simk8s.machine import Process
from simk8s.machine.signals import NAMES, SIGINT, SIGPIPE, SIGTERM
from simk8s.shell import unparse
from simk8s.shell.syntax.nodes import Command
from simk8s.shell.variables import Variable
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.shell.shell import Shell

SIGNAL_TEXTS = {
    1: "Hangup", 2: "Interrupt", 3: "Quit", 4: "Illegal instruction", 5: "Trace/breakpoint trap", 6: "Aborted",
    7: "Bus error", 8: "Floating point exception", 9: "Killed", 10: "User defined signal 1",
    11: "Segmentation fault", 12: "User defined signal 2", 13: "Broken pipe", 14: "Alarm clock", 15: "Terminated",
    16: "Stack fault", 24: "CPU time limit exceeded", 25: "File size limit exceeded",
    26: "Virtual timer expired", 27: "Profiling timer expired", 29: "I/O possible", 30: "Power failure",
    31: "Bad system call",
}  # fmt: skip


@dataclass(slots=True)
class Job:
    """A command in the background. `told`: its end has been reported or waited for; `coprocess`: its array's name."""

    number: int
    process: Process
    command: Command
    told: bool = False
    coprocess: str = ""

    @property
    def text(self) -> str:
        """The command as bash writes it."""
        return unparse.command(self.command, 0)


def tell_end(shell: Shell, child: Process, command: Command) -> Run[None]:
    """A child in the foreground has ended: a signal that killed it is mentioned."""
    signal = child.signal
    if signal is None or signal in (SIGINT, SIGPIPE):
        return
    if shell.dialect.posix and not shell.dialect.almquist:
        return
    name = SIGNAL_TEXTS.get(signal, f"Unknown signal {signal}")
    if signal == SIGTERM or shell.dialect.almquist or NAMES[signal] in shell.traps:
        yield from shell.say(name)
    else:
        yield from shell.complain(f"{child.pid:5} {name:<23} {unparse.command(command, 0)}")


def find(shell: Shell, spec: str) -> Job | None:
    """The job that `%1`, `%+`, `%name` or a process id names."""
    jobs = shell.jobs
    if not spec.startswith("%"):
        return next((job for job in jobs if str(job.process.pid) == spec), None)
    name = spec[1:]
    if name in ("", "%", "+"):
        return jobs[-1] if jobs else None
    if name == "-":
        return jobs[-2] if len(jobs) > 1 else jobs[-1] if jobs else None
    if name.isdecimal():
        return next((job for job in jobs if job.number == int(name)), None)
    if name.startswith("?"):
        return next((job for job in jobs if name[1:] in job.text), None)
    return next((job for job in jobs if job.text.startswith(name)), None)


def is_stopped(shell: Shell, job: Job) -> bool:
    """Whether the shell knows that a signal has stopped the job: only job control looks for that."""
    return job.process.is_stopped and shell.options.get("monitor")


def line(shell: Shell, job: Job, *, long: bool = False) -> str:
    """What `jobs` prints for a job."""
    jobs = shell.jobs or shell.inherited_jobs
    mark = "+" if job is jobs[-1] else "-" if len(jobs) > 1 and job is jobs[-2] else " "
    process = job.process
    stopped = is_stopped(shell, job)
    if stopped:
        state = "Stopped"
    elif process.is_alive:
        state = "Running"
    elif process.signal is not None:
        state = SIGNAL_TEXTS.get(process.signal, "Unknown")
    else:
        state = "Done" if process.status == 0 else f"Exit {process.status}"
    pid = f"{process.pid:5} " if long else " "
    end = " &" if process.is_alive and not stopped else ""
    return f"[{job.number}]{mark} {pid}{state:<23} {job.text}{end}"


def forget(shell: Shell, job: Job) -> None:
    """A job is through and was waited for."""
    if job in shell.jobs:
        shell.jobs.remove(job)
    shell.finished[job.process.pid] = job.process.status or 0
    if job.coprocess:
        for element in shell.names.get(job.coprocess, Variable()).values(shell):
            if element.isdecimal() and int(element) in shell.process.files:
                shell.process.close(int(element))
        shell.table.unset(job.coprocess)
        shell.table.unset(f"{job.coprocess}_PID")


def forget_ended(shell: Shell) -> Run[None]:
    """After every wait for a child in the foreground bash forgets what else has ended; `wait PID` still knows it."""
    if shell.dialect.almquist or shell.interactive or shell.options.get("monitor"):
        return
    for one in list(shell.jobs):
        if not one.process.is_alive and not one.coprocess:
            forget(shell, one)
            if one.process.signal != SIGTERM:
                yield from tell_end(shell, one.process, one.command)


def ended_line(job: Job) -> str:
    """What is printed when a job ends under job control."""
    process = job.process
    if process.signal is not None:
        state = SIGNAL_TEXTS.get(process.signal, "Unknown")
    else:
        state = "Done" if process.status == 0 else f"Exit {process.status}"
    return f"[{job.number}]+  {state:<23} {job.text}"
