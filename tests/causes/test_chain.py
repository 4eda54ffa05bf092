"""Why something happened: the chain of waits, whose times add up to the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from simk8s.causes import Link, critical_path, happens_before
from simk8s.cluster.explaining import why
from simk8s.sim import History

START_OF_A_POD = [
    r"statefulset-controller creates .*data-mysql-{n}",
    r"provisions a volume for pvc/data-mysql-{n}",
    r"kube-scheduler schedules pod/mysql-{n} to node-",
    r"kubelet\S+ mounts the volumes of pod/mysql-{n}",
    r"kubelet\S+ pulls mysql:5.7",
    r"kubelet\S+ starts container init-mysql of pod/mysql-{n}",
    r"mysql-{n}/init-mysql runs its script",
    r"kubelet\S+ sees that init-mysql is done",
    r"kubelet\S+ pulls gcr.io/google-samples/xtrabackup:1.0",
    r"kubelet\S+ starts container clone-mysql of pod/mysql-{n}",
]
PRIMARY = [
    r"mysql-0/mysql runs docker-entrypoint.sh",
    r"mysql-0/mysql mysqld initialises its data directory",
    r"mysql-0/mysql a temporary mysqld starts",
    r"mysql-0/mysql mysqld starts",
]
CLONE = [
    r"mysql-{n}/clone-mysql connects to mysql-{before}, port 3307",
    r"mysql-{before}/xtrabackup xtrabackup streams a backup",
    r"mysql-{n}/clone-mysql xtrabackup prepares the copy",
    r"kubelet\S+ starts container mysql of pod/mysql-{n}",
    r"mysql-{n}/mysql mysqld starts",
]
READY = [r"readiness probe of mysql succeeds", r"reports pod/mysql-{n} Ready"]
SIDECAR = [
    r"mysql-1/xtrabackup (tries again, and connects to 127.0.0.1:3306|mysql -h 127.0.0.1 -e .SELECT 1)",
    r"mysql-1/mysql replicates from mysql-0.mysql",
    r"mysql-1/xtrabackup ncat listens on port 3307",
]


def told(links: Sequence[Link]) -> Iterator[str]:
    """Every link with what it needed too, which had to be there before it."""
    for link in links:
        for need in link.needs:
            yield from told(need.links)
        yield f"{link.actor} {link.text}"


def assert_in_order(wanted: Sequence[str], lines: Sequence[str]) -> None:
    position = 0
    for pattern in wanted:
        found = next((i for i in range(position, len(lines)) if re.search(pattern, lines[i])), None)
        assert found is not None, f"{pattern} is not told after line {position} of\n" + "\n".join(lines)
        position = found


def test_the_times_of_the_links_add_up_to_the_whole(history: History) -> None:
    chain = why(history, "pod/mysql-2 Ready")
    assert chain is not None
    assert sum(link.seconds for link in chain.links) == pytest.approx(chain.seconds, abs=1e-6)
    assert all(link.end == after.start for link, after in pairwise(chain.links))
    assert all(link.seconds >= 0 for link in chain.links)


def test_the_chain_begins_with_the_apply_and_ends_with_ready(history: History) -> None:
    chain = why(history, "pod/mysql-2 Ready")
    assert chain is not None
    assert chain.links[0].actor == "kubectl"
    assert chain.links[0].text.startswith("creates ")
    assert chain.links[-1].text == "reports pod/mysql-2 Ready"


def test_every_wait_of_the_start_up_is_named_in_order(history: History) -> None:
    chain = why(history, "pod/mysql-2 Ready")
    assert chain is not None
    lines = list(told(chain.links))
    wanted = []
    for n in range(3):
        middle = CLONE if n else [*CLONE[:0], r"starts container mysql of pod/mysql-0", *PRIMARY]
        wanted += [part.format(n=n, before=n - 1) for part in [*START_OF_A_POD, *middle, *READY]]
    assert_in_order(wanted, lines)


def test_the_second_clone_needed_the_donors_wait_loop_and_its_replication(history: History) -> None:
    chain = why(history, "pod/mysql-2 Ready")
    assert chain is not None
    connect = next(link for link in chain.links if link.actor == "mysql-2/clone-mysql" and "connects" in link.text)
    assert connect.needs[0].slack > 0
    assert_in_order(SIDECAR, list(told(connect.needs[0].links)))


def test_links_of_scripts_name_their_line_in_the_manifest(history: History) -> None:
    chain = why(history, "pod/mysql-1 Ready")
    assert chain is not None
    prepare = next(link for link in chain.links if "prepares" in link.text)
    file, line, _ = prepare.place.rsplit(":", 2)
    with open(file, encoding="utf-8") as manifest:
        assert "xtrabackup --prepare" in manifest.read().splitlines()[int(line) - 1]


def test_initialisation_is_told_stage_by_stage(ours: History) -> None:
    chain = why(ours, "pod/mysql-0 Ready")
    assert chain is not None
    link = next(link for link in chain.links if "initialises" in link.text)
    assert [part for part, _ in link.parts][:2] == ["system tablespace and redo log", "temporary tablespace"]
    assert sum(seconds for _, seconds in link.parts) <= link.seconds


def test_the_critical_path_is_a_path_of_happens_before(ours: History) -> None:
    graph = happens_before(ours.records)
    path = [step.record.seq for step in critical_path(ours.records, len(ours.records) - 1)]
    assert all(graph.has_edge(cause, seq) for cause, seq in pairwise(path))
    assert graph.in_degree(path[0]) == 0


def test_a_claim_has_its_chain_too(ours: History) -> None:
    chain = why(ours, "pvc/data-mysql-0 Bound")
    assert chain is not None
    assert "provisions a volume for pvc/data-mysql-0" in chain.links[-1].text


def test_what_never_happened_has_no_chain(ours: History) -> None:
    assert why(ours, "pod/mysql-7 Ready") is None


def test_a_repeated_attempt_waited_for_what_made_it_succeed(ours: History) -> None:
    chain = why(ours, "pod/mysql-0 Ready")
    assert chain is not None
    lines = [f"{link.actor} {link.text}" for link in chain.links]
    again = next(i for i, line in enumerate(lines) if "tries again, and connects to" in line)
    assert lines[again - 1] in ("mysql-0/mysql a temporary mysqld starts", "mysql-0/mysql mysqld starts")
