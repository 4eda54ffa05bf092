"""Who else is killed: whoever a script talks to, before that and meanwhile."""

from __future__ import annotations

from simk8s.checker import exploration
from simk8s.checker.report import report
from simk8s.checker.setup import Setup
from simk8s.cluster.manifests import Source

COPIES = """
apiVersion: v1
kind: Service
metadata: {name: copy}
spec: {clusterIP: None, selector: {app: copy}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: copy}
spec:
  serviceName: copy
  replicas: 2
  selector: {matchLabels: {app: copy}}
  template:
    metadata: {labels: {app: copy}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: gcr.io/google-samples/xtrabackup:1.0
          command:
            - bash
            - -c
            - |
              set -e; cd /data
              if [[ $HOSTNAME != copy-0 && ! -f copy ]]; then
                ncat --recv-only copy-0.copy 3307 > part || true
                mv part copy
              fi
              [[ $HOSTNAME == copy-0 ]] || grep -q two copy
              touch /tmp/ready
              exec ncat --listen --keep-open --send-only 3307 -c 'echo one; sleep 1; echo two'
          readinessProbe: {exec: {command: [test, -f, /tmp/ready]}, periodSeconds: 1}
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


def test_a_peer_is_gone_right_before_it_is_asked_and_while_it_answers() -> None:
    """Whom a line talks to is known only when it does; the same Pod is killed where that line begins, too."""
    points = report(exploration.run(Setup.of([Source("copy.yaml", COPIES)], {"seed": 0})))["points"]

    killed = {
        (point["where"], point["killed"]): point["outcome"]["copy-1"]
        for point in points
        if point["command"].startswith("ncat --recv-only") and point["killed"].startswith("copy-0")
    }

    assert killed["before", "copy-0/main"] == "crashloop"  # it has copied nothing, and takes that for a copy
    assert killed["before", "copy-0"] == "ok"  # NCAT-14: it is asked to go, and serves until the grace period is over
    assert len({where for where, _ in killed}) > 1
