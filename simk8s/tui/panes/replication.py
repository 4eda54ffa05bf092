"""The clone chain, and the replication graph: who copied from whom, who follows whom, positions and lag."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.tui.focus import Subject
from simk8s.tui.language import _
from simk8s.tui.row import Role, Row, Span, row
from simk8s.tui.view import View
from simk8s.world.replicas import Clone, Replica, clones_at, replicas


def replication_rows(view: View) -> list[Row]:
    """First where the data came from, then where changes come from."""
    copies = clones_at(view.run.clones, view.time)
    servers = replicas(view.world, view.run.positions)
    if not copies and not servers:
        return [row((_("No MySQL server runs at this moment."), "quiet"))]
    rows = [row((_("Copies: each new replica takes its data from its neighbour"), "strong"))]
    rows += [_clone(view, copy) for copy in copies] or [row(("  " + _("none so far"), "quiet"))]
    rows += [row(""), row((_("Replication: changes flow from the source to its replicas"), "strong"))]
    roots = [server for server in servers if not server.source or server.source not in {one.name for one in servers}]
    for root in roots:
        rows += _tree(view, root, servers)
    return rows


def _clone(view: View, copy: Clone) -> Row:
    source, target = copy.source.partition("/")[0], copy.target.partition("/")[0]
    if copy.prepared is not None:
        state, role = _("prepared {at:.1f} s").format(at=copy.prepared), "good"
    elif copy.streamed is not None:
        state, role = _("being prepared"), "run"
    else:
        state, role = _("being streamed"), "run"
    if copy.prepared is None and copy.target not in view.world.containers:
        state, role = _("broken off"), "bad"
    done: Role = "good" if role == "good" else "bad" if role == "bad" else "run"
    return row(
        "  ",
        (source, "plain"),
        (" ══▶ " if copy.prepared else " ──▶ ", done),
        (target, "strong"),
        (f"  {state}", done),
        ("  " + _("began"), "quiet"),
        (f" {copy.begun:.1f} s", "quiet"),
        key=f"copy {target}",
        seq=copy.seq,
        hang=4,
    )


def _tree(view: View, root: Replica, servers: list[Replica]) -> Iterator[Row]:
    followers = [server for server in servers if server.source == root.name]
    own = f"  {root.position}" if root.position else ""
    what = _("source") if followers else _("no replica")
    yield row(
        "  ", (root.name, "strong"), f"  {what}  ", _state(root), (own, "mark"), key=root.name, subject=_pod(root)
    )
    for number, server in enumerate(followers):
        last = number == len(followers) - 1
        yield from _follower(server, "└─" if last else "├─", "  " if last else "│ ")


def _follower(server: Replica, branch: str, margin: str) -> Iterator[Row]:
    said = server.replication
    if said is None:
        return
    flows = said.io == "Yes" and said.sql == "Yes"
    arrow: Span = ("──▶ " if flows else "──✗ ", "good" if flows else "bad")
    yield row(
        f"   {branch}",
        arrow,
        (server.name, "strong"),
        "  IO ",
        (said.io, _role(said.io)),
        "  SQL ",
        (said.sql, _role(said.sql)),
        "  ",
        _lag(server),
        key=server.name,
        subject=_pod(server),
        hang=11,
    )
    positions = ((_("received"), said.received), (_("applied"), said.applied))
    received = "  ".join(f"{what} {position or '-'}" for what, position in positions)
    yield row(f"   {margin}     ", (received, "quiet"), key=f"{server.name} positions", hang=11)
    for error in (said.io_error, said.sql_error):
        if error:
            yield row(f"   {margin}     ", (f"! {error}", "bad"), key=f"{server.name} {error}", hang=11)


def _lag(server: Replica) -> Span:
    if server.behind_bytes is None:
        return _("lag unknown"), "quiet"
    if not server.behind_bytes:
        return _("up to date"), "good"
    since = f", {server.behind_seconds:.3f} s" if server.behind_seconds is not None else ""
    return _("behind by {size} bytes").format(size=server.behind_bytes) + since, "bad"


def _state(server: Replica) -> Span:
    return server.state, "good" if server.state == "ready" else "run"


def _role(said: str) -> Role:
    return {"Yes": "good", "No": "bad"}.get(said, "run")  # type: ignore[return-value]


def _pod(server: Replica) -> Subject:
    return Subject(f"Pod/default/{server.name}")
