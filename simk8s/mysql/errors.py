"""MySQL's own errors: number, SQLSTATE and text, as `errmsg-utf8.txt` of 5.7 has them (rule card, section 5.4)."""

# ruff: noqa: E501  (a message is easier to find where it stands on one line)

from __future__ import annotations


class MySQLError(Exception):
    """An error that the server or the client library reports. `str()` is the text alone.

    >>> MySQLError(1049, "shop").line()
    "ERROR 1049 (42000): Unknown database 'shop'"
    """

    def __init__(self, number: int, *arguments: object) -> None:
        state, template = ERRORS[number]
        self.number = number
        self.arguments = arguments
        self.sqlstate = state
        self.text = template % arguments if arguments else template
        super().__init__(self.text)

    def line(self, at_line: int | None = None) -> str:
        """The client's line for it; in batch mode with the line of the statement's start (SQL-14)."""
        where = f" at line {at_line}" if at_line is not None else ""
        return f"ERROR {self.number} ({self.sqlstate}){where}: {self.text}"


class ClientError(MySQLError):
    """An error that arises in the client library: 2000 and above."""


def syntax_error(text: str, offset: int) -> MySQLError:
    """1064 for a statement that cannot be parsed from `offset` on; up to 80 characters of the rest are shown."""
    rest = text[offset:]
    return MySQLError(1064, rest[:80], text.count("\n", 0, offset) + 1)


def not_supported(what: str) -> MySQLError:
    """1235, MySQL's own form for something that this server cannot do."""
    return MySQLError(1235, what)


_GENERAL = "HY000"
_SYNTAX = "42000"

ERRORS: dict[int, tuple[str, str]] = {
    1004: (_GENERAL, "Can't create file '%s' (errno: %s - %s)"),
    1007: (_GENERAL, "Can't create database '%s'; database exists"),
    1008: (_GENERAL, "Can't drop database '%s'; database doesn't exist"),
    1010: (_GENERAL, "Error dropping database (can't rmdir './%s', errno: 39)"),
    1017: (_GENERAL, "Can't find file: '%s' (errno: 2 - No such file or directory)"),
    1032: (_GENERAL, "Can't find record in '%s'"),
    1033: (_GENERAL, "Incorrect information in file: '%s'"),
    1040: ("08004", "Too many connections"),
    1044: (_SYNTAX, "Access denied for user '%s'@'%s' to database '%s'"),
    1045: ("28000", "Access denied for user '%s'@'%s' (using password: %s)"),
    1046: ("3D000", "No database selected"),
    1047: ("08S01", "Unknown command"),
    1048: ("23000", "Column '%s' cannot be null"),
    1049: (_SYNTAX, "Unknown database '%s'"),
    1050: ("42S01", "Table '%s' already exists"),
    1051: ("42S02", "Unknown table '%s'"),
    1052: ("23000", "Column '%s' in %s is ambiguous"),
    1053: ("08S01", "Server shutdown in progress"),
    1054: ("42S22", "Unknown column '%s' in '%s'"),
    1055: (
        _SYNTAX,
        (
            "Expression #%s of %s is not in GROUP BY clause and contains nonaggregated column '%s' which is not functionally "
            "dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by"
        ),
    ),
    1056: (_SYNTAX, "Can't group on '%s'"),
    1060: ("42S21", "Duplicate column name '%s'"),
    1061: (_SYNTAX, "Duplicate key name '%s'"),
    1062: ("23000", "Duplicate entry '%s' for key '%s'"),
    1063: (_SYNTAX, "Incorrect column specifier for column '%s'"),
    1064: (
        _SYNTAX,
        (
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the "
            "right syntax to use near '%s' at line %s"
        ),
    ),
    1065: (_SYNTAX, "Query was empty"),
    1066: (_SYNTAX, "Not unique table/alias: '%s'"),
    1067: (_SYNTAX, "Invalid default value for '%s'"),
    1068: (_SYNTAX, "Multiple primary key defined"),
    1072: (_SYNTAX, "Key column '%s' doesn't exist in table"),
    1074: (_SYNTAX, "Column length too big for column '%s' (max = %s); use BLOB or TEXT instead"),
    1075: (_SYNTAX, "Incorrect table definition; there can be only one auto column and it must be defined as a key"),
    1090: (_SYNTAX, "You can't delete all columns with ALTER TABLE; use DROP TABLE instead"),
    1091: (_SYNTAX, "Can't DROP '%s'; check that column/key exists"),
    1094: (_GENERAL, "Unknown thread id: %s"),
    1095: (_GENERAL, "You are not owner of thread %s"),
    1096: (_GENERAL, "No tables used"),
    1099: (_GENERAL, "Table '%s' was locked with a READ lock and can't be updated"),
    1101: (_SYNTAX, "BLOB, TEXT, GEOMETRY or JSON column '%s' can't have a default value"),
    1102: (_SYNTAX, "Incorrect database name '%s'"),
    1103: (_SYNTAX, "Incorrect table name '%s'"),
    1105: (_GENERAL, "Unknown error"),
    1109: ("42S02", "Unknown table '%s' in %s"),
    1110: (_SYNTAX, "Column '%s' specified twice"),
    1111: (_GENERAL, "Invalid use of group function"),
    1113: (_SYNTAX, "A table must have at least 1 column"),
    1115: (_SYNTAX, "Unknown character set: '%s'"),
    1130: (_GENERAL, "Host '%s' is not allowed to connect to this MySQL server"),
    1133: (_SYNTAX, "Can't find any matching row in the user table"),
    1136: ("21S01", "Column count doesn't match value count at row %s"),
    1139: (_SYNTAX, "Got error '%s' from regexp"),
    1140: (
        _SYNTAX,
        (
            "In aggregated query without GROUP BY, expression #%s of %s contains nonaggregated column '%s'; this is "
            "incompatible with sql_mode=only_full_group_by"
        ),
    ),
    1141: (_SYNTAX, "There is no such grant defined for user '%s' on host '%s'"),
    1142: (_SYNTAX, "%s command denied to user '%s'@'%s' for table '%s'"),
    1146: ("42S02", "Table '%s' doesn't exist"),
    1159: ("08S01", "Got timeout reading communication packets"),
    1166: (_SYNTAX, "Incorrect column name '%s'"),
    1170: (_SYNTAX, "BLOB/TEXT column '%s' used in key specification without a key length"),
    1171: (_SYNTAX, "All parts of a PRIMARY KEY must be NOT NULL; if you need NULL in a key, use UNIQUE instead"),
    1176: ("42000", "Key '%s' doesn't exist in table '%s'"),
    1186: (_GENERAL, "Binlog closed, cannot RESET MASTER"),
    1192: (_GENERAL, "Can't execute the given command because you have active locked tables or an active transaction"),
    1193: (_GENERAL, "Unknown system variable '%s'"),
    1198: (_GENERAL, "This operation cannot be performed with a running slave; run STOP SLAVE first"),
    1200: (_GENERAL, "The server is not configured as slave; fix in config file or with CHANGE MASTER TO"),
    1201: (
        _GENERAL,
        "Could not initialize master info structure; more error messages can be found in the MySQL error log",
    ),
    1205: (_GENERAL, "Lock wait timeout exceeded; try restarting transaction"),
    1210: (_GENERAL, "Incorrect arguments to %s"),
    1213: ("40001", "Deadlock found when trying to get lock; try restarting transaction"),
    1220: (_GENERAL, "Error when executing command %s: %s"),
    1222: ("21000", "The used SELECT statements have a different number of columns"),
    1223: (_GENERAL, "Can't execute the query because you have a conflicting read lock"),
    1227: (_SYNTAX, "Access denied; you need (at least one of) the %s privilege(s) for this operation"),
    1228: (_GENERAL, "Variable '%s' is a SESSION variable and can't be used with SET GLOBAL"),
    1229: (_GENERAL, "Variable '%s' is a GLOBAL variable and should be set with SET GLOBAL"),
    1231: (_SYNTAX, "Variable '%s' can't be set to the value of '%s'"),
    1232: (_SYNTAX, "Incorrect argument type to variable '%s'"),
    1235: (_SYNTAX, "This version of MySQL doesn't yet support '%s'"),
    1236: (_GENERAL, "Got fatal error 1236 from master when reading data from binary log: '%s'"),
    1238: (_GENERAL, "Variable '%s' is a %s variable"),
    1241: ("21000", "Operand should contain %s column(s)"),
    1242: ("21000", "Subquery returns more than 1 row"),
    1248: (_SYNTAX, "Every derived table must have its own alias"),
    1264: ("22003", "Out of range value for column '%s' at row %s"),
    1265: ("01000", "Data truncated for column '%s' at row %s"),
    1266: (_GENERAL, "Using storage engine %s for table '%s'"),
    1273: (_GENERAL, "Unknown collation: '%s'"),
    1286: (_SYNTAX, "Unknown storage engine '%s'"),
    1290: (_GENERAL, "The MySQL server is running with the %s option so it cannot execute this statement"),
    1292: ("22007", "Incorrect %s value: '%s' for column '%s' at row %s"),
    1294: (_GENERAL, "Invalid ON UPDATE clause for '%s' column"),
    1305: (_SYNTAX, "%s %s does not exist"),
    1317: ("70100", "Query execution was interrupted"),
    1364: (_GENERAL, "Field '%s' doesn't have a default value"),
    1365: ("22012", "Division by 0"),
    1366: (_GENERAL, "Incorrect %s value: '%s' for column '%s' at row %s"),
    1373: (_GENERAL, "Target log not found in binlog index"),
    1381: (_GENERAL, "You are not using binary logging"),
    1396: (_GENERAL, "Operation %s failed for %s"),
    1406: ("22001", "Data too long for column '%s' at row %s"),
    1426: (_SYNTAX, "Too-big precision %s specified for '%s'. Maximum is %s."),
    1439: (_SYNTAX, "Display width out of range for column '%s' (max = %s)"),
    1524: (_GENERAL, "Plugin '%s' is not loaded"),
    1568: ("25001", "Transaction characteristics can't be changed while a transaction is in progress"),
    1582: (_SYNTAX, "Incorrect parameter count in the call to native function '%s'"),
    1593: (_GENERAL, "Fatal error: %s"),
    1594: (_GENERAL, "Relay log read failure: %s"),
    1690: ("22003", "%s value is out of range in '%s'"),
    1759: (
        _GENERAL,
        "Sending passwords in plain text without SSL/TLS is extremely insecure.",
    ),
    1760: (
        _GENERAL,
        (
            "Storing MySQL user name or password information in the master info repository is not secure and is therefore not "
            "recommended. Please consider using the USER and PASSWORD connection options for START SLAVE; see the 'START SLAVE "
            "Syntax' in the MySQL Manual for more information."
        ),
    ),
    1776: (
        _GENERAL,
        (
            "Parameters MASTER_LOG_FILE, MASTER_LOG_POS, RELAY_LOG_FILE and RELAY_LOG_POS cannot be set when "
            "MASTER_AUTO_POSITION is active."
        ),
    ),
    1777: (_GENERAL, "CHANGE MASTER TO MASTER_AUTO_POSITION = 1 can only be executed when @@GLOBAL.GTID_MODE = ON."),
    1782: (_GENERAL, "@@SESSION.GTID_NEXT cannot be set to ANONYMOUS when @@GLOBAL.GTID_MODE = ON."),
    1792: ("25006", "Cannot execute statement in a READ ONLY transaction."),
    1794: (
        _GENERAL,
        (
            "Slave is not configured or failed to initialize properly. You must at least set --server-id to enable either a "
            "master or a slave. Additional error messages can be found in the MySQL error log."
        ),
    ),
    1811: (_GENERAL, "Tablespace is missing for table `%s`.`%s`"),
    1812: (_GENERAL, "Tablespace is missing for table `%s`.`%s`."),
    1813: (_GENERAL, "Tablespace '`%s`.`%s`' exists."),
    1819: (_GENERAL, "Your password does not satisfy the current policy requirements"),
    1820: (_GENERAL, "You must reset your password using ALTER USER statement before executing this statement."),
    1872: (_GENERAL, "Slave failed to initialize relay log info structure from the repository"),
    3021: (
        _GENERAL,
        "This operation cannot be performed with a running slave io thread; run STOP SLAVE IO_THREAD FOR CHANNEL '%s' first.",
    ),
    3022: (
        _GENERAL,
        "Slave SQL thread ignored the query because of replicate-*-table rules",
    ),
    3023: (
        _GENERAL,
        (
            "CHANGE MASTER TO with a MASTER_LOG_FILE clause but no MASTER_LOG_POS clause may not be safe. The old position "
            "value may not be valid for the new binary log file."
        ),
    ),
    3081: (
        _GENERAL,
        "This operation cannot be performed with running replication threads; run STOP SLAVE FOR CHANNEL '%s' first",
    ),
    3083: (_GENERAL, "Replication thread(s) for channel '%s' are already running."),
    3084: (_GENERAL, "Replication thread(s) for channel '%s' are already stopped."),
    3085: (
        _GENERAL,
        "This operation cannot be performed with a running slave sql thread; run STOP SLAVE SQL_THREAD FOR CHANNEL '%s' first.",
    ),
    3118: (_GENERAL, "Access denied for user '%s'@'%s'. Account is locked."),
    1677: (_GENERAL, "Column %s of table '%s' cannot be converted from type '%s' to type '%s'"),
    1932: ("42S02", "Table '%s' doesn't exist in engine"),
    1059: (_SYNTAX, "Identifier name '%s' is too long"),
    1138: ("22004", "Invalid use of NULL value"),
    1221: (_GENERAL, "Incorrect usage of %s and %s"),
    1287: (_GENERAL, "'%s' is deprecated and will be removed in a future release. Please use %s instead"),
    1427: (_SYNTAX, "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '%s')."),
    1694: (_GENERAL, "Cannot modify @@session.sql_log_bin inside a transaction"),
    1867: (_GENERAL, "file %s was not purged because it was being read by %s thread(s)"),
    3162: (_GENERAL, "Authorization ID %s does not exist."),
    3163: (_GENERAL, "User %s already exists."),
    2002: (_GENERAL, "Can't connect to local MySQL server through socket '%s' (%s)"),
    2003: (_GENERAL, "Can't connect to MySQL server on '%s' (%s)"),
    2005: (_GENERAL, "Unknown MySQL server host '%s' (%s)"),
    2006: (_GENERAL, "MySQL server has gone away"),
    2013: (_GENERAL, "Lost connection to MySQL server during query"),
    2055: (_GENERAL, "Lost connection to MySQL server at '%s', system error: %s"),
}
