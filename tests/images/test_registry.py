"""References are read as Docker reads them, and the registry finds images by them."""

from __future__ import annotations

import pytest

from simk8s.errors import SimError
from simk8s.images import Image, Reference, Registry, default_registry
from simk8s.images.registry import hint_for


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("mysql", "docker.io/library/mysql:latest"),
        ("mysql:5.7", "docker.io/library/mysql:5.7"),
        ("docker.io/mysql:5.7", "docker.io/library/mysql:5.7"),
        ("docker.io/library/mysql:5.7", "docker.io/library/mysql:5.7"),
        ("index.docker.io/library/mysql", "docker.io/library/mysql:latest"),
        ("solsson/kafka:2.5.1", "docker.io/solsson/kafka:2.5.1"),
        ("k8s.gcr.io/pause:3.1", "registry.k8s.io/pause:3.1"),
        ("public.ecr.aws/docker/library/redis:8", "docker.io/library/redis:8"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("localhost/app:1", "localhost/app:1"),
        ("a/b/c:d", "docker.io/a/b/c:d"),
        (f"mysql@sha256:{'0' * 64}", f"docker.io/library/mysql@sha256:{'0' * 64}"),
        (f"mysql:5.7@sha256:{'0' * 64}", f"docker.io/library/mysql:5.7@sha256:{'0' * 64}"),
    ],
)
def test_a_reference_is_read_in_full(text: str, full: str) -> None:
    assert str(Reference.parse(text)) == full


@pytest.mark.parametrize("text", ["", "MySQL", "mysql:", "mysql:5.7:1", "a//b", "mysql@sha256:12", " mysql", "my sql"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(SimError) as error:
        Reference.parse(text)
    assert error.value.code == "SK601"


@pytest.mark.parametrize(
    "reference",
    [
        "bash", "busybox:1.28", "busybox:1.36.1", "alpine:3.19", "debian:jessie", "debian:bookworm-slim",
        "ubuntu:22.04", "nginx", "nginx:1.15-alpine", "registry.k8s.io/nginx-slim:0.24", "registry.k8s.io/pause:3.9",
        "mysql:5.7", "gcr.io/google-samples/xtrabackup:1.0", "registry.k8s.io/e2e-test-images/jessie-dnsutils:1.3",
    ],
)  # fmt: skip
def test_built_in_images_are_found_and_can_be_built(reference: str) -> None:
    image = default_registry().find(reference)
    assert image is not None
    assert image.root().find("/etc/passwd") is not None or reference.startswith("registry.k8s.io/pause")


def test_an_unknown_image_is_none_and_the_hint_says_how_to_provide_it() -> None:
    assert default_registry().find("example.com/nobody") is None
    assert "simk8s.images.Image(" in hint_for("example.com/nobody")


def test_what_is_added_last_is_found_first() -> None:
    registry = default_registry()
    own = Image("busybox", tags="1.36*")
    registry.add(own)
    assert registry.find("busybox:1.36.1") is own
    assert registry.find("busybox:1.35") is not own
    assert default_registry().find("busybox:1.36.1") is not own


def test_tags_and_repositories_are_patterns() -> None:
    registry = Registry([Image(("example.com/*/app", "app"), tags=("1.*", "stable"))])
    assert registry.find("example.com/team/app:1.2") is not None
    assert registry.find("app:stable") is not None
    assert registry.find("app:2.0") is None
    assert registry.find(f"app@sha256:{'a' * 64}") is not None
