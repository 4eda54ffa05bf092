"""The simulated server and client compared with a real MariaDB, where it is installed.

MariaDB 10.11 and MySQL 5.7 agree on every line of `statements.txt`; where the two differ, a statement is no use here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

import simk8s

STATEMENTS = (Path(__file__).parent / "statements.txt").read_text().splitlines()
"""A line each, and each for a shop of its own."""

SHOP = """
CREATE DATABASE shop; USE shop;
CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(6,2), kind VARCHAR(10));
INSERT INTO item VALUES (3,'pear',1.20,'fruit'),(1,'apple',0.80,'fruit'),(2,'leek',2.00,'herb'),(4,NULL,9.99,NULL);
CREATE TABLE sale (item INT, n INT);
INSERT INTO sale VALUES (1,5),(1,7),(3,2),(9,1);
CREATE TABLE note (id INT AUTO_INCREMENT PRIMARY KEY, body VARCHAR(10) NOT NULL, at DATE, amount DOUBLE,
                   UNIQUE KEY body_key (body));
"""

ASK = """
number=0
while IFS= read -r statement; do
    $client -e "DROP DATABASE IF EXISTS shop; $shop" || exit 1
    $client --database=shop -e "$statement" > "$answers/$number.out" 2> "$answers/$number.err"
    echo "$?" > "$answers/$number.status"
    number=$((number + 1))
done < "$statements"
"""

START = """
mysqld --initialize-insecure --user=root 2> /dev/null
mysqld --user=root --server-id=1 2> /dev/null &
until mysql -e 'SELECT 1' > /dev/null 2>&1; do sleep 1; done
"""

MODES = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
)
"""Those of MySQL 5.7 (SQL-44)."""

OPTIONS = (
    "--no-defaults",
    "--skip-networking",
    "--user=root",
    "--server-id=1",
    "--innodb-buffer-pool-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
    "--character-set-server=latin1",
    f"--sql-mode={MODES}",
)

Answer: TypeAlias = tuple[str, list[tuple[str, str]], str]
"""What was printed, the errors' numbers and places, and the client's status."""


def answers(files: Mapping[str, str]) -> dict[str, Answer]:
    """By statement. The errors' words and SQLSTATEs are the product's own."""
    return {
        statement: (
            files[f"{number}.out"],
            re.findall(r"^ERROR (\d+) \(\w+\)( at line \d+)?", files[f"{number}.err"], re.MULTILINE),
            files[f"{number}.status"].strip(),
        )
        for number, statement in enumerate(STATEMENTS)
    }


def simulated() -> dict[str, Answer]:
    words = {"client": "mysql", "shop": SHOP, "answers": "/answers", "statements": "/statements"}
    files = {"/statements": "\n".join(STATEMENTS) + "\n", "/answers/.keep": ""}
    result = simk8s.sh(START + ASK + "mysqladmin shutdown", image="mysql:5.7", files=files, env=words)
    assert result.status == 0, result.stderr
    made = {path: content.decode() for path, content in result.files.items() if path.startswith("/answers/")}
    return answers({path.removeprefix("/answers/"): text for path, text in made.items()})


def real() -> dict[str, Answer]:
    with tempfile.TemporaryDirectory(prefix="sql") as name, server(Path(name)) as client:
        folder = Path(name, "answers")
        folder.mkdir()
        Path(name, "statements").write_text("\n".join(STATEMENTS) + "\n")
        words = {"client": client, "shop": SHOP, "answers": str(folder), "statements": f"{name}/statements"}
        subprocess.run(["bash", "-c", ASK], env={**os.environ, **words}, check=True, timeout=300)
        return answers({file.name: file.read_text() for file in folder.iterdir()})


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server on a data directory of its own, and the words that call its client."""
    data, socket = f"--datadir={folder}/data", f"--socket={folder}/socket"
    made = ("mariadb-install-db", "--no-defaults", data, "--user=root")
    more = ("--auth-root-authentication-method=normal", "--skip-test-db")
    subprocess.run([*made, *more], check=True, capture_output=True, timeout=200)
    with Path(folder, "log").open("w") as log:
        argv = ["prlimit", "--as=4294967296", "mariadbd", *OPTIONS, data, socket, f"--pid-file={folder}/pid"]
        running = subprocess.Popen(argv, stderr=log)
    try:
        client = f"mariadb --no-defaults {socket} --user=root"
        for _ in range(300):
            if subprocess.run([*client.split(), "-e", "SELECT 1"], check=False, capture_output=True).returncode == 0:
                break
            time.sleep(0.2)
        yield client
    finally:
        running.kill()
        running.wait()


NEEDED = ("mariadbd", "mariadb", "mariadb-install-db", "prlimit")


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or not all(shutil.which(name) for name in NEEDED),
    reason="MariaDB is not installed here, or may not be started as root",
)
def test_statements_are_answered_as_by_a_real_server() -> None:
    """SQL-11 to SQL-14, and the error table."""
    ours, theirs = simulated(), real()
    assert len(ours) > 150
    assert {text: (ours[text], theirs[text]) for text in ours if ours[text] != theirs[text]} == {}
