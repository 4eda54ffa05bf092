"""What the records of processes, shells and sockets do to the world: `process.*`, `command`, `variable`, `net.*`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simk8s.sim import Record
from simk8s.world.files import listen
from simk8s.world.fold import Fold, rule
from simk8s.world.state import Connection, Process, Script


@rule("process.start")
def _start(fold: Fold, record: Record) -> None:
    detail = record.detail
    machine, parent = record.actor, detail["parent"]
    container = fold.see("containers").get(machine)
    script = None
    if detail.get("forked"):  # a child that was forked goes on where its parent is
        twin = fold.see("processes").get(f"{machine}[{parent}]")
        script = twin.script if twin is not None else None
    number = container.number if container is not None else 0
    fold.own("processes")[record.object] = Process(
        machine, detail["pid"], parent, tuple(detail["argv"]), record.time, number, script
    )
    if container is not None and container.state == "created" and not parent:
        fold.change("containers", machine, state="running")


@rule("process.exec")
def _exec(fold: Fold, record: Record) -> None:
    fold.change("processes", record.object, argv=tuple(record.detail["argv"]), script=None)


@rule("process.exit")
def _exit(fold: Fold, record: Record) -> None:
    detail = record.detail
    processes = fold.own("processes")
    gone = processes.pop(record.object, None)
    if gone is None:
        return
    for label, process in list(processes.items()):
        if process.parent == gone.pid and process.machine == gone.machine:
            processes[label] = replace(process, parent=0)
    if gone.pid == 1:
        fold.change("containers", gone.machine, state="exited", status=detail["status"], signal=detail.get("signal"))
    server = fold.see("servers").get(gone.machine)
    if server is not None and server.pid == gone.pid:
        del fold.own("servers")[gone.machine]


@rule("command")
def _command(fold: Fold, record: Record) -> None:
    detail = record.detail
    _tell(
        fold,
        record,
        script=record.object,
        line=detail["line"],
        column=detail["column"],
        text=detail["text"],
        depth=detail["depth"],
        place=detail.get("place", ""),
    )


@rule("variable")
def _variable(fold: Fold, record: Record) -> None:
    process = fold.see("processes").get(_label(record))
    if process is None:
        return
    variables = dict(process.script.variables) if process.script is not None else {}
    _assign(variables, record.object, record.detail["value"])
    _tell(fold, record, variables=variables)


def _assign(variables: dict[str, Any], name: str, value: Any) -> None:
    base, bracket, key = name.partition("[")
    if bracket:
        before = variables.get(base, {})
        elements = dict(before) if isinstance(before, dict) else {"0": before}
        elements[key.removesuffix("]")] = value
        variables[base] = elements
    elif value is None:
        variables.pop(name, None)
    else:
        variables[name] = {str(n): one for n, one in enumerate(value)} if isinstance(value, list) else value


def _tell(fold: Fold, record: Record, **fields: Any) -> None:
    label = _label(record)
    process = fold.see("processes").get(label)
    if process is not None:
        fold.own("processes")[label] = replace(process, script=replace(process.script or Script(), **fields))


def _label(record: Record) -> str:
    return f"{record.actor}[{record.detail['pid']}]"


@rule("net.listen")
def _listen(fold: Fold, record: Record) -> None:
    listen(fold, record)


@rule("net.unlisten")
def _unlisten(fold: Fold, record: Record) -> None:
    fold.own("listeners").pop(record.object, None)


@rule("net.connect")
def _connect(fold: Fold, record: Record) -> None:
    detail = record.detail
    fold.own("connections")[record.seq] = Connection(
        record.seq, record.actor, detail["pid"], record.object, detail.get("local", ""), detail.get("name", "")
    )


@rule("net.close")
def _close(fold: Fold, record: Record) -> None:
    fold.own("connections").pop(record.detail["connection"], None)
