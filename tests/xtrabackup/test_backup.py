"""`xtrabackup --backup` of a running server: what the stream brings in which order, and how it breaks off."""

from __future__ import annotations

from simk8s.images.xtrabackup import xtrabackup
from simk8s.machine.signals import SIGKILL, SIGTERM
from simk8s.mysql.profile import Profile
from simk8s.mysql.xtrabackup.stream import Chunk, Decoder
from tests.mysql_server.world import Container, Output, Pod, World

BACKUP = "cd /var/lib/mysql; exec xtrabackup --backup --slave-info --stream=xbstream --host=127.0.0.1 --user=root"


def served() -> tuple[Pod, Container]:
    pod = World().pod(0)
    server = pod.serve()
    server.sql("CREATE DATABASE test; CREATE TABLE test.t (n INT PRIMARY KEY); INSERT INTO test.t VALUES (1)")
    return pod, server


class Running:
    """A backup that runs; its stream is kept in pieces, since joining them would fill their holes."""

    def __init__(self, sidecar: Container) -> None:
        self.sim = sidecar.sim
        self.errors = Output()
        self.stream = Output()
        self.process = sidecar.start("bash", "-c", BACKUP, output=self.stream, errors=self.errors)

    def finish(self) -> int:
        self.sim.run(self.process.exited)
        assert self.process.status is not None
        return self.process.status

    def chunks(self) -> list[Chunk]:
        decoder = Decoder()
        chunks = list(decoder.feed(self.stream.data))
        decoder.finish()
        return chunks

    def paths(self) -> list[str]:
        """Files in the order in which they end."""
        return [chunk.path for chunk in self.chunks() if chunk.data is None]

    def texts(self) -> list[str]:
        """The log without its times."""
        return [line[16:] if line[:6].isdigit() else line for line in self.errors.text.splitlines()]


def test_files_come_in_this_order() -> None:
    """XB-15 to XB-26, XB-28."""
    pod, _ = served()
    backup = Running(pod.sidecar())
    assert backup.finish() == 0
    paths = backup.paths()
    spaces = [path for path in paths if path.endswith(".ibd")]
    assert paths[0] == "ibdata1"
    assert paths[1 : 1 + len(spaces)] == spaces
    assert spaces[0].startswith("mysql/") and spaces[-1] == "test/t.ibd"
    rest = paths[1 + len(spaces) :]
    assert rest[0] == "mysql/columns_priv.MYD"
    assert rest[-8:] == [
        *("test/t.frm", "xtrabackup_backupfiles/db.opt", "xtrabackup_binlog_info", "xtrabackup_logfile"),
        *("xtrabackup_checkpoints", "ib_buffer_pool", "backup-my.cnf", "xtrabackup_info"),
    ]
    left_out = ("auto.cnf", "ib_logfile0", "ibtmp1", "mysql-0-bin.000003", "mysql-0-bin.index")
    assert not set(left_out) & set(paths)  # XB-29


def test_its_log_tells_each_stage() -> None:
    """XB-1, XB-2, XB-17 to XB-27."""
    pod, _ = served()
    backup = Running(pod.sidecar())
    backup.finish()
    log = backup.texts()
    wanted = [
        " version_check Connected to MySQL server",
        "Using server version 5.7.42-log",
        "xtrabackup version 2.4.4 based on MySQL server 5.7.13 Linux (x86_64) (revision id: df58cf2)",
        "[01] Streaming ./ibdata1",
        "[01]        ...done",
        "Executing FLUSH NO_WRITE_TO_BINLOG TABLES...",
        "Executing FLUSH TABLES WITH READ LOCK...",
        "Starting to backup non-InnoDB tables and files",
        "Finished backing up non-InnoDB tables and files",
        "Failed to get master binlog coordinates from SHOW SLAVE STATUS",
        "[00] Streaming xtrabackup_binlog_info",
        "Executing FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS...",
        "xtrabackup: Stopping log copying thread.",
        "Executing UNLOCK TABLES",
        "All tables unlocked",
        "Backup created in directory '/var/lib/mysql/xtrabackup_backupfiles/'",
        "completed OK!",
    ]
    places = [log.index(line) for line in wanted]
    assert places == sorted(places)
    assert any(line.startswith("MySQL binlog position: filename 'mysql-0-bin.000003', position '") for line in log)


def test_rows_committed_while_files_are_copied_are_in_the_redo() -> None:
    """XB-13, XB-21: the clone has them although no data file had."""
    pod, server = served()
    clone = World().pod(1)
    backup = Running(pod.sidecar())
    pod.world.sim.run(pod.world.sim.now + 1.5)
    server.sql("INSERT INTO test.t VALUES (2)")
    backup.finish()
    receiver = clone.sidecar()
    assert receiver.run("xbstream", "-x", "-C", "/var/lib/mysql", stdin=backup.stream.data)[0] == 0
    assert receiver.run("xtrabackup", "--prepare", "--target-dir=/var/lib/mysql")[0] == 0
    assert clone.serve().sql("SELECT n FROM test.t", "-N") == "1\n2\n"


def test_an_archive_is_no_stream_for_xbstream() -> None:
    """XB-63: what is not a stream fails at its first byte; tar reads what `--stream=tar` wrote."""
    pod, _ = served()
    sidecar = pod.sidecar()
    backup = "xtrabackup --backup --stream=tar --host=127.0.0.1 --user=root 2>/dev/null"
    status, names, said = sidecar.bash(f"cd /var/lib/mysql; {backup} | tar -t")
    assert (status, said) == (0, "")
    assert names.splitlines()[0] == "ibdata1" and names.splitlines()[-1] == "xtrabackup_info"
    status, _, said = sidecar.bash(f"cd /var/lib/mysql; mkdir /tmp/new; {backup} | xbstream -x -C /tmp/new")
    assert (status, said) == (1, "xb_stream_read_chunk(): wrong chunk magic at offset 0x0.\n")
    assert sidecar.bash("ls -A /tmp/new")[1] == ""


def test_without_a_server_nothing_is_sent() -> None:
    """XB-3."""
    backup = Running(World().pod(0).sidecar())
    assert backup.finish() == 1
    assert backup.stream.data == b""
    assert (
        backup.texts()[-1] == "Failed to connect to MySQL server: Can't connect to MySQL server on '127.0.0.1' (111)."
    )


def test_a_server_that_stops_is_noticed_only_at_the_lock() -> None:
    """XB-40, DIR-63."""
    pod, server = served()
    backup = Running(pod.sidecar())
    pod.world.sim.run(pod.world.sim.now + 1.3)
    server.machine.processes[1].kill(SIGKILL)
    assert backup.finish() == 1
    assert backup.texts()[-1] == (
        "Error: failed to execute query SET SESSION lock_wait_timeout=31536000: MySQL server has gone away"
    )
    assert backup.paths()[-1] == "test/t.ibd"  # cleanly ended, without redo and information files


def test_a_stopping_server_is_not_held_up_by_a_backup() -> None:
    """MYSQLD-56."""
    pod, server = served()
    backup = Running(pod.sidecar())
    while "Starting to backup non-InnoDB" not in backup.errors.text:
        pod.world.sim.run(pod.world.sim.now + 0.05)
    main = server.machine.processes[1]
    main.kill(SIGTERM)
    pod.world.sim.run(main.exited)
    assert main.status == 0
    assert backup.finish() == 1


def test_a_slow_receiver_keeps_the_source_locked() -> None:
    """XB-43, S20."""
    pod, server = served()
    sidecar = pod.sidecar()
    sidecar.start("bash", "-c", f"{BACKUP} | {{ head -c 13000000 >/dev/null; sleep 30; cat >/dev/null; }}")
    pod.world.sim.run(pod.world.sim.now + 10)
    writer = server.start("mysql", "-h", "127.0.0.1", "-e", "INSERT INTO test.t VALUES (3)")
    pod.world.sim.run(pod.world.sim.now + 10)
    assert writer.status is None
    pod.world.sim.run(pod.world.sim.now + 30)
    assert writer.status == 0


def test_a_vanished_receiver_is_a_broken_pipe() -> None:
    """XB-14."""
    pod, server = served()
    status, _, errors = pod.sidecar().bash(f"set -o pipefail; {BACKUP} | head -c 100 >/dev/null")
    assert status == 1
    assert "(Errcode: 32 - Broken pipe)" in errors
    assert "xb_stream_write_data() failed." in errors
    assert server.sql("INSERT INTO test.t VALUES (3); SELECT COUNT(*) FROM test.t", "-N") == "2\n"


def test_a_killed_backup_frees_the_lock() -> None:
    """XB-42."""
    pod, server = served()
    backup = Running(pod.sidecar())
    while "Starting to backup non-InnoDB" not in backup.errors.text:
        pod.world.sim.run(pod.world.sim.now + 0.05)
    backup.process.kill(SIGKILL)
    assert server.sql("INSERT INTO test.t VALUES (3); SELECT COUNT(*) FROM test.t", "-N") == "2\n"


def test_a_later_version_brings_an_empty_slave_info() -> None:
    """SW-1, XB-30."""
    pod, _ = served()
    newer = Container(pod, xtrabackup(profile=Profile(xtrabackup_version="2.4.9")), "newer")
    backup = Running(newer)
    backup.finish()
    assert [chunk for chunk in backup.chunks() if chunk.path == "xtrabackup_slave_info"] == [
        Chunk("xtrabackup_slave_info")
    ]


def test_directories_in_another_order_bring_mysql_later() -> None:
    """SW-4, XB-22."""
    pod, _ = served()
    orders = set()
    for number in range(4):
        image = xtrabackup(profile=Profile(directory_order="chosen"))
        backup = Running(Container(pod, image, f"chosen-{number}"))
        assert backup.finish() == 0
        orders.add(tuple(path.split("/")[0] for path in backup.paths() if path.endswith(".ibd")))
    assert len(orders) > 1


def test_a_backup_into_a_directory_can_be_prepared() -> None:
    pod, _ = served()
    sidecar = pod.sidecar()
    status, _, errors = sidecar.run("xtrabackup", "--backup", "--target-dir=/tmp/copy", "--host=127.0.0.1")
    assert status == 0, errors
    assert "Copying ./ibdata1 to /tmp/copy" in errors
    assert sidecar.run("xtrabackup", "--prepare", "--target-dir=/tmp/copy")[0] == 0
