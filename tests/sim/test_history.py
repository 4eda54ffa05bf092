"""History: records with causes, saved and loaded as JSON lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s.errors import SimError
from simk8s.sim import History, Simulation


def test_an_actors_record_follows_its_previous_one() -> None:
    sim = Simulation()
    kubelet = sim.actor("kubelet/node-1")
    sim.record(kubelet, "start", "a")
    sim.record(kubelet, "start", "b")
    assert [record.causes for record in sim.history] == [(), (0,)]


def test_a_message_that_was_heard_is_a_cause_before_the_actors_own_order() -> None:
    sim = Simulation()
    controller, kubelet = sim.actor("controller"), sim.actor("kubelet")
    sim.record(kubelet, "idle")
    sent = sim.record(controller, "create", "Pod/default/mysql-0")
    kubelet.hear(sent)
    sim.record(kubelet, "start", "Pod/default/mysql-0")
    assert sim.history[2].causes == (1, 0)


def test_a_forked_actor_goes_on_from_its_parents_latest_record() -> None:
    sim = Simulation()
    shell = sim.actor("mysql-0/mysql")
    sim.record(shell, "shell.command")
    child = shell.fork()
    sim.record(child, "process.start")
    assert sim.history[1].causes == (0,)


def test_a_saved_history_loads_as_it_was(tmp_path: Path) -> None:
    sim = Simulation()
    actor = sim.actor("控制器")
    sim.record(actor, "create", "Pod/default/mysql-0", labels={"app": "mysql"})
    sim.run(1.5)
    sim.record(actor, "delete", "Pod/default/mysql-0")
    sim.history.save(tmp_path / "trace.jsonl")

    loaded = History.load(tmp_path / "trace.jsonl")

    assert loaded.records == sim.history.records
    assert loaded.sha256() == sim.history.sha256()
    assert not list(tmp_path.glob("*.partial"))


def test_with_history_off_nothing_is_stored_but_sequence_numbers_go_on() -> None:
    sim = Simulation(history=False)
    assert [sim.record(sim.actor("a"), "x"), sim.record(sim.actor("a"), "y")] == [0, 1]
    assert list(sim.history) == []


def test_a_listener_hears_each_record_as_it_is_added() -> None:
    sim = Simulation()
    heard: list[str] = []
    sim.history.listen(lambda record: heard.append(record.verb))
    sim.record(sim.actor("a"), "create")
    assert heard == ["create"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hello\n", r"SK103 .*:1:"),
        ('{"format": "other", "version": 1}\n', r"SK103 .*:1:"),
        ('{"format": "simk8s-history", "version": 99}\n', r"SK103 .*:1:.*99"),
        ('{"format": "simk8s-history", "version": 1}\n{"seq": "x"}\n', r"SK103 .*:2:"),
    ],
)
def test_a_file_that_is_no_history_is_refused_with_the_line(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(text)
    with pytest.raises(SimError, match=place):
        History.load(path)


def test_a_missing_trace_and_an_unwritable_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(SimError, match=r"SK101.*No such file"):
        History.load(tmp_path / "absent.jsonl")
    with pytest.raises(SimError, match="SK102"):
        History().save(tmp_path / "no" / "such" / "folder.jsonl")
