"""One line of the documentation's manifest is changed, and nothing crashes: what becomes of each Pod.

Each was also done with the real bash, ncat and coreutils and with MariaDB and its backup program in MySQL's place, and
came to the same words there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s.checker import exploration
from simk8s.checker.report import report
from simk8s.checker.setup import Setup
from simk8s.cluster.manifests import Source
from tests.checker.mutation import Mutation

FOLDER = Path(__file__).parents[3] / "shared" / "manifests" / "kubernetes-docs"

OUTCOMES = {
    "crashloop absent absent": [
        Mutation("the primary clones, too", "clone-mysql", "-eq 0", "-eq 1", "there is no mysql--1"),
        Mutation("a read-only source is moved", "init-mysql", "cp /mnt/config-map/p", "mv /mnt/config-map/p", "EROFS"),
    ],
    "ok crashloop absent": [
        Mutation("a peer clones itself", "clone-mysql", "$(($ordinal-1))", "$ordinal", "it is not ready: no name"),
        Mutation("no domain", "clone-mysql", ")).mysql 3307", ")) 3307", "only the Service has names for Pods"),
        Mutation("the wrong port", "clone-mysql", "3307", "3306", "a greeting is no stream (XB-63)"),
        Mutation("an archive", "xtrabackup", "--stream=xbstream", "--stream=tar", "xbstream reads none (XB-63)"),
        Mutation("heard on loopback only", "xtrabackup", "3307 -c", "127.0.0.1 3307 -c", "refused elsewhere"),
        Mutation("run without a shell", "xtrabackup", "3307 -c", "3307 -e", "execv(3) does not search PATH"),
        Mutation("a position in quotes", "xtrabackup", "=${BASH_REMATCH[2]}", "='${BASH_REMATCH[2]}'", "1064"),
        Mutation("no comma", "xtrabackup", "sql.in), \\", "sql.in) \\", "1064, for ever"),
    ],
    "ok stopped stopped": [
        Mutation("one server id", "init-mysql", "$((100 + $ordinal))", "100", "1593 (REPL-15)"),
        Mutation("no domain of the primary", "xtrabackup", "'mysql-0.mysql'", "'mysql-0'", "2005 (REPL-55)"),
        Mutation("another password", "xtrabackup", "MASTER_PASSWORD=''", "MASTER_PASSWORD='x'", "1045 (REPL-55)"),
        Mutation("not started", "xtrabackup", "START SLAVE;", "", "configured only"),
    ],
    "ok stale stale": [
        Mutation("no binary log", "init-mysql", "cp /mnt/config-map/primary.cnf /mnt/conf.d/", "true", "XB-33"),
        Mutation("nobody clones", "clone-mysql", "-d /var/lib/mysql/mysql", "-d /var/lib/mysql", "each makes its own"),
        Mutation("another directory", "xtrabackup", "cd /var/lib/mysql", "cd /var/lib", "no coordinates there"),
        Mutation(
            "rm of what is not there", "xtrabackup", "rm -f xtrabackup_b", "rm xtrabackup_b", "burnt, then exit 1"
        ),
    ],
    "ok ok stale": [
        Mutation("no coordinates of a replica's", "xtrabackup", "--slave-info ", "", "XB-35"),
    ],
    "ok ok ok": [
        Mutation("all clone the primary", "clone-mysql", "$(($ordinal-1))", "0", "its data is as good"),
        Mutation(
            "nobody waits", "xtrabackup", 'until mysql -h 127.0.0.1 -e "SELECT 1"; do sleep 1; done', "true", "retried"
        ),
        Mutation("one clone each", "xtrabackup", "--keep-open ", "", "the sidecar is started again"),
        Mutation("stopped first", "xtrabackup", '-e "$(<change', '-e "STOP SLAVE; $(<change', "a note (REPL-41)"),
    ],
}


def changed(text: str, mutation: Mutation) -> str:
    """The manifest with one line of one container changed."""
    begin = text.index(f"      - name: {mutation.container}\n        image: ")
    end = text.find("\n      - name: ", begin)
    part = text[begin:end]
    assert part.count(mutation.old) == 1, (mutation.name, part.count(mutation.old))
    return text[:begin] + part.replace(mutation.old, mutation.new) + text[end:]


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the documentation's manifest is not beside this project")
@pytest.mark.parametrize(
    ("mutation", "outcome"),
    [
        pytest.param(mutation, words, id=mutation.name)
        for words, all_of_it in OUTCOMES.items()
        for mutation in all_of_it
    ],
)
def test_a_changed_line_comes_to_what_it_comes_to_for_real(mutation: Mutation, outcome: str) -> None:
    sources = [
        Source(path.name, changed(path.read_text(), mutation) if "statefulset" in path.name else path.read_text())
        for path in sorted(FOLDER.glob("*.yaml"))
    ]
    said = report(exploration.run(Setup.of(sources, {}), crashes=0))
    assert " ".join(said["crash_free"]["outcome"].values()) == outcome, mutation.why
