"""The program awk."""

from __future__ import annotations

import re

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import parse
from simk8s.programs.stream import open_input, raw
from simk8s.programs.text.awk.interpreter import Interpreter
from simk8s.programs.text.awk.parser import Parser
from simk8s.programs.tool import Failure, complain, tool
from simk8s.sim import Run


@tool("awk", "gawk", "nawk", trouble=2)
def awk(process: Process) -> Run[int]:
    """Scan for patterns in records and act on them."""
    return (yield from _run(process, intervals=True))


@tool("mawk", trouble=2)
def mawk(process: Process) -> Run[int]:
    """Debian's awk, to which braces in an expression mean nothing special."""
    return (yield from _run(process, intervals=False))


def _run(process: Process, *, intervals: bool) -> Run[int]:
    options = parse(process.argv, "F,field-separator: v,assign: f,file: W:", permute=False)
    operands = list(options.operands)
    sources: list[str] = []
    for path in options.all("f"):
        try:
            fd = yield from open_input(process, path)
        except SyscallError as error:
            raise Failure(f"couldn't open file {path} ({error.text})", 2) from None
        sources.append((yield from process.read_all(fd)).decode("latin-1"))
    if not sources:
        if not operands:
            raise Failure("Usage: awk [Options] [Program] [file ...]", 2)
        sources.append(raw(operands.pop(0)))
    settings = options.all("v")
    for setting in settings:
        if not re.match(r"[A-Za-z_]\w*=", setting):
            raise Failure(f"improper assignment: -v {setting}", 2)
    program = Parser("\n".join(sources)).program()
    if "F" in options:
        settings = [f"FS={options['F']}", *settings]
    interpreter = Interpreter(process, program, operands, intervals=intervals)
    for setting in settings:
        interpreter.assign_setting(setting)
    try:
        return (yield from interpreter.run())
    except Failure as failure:
        yield from interpreter.streams.flush()
        message = failure.message
        if not message.startswith("cannot open"):
            where = " ".join(
                (
                    f'FILENAME="{interpreter.text_of("FILENAME")}"',
                    *(f"{n}={interpreter.text_of(n)}" for n in ("FNR", "NR")),
                )
            )
            message = f"run time error: {message}\n\t{where}"
        yield from complain(process, message)
        return failure.status
