"""What the records of mysqld do to the world: `mysql.*`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simk8s.sim import Record
from simk8s.world.fold import Fold, rule
from simk8s.world.state import Replication, Server, Table


@rule("mysql.stage", "mysql.open", "mysql.ready", "mysql.stopping", "mysql.commit", "mysql.apply")
def _server(fold: Fold, record: Record) -> None:
    detail = record.detail
    server = _running(fold, record)
    changes: dict[str, Any] = {}
    match record.verb:
        case "mysql.stage":
            changes["stage"] = detail["title"]
        case "mysql.ready":
            changes["state"] = "ready"
        case "mysql.stopping":
            changes["state"] = "stopping"
    if "position" in detail:
        changes["position"] = f"{detail['file']}:{detail['position']}"
    if "tables" in detail or "rows" in detail:
        tables = dict(server.tables)
        for name, rows in detail.get("rows", {}).items():
            tables[name] = _changed(tables.get(name) or Table((), {}), rows)
        for name, table in detail.get("tables", {}).items():
            if table is None:
                tables.pop(name, None)
            else:
                tables[name] = _changed(Table(tuple(table["columns"]), {}), table["rows"])
        changes["tables"] = tables
    fold.own("servers")[record.actor] = replace(server, **changes)


def _changed(table: Table, rows: dict[str, Any]) -> Table:
    known = dict(table.rows)
    for number, row in rows.items():
        if row is None:
            known.pop(number, None)
        else:
            known[number] = tuple(row)
    return Table(table.columns, known)


@rule("mysql.replication")
def _replication(fold: Fold, record: Record) -> None:
    detail = {name: value for name, value in record.detail.items() if name != "pid"}
    server = _running(fold, record)
    fold.own("servers")[record.actor] = replace(server, replication=Replication(**detail))


@rule("mysql.position")
def _position(fold: Fold, record: Record) -> None:
    server = _running(fold, record)
    detail = record.detail
    now = replace(server.replication or Replication(), received=detail["received"], applied=detail["applied"])
    fold.own("servers")[record.actor] = replace(server, replication=now)


def _running(fold: Fold, record: Record) -> Server:
    pid = record.detail["pid"]
    known: Server | None = fold.see("servers").get(record.actor)
    return known if known is not None and known.pid == pid else Server(record.actor, record.object, pid)
