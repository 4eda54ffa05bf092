"""ConfigMaps, Secrets and the downward API as files: the layout of the kubelet's atomic writer, as scripts meet it."""

from __future__ import annotations

import re

from simk8s import Cluster
from simk8s.api.objects import Object
from tests.conformance.test_volumes import SLEEP

CONFIG: Object = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "c"},
    "data": {"key": "value\n", "other": "x\n"},
}


def started(volume: Object, *mounts: Object) -> Cluster:
    cluster = Cluster(history=False)
    mounted = [{"name": "conf", "mountPath": "/conf"}, *mounts]
    spec = {"containers": [{**SLEEP, "volumeMounts": mounted}], "volumes": [{"name": "conf", **volume}]}
    cluster.apply(CONFIG, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec})
    assert cluster.run("pod/web Ready").reached
    return cluster


def told(cluster: Cluster, script: str) -> list[str]:
    """What a script in the container prints; the directory that is named after a moment is called ..STAMP."""
    done = cluster.exec("web", script)
    assert (done.status, done.stderr) == (0, "")
    return re.sub(r"\.\.\d{4}(_\d\d){5}\.\d+", "..STAMP", done.stdout).splitlines()


def test_what_people_see_are_links_through_data() -> None:  # VOL-28
    items = [{"key": "key", "path": "key"}, {"key": "other", "path": "deep/down/other", "mode": 0o600}]
    cluster = started({"configMap": {"name": "c", "items": items}})
    assert told(cluster, "ls /conf") == ["deep", "key"]
    assert told(cluster, "ls -A /conf") == ["..STAMP", "..data", "deep", "key"]
    assert told(cluster, "cd /conf; readlink ..data deep key") == ["..STAMP", "..data/deep", "..data/key"]
    assert told(cluster, "readlink -f /conf/key") == ["/conf/..STAMP/key"]
    assert told(cluster, "cd /conf; stat -c '%F %a' . ..data/ key deep/down/other") == [
        "directory 777",
        "directory 755",
        "symbolic link 777",
        "regular file 600",
    ]


def test_find_sees_each_file_in_its_real_place_and_copies_can_follow_the_links() -> None:  # VOL-28
    cluster = started({"configMap": {"name": "c"}})
    assert told(cluster, "cd /conf; find . -type f | sort") == ["./..STAMP/key", "./..STAMP/other"]
    assert told(cluster, "cd /conf; find -L . -maxdepth 1 -type f | sort") == ["./key", "./other"]
    assert told(cluster, "cp -r /conf /copied; ls -A /copied; cat /copied/key") == [
        "..STAMP",
        "..data",
        "key",
        "other",
        "value",
    ]
    plain = "mkdir /plain; cp -L /conf/* /plain; cd /plain; find . -type f | sort"
    assert told(cluster, plain) == ["./key", "./other"]


def test_an_update_is_one_renamed_link_and_never_reaches_a_sub_path() -> None:  # VOL-28
    cluster = started({"configMap": {"name": "c"}}, {"name": "conf", "mountPath": "/one", "subPath": "key"})
    before = cluster.exec("web", "readlink /conf/..data").stdout
    change = '{"data": {"key": "new\\n", "other": null, "z": ""}}'
    cluster.kubectl(["patch", "configmap", "c", "--type=merge", "-p", change])
    cluster.run(120)
    assert told(cluster, "ls -A /conf; cat /conf/key /one") == ["..STAMP", "..data", "key", "z", "new", "value"]
    assert cluster.exec("web", "readlink /conf/..data").stdout != before


def test_a_secret_is_in_memory_with_the_sticky_bit() -> None:  # VOL-28
    cluster = started({"projected": {"sources": [{"configMap": {"name": "c"}}]}})
    assert told(cluster, "stat -c %a /conf") == ["1777"]
