"""The oracle's words: what became of each Pod of a replicated set after a kill, as a user would find it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simk8s import Cluster
from simk8s.checker.oracle import Judgement, Oracle
from simk8s.checker.oracle.mysql import primary_word, replica_word, violations
from simk8s.checker.oracle.observation import Observation, Replication
from simk8s.faults import AtLine, Fault, Kill

MANIFEST = "scenarios/mysql"


def rows(*numbers: int) -> tuple[tuple[str, ...], ...]:
    return tuple((str(number), "early") for number in numbers)


def server(**said: object) -> Observation:
    fields: dict[str, object] = {"answers": True, "keyed": rows(1, 2), "plain": rows(1, 2), "server_id": "100", **said}
    return Observation(**fields)  # type: ignore[arg-type]


RUNS = Replication("Yes", "Yes")
PRIMARY = server()


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (server(replication=RUNS), "ok"),
        (server(), "stale"),
        (server(replication=Replication("Connecting", "Yes", "error connecting to master")), "stopped"),
        (server(replication=Replication("Yes", "No", "1062")), "stopped"),
        (server(replication=RUNS, keyed=rows(1), plain=rows(1)), "diverged"),
        (server(replication=RUNS, plain=rows(1, 2, 2)), "diverged"),
        (server(replication=RUNS, takes_writes=True), "ok"),  # its rows are right: see the safety properties
        (server(replication=RUNS, damage="Page 3 is in the future!"), "corrupt"),
        (server(replication=RUNS, refusal="ERROR 1130"), "unreachable"),
        (Observation(trouble="no answer"), "unreachable"),
    ],
)
def test_the_word_for_a_replica(seen: Observation, word: str) -> None:
    assert replica_word(seen, PRIMARY, [1, 2])[0] == word


def test_a_replica_that_has_done_all_of_its_primary_will_not_catch_up() -> None:
    primary = server(position=("mysql-0-bin.000003", "154"))
    done, behind = ("mysql-0-bin.000003", "154"), ("mysql-0-bin.000003", "120")
    assert server(replication=replace(RUNS, read=done, done=done)).has_done_all_of(primary)
    assert not server(replication=replace(RUNS, read=done, done=behind)).has_done_all_of(primary)
    assert not server(replication=replace(RUNS, io="Connecting", read=done, done=done)).has_done_all_of(primary)


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (server(), "ok"),
        (server(keyed=rows(1), plain=rows(1)), "lost"),
        (server(keyed=None, plain=None), "lost"),
        (server(refusal="ERROR 1130"), "unreachable"),
        (server(accounts=(("root", "localhost", ""),)), "corrupt"),
    ],
)
def test_the_word_for_a_primary(seen: Observation, word: str) -> None:
    accounts = (("root", "%", ""), ("root", "localhost", ""))
    complete = seen if seen.accounts else replace(seen, accounts=accounts)
    assert primary_word(complete, [1, 2], accounts)[0] == word


def test_safety_properties_that_do_not_hold_are_told() -> None:
    seen = {
        "m-0": server(),
        "m-1": server(takes_writes=True, plain=rows(1, 1)),
        "m-2": server(server_id="102", keyed=rows(9)),
    }

    assert violations(seen, "m-0", attempted=2) == [
        "server id 100 is that of m-0 and m-1",
        "m-1 is a replica and takes writes of its own",
        "m-1 has rows twice in a table without a key",
        "m-2 has rows that nobody wrote: [9]",
    ]


def judged(*faults: Fault, replicas: int = 2, reference: Oracle | None = None) -> tuple[Judgement, Oracle]:
    cluster = Cluster(history=False, addons=["rook"])
    oracle = Oracle(cluster, reference.accounts if reference else None)
    oracle.begin()
    cluster.inject(*faults)
    cluster.apply(MANIFEST)
    cluster.kubectl(f"scale statefulset mysql --replicas={replicas}")
    cluster.run()
    assert cluster.injector.struck == list(faults)
    cluster.complete(oracle.finish())
    return oracle.judge(), oracle


@pytest.fixture(scope="module")
def reference() -> Oracle:
    judgement, oracle = judged()
    assert judgement.outcome == {"mysql-0": "ok", "mysql-1": "ok"}
    assert judgement.ok
    return oracle


def test_the_workload_writes_before_the_clone_during_it_and_after_everything(reference: Oracle) -> None:
    (one,) = reference.sets.values()
    moments = [moment for _, moment in one.seen["mysql-1"].keyed or ()]
    assert list(dict.fromkeys(moments)) == ["early", "clone", "late"]
    assert one.seen["mysql-1"].rows == one.seen["mysql-0"].rows


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "word", "silent"),
    [
        ("rm xtrabackup_binlog_info", "ok", ()),
        ('echo "CHANGE MASTER', "stale", ("mysql-1",)),
        ("mv change_master_to.sql.in", "ok", ()),
        ("mysql -h 127.0.0.1 <<EOF", "stale", ("mysql-1",)),
    ],
)
def test_burn_after_reading_in_the_article(reference: Oracle, command: str, word: str, silent: tuple[str, ...]) -> None:
    """DIR-31 to DIR-35."""
    text = Path(MANIFEST, "statefulset.yaml").read_text().splitlines()
    line = max(number for number, written in enumerate(text, 1) if written.strip().startswith(command.strip()))
    at = AtLine(pod="mysql-1", container="xtrabackup", line=line)

    judgement, _ = judged(Fault(Kill(pod="mysql-1", container="xtrabackup"), at), reference=reference)

    assert judgement.outcome["mysql-1"] == word
    assert judgement.silent == silent
