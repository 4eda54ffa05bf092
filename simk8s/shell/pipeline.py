"""Pipelines, whose stages run at the same time, and commands in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from simk8s.machine import Handle, NullHandle
from simk8s.machine.signals import SIGINT, SIGQUIT
from simk8s.shell import assignment, failure, job, step, subshell, trap
from simk8s.shell.array import Element, assign_array
from simk8s.shell.control import BreakLoop, ContinueLoop, ExitShell
from simk8s.shell.dispatch import begin, execute, runs
from simk8s.shell.job import Job
from simk8s.shell.syntax.nodes import (
    ArithmeticCommand,
    ArithmeticFor,
    Background,
    Case,
    Command,
    Conditional,
    Coprocess,
    For,
    Group,
    If,
    Pipeline,
    Select,
    SimpleCommand,
    Subshell,
    While,
)
from simk8s.sim import Run

if TYPE_CHECKING:
    from simk8s.machine import Process
    from simk8s.shell.shell import Shell


_COMPOUND = (Group, If, While, For, ArithmeticFor, Case, Select)


@runs(Pipeline)
def run_pipeline(shell: Shell, node: Pipeline) -> Run[int]:
    """`! time a | b |& c`"""
    began = shell.process.sim.now
    may_exec, shell.may_exec = shell.may_exec, False
    shell.moment.unopened = ()
    shell.moment.guarded += node.negated
    inside, excused = (0, 0) if shell.options.errexit or not node.negated else _of_negation(node)
    shell.moment.inverted += inside
    shell.moment.excused += excused
    try:
        if not node.stages:
            status = shell.status = 0
        elif len(node.stages) == 1:
            shell.may_exec = may_exec and not node.negated and not node.clock
            result = begin(shell, node.stages[0])
            status = result if isinstance(result, int) else (yield from result)
        else:
            status = yield from _run_stages(shell, node)
    except (BreakLoop, ContinueLoop) as leave:
        if node.negated:
            leave.status = int(not leave.status)
        raise
    except ExitShell:
        if node.clock:
            yield from _tell_time(shell, shell.process.sim.now - began, node.clock == "time -p")
        raise
    finally:
        shell.moment.guarded -= node.negated
        shell.moment.inverted -= inside
        shell.moment.excused -= excused
    if node.clock:
        yield from _tell_time(shell, shell.process.sim.now - began, node.clock == "time -p")
    if node.negated:
        unopened = _is_unopened(shell, node.stages)
        status = shell.status = int(not status or (unopened and node is not shell.moment.whole))
        if len(node.stages) == 1 and isinstance(node.stages[0], Conditional | ArithmeticCommand) and not unopened:
            shell.pipe_statuses = [status]
    elif status and len(node.stages) > 1 and shell.moment.failures_count:
        yield from failure.failed(shell, status)
    return status


def _of_negation(node: Pipeline) -> tuple[int, int]:
    """`!` does not keep the ERR trap from what happens inside a command: for `inverted` and `excused`."""
    kind = type(node.stages[0]) if len(node.stages) == 1 else Pipeline
    return int(kind is Pipeline or kind in _COMPOUND), int(kind in (SimpleCommand, Subshell))


def _is_unopened(shell: Shell, stages: tuple[Command, ...]) -> bool:
    """Whether this is one compound command whose redirections failed just now: then bash forgets the `!`."""
    if len(stages) != 1 or not isinstance(stages[0], (*_COMPOUND, Subshell, Conditional, ArithmeticCommand)):
        return False
    return bool(shell.moment.unopened) and shell.moment.unopened is stages[0].redirections


def _run_stages(shell: Shell, node: Pipeline) -> Run[int]:
    children: list[Process] = []
    source: Handle | None = None
    here = shell.options.get("lastpipe")
    last = len(node.stages) - 1
    for number, stage in enumerate(node.stages):
        files: dict[int, Handle] = {}
        if source is not None:
            files[0] = source
        if number == last and here:
            break
        yield from _told(shell, stage)
        following: Handle | None = None
        if number < last:
            following, sink = shell.process.pipe()
            files[1] = sink
            if node.merged[number]:
                files[2] = sink
        try:
            children.append((yield from subshell.fork(shell, subshell.running(stage), files)))
        finally:
            if source is not None:
                source.release()
            if number < last:
                files[1].release()
        source = following
    statuses: list[int] = []
    if here and source is not None:
        final = yield from _run_last(shell, node, source)
        statuses = [final]
    waited = []
    for number, child in enumerate(children):
        status = yield from subshell.wait_for(shell, child)
        waited.append(status)
        if child.signal is not None and number == last:
            yield from job.tell_end(shell, child, node)
    shell.pipe_statuses = statuses = waited + statuses
    status = statuses[-1]
    if shell.options.pipefail:
        status = next((s for s in reversed(statuses) if s), 0)
    shell.status = status
    if type(node.stages[-1]) is Subshell and status and shell.moment.failures_count:
        shell.current_command = node.stages[-1]
        yield from failure.failed(shell, status)  # it fails first, and then the pipeline
    return status


def _told(shell: Shell, command: Command) -> Run[None]:
    """Traps of this shell see the commands of its children: DEBUG before they are made (or in them, if inherited)."""
    if type(command) is not SimpleCommand:
        return
    shell.announced_before = command
    if not step.announce_command(shell, command):
        yield from step.never(shell)
    if shell.active_traps:
        return
    shell.line = command.line + shell.line_shift
    shell.current_command = command
    if not shell.options.functrace:
        yield from trap.run_debug(shell, command)


def _run_last(shell: Shell, node: Pipeline, source: Handle) -> Run[int]:
    """`shopt -s lastpipe`: the last stage runs in this shell."""
    files = shell.process.files
    old = files.get(0)
    files[0] = source
    try:
        return (yield from execute(shell, node.stages[-1]))
    finally:
        files.pop(0, source).release()
        if old is not None:
            files[0] = old


def _tell_time(shell: Shell, seconds: float, posix: bool) -> Run[None]:
    """What `time` prints. Only real time passes here; a processor's time is not modelled."""
    if posix:
        yield from shell.write(2, f"real {seconds:.2f}\nuser 0.00\nsys 0.00\n")
        return
    form = shell.get("TIMEFORMAT")
    shown = f"{int(seconds // 60)}m{seconds % 60:.3f}s"
    if form is None:
        yield from shell.write(2, f"\nreal\t{shown}\nuser\t0m0.000s\nsys\t0m0.000s\n")
        return
    if not form:
        return
    text = form.replace("%lR", shown).replace("%lU", "0m0.000s").replace("%lS", "0m0.000s")
    for digits in "0123":
        text = text.replace(f"%{digits}R", f"{seconds:.{digits}f}")
        text = text.replace(f"%{digits}U", f"{0:.{digits}f}").replace(f"%{digits}S", f"{0:.{digits}f}")
    text = text.replace("%R", f"{seconds:.3f}").replace("%U", "0.000").replace("%S", "0.000").replace("%P", "0.00")
    yield from shell.say(text.replace("%%", "%"))


@runs(Background)
def run_background(shell: Shell, node: Background) -> Run[int]:
    """`command &`: a job of its own; without job control its standard input is empty."""
    shell.may_exec = False
    keeps = shell.options.get("monitor") or shell.has_input_of_its_own
    files: dict[int, Handle] = {} if keeps else {0: NullHandle()}
    yield from _told(shell, node.command)

    def body(child: Shell) -> int | Run[int]:
        if not child.options.get("monitor"):
            for number in (SIGINT, SIGQUIT):  # what is typed at a terminal is not for it
                if child.process.dispositions.get(number) is None:
                    child.process.on_signal(number, "ignore")
        subshell.become(child, node.command)
        return _background(node.command)(child)

    child = yield from subshell.fork(shell, body, files)
    for handle in files.values():
        handle.release()
    return _begun(shell, child, node.command)


def _begun(shell: Shell, child: Process, command: Command, name: str = "") -> int:
    """A child that this shell does not wait for."""
    shell.background_pid = child.pid
    number = max((one.number for one in shell.jobs), default=0) + 1
    shell.jobs.append(Job(number, child, command, coprocess=name))
    shell.status = 0
    shell.pipe_statuses = [0]
    return 0


@runs(Coprocess)
def run_coprocess(shell: Shell, node: Coprocess) -> Run[int]:
    """`coproc name command`: a job whose output and input are `${name[0]}` and `${name[1]}` here."""
    shell.may_exec = False
    process = shell.process
    output, its_output = process.pipe()
    its_input, input_ = process.pipe()
    child = yield from subshell.fork(shell, _background(node.command), {0: its_input, 1: its_output})
    its_input.release()
    its_output.release()
    descriptors = []
    for handle, highest in ((output, 63), (input_, 60)):
        number = next(n for n in range(highest, 9, -1) if n not in process.files)
        process.install(handle, number, private=True)
        descriptors.append(Element(None, False, str(number)))
    assign_array(shell, node.name, descriptors)
    assignment.assign(shell, f"{node.name}_PID", str(child.pid))
    return _begun(shell, child, node, node.name)


def _background(command: Command) -> subshell.Body:
    def body(shell: Shell) -> int | Run[int]:
        if type(command) is not SimpleCommand:
            shell.loops = 0
        if type(command) is Pipeline and command.negated:
            shell.moment.whole = straight = replace(command, negated=False)  # nobody asks a job for the opposite
            return begin(shell, straight)
        shell.may_exec = shell.leaves_quietly
        return begin(shell, command)

    return body
