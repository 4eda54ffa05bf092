"""The tables that every data directory has: `mysql`, `performance_schema`, `sys` (MYSQLD-6 to MYSQLD-8). Data only.

A line is a table: its name, its engine, then its columns as `name type`, `!` for NOT NULL, `*` for the primary key, `+`
for AUTO_INCREMENT, `=value` for a default. Columns without `!` or `*` may be NULL.
"""

from __future__ import annotations

from functools import cache

from simk8s.mysql.column import Column, ColumnType, Special, Value, from_plain
from simk8s.mysql.engine.account import DATABASE_COLUMNS, PRIVILEGES
from simk8s.mysql.ibd import SPACE_SIZE
from simk8s.mysql.table import Definition, Index

_YES_NO = "enum(N,Y) ! =N"
_FLAGS = ",".join(f"{name} {_YES_NO}" for name in PRIVILEGES)
_DATABASE_FLAGS = ",".join(f"{name} {_YES_NO}" for name in DATABASE_COLUMNS)
_TABLE_WORDS = "Select|Insert|Update|Delete|Create|Drop|Grant|References|Index|Alter|Create View|Show view|Trigger"

# In the order in which they are made (MYSQLD-20 row 11).
_MYSQL = f"""
db MyISAM: Host char(60) *,Db char(64) *,User char(32) *,{_DATABASE_FLAGS}
user MyISAM: Host char(60) *,User char(32) *,{_FLAGS},ssl_type enum(|ANY|X509|SPECIFIED) ! =,ssl_cipher blob !,\
x509_issuer blob !,x509_subject blob !,max_questions int(11) unsigned ! =0,max_updates int(11) unsigned ! =0,\
max_connections int(11) unsigned ! =0,max_user_connections int(11) unsigned ! =0,\
plugin char(64) ! =mysql_native_password,authentication_string text,password_expired {_YES_NO},\
password_last_changed timestamp,password_lifetime smallint(5) unsigned,account_locked {_YES_NO}
func MyISAM: name char(64) *,ret tinyint(1) ! =0,dl char(128) ! =,type enum(function|aggregate) !
plugin InnoDB: name varchar(64) *,dl varchar(128) ! =
servers InnoDB: Server_name char(64) *,Host char(64) ! =,Db char(64) ! =,Username char(64) ! =,Password char(64) ! =,\
Port int(4) ! =0,Socket char(64) ! =,Wrapper char(64) ! =,Owner char(64) ! =
tables_priv MyISAM: Host char(60) *,Db char(64) *,User char(32) *,Table_name char(64) *,Grantor char(93) ! =,\
Timestamp timestamp ! =now,Table_priv set({_TABLE_WORDS}) ! =,Column_priv set(Select|Insert|Update|References) ! =
columns_priv MyISAM: Host char(60) *,Db char(64) *,User char(32) *,Table_name char(64) *,Column_name char(64) *,\
Timestamp timestamp ! =now,Column_priv set(Select|Insert|Update|References) ! =
help_topic InnoDB 5242880: help_topic_id int(10) unsigned *,name char(64) !,help_category_id smallint(5) unsigned !,\
description text !,example text !,url text !
help_category InnoDB: help_category_id smallint(5) unsigned *,name char(64) !,parent_category_id smallint(5) unsigned,\
url text !
help_relation InnoDB: help_topic_id int(10) unsigned *,help_keyword_id int(10) unsigned *
help_keyword InnoDB: help_keyword_id int(10) unsigned *,name char(64) !
time_zone_name InnoDB: Name char(64) *,Time_zone_id int(10) unsigned !
time_zone InnoDB: Time_zone_id int(10) unsigned * +,Use_leap_seconds enum(Y|N) ! =N
time_zone_transition InnoDB: Time_zone_id int(10) unsigned *,Transition_time bigint(20) *,\
Transition_type_id int(10) unsigned !
time_zone_transition_type InnoDB: Time_zone_id int(10) unsigned *,Transition_type_id int(10) unsigned *,\
Offset int(11) ! =0,Is_DST tinyint(3) unsigned ! =0,Abbreviation char(8) ! =
time_zone_leap_second InnoDB: Transition_time bigint(20) *,Correction int(11) !
proc MyISAM: db char(64) *,name char(64) *,type enum(FUNCTION|PROCEDURE) *,specific_name char(64) ! =,\
language enum(SQL) ! =SQL,sql_data_access enum(CONTAINS_SQL|NO_SQL|READS_SQL_DATA|MODIFIES_SQL_DATA) ! =CONTAINS_SQL,\
is_deterministic enum(YES|NO) ! =NO,security_type enum(INVOKER|DEFINER) ! =DEFINER,param_list blob !,\
returns longblob !,\
body longblob !,definer char(93) ! =,created timestamp ! =now,modified timestamp,sql_mode text !,comment text !,\
character_set_client char(32),collation_connection char(32),db_collation char(32),body_utf8 longblob
procs_priv MyISAM: Host char(60) *,Db char(64) *,User char(32) *,Routine_name char(64) *,\
Routine_type enum(FUNCTION|PROCEDURE) *,Grantor char(93) ! =,Proc_priv set(Execute|Alter Routine|Grant) ! =,\
Timestamp timestamp ! =now
general_log CSV: event_time timestamp ! =now,user_host mediumtext !,thread_id bigint(21) unsigned !,\
server_id int(10) unsigned !,command_type varchar(64) !,argument mediumblob !
slow_log CSV: start_time timestamp ! =now,user_host mediumtext !,query_time time !,lock_time time !,\
rows_sent int(11) !,\
rows_examined int(11) !,db varchar(512) !,last_insert_id int(11) !,insert_id int(11) !,server_id int(10) unsigned !,\
sql_text mediumblob !,thread_id bigint(21) unsigned !
event MyISAM: db char(64) *,name char(64) *,body longblob !,definer char(93) ! =,execute_at datetime,\
interval_value int(11),interval_field char(20),created timestamp ! =now,modified timestamp,last_executed datetime,\
starts datetime,ends datetime,status enum(ENABLED|DISABLED|SLAVESIDE_DISABLED) ! =ENABLED,\
on_completion enum(DROP|PRESERVE) ! =DROP,sql_mode text !,comment char(64) ! =,originator int(10) unsigned !,\
time_zone char(64) ! =SYSTEM,character_set_client char(32),collation_connection char(32),db_collation char(32),\
body_utf8 longblob
ndb_binlog_index MyISAM: Position bigint(20) unsigned !,File varchar(255) !,epoch bigint(20) unsigned *,\
inserts int(10) unsigned !,updates int(10) unsigned !,deletes int(10) unsigned !,schemaops int(10) unsigned !,\
orig_server_id int(10) unsigned *,orig_epoch bigint(20) unsigned *,gci int(10) unsigned !,\
next_position bigint(20) unsigned !,next_file varchar(255) !
innodb_table_stats InnoDB: database_name varchar(64) *,table_name varchar(64) *,last_update timestamp ! =now,\
n_rows bigint(20) unsigned !,clustered_index_size bigint(20) unsigned !,sum_of_other_index_sizes bigint(20) unsigned !
innodb_index_stats InnoDB: database_name varchar(64) *,table_name varchar(64) *,index_name varchar(64) *,\
last_update timestamp ! =now,stat_name varchar(64) *,stat_value bigint(20) unsigned !,sample_size bigint(20) unsigned,\
stat_description varchar(1024) !
slave_relay_log_info InnoDB: Number_of_lines int(10) unsigned !,Relay_log_name text !,\
Relay_log_pos bigint(20) unsigned !,\
Master_log_name text !,Master_log_pos bigint(20) unsigned !,Sql_delay int(11) !,Number_of_workers int(10) unsigned !,\
Id int(10) unsigned !,Channel_name char(64) *
slave_master_info InnoDB: Number_of_lines int(10) unsigned !,Master_log_name text !,\
Master_log_pos bigint(20) unsigned !,\
Host char(64),User_name text,User_password text,Port int(10) unsigned !,Connect_retry int(10) unsigned !,\
Enabled_ssl tinyint(1) !,Ssl_ca text,Ssl_capath text,Ssl_cert text,Ssl_cipher text,Ssl_key text,\
Ssl_verify_server_cert tinyint(1) !,Heartbeat float !,Bind text,Ignored_server_ids text,Uuid text,\
Retry_count bigint(20) unsigned !,Ssl_crl text,Ssl_crlpath text,Enabled_auto_position tinyint(1) !,\
Channel_name char(64) *,\
Tls_version text
slave_worker_info InnoDB: Id int(10) unsigned *,Relay_log_name text !,Relay_log_pos bigint(20) unsigned !,\
Master_log_name text !,Master_log_pos bigint(20) unsigned !,Checkpoint_relay_log_name text !,\
Checkpoint_relay_log_pos bigint(20) unsigned !,Checkpoint_master_log_name text !,\
Checkpoint_master_log_pos bigint(20) unsigned !,Checkpoint_seqno int(10) unsigned !,\
Checkpoint_group_size int(10) unsigned !,Checkpoint_group_bitmap blob !,Channel_name char(64) *
gtid_executed InnoDB: source_uuid char(36) *,interval_start bigint(20) *,interval_end bigint(20) !
server_cost InnoDB: cost_name varchar(64) *,cost_value float,last_update timestamp ! =now,comment varchar(1024)
engine_cost InnoDB: engine_name varchar(64) *,device_type int(11) *,cost_name varchar(64) *,cost_value float,\
last_update timestamp ! =now,comment varchar(1024)
proxies_priv MyISAM: Host char(60) *,User char(32) *,Proxied_host char(60) *,Proxied_user char(32) *,\
With_grant tinyint(1) ! =0,Grantor char(93) ! =,Timestamp timestamp ! =now
"""
_SYS_CONFIG = """
sys_config InnoDB: variable varchar(128) *,value varchar(128),set_time timestamp ! =now,set_by varchar(128)
"""


@cache
def mysql_tables() -> tuple[tuple[Definition, int], ...]:
    """The tables of the database mysql with the size of their InnoDB file, in the order in which they are made."""
    return tuple(_parsed(line) for line in _MYSQL.strip().split("\n"))


@cache
def sys_config() -> Definition:
    return _parsed(_SYS_CONFIG.strip())[0]


def mysql_table(name: str) -> Definition:
    return next(definition for definition, _ in mysql_tables() if definition.name == name)


def _parsed(line: str) -> tuple[Definition, int]:
    head, _, body = line.partition(": ")
    name, engine, *size = head.split()
    columns: list[Column] = []
    key: list[str] = []
    for text in _split(body):
        column, is_key = _column(text)
        columns.append(column)
        if is_key:
            key.append(column.name)
    indexes = (Index("PRIMARY", tuple(key), True),) if key else ()
    return Definition(name, tuple(columns), indexes, engine, "utf8"), int(size[0]) if size else SPACE_SIZE


def _split(body: str) -> list[str]:
    """Columns at commas outside parentheses."""
    parts, depth = [""], 0
    for letter in body:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _column(text: str) -> tuple[Column, bool]:
    name, _, rest = text.partition(" ")
    kind, _, marks = (
        rest.partition(")") if "(" in rest.split(" ")[0] else (rest.partition(" ")[0], "", rest.partition(" ")[2])
    )
    word, _, inner = kind.partition("(")
    type = _type(word, inner, unsigned="unsigned" in marks)
    required = "!" in marks or "*" in marks
    default: Value | Special = Special.NONE if required else None
    if "=" in marks:
        given = marks.rpartition("=")[2]
        default = Special.NOW if given == "now" else from_plain(int(given) if type.is_integer else given, type)
    elif "*" in marks and type.is_text:
        default = ""
    return Column(name, type, not required, default, auto_increment="+" in marks), "*" in marks


def _type(word: str, inner: str, *, unsigned: bool) -> ColumnType:
    if word in ("enum", "set"):
        values = inner.replace(",", "|").split("|")
        return ColumnType(word, values=tuple(values), charset="utf8")
    length = int(inner) if inner else None
    is_number = word in ("int", "bigint", "smallint", "tinyint", "float")
    return ColumnType(word, length, unsigned=unsigned, charset="latin1" if is_number else "utf8")
