"""Programs that look at processes and send them signals: kill, killall, pkill, pgrep, pidof, ps."""

from __future__ import annotations

import re

from simk8s.machine import Process
from simk8s.machine.signals import NAMES, NUMBERS, SIGTERM, number_of
from simk8s.programs.accounts import name_of_uid, uid_of
from simk8s.programs.options import Options, UsageError, parse
from simk8s.programs.tool import Failure, complain, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run


@tool("kill")
def kill(process: Process) -> Run[int]:
    """Send a signal to processes by number."""
    argv, number = _signal_first(process.argv)
    words = argv[1:]
    if words[:1] in (["-l"], ["-L"]):
        yield from process.print(" ".join(_translate(word) for word in words[1:]) or " ".join(NUMBERS))
        return 0
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        raise Failure("not enough arguments")
    status = 0
    for word in words:
        if not re.fullmatch(r"-?\d+", word):
            yield from complain(process, f"failed to parse argument: '{word}'")
            status = 1
        elif not (yield from _send(process, int(word), number)):
            yield from complain(process, f"({word}): No such process")
            status = 1
    return status


def _send(process: Process, pid: int, number: int) -> Run[bool]:
    """Send a signal to one process, or with -1 to all but oneself and the first."""
    table = process.machine.processes
    if pid < -1:
        raise Unmodelled("a process group")
    targets = [table[pid]] if pid in table else []
    if pid == -1:
        targets = [other for number_, other in sorted(table.items()) if number_ not in (1, process.pid)]
    for target in targets:
        if target is process:
            yield from process.raise_signal(number)
        elif number:
            target.actor.hear(process.record("process.kill", f"{process.machine.name}[{target.pid}]", signal=number))
            target.kill(number)
    return bool(targets)


def _signal_first(argv: list[str]) -> tuple[list[str], int]:
    """The command line without its `-TERM`, `-9` or `-s NAME`, and that signal's number."""
    number: int | None = SIGTERM
    rest = list(argv)
    for position, word in enumerate(argv[1:], 1):
        if word in ("-s", "--signal") and position + 1 < len(argv):
            number = number_of(argv[position + 1])
            del rest[position : position + 2]
        elif re.fullmatch(r"-(\d+|[A-Z][A-Z0-9]+)", word) and position == 1 and len(argv) > 2:
            number = number_of(word[1:])
            del rest[position]
        else:
            continue
        if number is None:
            raise Failure(f"unknown signal {word}")
        break
    return rest, number or 0


def _translate(word: str) -> str:
    if word.isdecimal():
        return NAMES.get(int(word) % 128, word)
    return str(number_of(word) or word)


def command_name(process: Process) -> str:
    """What the kernel calls a process: the program's name without its path."""
    return process.argv[0].rpartition("/")[2][:15]


def _matching(process: Process, pattern: str, options: Options) -> list[Process]:
    found = []
    for _, other in sorted(process.machine.processes.items()):
        text = " ".join(other.argv) if "f" in options else command_name(other)
        hit = re.fullmatch(pattern, text) if "x" in options else re.search(pattern, text)
        if "u" in options and other.uid != uid_of(process, options["u"]):
            continue
        if "P" in options and str(other.parent_pid) not in options["P"].split(","):
            continue
        if hit and other is not process:
            found.append(other)
    if "n" in options:
        return found[-1:]
    return found[:1] if "o" in options else found


@tool("pgrep", "pkill", trouble=2)
def pgrep(process: Process) -> Run[int]:
    """Find processes by name, and print their numbers or send them a signal."""
    kills = process.argv[0].endswith("pkill")
    argv, number = _signal_first(process.argv) if kills else (process.argv, 0)
    options = parse(argv, "f,full x,exact l,list-name a,list-full n,newest o,oldest u,euid: P,parent: e,echo c,count")
    pattern = options.operands[0] if options.operands else ""
    if not pattern and not ("u" in options or "P" in options):
        raise UsageError("no matching criteria specified")
    found = _matching(process, pattern, options)
    if "c" in options:
        yield from process.print(str(len(found)))
    for other in found if "c" not in options else []:
        if kills:
            yield from _send(process, other.pid, number)
        else:
            name = f" {' '.join(other.argv)}" if "a" in options else f" {command_name(other)}" if "l" in options else ""
            yield from process.print(f"{other.pid}{name}")
    return 0 if found else 1


@tool("pidof")
def pidof(process: Process) -> Run[int]:
    """The numbers of the processes that run some programs."""
    options = parse(process.argv, "s x c q")
    table = sorted(process.machine.processes.items(), reverse=True)
    found = [str(pid) for pid, other in table if command_name(other) in options.operands and other is not process]
    if found and "q" not in options:
        yield from process.print(" ".join(found[:1] if "s" in options else found))
    return 0 if found else 1


@tool("killall")
def killall(process: Process) -> Run[int]:
    """Send a signal to processes by name."""
    argv, number = _signal_first(process.argv)
    options = parse(argv, "q,quiet v,verbose w,wait e,exact I,ignore-case r,regexp")
    status = 0
    for name in options.operands:
        found = [
            pid
            for pid, other in sorted(process.machine.processes.items())
            if command_name(other) == name[:15] and other is not process
        ]
        for pid in found:
            yield from _send(process, pid, number)
        if not found:
            status = 1
            if "q" not in options:
                yield from complain(process, f"{name}: no process found")
    return status


_COLUMNS = {
    "pid": ("PID", 7),
    "ppid": ("PPID", 7),
    "user": ("USER", -8),
    "uid": ("UID", 5),
    "comm": ("COMMAND", 0),
    "cmd": ("CMD", 0),
    "args": ("COMMAND", 0),
    "command": ("COMMAND", 0),
    "stat": ("STAT", -4),
    "tty": ("TT", -8),
    "etimes": ("ELAPSED", 7),
    "time": ("TIME", 8),
    "pcpu": ("%CPU", 4),
    "pmem": ("%MEM", 4),
    "rss": ("RSS", 5),
    "vsz": ("VSZ", 6),
}


@tool("ps")
def ps(process: Process) -> Run[int]:
    """List the processes of this container."""
    argv = [process.argv[0], *(w if w.startswith("-") or not _is_bsd(w) else f"-B{w}" for w in process.argv[1:])]
    options = parse(argv, "e A a B: f o,format: p,pid: x u: w C: no-headers,no-heading T h l")
    bsd = options["B"]
    columns = [name for text in options.all("o") for name in re.split(r"[, ]+", text) if name]
    if not columns:
        if "u" in bsd:
            columns = ["user", "pid", "pcpu", "pmem", "vsz", "rss", "tty", "stat", "time", "args"]
        elif "f" in options:
            columns = ["user", "pid", "ppid", "tty", "time", "cmd"]
        else:
            columns = ["pid", "tty", "time", "cmd"]
    titles = [(name.rstrip("="), "" if name.endswith("=") else None) for name in columns]
    for name, _ in titles:
        if name not in _COLUMNS:
            raise Unmodelled(f"column '{name}'")
    wanted = set(re.split(r"[, ]+", options["p"])) if "p" in options else None
    chosen = [
        other
        for pid, other in sorted(process.machine.processes.items())
        if (wanted is None or str(pid) in wanted)
        and ("C" not in options or command_name(other) == options["C"])
        and ("u" not in options or other.uid == uid_of(process, options["u"]))
    ]
    if "no-headers" not in options and not all(title == "" for _, title in titles):
        heads = [_COLUMNS[name][0] if title is None else title for name, title in titles]
        yield from process.print(_row(titles, heads))
    for other in chosen:
        yield from process.print(_row(titles, [_cell(process, other, name) for name, _ in titles]))
    return 0 if chosen else 1


def _is_bsd(word: str) -> bool:
    return bool(re.fullmatch(r"[auxwfe]+", word))


def _row(titles: list[tuple[str, str | None]], cells: list[str]) -> str:
    padded = []
    for (name, _), cell in zip(titles, cells, strict=True):
        width = _COLUMNS[name][1]
        padded.append(cell.rjust(width) if width > 0 else cell.ljust(-width))
    return " ".join(padded).rstrip()


def _cell(process: Process, other: Process, column: str) -> str:
    match column:
        case "pid":
            return str(other.pid)
        case "ppid":
            return str(other.parent_pid)
        case "user":
            return name_of_uid(process, other.uid)
        case "uid":
            return str(other.uid)
        case "comm":
            return command_name(other)
        case "cmd" | "args" | "command":
            return " ".join(other.argv)
        case "stat":
            return "R" if other is process else "S"
        case "tty":
            return "?"
        case "etimes":
            return str(int(process.sim.now - other.started_at))
        case "time":
            return "00:00:00"
    return "0.0" if column in ("pcpu", "pmem") else "0"
