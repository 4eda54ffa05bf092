"""One-line mutations of the safe MySQL manifest, and what becomes of each.

`old` is in one line of `container` in `scenarios/mysql-safe/statefulset.yaml`, and `new` takes its place. `at` is how
the command begins at which a crash must be told as a hole, "" where the run fails without any crash. `why` is why, or
why it does no harm. `pod` is the one whose points tell.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    name: str
    container: str
    old: str
    new: str
    why: str
    pod: str = "mysql-1"
    at: str = ""


HARMFUL = [
    Mutation("every Pod is number 0", "init-mysql", "=${HOSTNAME##*-}", "=0", "all have one server id, and log"),
    Mutation("server id 0", "init-mysql", "$((100 + ordinal))", "$((ordinal))", "0 means that there is no server id"),
    Mutation("the group is lost", "init-mysql", '))" >>', '))" >', "the second line replaces the first: no group"),
    Mutation("roles exchanged", "init-mysql", "-eq 0", "-ne 0", "the primary takes no rows and has no log"),
    Mutation(
        "the configuration is moved", "init-mysql", "cp /mnt/config-map/primary", "mv /mnt/config-map/primary", "EROFS"
    ),
    Mutation(
        "data is made by every Pod", "create-data", "[[ ${HOSTNAME##*-} -eq 0 ]] || exit 0", "true", "no coordinates"
    ),
    Mutation(
        "any server counts", "create-data", 'mysql -h 127.0.0.1 -e "SELECT 1"', "mysqladmin ping", "a socket is no TCP"
    ),
    Mutation("the server is shot", "create-data", "mysqladmin -h 127.0.0.1 shutdown", "kill -9 $!", "wait says 137"),
    Mutation(
        "nobody stops the server", "create-data", "mysqladmin -h 127.0.0.1 shutdown", "true", "wait never returns"
    ),
    Mutation("another directory", "create-data", ", subPath: mysql", "", "data is made where nobody looks"),
    Mutation(
        "no prepare", "clone-data", "xtrabackup --prepare --target-dir=/var/lib/mysql", "true", "it is not a backup yet"
    ),
    Mutation("no clone", "clone-data", "xbstream -x -C /var/lib/mysql", "cat > /dev/null", "the stream goes nowhere"),
    Mutation("impatient start", "mysql", "failureThreshold: 150", "failureThreshold: 1", "killed before it is up"),
    Mutation("it follows itself", "replication", "'mysql-0.mysql'", "'mysql-1.mysql'", "equal server ids (REPL-15)"),
    Mutation(
        "replication is not started", "replication", 'mysql -h 127.0.0.1 -e "START SLAVE"', "true", "configured only"
    ),
    Mutation("the primary is to follow", "replication", "-ne 0", "-ge 0", "it has no coordinates"),
    Mutation(
        "the data is always made again",
        "create-data",
        "[[ -f .complete ]] && exit 0",
        "true",
        "the primary's rows are gone when its Pod is made again",
        pod="mysql-0",
        at='exec "$@"',
    ),
    Mutation(
        "what is left of an initialisation stays",
        "create-data",
        "rm -rf -- *",
        "true",
        "--initialize refuses a directory with files in it (ENTRY-47)",
        pod="mysql-0",
        at="kill -0",
    ),
    Mutation(
        "the marker of the data comes first",
        "create-data",
        "rm -rf -- *",
        "touch .complete",
        "half-made data counts as complete",
        pod="mysql-0",
        at="docker-entrypoint.sh mysqld",
    ),
    Mutation(
        "a directory is taken for a marker",
        "clone-data",
        "[[ -f .complete ]] && exit 0",
        "[[ -d mysql ]] && exit 0",
        "a clone that was cut off counts as complete (S01)",
        at="xbstream",
    ),
    Mutation(
        "what is left of a clone stays",
        "clone-data",
        "rm -rf -- *",
        "true",
        "xbstream finds files that exist already (XB-71)",
        at="xbstream",
    ),
    Mutation(
        "the marker of a clone comes before prepare",
        "clone-data",
        "[[ -f xtrabackup_info ]]",
        "touch .complete",
        "unprepared data counts as complete (XB-77b)",
        at="xtrabackup --prepare",
    ),
    Mutation(
        "replication is configured at every start",
        "replication",
        "if [[ -z $status ]]; then",
        "if true; then",
        "error 3021: it runs already (S02)",
        at="exec ncat",
    ),
    Mutation(
        "nobody asks whether it replicates",
        "replication",
        'status=$(mysql -h 127.0.0.1 -e "SHOW SLAVE STATUS")',
        "status=",
        "error 3021: it runs already (S02)",
        at="exec ncat",
    ),
    Mutation(
        "coordinates are burnt before they are used",
        "replication",
        "read -r file position _ < xtrabackup_binlog_info",
        "read -r file position _ < xtrabackup_binlog_info; rm xtrabackup_binlog_info",
        "the next start has none (S04)",
        at="mysql -h 127.0.0.1 -e",
    ),
    Mutation(
        "failures of the sidecar are passed over",
        "replication",
        "set -exo pipefail",
        "set -x",
        "where the server is away at the wrong moment nobody configures replication, and nobody notices",
        at="mysql -h 127.0.0.1 -e",
    ),
]

HARMLESS = {
    "the configuration": [
        Mutation("init-mysql goes on", "init-mysql", "set -ex", "set -x", "nothing in it fails; a kill ends it anyway"),
        Mutation(
            "the group is appended", "init-mysql", 'mysqld]" >', 'mysqld]" >>', "the same group twice is the same"
        ),
    ],
    "an initialisation unwatched": [
        Mutation("no look", "create-data", "kill -0 $!", "true", "a crash ends all of the container", "mysql-0"),
        Mutation("no end", "create-data", "wait $!", "true", "a server cut off in its shutdown recovers", "mysql-0"),
        Mutation("no sync", "create-data", "sync", "true", "only a loss of power loses what was written", "mysql-0"),
    ],
    "a clone of the primary": [
        Mutation("no sync", "clone-data", "sync", "true", "only a loss of power loses what was written"),
        Mutation("no pipefail", "clone-data", "set -exo pipefail", "set -ex", "the stream's last file is looked for"),
        Mutation("all clone it", "clone-data", "mysql-$((${HOSTNAME##*-} - 1))", "mysql-0", "its data is as good"),
    ],
    "a clone unmarked": [
        Mutation("no last file", "clone-data", "[[ -f xtrabackup_info ]]", "true", "prepare refuses half a stream"),
        Mutation("no marker", "clone-data", "touch .complete", "true", "a new Pod clones once more: slow, and right"),
    ],
    "a hasty sidecar": [
        Mutation("no patience", "replication", "do sleep 1;", "do break;", "it fails and is started again"),
        Mutation("an empty file", "replication", "[[ -s", "[[ -f", "this version makes no empty one (XB-30)"),
        Mutation("the default retry", "replication", ", MASTER_CONNECT_RETRY=10", "", "it connects after a minute"),
    ],
    "a sidecar that starts nothing": [
        Mutation("no start", "replication", 'START SLAVE"', 'START SLAVE" || true', "a restart does it (REPL-44)"),
    ],
}
"""By what they come to together; those of one container each."""


def mutated(text: str, mutation: Mutation) -> str:
    """The manifest with one line of one container changed."""
    begin = text.index(f"- name: {mutation.container}\n")
    ends = [text.find(mark, begin + 1) for mark in ("\n        - name: ", "\n      containers:", "\n      volumes:")]
    end = min(place for place in ends if place > 0)
    part = text[begin:end]
    assert part.count(mutation.old) == 1, (mutation.name, part.count(mutation.old))
    return text[:begin] + part.replace(mutation.old, mutation.new) + text[end:]
