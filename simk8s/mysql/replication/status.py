"""SHOW SLAVE STATUS: its 57 columns out of what the replica is at (REPL-59)."""

from __future__ import annotations

from datetime import datetime

from simk8s.mysql.column import Row, Value
from simk8s.mysql.replication.replica import Replica, ThreadStatus

COLUMNS = (
    *("Slave_IO_State", "Master_Host", "Master_User", "Master_Port", "Connect_Retry", "Master_Log_File"),
    *("Read_Master_Log_Pos", "Relay_Log_File", "Relay_Log_Pos", "Relay_Master_Log_File", "Slave_IO_Running"),
    *("Slave_SQL_Running", "Replicate_Do_DB", "Replicate_Ignore_DB", "Replicate_Do_Table", "Replicate_Ignore_Table"),
    *("Replicate_Wild_Do_Table", "Replicate_Wild_Ignore_Table", "Last_Errno", "Last_Error", "Skip_Counter"),
    *("Exec_Master_Log_Pos", "Relay_Log_Space", "Until_Condition", "Until_Log_File", "Until_Log_Pos"),
    *("Master_SSL_Allowed", "Master_SSL_CA_File", "Master_SSL_CA_Path", "Master_SSL_Cert", "Master_SSL_Cipher"),
    *("Master_SSL_Key", "Seconds_Behind_Master", "Master_SSL_Verify_Server_Cert", "Last_IO_Errno", "Last_IO_Error"),
    *("Last_SQL_Errno", "Last_SQL_Error", "Replicate_Ignore_Server_Ids", "Master_Server_Id", "Master_UUID"),
    *("Master_Info_File", "SQL_Delay", "SQL_Remaining_Delay", "Slave_SQL_Running_State", "Master_Retry_Count"),
    *("Master_Bind", "Last_IO_Error_Timestamp", "Last_SQL_Error_Timestamp", "Master_SSL_Crl", "Master_SSL_Crlpath"),
    *("Retrieved_Gtid_Set", "Executed_Gtid_Set", "Auto_Position", "Replicate_Rewrite_DB", "Channel_Name"),
    "Master_TLS_Version",
)


def status_row(replica: Replica, now: datetime, timestamp: int) -> Row | None:
    """The row, or None on a server that is no replica. `timestamp` is now in seconds since 1970."""
    if not replica.is_configured:
        return None
    master, applied, io, sql = replica.master, replica.applied, replica.io, replica.sql
    values: dict[str, Value] = dict.fromkeys(COLUMNS, "")
    values.update(
        Slave_IO_State=io.state,
        Master_Host=master.host,
        Master_User=master.user,
        Master_Port=master.port,
        Connect_Retry=master.connect_retry,
        Master_Log_File=master.log_file,
        Read_Master_Log_Pos=master.log_pos,
        Relay_Log_File=applied.relay_file,
        Relay_Log_Pos=applied.relay_pos,
        Relay_Master_Log_File=applied.master_file,
        Slave_IO_Running=io.running,
        Slave_SQL_Running=sql.running,
        Last_Errno=sql.errno,
        Last_Error=sql.error,
        Skip_Counter=replica.skip_counter,
        Exec_Master_Log_Pos=applied.master_pos,
        Relay_Log_Space=replica.relay_space(),
        Until_Condition="None",
        Until_Log_Pos=0,
        Master_SSL_Allowed="No",
        Seconds_Behind_Master=seconds_behind(replica, timestamp),
        Master_SSL_Verify_Server_Cert="No",
        Last_IO_Errno=io.errno,
        Last_IO_Error=io.error,
        Last_SQL_Errno=sql.errno,
        Last_SQL_Error=sql.error,
        Master_Server_Id=replica.master_server_id,
        Master_UUID=master.uuid,
        Master_Info_File="/var/lib/mysql/master.info",
        SQL_Delay=applied.delay,
        SQL_Remaining_Delay=None,
        Slave_SQL_Running_State=sql.state,
        Master_Retry_Count=master.retry_count,
        Master_Bind=master.bind,
        Last_IO_Error_Timestamp=_stamp(io),
        Last_SQL_Error_Timestamp=_stamp(sql),
        Auto_Position=int(master.auto_position),
    )
    return tuple(values[column] for column in COLUMNS)


def seconds_behind(replica: Replica, timestamp: int) -> int | None:
    """REPL-60: NULL if the applier is stopped, or has nothing to do while the receiver is not connected."""
    if replica.sql.running != "Yes":
        return None
    if is_drained(replica):
        return 0 if replica.io.running == "Yes" else None
    return max(0, timestamp - replica.event_timestamp - replica.clock_difference) if replica.event_timestamp else 0


def is_drained(replica: Replica) -> bool:
    """Whether everything received has been applied."""
    applied, master = replica.applied, replica.master
    return (applied.master_file, applied.master_pos) == (master.log_file, master.log_pos)


def _stamp(thread: ThreadStatus) -> str:
    return thread.error_time.strftime("%y%m%d %H:%M:%S") if thread.error_time is not None else ""
