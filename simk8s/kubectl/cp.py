"""`kubectl cp`: files between containers and what the caller calls the host; `tar` in the container does the work.

The host's files are those that whoever called kubectl hands it (`Access.host`): nothing here opens one itself.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass

from simk8s.api.objects import Object, dig, name, namespace
from simk8s.kubectl.command import Command, Context
from simk8s.kubectl.container import check_runs, container_of
from simk8s.kubectl.failure import Failure
from simk8s.kubectl.flags import Flag
from simk8s.kubectl.runtime import HostFiles, Output
from simk8s.sim import Run


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a Pod, or where `pod` is "" on the host."""

    pod: str
    namespace: str
    path: str


def run(context: Context) -> Run[int | None]:
    words = context.arguments.words
    if len(words) != 2:
        raise Failure("source and destination are required")
    source, target = (_place(context, word) for word in words)
    if not source.path or not target.path:
        raise Failure("filepath can not be empty")
    if source.pod and target.pod:
        raise Failure("one of src or dest must be a local file specification")
    if not source.pod and not target.pod:
        raise Failure("one of src or dest must be a remote file specification")
    host = context.access.host
    if host is None:
        raise Failure("simk8s lets `kubectl cp` see no files outside of the cluster here: nobody has handed it any")
    if source.pod:
        yield from _from_pod(context, source, target.path, host)
    else:
        yield from _to_pod(context, source.path, target, host)
    return 0


def _place(context: Context, text: str) -> Place:
    """`[[namespace/]pod:]path`."""
    head, colon, path = text.partition(":")
    if not colon:
        return Place("", "", text)
    parts = head.split("/")
    if len(parts) > 2 or not all(parts):
        raise Failure("filespec must match the canonical format: [[namespace/]pod:]file/path")
    return Place(parts[-1], parts[0] if len(parts) == 2 else context.namespace, path)


def _to_pod(context: Context, source: str, target: Place, host: HostFiles) -> Run[None]:
    content = host.read(source)
    if content is None:
        raise Failure(f"{source} doesn't exist in local filesystem")
    pod = yield from _pod(context, target)
    path = target.path.rstrip("/") or "/"
    is_folder = yield from _exec(context, pod, ["test", "-d", path], quiet=True)
    if is_folder.status == 0:
        path = posixpath.join(path, posixpath.basename(source.rstrip("/")))
    folder, base = posixpath.split(path)
    command = ["tar", *(["--no-same-permissions", "--no-same-owner"] if context.arguments["no-preserve"] else [])]
    command += ["-xmf", "-", *(["-C", folder] if folder else [])]
    ended = yield from _exec(context, pod, command, _packed(content, base))
    _finish(context, ended)


def _packed(content: bytes | Mapping[str, bytes], base: str) -> bytes:
    """A tar archive of a file, or of a folder with its files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        if isinstance(content, bytes):
            _add(archive, base, content)
        else:
            folders = {base} | {posixpath.join(base, *path.split("/")[:-1]) for path in content if "/" in path}
            for folder in sorted(folders):
                entry = tarfile.TarInfo(folder)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
            for path in sorted(content):
                _add(archive, posixpath.join(base, path), content[path])
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, path: str, content: bytes) -> None:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(content), 0o644
    archive.addfile(entry, io.BytesIO(content))


def _from_pod(context: Context, source: Place, target: str, host: HostFiles) -> Run[None]:
    pod = yield from _pod(context, source)
    ended = yield from _exec(context, pod, ["tar", "cf", "-", source.path])
    prefix = source.path.strip("/")
    try:
        _unpack(context, ended.stdout, prefix, target, host)
    except tarfile.TarError as error:
        if ended.status == 0:
            raise Failure(str(error)) from error
    _finish(context, Output(b"", ended.stderr, ended.status))


def _unpack(context: Context, data: bytes, prefix: str, target: str, host: HostFiles) -> None:
    if not data:
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for entry in archive:
            name, top = posixpath.normpath(entry.name), posixpath.normpath(prefix)
            if name != top and not name.startswith(f"{top}/"):  # a container's tar may say what it likes
                context.err(f"warning: file {entry.name!r} is outside target destination, skipping\n")
                continue
            inside = name[len(top) :].strip("/")
            path = posixpath.join(target, inside) if inside else target
            if entry.issym() or entry.islnk():
                context.err(f"warning: skipping symlink: {path!r} -> {entry.linkname!r}\n")
            elif entry.isfile():
                if not inside and host.is_folder(target):
                    raise Failure(f"open {target}: is a directory")
                file = archive.extractfile(entry)
                host.write(path, file.read() if file else b"")


def _pod(context: Context, place: Place) -> Run[Object]:
    pod = yield from context.get(context.access.registry.typed("pods"), place.pod, place.namespace)
    phase = dig(pod, "status", "phase")
    if phase in ("Succeeded", "Failed"):
        raise Failure(f"cannot exec into a container in a completed pod; current phase is {phase}")
    return pod


def _exec(
    context: Context, pod: Object, command: list[str], stdin: bytes | None = None, *, quiet: bool = False
) -> Run[Output]:
    container = container_of(context, pod, context.arguments.text("container"), quiet=quiet)
    yield from context.request()
    check_runs(pod, container)
    return (yield from context.access.runtime.exec(namespace(pod), name(pod), container, command, stdin, False))


def _finish(context: Context, ended: Output) -> None:
    context.out(ended.stdout)
    context.err(ended.stderr)
    if ended.status:
        raise Failure(f"command terminated with exit code {ended.status}", ended.status, bare=True)


COMMAND = Command(
    "cp",
    "Copy files and folders to and from containers.",
    "cp <file-spec-src> <file-spec-dest>",
    (
        Flag("container", "string", "", "the container; without it the first", "c"),
        Flag("no-preserve", "bool", False, "copied files belong to whoever unpacks them"),
    ),
    run,
    (
        ("Out of a container", "kubectl cp mysql-0:/etc/mysql/conf.d ./conf.d -c mysql"),
        ("Into a container", "kubectl cp dump.sql mysql-0:/tmp/dump.sql -c mysql"),
    ),
    not_modelled="retries",
)
