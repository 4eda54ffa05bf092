"""Commands are numbered as the DEBUG trap of the real bash numbers them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from simk8s import Cluster
from simk8s.faults import CrashPoint

ROOT = Path(__file__).parents[2]
MANIFESTS = {"tutorial": ROOT / "scenarios" / "tutorial", "article": ROOT / "scenarios" / "mysql"}

TRAP = """\
number=0
trap 'number=$((number + 1)); printf "%s %s %s\\0" "$number" "$BASH_SUBSHELL" "$BASH_COMMAND" >>LOG' DEBUG
"""

CONSTRUCTS = r"""
f() { local n=$(echo   "$1" | cat); [[ "$n" =~ ^[0-9]+$ ]] && echo "$n" >out; }
f 12
x="a$(<out)b" y=`echo   k`
for name in $(echo one   two); do (( ${#name} > 2 )) || exit 1; done
case $x in a*) : ;; esac
for ((i = 0; i < 2; i++)); do echo $i; done >>out 2>&1
cat <<EOF2 | sed -e 's/a/b/' \
    -e 's/b/c/'
$x
EOF2
(cd /; pwd) >/dev/null
{ true; } 2>/dev/null
until [ -f out ]; do sleep 1; done
{ echo 1; echo 2; } | while read line; do echo $line; done
f 13 | cat
f 14 &
wait
! false
cat <(echo 3)
"""


def debugged(script: str, folder: Path, path: str = "") -> list[tuple[int, int, str]]:
    """Number, depth of subshells and text of each command that the real bash comes to."""
    log = folder / "log"
    environ = {"PATH": f"{path}:/usr/bin:/bin"}
    subprocess.run(
        ["bash", "-c", TRAP.replace("LOG", str(log)) + script],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=20,
    )
    found = [entry.decode().split(" ", 2) for entry in log.read_bytes().split(b"\0")[:-1]]
    return [(int(number), int(depth), text) for number, depth, text in found]


def commands(cluster: Cluster) -> list[CrashPoint]:
    """Filled while the cluster runs."""
    seen: list[CrashPoint] = []
    cluster.world.tracer.visit(lambda point: seen.append(point) if point.where == "before" else None)
    return seen


def test_numbers_and_texts_are_those_of_the_real_debug_trap(tmp_path: Path) -> None:
    """Under `set -T`, where functions and subshells have the trap too; what a subshell counts is lost with it."""
    real = debugged("set -T\n" + CONSTRUCTS, tmp_path)[1:]  # but for `set -T` itself

    cluster = Cluster(history=False)
    seen = commands(cluster)
    container = {"name": "main", "image": "bash", "command": ["bash", "-c", CONSTRUCTS]}
    meta = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "box"}}
    cluster.apply({**meta, "spec": {"restartPolicy": "Never", "containers": [container]}})
    cluster.run()

    main = [(point.index, point.command) for point in seen if not point.subshell]
    assert main == [(number - 1, text) for number, depth, text in real if not depth]
    inner = [point for point in seen if point.subshell]
    assert sorted(point.command for point in inner) == sorted(text for _, depth, text in real if depth)
    for index in {point.index for point in inner}:
        numbers = [point.subshell for point in inner if point.index == index]
        assert numbers == list(range(1, len(numbers) + 1))


STUBS = {
    "hostname": "echo $POD",
    "ncat": "exit 0",
    "xbstream": "exit 0",
    "xtrabackup": "exit 0",
    "sleep": "exit 0",
    "mysql": '[ -s tries ] && read -r n < tries && [ "$n" -gt 0 ] || exit 0; echo $((n - 1)) > tries; exit 1',
}


@pytest.mark.slow
@pytest.mark.parametrize("manifests", MANIFESTS.values(), ids=MANIFESTS)
def test_the_scripts_of_the_manifests_come_to_the_same_commands_as_under_the_real_bash(
    manifests: Path, tmp_path: Path
) -> None:
    cluster = Cluster(addons=["rook"], history=False)
    seen = commands(cluster)
    cluster.apply(str(manifests))
    assert cluster.run().reached
    owner = next(
        found
        for file in sorted(manifests.glob("*.yaml"))
        for found in yaml.safe_load_all(file.read_text())
        if found and found["kind"] == "StatefulSet"
    )
    spec = owner["spec"]["template"]["spec"]
    scripts = {c["name"]: c["command"][2] for c in [*spec["initContainers"], *spec["containers"]] if "command" in c}
    assert sorted(scripts) == ["clone-mysql", "init-mysql", "xtrabackup"]

    for pod in ("mysql-0", "mysql-1", "mysql-2"):
        for container, script in scripts.items():
            mine = [point for point in seen if (point.pod, point.container) == (pod, container) and not point.subshell]
            folder = tmp_path / pod / container
            real = as_in_a_container(script, folder, pod, sum(point.command == "sleep 1" for point in mine))
            assert [(point.index, point.command) for point in mine] == real, f"{pod}/{container}"


def as_in_a_container(script: str, folder: Path, pod: str, tries: int) -> list[tuple[int, str]]:
    """What the script comes to where its files lie in `folder` and the server answers after so many tries."""
    data, conf = folder / "data", folder / "made"
    for made in (data, conf, folder / "config", folder / "bin"):
        made.mkdir(parents=True)
    for name in ("master", "slave", "primary", "secondary", "replica"):
        (folder / "config" / f"{name}.cnf").write_text("[mysqld]\n")
    (data / "tries").write_text(f"{tries}\n")
    if pod == "mysql-1":
        (data / "xtrabackup_binlog_info").write_text("mysql-0-bin.000003\t154\n")
    if pod == "mysql-2":
        (data / "xtrabackup_slave_info").write_text("CHANGE MASTER TO MASTER_LOG_FILE='m', MASTER_LOG_POS=4\n")
    for name, text in STUBS.items():
        (folder / "bin" / name).write_text(f"#!/bin/bash\n{text.replace('$POD', pod)}\n")
        (folder / "bin" / name).chmod(0o755)
    moved = {"/var/lib/mysql": str(data), "/mnt/conf.d": str(conf), "/mnt/config-map": str(folder / "config")}
    here = script
    for path, other in moved.items():
        here = here.replace(path, other)
    found = []
    for number, depth, text in debugged(here, folder, str(folder / "bin")):
        for path, other in moved.items():
            text = text.replace(other, path)
        if not depth:
            found.append((number, text))
    return found
