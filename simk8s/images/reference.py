"""Image references: `mysql:5.7`, `docker.io/library/mysql:5.7` and their like, read as Docker reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from simk8s.errors import SimError

DEFAULT_DOMAIN = "docker.io"
DEFAULT_TAG = "latest"

_MIRRORS = (
    ("index.docker.io/", "docker.io/"),
    ("registry-1.docker.io/", "docker.io/"),
    ("public.ecr.aws/docker/library/", "docker.io/library/"),
    ("mirror.gcr.io/library/", "docker.io/library/"),
    ("k8s.gcr.io/", "registry.k8s.io/"),
    ("gcr.io/google_containers/", "registry.k8s.io/"),
)

_REFERENCE = re.compile(
    r"(?P<path>[A-Za-z0-9](?:[A-Za-z0-9._/-]|:[0-9]+/)*)(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>\w+:[0-9a-fA-F]{32,}))?"
)
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference in full: `docker.io/library/mysql`, `5.7`, and a digest or nothing.

    >>> str(Reference.parse("mysql"))
    'docker.io/library/mysql:latest'
    >>> Reference.parse("registry.k8s.io/nginx-slim:0.24").repository
    'registry.k8s.io/nginx-slim'
    """

    repository: str
    tag: str
    digest: str = ""

    @staticmethod
    def parse(text: str) -> Reference:
        """Read a reference. Raises SimError SK601 where it is not one (the kubelet says InvalidImageName)."""
        return _parsed(text)

    def __str__(self) -> str:
        return self.repository + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


@lru_cache(maxsize=256)  # every start of a container asks for the same few
def _parsed(text: str) -> Reference:
    match = _REFERENCE.fullmatch(text)
    repository = normalised(match["path"]) if match else ""
    if match is None or not _PATH.fullmatch(repository.partition("/")[2]):
        raise SimError("SK601", f"{text!r} is not an image reference", hint="write NAME:TAG, for example mysql:5.7")
    digest = match["digest"] or ""
    return Reference(repository, match["tag"] or ("" if digest else DEFAULT_TAG), digest)


def normalised(repository: str) -> str:
    """A repository (or a pattern for some) with its registry's domain, mirrors led back to their origin.

    >>> normalised("nginx"), normalised("solsson/kafka"), normalised("k8s.gcr.io/pause")
    ('docker.io/library/nginx', 'docker.io/solsson/kafka', 'registry.k8s.io/pause')
    """
    first, slash, _ = repository.partition("/")
    if not slash:
        repository = f"{DEFAULT_DOMAIN}/library/{repository}"
    elif not ("." in first or ":" in first or first == "localhost"):
        repository = f"{DEFAULT_DOMAIN}/{repository}"
    for mirror, origin in _MIRRORS:
        if repository.startswith(mirror):
            repository = origin + repository[len(mirror) :]
    official = repository.removeprefix(f"{DEFAULT_DOMAIN}/")
    if official != repository and "/" not in official:
        return f"{DEFAULT_DOMAIN}/library/{official}"
    return repository
