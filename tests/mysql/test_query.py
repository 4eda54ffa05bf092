"""What queries return."""

# ruff: noqa: E501  (a message is easier to find where it stands on one line)

from __future__ import annotations

import pytest

from simk8s.mysql.column import plain_text
from tests.mysql.box import PRIMARY, Box


@pytest.fixture(scope="module")
def shop() -> Box:
    box = Box(*PRIMARY).initialize().start()
    for statement in (
        "CREATE DATABASE shop",
        "USE shop",
        "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(6,2), kind VARCHAR(10))",
        "INSERT INTO item VALUES (3,'pear',1.20,'fruit'),(1,'apple',0.80,'fruit'),(2,'leek',2.00,'herb'),(4,NULL,9.99,NULL)",
        "CREATE TABLE sale (item INT, n INT)",
        "INSERT INTO sale VALUES (1,5),(1,7),(3,2),(9,1)",
    ):
        box.sql(statement)
    return box


def shown(box: Box, text: str) -> list[str]:
    """Each row as the client prints it, tabs between values."""
    return ["\t".join("NULL" if v is None else plain_text(v) for v in row) for row in box.sql(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT * FROM item",
            ["1\tapple\t0.80\tfruit", "2\tleek\t2.00\therb", "3\tpear\t1.20\tfruit", "4\tNULL\t9.99\tNULL"],
        ),
        ("SELECT name FROM item WHERE price > 1 AND kind = 'FRUIT'", ["pear"]),
        ("SELECT id FROM item ORDER BY name DESC, id", ["3", "2", "1", "4"]),
        ("SELECT id FROM item ORDER BY name LIMIT 1, 2", ["1", "2"]),
        (
            "SELECT kind, COUNT(*), SUM(price) FROM item GROUP BY kind",
            ["NULL\t1\t9.99", "fruit\t2\t2.00", "herb\t1\t2.00"],
        ),
        ("SELECT kind, COUNT(*) AS c FROM item GROUP BY kind HAVING c > 1", ["fruit\t2"]),
        ("SELECT COUNT(*), COUNT(name), COUNT(DISTINCT kind) FROM item", ["4\t3\t2"]),
        ("SELECT MIN(price), MAX(price), AVG(price) FROM item WHERE id > 99", ["NULL\tNULL\tNULL"]),
        ("SELECT AVG(n), SUM(n) FROM sale", ["3.7500\t15"]),
        (
            "SELECT i.name, s.n FROM item i JOIN sale s ON i.id = s.item ORDER BY s.n",
            ["pear\t2", "apple\t5", "apple\t7"],
        ),
        ("SELECT i.id, s.n FROM item i LEFT JOIN sale s ON i.id = s.item WHERE s.n IS NULL", ["2\tNULL", "4\tNULL"]),
        ("SELECT i.id, s.item FROM item i RIGHT JOIN sale s ON i.id = s.item WHERE i.id IS NULL", ["NULL\t9"]),
        ("SELECT COUNT(*) FROM item, sale", ["16"]),
        ("SELECT name FROM item WHERE id IN (SELECT item FROM sale)", ["apple", "pear"]),
        ("SELECT name FROM item i WHERE EXISTS (SELECT 1 FROM sale WHERE item = i.id AND n > 6)", ["apple"]),
        ("SELECT (SELECT SUM(n) FROM sale WHERE item = i.id) FROM item i", ["12", "NULL", "2", "NULL"]),
        (
            "SELECT t.k, t.c FROM (SELECT kind AS k, COUNT(*) AS c FROM item GROUP BY kind) t WHERE t.c = 2",
            ["fruit\t2"],
        ),
        ("SELECT DISTINCT kind FROM item ORDER BY kind", ["NULL", "fruit", "herb"]),
        ("SELECT 1 UNION SELECT 2 UNION SELECT 1", ["1", "2"]),
        ("SELECT 1 UNION ALL SELECT 1 ORDER BY 1 LIMIT 1", ["1"]),
        ("SELECT GROUP_CONCAT(name ORDER BY name DESC SEPARATOR '/') FROM item", ["pear/leek/apple"]),
        ("SELECT COUNT(*) FROM item HAVING COUNT(*) > 99", []),
        ("SELECT id, name FROM item WHERE name LIKE '_e%'", ["2\tleek", "3\tpear"]),
        ("SELECT CASE WHEN price > 1 THEN 'dear' ELSE 'cheap' END FROM item WHERE id < 3", ["cheap", "dear"]),
        ("SELECT id FROM item WHERE name BETWEEN 'a' AND 'm'", ["1", "2"]),
        ("SELECT id FROM item WHERE NOT name = 'apple'", ["2", "3"]),
        ("SELECT id FROM item WHERE name <=> NULL", ["4"]),
    ],
)
def test_queries_over_tables(shop: Box, text: str, expected: list[str]) -> None:
    assert shown(shop, text) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1", "1"),
        ("5/2", "2.5000"),
        ("1/3", "0.3333"),
        ("1.5*2", "3.0"),
        ("5 DIV 2", "2"),
        ("-5 % 3", "-2"),
        ("7 MOD 4", "3"),
        ("1/0", "NULL"),
        ("'3' + '4'", "7"),
        ("'abc' = 'ABC '", "1"),
        ("'10' = 10", "1"),
        ("'abc' = 0", "1"),
        ("NULL = NULL", "NULL"),
        ("NULL <=> NULL", "1"),
        ("NULL OR 1", "1"),
        ("NULL AND 0", "0"),
        ("1 XOR 1", "0"),
        ("2 | 5", "7"),
        ("1 << 3", "8"),
        ("!1", "0"),
        ("CONCAT('a', 1, 2.50)", "a12.50"),
        ("CONCAT('a', NULL)", "NULL"),
        ("IF(1 > 2, 'y', 'n')", "n"),
        ("IFNULL(NULL, 'x')", "x"),
        ("COALESCE(NULL, NULL, 3)", "3"),
        ("NULLIF(1, 1)", "NULL"),
        ("LENGTH('abc')", "3"),
        ("UPPER('abc')", "ABC"),
        ("LOWER('ABC')", "abc"),
        ("SUBSTRING('abcdef', 2, 3)", "bcd"),
        ("LPAD('7', 3, '0')", "007"),
        ("ROUND(2.567, 1)", "2.6"),
        ("GREATEST(1, 3, 2)", "3"),
        ("CAST('12abc' AS SIGNED)", "12"),
        ("CAST(3 AS CHAR)", "3"),
        ("DATE_ADD('2024-01-31', INTERVAL 1 MONTH)", "2024-02-29"),
        ("'2024-01-01' + INTERVAL 90 SECOND", "2024-01-01 00:01:30"),
        ("TIMESTAMPDIFF(HOUR, '2024-01-01', '2024-01-02 06:00:00')", "30"),
        ("DATEDIFF('2024-03-01', '2024-02-01')", "29"),
        ("DATE_FORMAT('2024-03-09 08:07:06', '%d.%m.%Y %H:%i:%s')", "09.03.2024 08:07:06"),
        ("MD5('')", "d41d8cd98f00b204e9800998ecf8427e"),
        ("PASSWORD('secret')", "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7"),
        ("@undefined", "NULL"),
        ("x'6162'", "ab"),
        ("'a' IN ('b', NULL)", "NULL"),
        ("'it''s'", "it's"),
    ],
)
def test_expressions(shop: Box, expression: str, expected: str) -> None:
    assert shown(shop, f"SELECT {expression}") == [expected]


def test_headers_are_what_was_typed_unless_there_is_an_alias(shop: Box) -> None:
    """SQL-16, SQL-40."""
    result = shop.run("SELECT @@server_id,NOW(), count( * ) , 'x', item.id+1, kind k FROM item GROUP BY 5, 6")
    assert result.names == ("@@server_id", "NOW()", "count( * )", "x", "item.id+1", "k")  # type: ignore[union-attr]
    assert shop.run("SELECT 1").names == ("1",)  # type: ignore[union-attr]
    assert shop.run("SELECT item.name FROM item").names == ("name",)  # type: ignore[union-attr]


def test_numbers_are_aligned_to_the_right(shop: Box) -> None:
    result = shop.run("SELECT id, name, price, COUNT(*) FROM item GROUP BY id")
    assert result.numeric == (True, False, True, True)  # type: ignore[union-attr]


def test_now_stands_still_within_a_statement_and_sleep_takes_virtual_time(shop: Box) -> None:
    """SQL-40."""
    from simk8s.mysql.step import Pause

    steps = list(shop.server.execute(shop.session, "SELECT SLEEP(1.5), NOW() = NOW()"))
    assert steps == [Pause(1.5)]


def test_session_and_server_functions(shop: Box) -> None:
    session = shop.login()
    assert shop.sql("SELECT USER(), CURRENT_USER(), DATABASE(), VERSION(), CONNECTION_ID()", session) == [
        ("root@localhost", "root@localhost", None, "5.7.42-log", session.id)
    ]


def test_information_schema_lists_databases_tables_and_columns(shop: Box) -> None:
    assert ("shop",) in shop.sql("SELECT schema_name FROM information_schema.schemata")
    assert shop.sql("SELECT table_name, engine FROM information_schema.tables WHERE table_schema = 'shop'") == [
        ("item", "InnoDB"),
        ("sale", "InnoDB"),
    ]
    assert shop.sql(
        "SELECT column_name, column_type, column_key FROM information_schema.columns "
        "WHERE table_schema = 'shop' AND table_name = 'item' ORDER BY ordinal_position"
    ) == [
        ("id", "int(11)", "PRI"),
        ("name", "varchar(20)", ""),
        ("price", "decimal(6,2)", ""),
        ("kind", "varchar(10)", ""),
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("SELECT nope FROM item", "ERROR 1054 (42S22): Unknown column 'nope' in 'field list'"),
        ("SELECT 1 FROM item WHERE nope = 1", "ERROR 1054 (42S22): Unknown column 'nope' in 'where clause'"),
        ("SELECT 1 FROM item ORDER BY nope", "ERROR 1054 (42S22): Unknown column 'nope' in 'order clause'"),
        ("SELECT id FROM item a JOIN item b ON 1", "ERROR 1052 (23000): Column 'id' in field list is ambiguous"),
        ("SELECT 1 FROM item JOIN item", "ERROR 1066 (42000): Not unique table/alias: 'item'"),
        ("SELECT 1 FROM nope", "ERROR 1146 (42S02): Table 'shop.nope' doesn't exist"),
        ("SELECT 1 FROM nope.t", "ERROR 1049 (42000): Unknown database 'nope'"),
        ("SELECT nope()", "ERROR 1305 (42000): FUNCTION shop.nope does not exist"),
        ("SELECT CONNECTION_ID(1)", "ERROR 1582 (42000): Incorrect parameter count in the call to native function 'CONNECTION_ID'"),
        ("SELECT 1 UNION SELECT 1, 2", "ERROR 1222 (21000): The used SELECT statements have a different number of columns"),
        ("SELECT (SELECT id FROM item)", "ERROR 1242 (21000): Subquery returns more than 1 row"),
        ("SELECT (SELECT 1, 2)", "ERROR 1241 (21000): Operand should contain 1 column(s)"),
        ("SELECT 1 FROM item WHERE COUNT(*) > 1", "ERROR 1111 (HY000): Invalid use of group function"),
        ("SELECT * FROM (SELECT 1)", "ERROR 1248 (42000): Every derived table must have its own alias"),
        ("SELECT *", "ERROR 1096 (HY000): No tables used"),
        ("SELECT @@nope", "ERROR 1193 (HY000): Unknown system variable 'nope'"),
        ("SELECT 1 FROM information_schema.nope", "ERROR 1109 (42S02): Unknown table 'nope' in information_schema"),
        ("SELECT 9223372036854775807 * 4", "ERROR 1690 (22003): BIGINT value is out of range in '(9223372036854775807 * 4)'"),
        (
            "SELECT name, COUNT(*) FROM item",
            "ERROR 1140 (42000): In aggregated query without GROUP BY, expression #1 of SELECT list contains nonaggregated column 'shop.item.name'; this is incompatible with sql_mode=only_full_group_by",
        ),
    ],
)  # fmt: skip
def test_errors_of_queries(shop: Box, text: str, error: str) -> None:
    assert shop.error(text) == error


@pytest.mark.parametrize(
    ("text", "near", "line"),
    [
        ("SELEC 1", "SELEC 1", 1),
        ("SELECT 1 FROM WHERE x", "WHERE x", 1),
        ("SELECT * FROM item WHERE", "", 1),
        ("SELECT 1,", "", 1),
        ("SELECT * FORM item", "FORM item", 1),
        ("INSERT INTO item VALUES (1,2", "", 1),
        (
            ", MASTER_HOST='mysql-0.mysql',\n  MASTER_USER='root'",
            ", MASTER_HOST='mysql-0.mysql',\n  MASTER_USER='root'",
            1,
        ),
        ("CHANGE MASTER TO MASTER_LOG_POS=154;,\n  MASTER_HOST='x'", ";,\n  MASTER_HOST='x'", 1),
        ("SELECT\n1\nFROM item\nWHERE ) 3", ") 3", 4),
        ("CREATE TABLE t (a FOO)", "FOO)", 1),
        ("CREATE TABLE t (a INT) WRONG=1", "WRONG=1", 1),
        ("SHOW NOTHING", "NOTHING", 1),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x", 1),
        ("SELECT 1; SELECT 2", "SELECT 2", 1),
        ("DROP DATABASE", "", 1),
        ("SELECT a == 1", "= 1", 1),
        ("SELECT FROM item", "FROM item", 1),
        ("SELECT id IN () FROM item", ") FROM item", 1),
        ("SELECT id FROM item GROUP BY", "", 1),
        ("SELECT id FROM item LIMIT -1", "-1", 1),
        ("SELECT DISTINCT ON (id) id FROM item", "ON (id) id FROM item", 1),
        ("SELECT id FROM item ORDER BY id NULLS LAST", "NULLS LAST", 1),
        ("UPDATE item SET", "", 1),
    ],
)
def test_errors_of_syntax_say_near_what_and_where(shop: Box, text: str, near: str, line: int) -> None:
    """SQL error 1064, with up to 80 characters of the rest; DIR-32."""
    assert shop.error(text) == (
        "ERROR 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server "
        f"version for the right syntax to use near '{near}' at line {line}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "SELECT COUNT(*) OVER () FROM item",
        "LOCK TABLES item READ",
        "SELECT * FROM performance_schema.threads",
        "SELECT * FROM sys.version",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE t (a JSON)",
        "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES item (id))",
        "CALL p()",
        "SAVEPOINT s",
        "UPDATE item, sale SET n = 1",
        "SELECT 1 INTO @x",
        "SELECT * FROM item GROUP BY id WITH ROLLUP",
        "EXPLAIN SELECT 1",
    ],
)
def test_what_is_not_modelled_is_refused_by_name(shop: Box, text: str) -> None:
    assert shop.error(text).startswith("ERROR 1235 (42000): This version of MySQL doesn't yet support '")


def test_the_near_text_ends_after_80_characters(shop: Box) -> None:
    text = "NONSENSE " + "x" * 200
    assert shop.error(text).endswith(f"near '{text[:80]}' at line 1")


def test_an_empty_statement_is_an_error(shop: Box) -> None:
    assert shop.error(" ; ") == "ERROR 1065 (42000): Query was empty"
    assert shop.sql("/*! SELECT 2 */") == [(2,)]
