"""The names of what performance_schema and sys hold: `.frm` files and triggers. Data only."""

from __future__ import annotations

_BY = ("account", "host", "thread", "user")

PERFORMANCE_SCHEMA = sorted(
    {
        *("accounts", "cond_instances", "file_instances", "file_summary_by_event_name", "file_summary_by_instance"),
        *("global_status", "global_variables", "host_cache", "hosts", "metadata_locks", "mutex_instances"),
        *("objects_summary_global_by_type", "performance_timers", "prepared_statements_instances"),
        *("replication_applier_configuration", "replication_applier_status"),
        *("replication_applier_status_by_coordinator", "replication_applier_status_by_worker"),
        *("replication_connection_configuration", "replication_connection_status"),
        *("replication_group_member_stats", "replication_group_members", "rwlock_instances"),
        *("session_account_connect_attrs", "session_connect_attrs", "session_status", "session_variables"),
        *("setup_actors", "setup_consumers", "setup_instruments", "setup_objects", "setup_timers"),
        *("socket_instances", "socket_summary_by_event_name", "socket_summary_by_instance", "table_handles"),
        *("table_io_waits_summary_by_index_usage", "table_io_waits_summary_by_table"),
        *("table_lock_waits_summary_by_table", "threads", "user_variables_by_thread", "users", "variables_by_thread"),
        *(f"status_by_{by}" for by in _BY),
        *(f"memory_summary_by_{by}_by_event_name" for by in _BY),
        "memory_summary_global_by_event_name",
        *(
            f"events_{kind}_{what}"
            for kind in ("stages", "statements", "transactions", "waits")
            for what in ("current", "history", "history_long", "summary_global_by_event_name")
        ),
        *(
            f"events_{kind}_summary_by_{by}_by_event_name"
            for kind in ("stages", "statements", "transactions", "waits")
            for by in _BY
        ),
        *("events_statements_summary_by_digest", "events_statements_summary_by_program"),
        "events_waits_summary_by_instance",
    }
)

_WITH_RAW = (
    *("host_summary", "host_summary_by_file_io", "host_summary_by_file_io_type", "host_summary_by_stages"),
    *("host_summary_by_statement_latency", "host_summary_by_statement_type", "innodb_buffer_stats_by_schema"),
    *("innodb_buffer_stats_by_table", "innodb_lock_waits", "io_by_thread_by_latency", "io_global_by_file_by_bytes"),
    *("io_global_by_file_by_latency", "io_global_by_wait_by_bytes", "io_global_by_wait_by_latency", "latest_file_io"),
    *("memory_by_host_by_current_bytes", "memory_by_thread_by_current_bytes", "memory_by_user_by_current_bytes"),
    *("memory_global_by_current_bytes", "memory_global_total", "processlist", "schema_index_statistics"),
    *("schema_table_lock_waits", "schema_table_statistics", "schema_table_statistics_with_buffer"),
    *("schema_tables_with_full_table_scans", "session", "statement_analysis", "statements_with_errors_or_warnings"),
    *("statements_with_full_table_scans", "statements_with_runtimes_in_95th_percentile", "statements_with_sorting"),
    *("statements_with_temp_tables", "user_summary", "user_summary_by_file_io", "user_summary_by_file_io_type"),
    *("user_summary_by_stages", "user_summary_by_statement_latency", "user_summary_by_statement_type"),
    *("wait_classes_global_by_avg_latency", "wait_classes_global_by_latency", "waits_by_host_by_latency"),
    *("waits_by_user_by_latency", "waits_global_by_latency"),
)

SYS_VIEWS = sorted(
    {
        *_WITH_RAW,
        *(f"x@0024{name}" for name in _WITH_RAW),
        *("metrics", "ps_check_lost_instrumentation", "schema_auto_increment_columns", "schema_object_overview"),
        *("schema_redundant_indexes", "schema_unused_indexes", "session_ssl_status", "version"),
        *("x@0024ps_digest_95th_percentile_by_avg_us", "x@0024ps_digest_avg_latency_distribution"),
        *("x@0024ps_schema_table_statistics_io", "x@0024schema_flattened_keys"),
    }
)

SYS_TRIGGERS = ("sys_config_insert_set_user", "sys_config_update_set_user")
