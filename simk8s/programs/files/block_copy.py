"""dd: copies blocks."""

from __future__ import annotations

from simk8s.machine import Content, FileHandle, Process, SyscallError
from simk8s.programs.files.create import parse_size
from simk8s.programs.stream import open_input
from simk8s.programs.tool import Failure, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_NUMBERS = ("bs", "ibs", "obs", "count", "skip", "seek")


@tool("dd")
def dd(process: Process) -> Run[int]:
    """Copy `count` blocks of `bs` bytes from `if` to `of`."""
    settings: dict[str, str] = {}
    for word in process.argv[1:]:
        key, equals, value = word.partition("=")
        if not equals or key not in (*_NUMBERS, "if", "of", "conv", "status", "iflag", "oflag"):
            raise Failure(f"unrecognized operand '{word}'\nTry 'dd --help' for more information.")
        settings[key] = value
    numbers = {key: _number(settings[key]) for key in _NUMBERS if key in settings}
    size = numbers.get("bs", numbers.get("ibs", 512))
    conversions = settings.get("conv", "").split(",")
    for conversion in conversions:
        if conversion not in ("", "notrunc", "fsync", "fdatasync", "noerror", "sync", "excl", "nocreat"):
            raise Unmodelled(f"conv={conversion}")
    for flag in f"{settings.get('iflag', '')},{settings.get('oflag', '')}".split(","):
        if flag not in ("", "fullblock", "direct", "dsync", "sync", "nonblock", "noatime"):
            raise Unmodelled(f"flag {flag}")
    source = yield from _open_source(process, settings.get("if", "-"))
    target = yield from _open_target(process, settings.get("of", ""), numbers.get("seek", 0) * size, conversions)
    for _ in range(numbers.get("skip", 0)):
        yield from _block(process, source, size)
    yield from process.hold(size)
    started = process.sim.now
    full = partial = total = 0
    while full + partial < numbers.get("count", 1 << 60):
        block = yield from _block(process, source, size)
        if not len(block):
            break
        full, partial = (full + 1, partial) if len(block) == size else (full, partial + 1)
        total += len(block)
        yield from process.write(target, block)
    if target != 1 and ("fsync" in conversions or "fdatasync" in conversions):
        yield from process.fsync(settings["of"])
    if settings.get("status") != "none":
        seconds = process.sim.now - started
        records = f"{full}+{partial} records in\n{full}+{partial} records out\n"
        rate = f"{total} bytes copied, {seconds:g} s\n" if settings.get("status") != "noxfer" else ""
        yield from process.write(2, (records + rate).encode())
    return 0


def _number(text: str) -> int:
    size = 1
    for factor in text.split("x"):
        value = parse_size(factor)
        if value is None:
            raise Failure(f"invalid number: '{text}'")
        size *= value
    return size


def _open_source(process: Process, path: str) -> Run[int]:
    try:
        return (yield from open_input(process, path))
    except SyscallError as error:
        raise Failure(f"failed to open '{path}': {error.text}") from None


def _open_target(process: Process, path: str, offset: int, conversions: list[str]) -> Run[int]:
    if not path:
        return 1
    truncate = "notrunc" not in conversions and not offset
    try:
        handle = yield from process.open(path, write=True, create="nocreat" not in conversions, truncate=truncate)
        if offset and isinstance(handle, FileHandle):
            if "notrunc" not in conversions:
                yield from process.truncate(path, offset)
            handle.offset = offset
    except SyscallError as error:
        raise Failure(f"failed to open '{path}': {error.text}") from None
    return process.install(handle, private=True)


def _block(process: Process, fd: int, size: int) -> Run[Content]:
    return (yield from process.read(fd, size))
