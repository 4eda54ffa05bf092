"""The start of a server on an existing directory, in the order of MYSQLD-40."""

from __future__ import annotations

from simk8s.mysql import binlog
from simk8s.mysql.column import Value
from simk8s.mysql.directory import DataDirectory
from simk8s.mysql.engine.account import Accounts
from simk8s.mysql.engine.catalog import Catalog
from simk8s.mysql.engine.privilege_table import read_grants
from simk8s.mysql.engine.server import Host, Server
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.logset import LogSet
from simk8s.mysql.option import Options
from simk8s.mysql.replication.replica import Replica
from simk8s.mysql.start.failure import abort
from simk8s.mysql.start.identity import server_uuid
from simk8s.mysql.start.storage import Started, start_storage
from simk8s.mysql.step import Log, Stage, Steps
from simk8s.mysql.variables import VARIABLES

LISTEN = Stage(0, "listen")
"""Yielded where the real server opens its sockets: after storage and binary log, before the privilege tables."""


def start(directory: DataDirectory, options: Options, host: Host, version: str) -> Steps[Server]:
    """Bring a server up as far as "ready for connections". `version` is the number alone (`5.7.42`).

    Raises StartFailure, its reasons logged. Replication threads are not started: see `Server.starts_replication`.
    """
    yield from check_binary_log(options)
    log = binary_log(directory, options, host, version)
    full_version = f"{version}-log" if log is not None else version
    if log is not None:
        if options.log_bin == "":
            yield Log("Warning", _unnamed("log-bin", "log-bin-index", log.base, "a master"))
        yield from log.open_index()
    started = yield from start_storage(directory, full_version, lambda: binlog.logged_xids(log))
    server = _server(directory, options, host, full_version, log, started)
    yield from _open_plugin_table(server)
    if log is not None:
        yield from binlog.recover(log)
        yield from log.open_new(with_gtids=False)
    server.server_uuid = yield from server_uuid(directory, host.new_uuid)
    server.variables["server_uuid"] = server.server_uuid
    yield from _open_gtid_table(server)
    yield from make_binary_log_header(log)
    yield LISTEN
    yield from _open_privilege_tables(server)
    yield from _start_replication(server)
    server.started = host.now()
    return server


def check_binary_log(options: Options) -> Steps[None]:
    """MYSQLD-23."""
    if options.log_bin is not None and not options.number("server_id"):
        if "server_id" in options.variables:
            return
        yield from abort(
            "You have enabled the binary log, but you haven't provided the mandatory server-id. Please refer to the "
            "proper server start-up parameters documentation"
        )


def binary_log(directory: DataDirectory, options: Options, host: Host, version: str) -> LogSet | None:
    base = options.log_base(host.hostname)
    if base is None:
        return None
    return LogSet(directory, base, options.number("server_id"), f"{version}-log", lambda: _seconds(host))


def make_binary_log_header(log: LogSet | None) -> Steps[None]:
    """The second event of the file, which is written only when the GTID sets are known (MYSQLD-20 row 9)."""
    if log is not None:
        yield from log.write_previous_gtids()


def _seconds(host: Host) -> int:
    return host.clock() // 1_000_000


def _server(
    directory: DataDirectory, options: Options, host: Host, version: str, log: LogSet | None, started: Started
) -> Server:
    innodb = started.innodb
    server_id = options.number("server_id")
    relay = LogSet(directory, options.relay_base(host.hostname), server_id, version, lambda: _seconds(host))
    replica = Replica(directory, relay, server_id, is_usable=server_id != 0)
    server = Server(
        host, options, directory, version, innodb, Catalog(directory, innodb), Accounts(), replica, binlog=log
    )
    server.is_inconsistent = started.inconsistent
    for name, value in options.variables.items():
        (server.session_defaults if VARIABLES[name].scope == "both" else server.variables)[name] = value
    server.variables.update(_computed(options, host, version, log, relay))
    return server


def _computed(options: Options, host: Host, version: str, log: LogSet | None, relay: LogSet) -> dict[str, Value]:
    data = str(options.get("datadir"))
    values: dict[str, Value] = {
        "hostname": host.hostname,
        "version": version,
        "innodb_version": version.removesuffix("-log"),
        "log_bin": int(log is not None),
        "relay_log": options.relay_log,
        "relay_log_basename": f"{data}{relay.base}",
        "relay_log_index": f"{data}{relay.index}",
        "general_log_file": f"{data}{host.hostname}.log",
        "slow_query_log_file": f"{data}{host.hostname}-slow.log",
    }
    if log is not None:
        values.update(log_bin_basename=f"{data}{log.base}", log_bin_index=f"{data}{log.index}")
    return values


def _open_plugin_table(server: Server) -> Steps[None]:
    try:
        yield from server.catalog.open("mysql", "plugin")
    except MySQLError:
        yield Log("ERROR", "Can't open the mysql.plugin table. Please run mysql_upgrade to create it.")


def _open_gtid_table(server: Server) -> Steps[None]:
    try:
        yield from server.catalog.open("mysql", "gtid_executed")
    except MySQLError:
        for _ in range(2):
            yield Log("Warning", "Gtid table is not ready to be used. Table 'mysql.gtid_executed' cannot be opened.")


def _open_privilege_tables(server: Server) -> Steps[None]:
    """MYSQLD-61: the server does not start without its grant tables."""
    try:
        for name in ("user", "db", "proxies_priv"):
            yield from server.catalog.open("mysql", name)
        yield from read_grants(server)
    except MySQLError as error:
        yield Log("ERROR", f"Fatal error: Can't open and lock privilege tables: {error.text}")
        yield from abort(
            "Fatal error: Failed to initialize ACL/grant/time zones structures or failed to remove temporary table "
            "files."
        )


def _start_replication(server: Server) -> Steps[None]:
    """REPL-44: with settings on disk and unless told otherwise, the threads are to be started."""
    replica = server.replica
    if not replica.is_usable:
        return
    if server.directory.is_file("master.info") and not server.options.relay_log:
        yield Log("Warning", _unnamed("relay-log", "relay-log-index", replica.relay.base, "a slave"))
    yield from replica.load()
    skipped = "skip_slave_start" in server.options.flags
    server.starts_replication = replica.is_configured and not replica.is_broken and not skipped


def _unnamed(option: str, index: str, base: str, role: str) -> str:
    if option == "log-bin":
        head = f"No argument was provided to --{option}, and --{index} was not used"
    else:
        head = f"Neither --{option} nor --{index} were used"
    return (
        f"{head}; so replication may break when this MySQL server acts as {role} and has his hostname changed!! "
        f"Please use '--{option}={base}' to avoid this problem."
    )
