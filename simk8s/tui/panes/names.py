"""Names and what they lead to: Services with their endpoints, and the names of Pods behind headless ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simk8s.api.objects import dig
from simk8s.tui.focus import Subject
from simk8s.tui.language import _
from simk8s.tui.row import Row, Span, row
from simk8s.tui.view import View
from simk8s.world import World
from simk8s.world.names import endpoints

DOMAIN = "svc.cluster.local"


def name_rows(view: View) -> list[Row]:
    """Every Service of the moment in focus, by namespace and name."""
    rows: list[Row] = []
    for key, service in sorted(view.world.objects.items()):
        if key.startswith("Service/") and dig(service, "spec", "selector") and not key.startswith("Service/kube-"):
            rows += _service(view.world, key, service)
            rows.append(row(""))
    return rows or [row((_("There is no Service at this moment."), "quiet"))]


def _service(world: World, key: str, service: dict[str, Any]) -> Iterator[Row]:
    _kind, space, name = key.split("/")
    address = dig(service, "spec", "clusterIP", default="")
    headless = address == "None"
    kind = _("headless: a name for each Pod") if headless else _("one address for all Pods that are ready")
    yield row((name, "strong"), (f".{space}.{DOMAIN}", "quiet"), key=key, subject=Subject(key), hang=4)
    ports = " ".join(str(port.get("port")) for port in dig(service, "spec", "ports", default=[]))
    yield row(("  " + kind, "quiet"), (f"  {'' if headless else address} :{ports}", "mark"), key=f"{key} kind", hang=4)
    found = endpoints(world, name, space)
    pods = _pods(world)
    for where, ready in found.items():
        mark: Span = ("✓", "good") if ready else ("✗", "bad")
        pod = pods.get(where)
        full = f"{pod.name}.{name}" if pod is not None and headless and _is_named(world, key, where) else ""
        said = _("ready") if ready else _("not ready")
        yield row(
            "  ",
            mark,
            f" {where:<15} ",
            (pod.pod if pod is not None else "-", "plain"),
            (f"  {said}", mark[1]),
            (f"  {full}", "mark"),
            key=f"{key} {where}",
            subject=pod,
            hang=6,
        )
    if not found:
        yield row(("  ✗ ", "bad"), (_("no endpoints: the name leads nowhere"), "bad"), key=f"{key} none")


def _pods(world: World) -> dict[str, Subject]:
    return {
        dig(obj, "status", "podIP"): Subject(key)
        for key, obj in world.objects.items()
        if key.startswith("Pod/") and dig(obj, "status", "podIP")
    }


def _is_named(world: World, service: str, address: str) -> bool:
    """Whether DNS has a name of its own for this endpoint now: only ready ones, unless not ready ones are published."""
    _kind, space, name = service.split("/")
    publishes = dig(world.objects.get(service), "spec", "publishNotReadyAddresses", default=False)
    return bool(publishes or endpoints(world, name, space).get(address))
