"""Images with dig, nslookup and host, which the documentation of Kubernetes uses to look at DNS."""

from __future__ import annotations

from simk8s.images.debian import DEBIAN
from simk8s.images.image import Image

DNSUTILS = Image(
    ("registry.k8s.io/e2e-test-images/*dnsutils", "gcr.io/kubernetes-e2e-test-images/dnsutils", "tutum/dnsutils"),
    based_on=DEBIAN,
    programs=["dig", "nslookup", "host", "curl", "/bin/ping"],
    command=["sleep", "infinity"],
    size_bytes=60_000_000,
)

CURL = Image(
    ("curlimages/curl", "radial/busyboxplus"),
    based_on=DEBIAN,
    programs=["curl", "nslookup"],
    entrypoint=["curl"],
    size_bytes=15_000_000,
)

IMAGES = (DNSUTILS, CURL)
