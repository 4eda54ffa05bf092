"""Programs that start another program: env, nohup, nice, setsid, stdbuf; and printenv, which."""

from __future__ import annotations

from simk8s.machine import Errno, Process, SyscallError
from simk8s.machine.signals import SIGHUP
from simk8s.programs.options import UsageError, parse
from simk8s.programs.tool import Failure, tool
from simk8s.sim import Run


def run_failure(what: str, error: SyscallError) -> Failure:
    """How a program ends that could not start another: 127 where it was not found, 126 where it cannot be run."""
    return Failure(f"{what}: {error.text}", 127 if error.errno is Errno.ENOENT else 126)


@tool("env", trouble=125)
def env(process: Process) -> Run[int]:
    """Run a program with a changed environment, or print the environment."""
    options = parse(
        process.argv,
        "i,ignore-environment u,unset: 0,null C,chdir: S,split-string: v,debug",
        permute=False,
        unmodelled="default-signal:: ignore-signal:: block-signal:: list-signal-handling",
    )
    words = options.operands
    if "S" in options:
        words = [*options["S"].split(), *words]
    ignore = "i" in options or words[:1] == ["-"]
    environ = {} if ignore else dict(process.environ)
    if words[:1] == ["-"]:
        words = words[1:]
    for name in options.all("u"):
        environ.pop(name, None)
    while words and "=" in words[0]:
        name, _, value = words[0].partition("=")
        environ[name] = value
        words = words[1:]
    if "C" in options:
        if not process.is_directory(options["C"]):
            raise Failure(f"cannot change directory to '{options['C']}': No such file or directory", 125)
        process.cwd = process.realpath(options["C"])
    if not words:
        end = "\0" if "0" in options else "\n"
        text = "".join(f"{name}={value}{end}" for name, value in environ.items())
        yield from process.write(1, text.encode("utf-8", "surrogateescape"))
        return 0
    process.environ = environ
    try:
        yield from process.exec(words, env=environ)
    except SyscallError as error:
        raise run_failure(f"'{words[0]}'", error) from None
    return 0


@tool("printenv", trouble=2)
def printenv(process: Process) -> Run[int]:
    """Print the environment, or some variables of it."""
    options = parse(process.argv, "0,null", unmodelled="")
    end = "\0" if "0" in options else "\n"
    names = options.operands
    if not names:
        lines = [f"{name}={value}" for name, value in process.environ.items()]
    else:
        lines = [process.environ[name] for name in names if name in process.environ]
    yield from process.write(1, "".join(line + end for line in lines).encode("utf-8", "surrogateescape"))
    return 0 if len(lines) >= len(names) else 1


@tool("nohup", trouble=125)
def nohup(process: Process) -> Run[int]:
    """Run a program that hang-ups do not end."""
    words = parse(process.argv, "", permute=False).operands
    if not words:
        raise UsageError("missing operand")
    process.on_signal(SIGHUP, "ignore")
    return (yield from become(process, words))


@tool("nice", "ionice", "chrt", trouble=125)
def nice(process: Process) -> Run[int]:
    """Run a program with another priority, which makes no difference here."""
    options = parse(process.argv, "n,adjustment,classdata: c,class: p,pid: t", permute=False)
    if "p" in options:
        return 0
    if not options.operands:
        yield from process.print("0")
        return 0
    return (yield from become(process, options.operands, f"'{options.operands[0]}'"))


@tool("setsid", trouble=1)
def setsid(process: Process) -> Run[int]:
    """Run a program in a session of its own."""
    options = parse(process.argv, "c,ctty f,fork w,wait", permute=False)
    if not options.operands:
        raise UsageError("no command specified")
    if "f" in options:
        child = yield from process.spawn(options.operands)
        return (yield from process.wait(child)) or 0 if "w" in options else 0
    return (yield from become(process, options.operands))


@tool("stdbuf", trouble=125)
def stdbuf(process: Process) -> Run[int]:
    """Run a program with other buffering; the programs here write at once anyway."""
    options = parse(process.argv, "i,input: o,output: e,error:", permute=False, unmodelled="")
    if not options.operands:
        raise UsageError("missing operand")
    if not options.given:
        raise UsageError("you must specify a buffering mode option")
    return (yield from become(process, options.operands))


def become(process: Process, words: list[str], what: str = "") -> Run[int]:
    """Exec another program; a Failure where that does not work."""
    try:
        yield from process.exec(words)
    except SyscallError as error:
        raise run_failure(what or f"failed to run command '{words[0]}'", error) from None
    return 0


@tool("which")
def which(process: Process) -> Run[int]:
    """Where on PATH programs are."""
    options = parse(process.argv, "a,all s")
    status = 0
    for name in options.operands:
        found = [path for path in _candidates(process, name) if _is_executable(process, path)]
        for path in found if "a" in options else found[:1]:
            if "s" not in options:
                yield from process.print(path)
        if not found:
            status = 1
    if not options.operands:
        status = 1
    return status


def _candidates(process: Process, name: str) -> list[str]:
    if "/" in name:
        return [name]
    return [f"{folder or '.'}/{name}" for folder in process.environ.get("PATH", "").split(":")]


def _is_executable(process: Process, path: str) -> bool:
    return process.is_file(path) and process.may(process.stat(path), 1)
