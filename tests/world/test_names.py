"""Names at a past moment."""

from __future__ import annotations

from simk8s import Cluster
from simk8s.world.names import endpoints, lookup

WEB = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-0, labels: {app: web}}
spec:
  hostname: web-0
  subdomain: web
  containers: [{name: main, image: "registry.k8s.io/pause:3.10"}]
"""


def test_a_name_leads_to_the_pods_that_were_ready_at_that_moment() -> None:
    cluster = Cluster(nodes=1, seed=1)
    cluster.apply(WEB)
    cluster.run()
    address = cluster.pods()[0].ip
    before, after = cluster.history.at(1.0), cluster.history.at()
    assert lookup(before, "web.default.svc.cluster.local").code == "NXDOMAIN"
    assert lookup(after, "web.default.svc.cluster.local").records == (address,)
    assert lookup(after, "web-0.web.default.svc.cluster.local").records == (address,)
    assert endpoints(before, "web") == {}
    assert endpoints(after, "web") == {address: True}
