"""dd: copies blocks."""

from __future__ import annotations

from dataclasses import dataclass

from simk8s.machine import Content, FileHandle, Process, SyscallError
from simk8s.programs.files.create import parse_size
from simk8s.programs.options import UsageError
from simk8s.programs.stream import open_input
from simk8s.programs.tool import Failure, tool
from simk8s.programs.unmodelled import Unmodelled
from simk8s.sim import Run

_NUMBERS = ("bs", "ibs", "obs", "count", "skip", "seek")
_CONVERSIONS = (
    *("lcase", "ucase", "swab", "sync", "notrunc", "fsync", "fdatasync", "noerror", "excl", "nocreat", "sparse"),
)
_UNMODELLED_CONVERSIONS = ("ascii", "ebcdic", "ibm", "block", "unblock")
_FLAGS = ("append", "fullblock", "direct", "dsync", "sync", "nonblock", "noatime", "skip_bytes", "seek_bytes",
          "count_bytes")  # fmt: skip
_UNMODELLED_FLAGS = ("directory", "noctty", "nofollow", "nolinks", "cio", "binary", "text", "nocache")


@dataclass(frozen=True, slots=True)
class Job:
    """What dd was told to do, in bytes."""

    source: str
    target: str
    in_size: int
    out_size: int
    skip: int
    seek: int
    count: int | None
    count_is_bytes: bool
    conversions: tuple[str, ...]
    flags: tuple[str, ...]
    report: str


@tool("dd")
def dd(process: Process) -> Run[int]:
    """Copy `count` blocks of `bs` bytes from `if` to `of`."""
    job = _job(process.argv[1:])
    yield from process.hold(job.in_size)
    source = yield from _open_source(process, job.source)
    target = yield from _open_target(process, job)
    left = job.skip
    while left:
        skipped = len((yield from process.read(source, min(left, 1 << 16))))
        left = left - skipped if skipped else 0
    started = process.sim.now
    full = partial = total = 0
    pending = b""
    written = [0, 0]
    whole_blocks = job.out_size == job.in_size
    while job.count is None or (total if job.count_is_bytes else full + partial) < job.count:
        wanted = min(job.in_size, job.count - total) if job.count_is_bytes and job.count is not None else job.in_size
        block = yield from _block(process, source, wanted, "fullblock" in job.flags)
        if not len(block):
            break
        full, partial = (full + 1, partial) if len(block) == job.in_size else (full, partial + 1)
        total += len(block)
        block = _converted(block, job)
        if whole_blocks:
            yield from process.write(target, block)
            written[len(block) < job.out_size] += 1
            continue
        pending += bytes(block)
        while len(pending) >= job.out_size:
            yield from process.write(target, pending[: job.out_size])
            pending = pending[job.out_size :]
            written[0] += 1
    if pending:
        yield from process.write(target, pending)
        written[1] += 1
    if target != 1 and ("fsync" in job.conversions or "fdatasync" in job.conversions):
        yield from process.fsync(job.target)
    if job.report != "none":
        seconds = process.sim.now - started
        records = f"{full}+{partial} records in\n{written[0]}+{written[1]} records out\n"
        yield from process.write(2, (records + (_rate(total, seconds) if job.report != "noxfer" else "")).encode())
    return 0


def _rate(total: int, seconds: float) -> str:
    units = f" ({_scaled(total, 1000, ' kMGT')}B" if total >= 1000 else ""
    units += f", {_scaled(total, 1024, ' KMGT')}iB)" if total >= 1024 else ")" if units else ""
    rate = _scaled(total / seconds if seconds else float(total), 1000, " kMGT")
    return f"{total} bytes{units} copied, {seconds:g} s, {rate}B/s\n"


def _scaled(amount: float, base: int, units: str) -> str:
    power = 0
    while amount >= base and power < 4:
        amount, power = amount / base, power + 1
    return f"{amount:.{1 if amount < (100 if base == 1000 else 10) else 0}f} {units[power].strip()}"


def _job(words: list[str]) -> Job:
    settings: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in (*_NUMBERS, "if", "of", "conv", "status", "iflag", "oflag", "cbs"):
            raise UsageError(f"unrecognized operand '{word}'")
        settings[key] = value
    if "cbs" in settings:
        raise Unmodelled("cbs=")
    numbers = {key: _number(settings[key]) for key in _NUMBERS if key in settings}
    conversions = _listed(settings.get("conv", ""), "conversion", _CONVERSIONS, _UNMODELLED_CONVERSIONS)
    flags = _listed(settings.get("iflag", ""), "input flag", _FLAGS, _UNMODELLED_FLAGS)
    flags += _listed(settings.get("oflag", ""), "output flag", _FLAGS, _UNMODELLED_FLAGS)
    in_size = numbers.get("bs", numbers.get("ibs", 512))
    out_size = numbers.get("bs", numbers.get("obs", 512))
    if not in_size or not out_size:
        raise Failure("invalid number: '0'")
    by_bytes = {name: "B" in settings.get(name, "") or f"{name}_bytes" in flags for name in ("skip", "seek", "count")}
    return Job(
        settings.get("if", "-"),
        settings.get("of", ""),
        in_size,
        out_size,
        numbers.get("skip", 0) * (1 if by_bytes["skip"] else in_size),
        numbers.get("seek", 0) * (1 if by_bytes["seek"] else out_size),
        numbers.get("count"),
        by_bytes["count"],
        conversions,
        flags,
        settings.get("status", ""),
    )


def _listed(text: str, what: str, known: tuple[str, ...], unmodelled: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(word for word in text.split(",") if word)
    for word in words:
        if word in unmodelled:
            raise Unmodelled(f"{what} {word}")
        if word not in known:
            raise UsageError(f"invalid {what}: '{word}'")
    return words


def _converted(block: Content, job: Job) -> Content:
    if not {"lcase", "ucase", "swab", "sync"} & set(job.conversions):
        return block
    data = bytes(block)
    if "sync" in job.conversions:
        data = data.ljust(job.in_size, b"\0")
    if "swab" in job.conversions:
        pairs = bytearray(data)
        pairs[0 : len(data) // 2 * 2 : 2], pairs[1::2] = data[1::2], data[0 : len(data) // 2 * 2 : 2]
        data = bytes(pairs)
    return data.lower() if "lcase" in job.conversions else data.upper() if "ucase" in job.conversions else data


def _number(text: str) -> int:
    size = 1
    for factor in text.split("x"):
        value = parse_size(factor.removesuffix("B") if factor[:-1].isdecimal() else factor)
        if value is None:
            raise Failure(f"invalid number: '{text}'")
        size *= value
    return size


def _open_source(process: Process, path: str) -> Run[int]:
    try:
        return (yield from open_input(process, path))
    except SyscallError as error:
        raise Failure(f"failed to open '{path}': {error.text}") from None


def _open_target(process: Process, job: Job) -> Run[int]:
    if not job.target:
        return 1
    keeps = "notrunc" in job.conversions or "append" in job.flags
    if "excl" in job.conversions and process.exists(job.target):
        raise Failure(f"failed to open '{job.target}': File exists")
    try:
        handle = yield from process.open(
            job.target,
            write=True,
            create="nocreat" not in job.conversions,
            truncate=not keeps and not job.seek,
            append="append" in job.flags,
        )
        if job.seek and isinstance(handle, FileHandle):
            if not keeps:
                yield from process.truncate(job.target, job.seek)
            handle.offset = job.seek
    except SyscallError as error:
        raise Failure(f"failed to open '{job.target}': {error.text}") from None
    return process.install(handle, private=True)


def _block(process: Process, fd: int, size: int, whole: bool) -> Run[Content]:
    block = yield from process.read(fd, size)
    while whole and len(block) < size and len(more := (yield from process.read(fd, size - len(block)))):
        block = bytes(block) + bytes(more)
    return block
