"""The program sed."""

from __future__ import annotations

from dataclasses import replace

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import parse
from simk8s.programs.stream import raw, read_lines
from simk8s.programs.text.sed.editor import Editor
from simk8s.programs.text.sed.script import parsed
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run


@tool("sed")
def sed(process: Process) -> Run[int]:
    """Edit lines as a script says."""
    options = parse(
        process.argv,
        "n,quiet,silent e,expression: f,file: E,r,regexp-extended i,in-place:: s,separate u,unbuffered z,null-data "
        "posix sandbox",
    )
    paths = list(options.operands)
    text, source = "", "-e expression #1"
    pieces: list[str] = []
    for name, value in options.given:
        if name == "e":
            pieces.append(raw(value))
        elif name == "f":
            try:
                pieces += yield from read_lines(process, value)
            except SyscallError as error:
                raise Failure(f"couldn't open file {value}: {error.text}", 4) from None
            source = f"file {value} line 1"
    if not pieces:
        if not paths:
            raise Failure("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...")
        pieces.append(raw(paths.pop(0)))
    text = "\n".join(pieces)
    quiet = "n" in options or text.partition("\n")[0] == "#n"
    commands = parsed(text, "E" in options, source)
    editor = Editor(process, [replace(command) for command in commands], paths or ["-"], options, quiet=quiet)
    return (yield from editor.run())
