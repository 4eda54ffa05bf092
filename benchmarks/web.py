"""A set of trivial containers: so many `replicas`, by this `policy`."""

WEB = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web}}
spec:
  serviceName: web
  replicas: {replicas}
  podManagementPolicy: {policy}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers: [{{name: pause, image: "registry.k8s.io/pause:3.10"}}]
"""
