"""Breaking things, branches, and kubectl at the moment in focus."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from simk8s.errors import SimError
from simk8s.faults import Fault, Kill, PowerOff
from simk8s.scenario import Runner, load
from simk8s.tui.app import SimApp
from simk8s.tui.breaking import choices
from simk8s.tui.comparing import compare_rows
from simk8s.tui.deed import Kubectl, typed
from simk8s.tui.focus import Focus, Subject
from simk8s.tui.run import Run
from simk8s.tui.saving import save_scenario
from simk8s.tui.screen import MainScreen
from simk8s.tui.session import Session, acted
from simk8s.tui.view import View
from tests.tui.driving import drive, text_of

WEB_0 = Subject("Pod/default/web-0")


@pytest.fixture
def web_session(web: Run) -> Session:
    session = Session(web, path="web")
    session.jump(web.chronicle.last_before(30.0), WEB_0)
    return session


def test_a_fault_makes_a_branch_and_history_before_it_stays(web_session: Session) -> None:
    root, seq = web_session.run, web_session.focus.seq
    branch, printed = web_session.act(Fault(Kill(pod="web-0", container="nginx")))

    assert branch is not None and printed is None
    assert branch.records[: seq + 1] == root.records[: seq + 1]
    assert branch.records[seq + 1] != root.records[seq + 1]
    assert "web-0" in branch.records[seq + 1].object
    assert any("killed (status 137)" in told.line.text for told in branch.index.story)


def test_kubectl_that_only_looks_makes_no_branch(web_session: Session) -> None:
    branch, printed = web_session.act(typed("pods"))

    assert branch is None and printed is not None
    assert "web-0" in printed.stdout and "web-2" not in printed.stdout  # it is not there yet at 30 s


def test_kubectl_that_changes_something_makes_a_branch(web_session: Session) -> None:
    branch, printed = web_session.act(typed("kubectl scale statefulset web --replicas=2"))

    assert branch is not None and printed is not None
    assert printed.stdout == "statefulset.apps/web scaled\n"
    assert [card.name for card in branch.chronicle.at().board.pods] == ["web-0", "web-1"]


def test_a_saved_trace_can_be_branched_as_well(web: Run, tmp_path: Path) -> None:
    from simk8s.world import open as open_trace

    web.chronicle.save(tmp_path / "trace.jsonl")
    saved = Run("saved", open_trace(tmp_path / "trace.jsonl"))
    seq = saved.chronicle.last_before(30.0)

    branch, _ = acted(saved, seq, Fault(PowerOff(node="node-1")), "branch", 300.0)

    assert branch is not None and branch.records[: seq + 1] == saved.records[: seq + 1]


def test_a_trace_that_does_not_say_what_it_was_made_of_is_refused(web: Run) -> None:
    from simk8s.world import Chronicle

    bare = Chronicle.from_lines(web.chronicle.lines())
    with pytest.raises(SimError, match="does not say"):
        acted(Run("bare", bare), 100, Fault(PowerOff(node="node-1")), "branch", 300.0)


def test_faults_are_offered_for_what_is_there(web: Run) -> None:
    def offered(time: float, subject: Subject) -> list[str]:
        return [choice.text for choice in choices(View(web, Focus(web.chronicle.last_before(time), subject)))]

    early, later = offered(0.3, WEB_0), offered(60.0, WEB_0)
    assert not any("kill" in text for text in early)
    assert any("kill web-0/nginx now" in text for text in later)
    assert any("cut web-0 off from web-1" in text for text in later)
    assert offered(60.0, Subject("Node/node-2"))[0] == "node-2 loses its power"


def test_a_container_is_killed_when_it_comes_to_a_line(article: Run) -> None:
    sidecar = Subject("Pod/default/mysql-1", "xtrabackup")
    seq = article.chronicle.last_before(164.5)  # it waits for the server
    view = View(article, Focus(seq, sidecar))
    [at_line] = [choice for choice in choices(view, line=131) if "line 131" in choice.text]

    assert at_line.seq is not None
    branch, _ = acted(article, at_line.seq, at_line.fault, "branch", 120.0)

    assert branch is not None
    struck = next(record for record in branch.records if record.verb == "fault" and record.seq > seq)
    last = [record for record in branch.index.commands["mysql-1/xtrabackup"] if record.seq < struck.seq][-1]
    assert last.detail["place"].partition(".yaml:")[2] == "131:17"
    assert not any("CHANGE MASTER" in str(record.detail) for record in branch.records[at_line.seq : struck.seq])


def test_branches_are_compared_side_by_side(web_session: Session) -> None:
    branch, _ = web_session.act(Fault(Kill(pod="web-0", container="nginx")))
    assert branch is not None

    shown = "\n".join(row.text for row in compare_rows(web_session.run, branch, 120))

    left, right = next(line for line in shown.split("\n") if "killed (status 137)" in line).split(" │ ")
    assert "killed" in right and "killed" not in left
    assert "↻1" in shown.split("in the end")[1]


def test_a_branch_is_saved_as_a_scenario_that_runs(web_session: Session, tmp_path: Path) -> None:
    branch, _ = web_session.act(Fault(Kill(pod="web-0", container="nginx")))
    assert branch is not None
    path = tmp_path / "broken.yaml"

    is_same = save_scenario(branch, path)

    runner = Runner(load(path))
    list(runner.steps())
    assert runner.ok
    assert [step for step in yaml.safe_load(path.read_text())["steps"] if "fault" in step]
    assert is_same == (runner.cluster.history.records == list(branch.records)[: len(runner.cluster.history)])


def test_the_same_by_keys(web_session: Session) -> None:
    root = web_session.run

    def look(app: SimApp, screen: MainScreen) -> None:
        assert [run.deed for run in web_session.runs] == ["", "kill web-0/nginx"]
        assert web_session.run is not root

    drive(web_session, "x", "a", "%", look=look)
    drive(web_session, "backspace")
    assert web_session.run is root


def test_the_kubectl_prompt_prints_into_its_drawer(web_session: Session) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        assert screen.drawer == "console"
        assert "web-0   1/1" in text_of(screen, "console")

    drive(web_session, "colon", "@get pods", "enter", "%", look=look)


def test_what_kubectl_refuses_is_printed_too(web_session: Session) -> None:
    def look(app: SimApp, screen: MainScreen) -> None:
        assert "NotFound" in text_of(screen, "console") and "exit status 1" in text_of(screen, "console")

    drive(web_session, "colon", "@get pod nobody", "enter", "%", look=look)


@pytest.mark.parametrize(
    ("said", "argv"), [("pods", ("get", "pods")), ("po -A", ("get", "po", "-A")), ("kubectl get svc", ("get", "svc"))]
)
def test_a_kind_alone_is_listed(said: str, argv: tuple[str, ...]) -> None:
    assert typed(said) == Kubectl(argv)
