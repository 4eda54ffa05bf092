"""What kubectl may use of the world outside: when to end a watch, and the caller's files for `cp`."""

from __future__ import annotations

from pathlib import Path

import pytest

from simk8s import Cluster

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: box}
spec:
  containers:
    - {name: main, image: debian, command: [bash, -c, 'echo begun; sleep 5; echo done; sleep infinity']}
"""


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster(seed=1)
    cluster.apply(POD)
    return cluster


def test_a_watch_shows_the_rows_as_they_change_and_ends_when_the_cluster_is_at_rest(cluster: Cluster) -> None:
    """KCTL-14."""
    rows = [line.split()[1:3] for line in cluster.kubectl("get pod box -w").stdout.splitlines()[1:]]
    assert rows[0] == ["0/1", "Pending"]
    assert rows[-1] == ["1/1", "Running"]
    assert len(rows) > 2


def test_following_a_log_ends_when_the_cluster_is_at_rest(cluster: Cluster) -> None:
    cluster.run("pod/box Ready")
    assert cluster.kubectl("logs -f box").stdout == "begun\ndone\n"


def test_files_are_copied_into_a_container_and_out_of_it(cluster: Cluster, tmp_path: Path) -> None:
    cluster.run("pod/box Ready")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("hello")

    assert cluster.kubectl("cp site box:/tmp/site", folder=tmp_path).status == 0
    assert cluster.exec("box", "cat /tmp/site/index.html").stdout == "hello"
    cluster.exec("box", "echo changed > /tmp/site/index.html")
    assert cluster.kubectl("cp box:/tmp/site/index.html back.html", folder=tmp_path).status == 0

    assert (tmp_path / "back.html").read_text() == "changed\n"


def test_a_container_cannot_place_files_beside_the_target(cluster: Cluster, tmp_path: Path) -> None:
    cluster.run("pod/box Ready")
    trick = "#!/bin/bash\ncd /tmp; echo evil > evil; cd /; exec /bin/tar.real cf - tmp/evil tmp/../tmp/evil\n"
    cluster.exec("box", f"mv $(command -v tar) /bin/tar.real; cat > /bin/tar <<'EOF'\n{trick}EOF\nchmod +x /bin/tar")
    cluster.kubectl("cp box:/data target", folder=tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == []
