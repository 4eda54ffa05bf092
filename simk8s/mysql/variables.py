"""The system variables of 5.7 that the model has, with their defaults (MYSQLD-34). Data only."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.mysql.column import Value

SQL_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One system variable. scope: global, session or both. kind: bool, int, float, text, or enum with `choices`."""

    default: Value
    scope: str = "both"
    kind: str = "text"
    dynamic: bool = True
    choices: tuple[str, ...] = ()
    minimum: int = 0


def _switch(default: int, scope: str = "global", *, dynamic: bool = True) -> Variable:
    return Variable(default, scope, "bool", dynamic)


def _number(default: int, scope: str = "global", *, dynamic: bool = True, minimum: int = 0) -> Variable:
    return Variable(default, scope, "int", dynamic, minimum=minimum)


def _fixed(default: Value) -> Variable:
    return Variable(default, "global", "text", dynamic=False)


def _enum(default: str, *choices: str, scope: str = "global", dynamic: bool = True) -> Variable:
    return Variable(default, scope, "enum", dynamic, choices)


VARIABLES: dict[str, Variable] = {
    # the server itself
    "basedir": _fixed("/usr/"),
    "bind_address": _fixed("*"),
    "datadir": _fixed("/var/lib/mysql/"),
    "hostname": _fixed(""),
    "license": _fixed("GPL"),
    "log_error": _fixed("stderr"),
    "lower_case_file_system": _switch(0, dynamic=False),
    "lower_case_table_names": _number(0, dynamic=False),
    "pid_file": _fixed("/var/run/mysqld/mysqld.pid"),
    "plugin_dir": _fixed("/usr/lib/mysql/plugin/"),
    "port": _number(3306, dynamic=False),
    "protocol_version": _number(10, dynamic=False),
    "report_host": _fixed(""),
    "report_port": _number(3306, dynamic=False),
    "secure_file_priv": _fixed("/var/lib/mysql-files/"),
    "server_id": _number(0),
    "server_uuid": _fixed(""),
    "skip_name_resolve": _switch(0, dynamic=False),
    "skip_networking": _switch(0, dynamic=False),
    "socket": _fixed("/var/run/mysqld/mysqld.sock"),
    "system_time_zone": _fixed("UTC"),
    "time_zone": Variable("SYSTEM"),
    "tmpdir": _fixed("/tmp"),
    "version": _fixed(""),
    "version_comment": _fixed("MySQL Community Server (GPL)"),
    "version_compile_machine": _fixed("x86_64"),
    "version_compile_os": _fixed("Linux"),
    "have_ssl": _fixed("DISABLED"),
    "have_openssl": _fixed("DISABLED"),
    "have_profiling": _fixed("YES"),
    "default_authentication_plugin": _fixed("mysql_native_password"),
    # connections and limits
    "connect_timeout": _number(10, minimum=2),
    "host_cache_size": _number(279),
    "interactive_timeout": _number(28800, "both", minimum=1),
    "lock_wait_timeout": _number(31536000, "both", minimum=1),
    "max_allowed_packet": _number(4194304, "both", minimum=1024),
    "max_connect_errors": _number(100, minimum=1),
    "max_connections": _number(151, minimum=1),
    "max_user_connections": _number(0),
    "net_read_timeout": _number(30, "both", minimum=1),
    "net_retry_count": _number(10, "both", minimum=1),
    "net_write_timeout": _number(60, "both", minimum=1),
    "open_files_limit": _number(1048576, dynamic=False),
    "sort_buffer_size": _number(262144, "both"),
    "table_open_cache": _number(2000),
    "thread_cache_size": _number(9),
    "tmp_table_size": _number(16777216, "both"),
    "max_heap_table_size": _number(16777216, "both"),
    "key_buffer_size": _number(8388608),
    "query_cache_size": _number(1048576),
    "query_cache_type": _enum("OFF", "OFF", "ON", "DEMAND", scope="both"),
    "wait_timeout": _number(28800, "both", minimum=1),
    "group_concat_max_len": _number(1024, "both", minimum=4),
    # how statements behave
    "auto_increment_increment": _number(1, "both", minimum=1),
    "auto_increment_offset": _number(1, "both", minimum=1),
    "autocommit": _switch(1, "both"),
    "default_storage_engine": Variable("InnoDB"),
    "default_week_format": _number(0, "both"),
    "div_precision_increment": _number(4, "both"),
    "explicit_defaults_for_timestamp": _switch(0, "both"),
    "foreign_key_checks": _switch(1, "both"),
    "identity": _number(0, "session"),
    "last_insert_id": _number(0, "session"),
    "max_execution_time": _number(0, "both"),
    "sql_auto_is_null": _switch(0, "both"),
    "sql_big_selects": _switch(1, "both"),
    "sql_log_bin": _switch(1, "session"),
    "sql_mode": Variable(SQL_MODE),
    "sql_notes": _switch(1, "both"),
    "sql_quote_show_create": _switch(1, "both"),
    "sql_safe_updates": _switch(0, "both"),
    "sql_warnings": _switch(0, "both"),
    "timestamp": Variable(0.0, "session", "float"),
    "transaction_isolation": _enum(
        *("REPEATABLE-READ", "READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE"), scope="both"
    ),
    "tx_isolation": _enum(
        *("REPEATABLE-READ", "READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE"), scope="both"
    ),
    "transaction_read_only": _switch(0, "both"),
    "tx_read_only": _switch(0, "both"),
    "unique_checks": _switch(1, "both"),
    "warning_count": Variable(0, "session", "int", dynamic=False),
    "error_count": Variable(0, "session", "int", dynamic=False),
    # character sets
    "character_set_client": Variable("latin1"),
    "character_set_connection": Variable("latin1"),
    "character_set_database": Variable("latin1"),
    "character_set_filesystem": Variable("binary"),
    "character_set_results": Variable("latin1"),
    "character_set_server": Variable("latin1"),
    "character_set_system": _fixed("utf8"),
    "character_sets_dir": _fixed("/usr/share/mysql/charsets/"),
    "collation_connection": Variable("latin1_swedish_ci"),
    "collation_database": Variable("latin1_swedish_ci"),
    "collation_server": Variable("latin1_swedish_ci"),
    "init_connect": Variable("", "global"),
    # logs
    "general_log": _switch(0),
    "general_log_file": Variable("", "global"),
    "log_output": Variable("FILE", "global"),
    "log_queries_not_using_indexes": _switch(0),
    "log_warnings": _number(2),
    "log_error_verbosity": _number(3, minimum=1),
    "long_query_time": Variable(10.0, "both", "float"),
    "slow_query_log": _switch(0),
    "slow_query_log_file": Variable("", "global"),
    # binary log and replication
    "binlog_cache_size": _number(32768),
    "binlog_checksum": _enum("CRC32", "NONE", "CRC32", dynamic=False),
    "binlog_error_action": _enum("ABORT_SERVER", "IGNORE_ERROR", "ABORT_SERVER"),
    "binlog_format": _enum("ROW", "MIXED", "STATEMENT", "ROW", scope="both"),
    "binlog_group_commit_sync_delay": _number(0),
    "binlog_row_image": _enum("FULL", "MINIMAL", "NOBLOB", "FULL", scope="both"),
    "binlog_rows_query_log_events": _switch(0, "both"),
    "enforce_gtid_consistency": _enum("OFF", "OFF", "ON", "WARN", dynamic=False),
    "expire_logs_days": _number(0),
    "gtid_executed": _fixed(""),
    "gtid_mode": _enum("OFF", "OFF", "OFF_PERMISSIVE", "ON_PERMISSIVE", "ON", dynamic=False),
    "gtid_next": Variable("AUTOMATIC", "session"),
    "gtid_owned": _fixed(""),
    "gtid_purged": Variable("", "global", dynamic=False),
    "init_slave": Variable("", "global"),
    "log_bin": _switch(0, dynamic=False),
    "log_bin_basename": _fixed(""),
    "log_bin_index": _fixed(""),
    "log_bin_trust_function_creators": _switch(0),
    "log_slave_updates": _switch(0, dynamic=False),
    "master_info_repository": _enum("FILE", "FILE", "TABLE"),
    "max_binlog_size": _number(1073741824, minimum=4096),
    "max_relay_log_size": _number(0),
    "read_only": _switch(0),
    "relay_log": _fixed(""),
    "relay_log_basename": _fixed(""),
    "relay_log_index": _fixed(""),
    "relay_log_info_file": _fixed("relay-log.info"),
    "relay_log_info_repository": _enum("FILE", "FILE", "TABLE"),
    "relay_log_purge": _switch(1),
    "relay_log_recovery": _switch(0, dynamic=False),
    "relay_log_space_limit": _number(0, dynamic=False),
    "slave_exec_mode": _enum("STRICT", "STRICT", "IDEMPOTENT"),
    "slave_net_timeout": _number(60, minimum=1),
    "slave_parallel_type": _enum("DATABASE", "DATABASE", "LOGICAL_CLOCK"),
    "slave_parallel_workers": _number(0),
    "slave_rows_search_algorithms": Variable("TABLE_SCAN,INDEX_SCAN", "global"),
    "slave_skip_errors": _fixed("OFF"),
    "slave_transaction_retries": _number(10),
    "sql_slave_skip_counter": _number(0),
    "super_read_only": _switch(0),
    "sync_binlog": _number(1),
    "sync_master_info": _number(10000),
    "sync_relay_log": _number(10000),
    "sync_relay_log_info": _number(10000),
    # InnoDB
    "have_innodb": _fixed("YES"),
    "innodb_autoinc_lock_mode": _number(1, dynamic=False),
    "innodb_buffer_pool_dump_at_shutdown": _switch(1),
    "innodb_buffer_pool_filename": Variable("ib_buffer_pool", "global"),
    "innodb_buffer_pool_load_at_startup": _switch(1, dynamic=False),
    "innodb_buffer_pool_size": _number(134217728),
    "innodb_checksum_algorithm": Variable("crc32", "global"),
    "innodb_data_file_path": _fixed("ibdata1:12M:autoextend"),
    "innodb_data_home_dir": _fixed(""),
    "innodb_fast_shutdown": _number(1),
    "innodb_file_format": Variable("Barracuda", "global"),
    "innodb_file_per_table": _switch(1, dynamic=False),
    "innodb_flush_log_at_trx_commit": _number(1),
    "innodb_flush_method": _fixed(""),
    "innodb_force_recovery": _number(0, dynamic=False),
    "innodb_io_capacity": _number(200, minimum=100),
    "innodb_lock_wait_timeout": _number(50, "both", minimum=1),
    "innodb_log_block_size": _number(512, dynamic=False),
    "innodb_log_buffer_size": _number(16777216, dynamic=False),
    "innodb_log_checksums": _switch(1),
    "innodb_log_file_size": _number(50331648, dynamic=False),
    "innodb_log_files_in_group": _number(2, dynamic=False),
    "innodb_log_group_home_dir": _fixed("./"),
    "innodb_page_size": _number(16384, dynamic=False),
    "innodb_read_only": _switch(0, dynamic=False),
    "innodb_rollback_on_timeout": _switch(0, dynamic=False),
    "innodb_strict_mode": _switch(1, "both"),
    "innodb_support_xa": _switch(1, "both"),
    "innodb_undo_directory": _fixed("./"),
    "innodb_undo_tablespaces": _number(0, dynamic=False),
    "innodb_version": _fixed(""),
}
