"""The cluster: nodes, Pods by ordinal, init containers as a row of steps, containers, claims and volumes."""

from __future__ import annotations

from collections.abc import Iterator

from simk8s.render.board import MARKS, Card, Container
from simk8s.tui.focus import Subject
from simk8s.tui.language import _
from simk8s.tui.row import TONES, Role, Row, Span, row
from simk8s.tui.view import View

GOOD: Role = "good"
BAD: Role = "bad"


def cluster_rows(view: View) -> list[Row]:
    """The board of the moment in focus."""
    board = view.world.board
    rows: list[Row] = [_node(view, name, said, [pod.title for pod in board.on(name)]) for name, said in board.nodes]
    for pod in board.pods:
        rows.append(row(""))
        rows += _pod(view, pod)
    if board.spare:
        rows.append(row(""))
        rows.append(row((_("claims without a Pod"), "strong")))
        rows += [row(f"  ▤ {claim}", subject=_claim_subject(str(claim).split()[0], "default")) for claim in board.spare]
    others = _others(view)
    if others:
        rows.append(row(""))
        rows += others
    return rows or [row((_("Nothing is there yet."), "quiet"))]


def _node(view: View, name: str, said: str, pods: list[str]) -> Row:
    has_power = view.world.nodes.get(name, True)
    is_good = said == "Ready" and has_power
    mark, role = ("✓" if is_good else "✗"), GOOD if is_good else BAD
    power = "" if has_power else ", " + _("no power")
    subject = Subject(f"Node/{name}")
    return _mine(
        view, subject, (mark, role), f" {name} ", (f"{said}{power}", role), (f"  {' '.join(pods) or '-'}", "quiet")
    )


def _pod(view: View, pod: Card) -> Iterator[Row]:
    key = f"Pod/{pod.namespace or 'default'}/{pod.name}"
    role = TONES[pod.tone]
    yield _mine(
        view,
        Subject(key),
        (MARKS[pod.tone], role),
        (f" {pod.title}", "strong"),
        f"  {pod.ready}  ",
        (pod.status, role),
        ("  " + (pod.node or _("on no node yet")), "quiet"),
    )
    steps = [container for container in pod.containers if container.step]
    if steps:
        yield from _steps(view, key, steps)
    for container in pod.containers:
        if not container.step:
            yield _mine(
                view,
                Subject(key, container.name),
                "   ",
                (MARKS[container.tone], TONES[container.tone]),
                f" {container.name}  ",
                (container.said, TONES[container.tone]),
                _again(container),
            )
    for claim in pod.claims:
        subject = _claim_subject(claim.name, pod.namespace or "default")
        yield _mine(view, subject, "   ", ("▤", "quiet"), f" {claim.name}  ", (f"{claim.phase} {claim.size}", "quiet"))


def _steps(view: View, key: str, steps: list[Container]) -> Iterator[Row]:
    """Init containers as a row of steps; in the Pod in focus each also has a row of its own, to be chosen."""
    chain: list[str | Span] = ["    "]
    for container in steps:
        chain += [("→ " if container.step > 1 else "", "quiet"), _step(container), " "]
    now = next((container for container in steps if container.tone != "good"), steps[-1])
    is_open = view.focus.subject.key == key
    yield row(*chain, key="" if is_open else f"{key} steps", subject=Subject(key, now.name))
    for container in steps if is_open else ():
        yield _mine(
            view,
            Subject(key, container.name),
            f"   {container.step}",
            (f" {container.name}  ", "plain"),
            (container.said, TONES[container.tone]),
            _again(container),
        )


def _step(container: Container) -> Span:
    return f"[{container.step} {MARKS[container.tone]} {container.name}]", TONES[container.tone]


def _again(container: Container) -> Span:
    return (f"  ↻{container.restarts}", "bad") if container.restarts else ("", "plain")


def _others(view: View) -> list[Row]:
    """Sets and Services: what people wrote, and how far it is."""
    rows = []
    for key, obj in sorted(view.world.objects.items()):
        kind, _sep, rest = key.partition("/")
        if kind not in ("StatefulSet", "Deployment", "DaemonSet", "Job") or rest.startswith("kube-"):
            continue
        wanted = obj.get("spec", {}).get("replicas", 1)
        ready = (obj.get("status") or {}).get("readyReplicas", 0)
        name = rest.removeprefix("default/")
        mark: Span = ("✓", "good") if ready == wanted else ("›", "plain")
        rows.append(_mine(view, Subject(key), mark, f" {kind.lower()}/{name}  {ready}/{wanted}"))
    return rows


def _mine(view: View, subject: Subject, *parts: str | Span) -> Row:
    """A row about a subject; it is where the cursor stands if that is the one in focus."""
    is_mine = subject == view.focus.subject
    mark: Span = ("▸", "mark") if is_mine else (" ", "plain")
    return row(mark, *parts, key=f"{subject.key} {subject.container}", subject=subject, is_now=is_mine)


def _claim_subject(name: str, namespace: str) -> Subject:
    return Subject(f"PersistentVolumeClaim/{namespace}/{name}")
