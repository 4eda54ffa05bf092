"""`simk8s sh`: bash in a fresh simulated container."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Callable
from pathlib import Path

import click

EPILOG = """\b
Examples:
  simk8s sh -c 'for n in 1 2 3; do echo mysql-$n; done'
  simk8s sh --image mysql:5.7 -c 'mysqld --version'
  simk8s sh start.sh first second < input.txt
"""


@click.command("sh", epilog=EPILOG, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--image", default="bash", show_default=True, metavar="REF", help="The image of the container.")
@click.option("-c", "script", metavar="SCRIPT", help="The script itself; the first ARG is then its $0, as in bash.")
@click.argument("arguments", nargs=-1, metavar="[FILE] [ARG...]", type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, image: str, script: str | None, arguments: tuple[str, ...]) -> None:
    """Run bash in a fresh simulated container.

    Standard input is passed on; without -c and FILE the script is read from it. The exit status is the script's, or
    2 with a message where the script uses something that is not supported.
    """
    from simk8s import sandbox

    files: dict[str, bytes] = {}
    stdin: bytes | Callable[[], bytes] = _standard_input
    if script is not None:
        argv = ["bash", "-c", script, *arguments]
    elif arguments:
        path, text = _file(arguments[0])
        files[path] = text
        argv = ["bash", arguments[0] if posixpath.join("/", arguments[0]) == path else path, *arguments[1:]]
    else:
        if sys.stdin.isatty():
            ctx.fail("give a script: with -c SCRIPT, as a FILE, or on standard input")
        argv, stdin = ["bash", "-s"], sys.stdin.buffer.read()
    out, err = sys.stdout.buffer, sys.stderr.buffer

    def show(data: bytes) -> None:
        out.write(data)
        out.flush()

    def complain(data: bytes) -> None:
        err.write(data)
        err.flush()

    status, _ = sandbox.run(argv, files=files, image=image, stdin=stdin, stdout=show, stderr=complain)
    ctx.exit(status)


def _standard_input() -> bytes:
    return b"" if sys.stdin.isatty() else sys.stdin.buffer.read()


def _file(name: str) -> tuple[str, bytes]:
    """A script file of this computer: its path in the container, and its text."""
    from simk8s.errors import Place, SimError

    try:
        text = Path(name).read_bytes()
    except OSError as error:
        raise SimError("SK101", f"cannot read {name}: {error.strerror}", place=Place(name)) from error
    inside = posixpath.join("/", name)
    if posixpath.normpath(inside) != inside:
        inside = "/" + Path(name).name
    return inside, text
