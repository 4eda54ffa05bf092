"""Scripts with the constructs of well-known database images' entrypoints: the same in the simulated shell and in bash.

The scripts beside this file are our own. Where they start a server, a few lines of shell stand for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from simk8s.shell import check
from tests.programs.conftest import Box

SCRIPTS = sorted((Path(__file__).parent / "entrypoints").glob("*.sh"))
ARGUMENTS = {
    "postgres": [],
    "mysql": ["--datadir=/var/lib/mysql"],
    "mongo": ["mongod", "--dbpath", "data", "--port=27017"],
    "redis": ["--port", "7000"],
    "cassandra": ["-R"],
    "rabbitmq": ["rabbitmq-server", "-detached"],
    "elasticsearch": ["-Ex.y=z"],
    "couchdb": ["-name", "a"],
    "zookeeper": ["zkServer.sh", "start-foreground"],
    "influxdb": ["influxd", "run"],
}
SERVERS = {
    name: f'#!/bin/sh\necho "{name} got $*"\n'
    for name in (
        *("postgres", "mongod", "redis-server", "cassandra", "rabbitmq-server", "elasticsearch", "couchdb"),
        *("zkServer.sh", "influxd"),
    )
} | {
    "initdb": '#!/bin/sh\necho "initdb $1"; cat "${2#--pwfile=}"; echo 16 > data/VERSION\n',
    "psql": '#!/bin/sh\necho "psql $*"; while read -r line; do echo "> $line"; done\n',
    "mysqld": """#!/bin/sh
case "$*" in
*--broken*) echo "unknown option --broken" >&2; exit 7 ;;
*--help*) printf 'x\\n\\nsocket   /run/mysqld.sock\\ndatadir        /nowhere/mysql/\\n\\n' ;;
*) echo "mysqld got $*" ;;
esac
""",
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_entrypoint_parses(script: Path) -> None:
    assert check(script.read_text()) == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed here")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_entrypoint_does_what_it_does_in_bash(script: Path, tmp_path: Path) -> None:
    shell = "sh" if script.read_text().startswith("#!/bin/sh") else "bash"
    arguments = ARGUMENTS[script.stem]
    (tmp_path / "bin").mkdir()
    box = Box()
    for name, text in {**SERVERS, "entrypoint.sh": script.read_text()}.items():
        path = tmp_path / "bin" / name
        path.write_text(text)
        path.chmod(0o755)
        box.write(f"bin/{name}", text, 0o755)
    path_variable = f"{tmp_path}/bin:{os.environ['PATH']}"
    real = subprocess.run(
        [shell, "bin/entrypoint.sh", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=tmp_path,
        env={"PATH": path_variable, "LC_ALL": "C", "TZ": "UTC", "HOME": "/root"},
        timeout=30,
        check=False,
        umask=0o022,
    )
    ours = box.run(
        shell, "bin/entrypoint.sh", *arguments, env={"PATH": "/work/bin:/usr/bin:/bin:/usr/sbin", "LC_ALL": "C"}
    )
    assert (ours.out, ours.status, ours.err) == (real.stdout.decode(), real.returncode, real.stderr.decode())
    assert real.returncode == 0
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert set(box.files()) == there
    for name in sorted(there):
        if (tmp_path / name).is_file() and not name.endswith("pid"):
            assert box.read(name) == (tmp_path / name).read_text()
