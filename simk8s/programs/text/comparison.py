"""cmp and diff: whether two files are the same."""

from __future__ import annotations

from simk8s.machine import Process, SyscallError
from simk8s.programs.options import UsageError, parse
from simk8s.programs.text.digest import read_bytes
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@tool("cmp", trouble=2)
def cmp(process: Process) -> Run[int]:
    """Where two files differ: 0 nowhere, 1 somewhere, 2 trouble."""
    options = parse(process.argv, "s,quiet,silent l,verbose b,print-bytes n,bytes:")
    names = [*options.operands, "-"][:2]
    contents = []
    for name in names:
        try:
            contents.append((yield from read_bytes(process, name)))
        except SyscallError as error:
            raise Failure(f"{name}: {error.text}" if "s" not in options else "", 2) from None
    one, other = contents
    if "n" in options:
        one, other = one[: int(options["n"])], other[: int(options["n"])]
    if one == other:
        return 0
    if "s" in options:
        return 1
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if at == min(len(one), len(other)):
        shorter = names[0] if len(one) < len(other) else names[1]
        line = one[:at].count(b"\n")
        where = (
            "which is empty"
            if at == 0
            else f"after byte {at}, line {line}"
            if one[at - 1 : at] == b"\n"
            else f"after byte {at}, in line {line + 1}"
        )
        yield from complain(process, f"EOF on {shorter} {where}")
    else:
        yield from process.print(f"{names[0]} {names[1]} differ: char {at + 1}, line {one[:at].count(10) + 1}")
    return 1


@tool("diff", trouble=2)
def diff(process: Process) -> Run[int]:
    """Whether two files differ (-q); how they differ is not modelled."""
    options = parse(process.argv, "q,brief u,U:: r,recursive N,new-file w b B i s,report-identical-files")
    if len(options.operands) != 2:
        raise UsageError("missing operand")
    contents = []
    for name in options.operands:
        try:
            contents.append((yield from read_bytes(process, name)))
        except SyscallError as error:
            if "N" in options and error.text == "No such file or directory":
                contents.append(b"")
                continue
            raise Failure(f"{name}: {error.text}", 2) from None
    if contents[0] == contents[1]:
        if "s" in options:
            yield from process.print(f"Files {options.operands[0]} and {options.operands[1]} are identical")
        return 0
    if "q" not in options:
        raise Unmodelled("showing differences (only -q)")
    yield from process.print(f"Files {options.operands[0]} and {options.operands[1]} differ")
    return 1
