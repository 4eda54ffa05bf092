"""The clusters that kubectl's tests begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kubectl.kubectl_shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def mysql(shell: Shell) -> Shell:
    """mysql-0 of the tutorial, running, with what belongs to it."""
    shell.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "mysql-0", "namespace": "default", "labels": {"app": "mysql"}},
            "spec": {
                "nodeName": "node-1",
                "initContainers": [
                    {"name": "init-mysql", "image": "mysql:5.7", "command": ["bash", "-c", "set -ex\nexit"]}
                ],
                "containers": [
                    {
                        "name": "mysql",
                        "image": "mysql:5.7",
                        "env": [{"name": "MYSQL_ALLOW_EMPTY_PASSWORD", "value": "1"}],
                        "ports": [{"name": "mysql", "containerPort": 3306}],
                        "livenessProbe": {"exec": {"command": ["mysqladmin", "ping"]}, "initialDelaySeconds": 30},
                        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
                        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/mysql", "subPath": "mysql"}],
                    },
                    {"name": "xtrabackup", "image": "gcr.io/google-samples/xtrabackup:1.0"},
                ],
                "volumes": [
                    {"name": "data", "persistentVolumeClaim": {"claimName": "data-mysql-0"}},
                    {"name": "conf", "emptyDir": {}},
                    {"name": "config-map", "configMap": {"name": "mysql"}},
                ],
            },
        },
        {
            "phase": "Running",
            "qosClass": "Burstable",
            "hostIP": "172.18.0.2",
            "podIP": "10.244.1.2",
            "podIPs": [{"ip": "10.244.1.2"}],
            "startTime": "2024-01-01T00:00:00Z",
            "conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": "False"}],
            "initContainerStatuses": [
                {
                    "name": "init-mysql",
                    "image": "mysql:5.7",
                    "imageID": "mysql@sha256:1",
                    "containerID": "containerd://1",
                    "ready": True,
                    "restartCount": 0,
                    "state": {
                        "terminated": {
                            "exitCode": 0,
                            "reason": "Completed",
                            "startedAt": "2024-01-01T00:00:02Z",
                            "finishedAt": "2024-01-01T00:00:03Z",
                        }
                    },
                }
            ],
            "containerStatuses": [
                {
                    "name": "mysql",
                    "image": "mysql:5.7",
                    "imageID": "mysql@sha256:1",
                    "containerID": "containerd://2",
                    "ready": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": "2024-01-01T00:00:04Z"}},
                },
                {
                    "name": "xtrabackup",
                    "image": "gcr.io/google-samples/xtrabackup:1.0",
                    "imageID": "xtrabackup@sha256:2",
                    "containerID": "containerd://3",
                    "ready": False,
                    "restartCount": 3,
                    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 20s"}},
                    "lastState": {
                        "terminated": {
                            "exitCode": 1,
                            "reason": "Error",
                            "startedAt": "2024-01-01T00:00:20Z",
                            "finishedAt": "2024-01-01T00:00:25Z",
                        }
                    },
                },
            ],
        },
    )
    shell.later(30)
    return shell
