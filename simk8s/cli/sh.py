"""`simk8s sh`: bash in a fresh simulated container."""

from __future__ import annotations

import json
import posixpath
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

EPILOG = """\b
Examples:
  simk8s sh -c 'for n in 1 2 3; do echo mysql-$n; done'
  simk8s sh --image mysql:5.7 -c 'mysqld --version'
  simk8s sh start.sh first second < input.txt
  simk8s sh -ex -c 'echo every command is shown'
  simk8s sh --lint manifests/
"""


@click.command("sh", epilog=EPILOG, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--image", default="bash", show_default=True, metavar="REF", help="The image of the container.")
@click.option("--lint", "is_lint", is_flag=True, help="Run nothing: list what is risky, or not supported, in the ARGs.")
@click.option("--json", "as_json", is_flag=True, help="With --lint: a JSON object a line.")
@click.argument("arguments", nargs=-1, metavar="[-OPTIONS] [-c SCRIPT | FILE] [ARG...]", type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, image: str, is_lint: bool, as_json: bool, arguments: tuple[str, ...]) -> None:
    """Run bash in a fresh simulated container.

    It takes bash's own options (-c, -e, -x, -o pipefail, ...). Standard input is passed on; without -c and FILE the
    script is read from it, line by line with a prompt where it is a terminal. The exit status is the script's, or 2
    with a message where the script uses something that is not supported.

    With --lint the ARGs are manifests, folders of them, or script files ("-" is standard input). The exit status is 0
    where there is nothing to say, 1 where there is, and 2 for bad input.
    """
    if is_lint:
        _lint(ctx, arguments, as_json)
    if as_json:
        ctx.fail("--json goes with --lint")
    from simk8s import sandbox
    from simk8s.shell.program import read_arguments

    call = read_arguments(["bash", *arguments])
    files: dict[str, bytes] = {}
    stdin: bytes | Callable[[], bytes] = _standard_input
    argv = ["bash", *arguments]
    if call.problem or call.command is not None:
        pass
    elif call.file is not None:
        place = len(argv) - len(call.arguments) - 1
        path, files[path] = _file(call.file)
        if posixpath.join("/", call.file) != path:
            argv[place] = path
    elif sys.stdin.isatty():
        from simk8s.cli.prompt import converse

        ctx.exit(converse(image, argv))
    else:
        argv, stdin = [*argv, "-s"] if not arguments else argv, sys.stdin.buffer.read()
    out, err = sys.stdout.buffer, sys.stderr.buffer

    def show(data: bytes) -> None:
        out.write(data)
        out.flush()

    def complain(data: bytes) -> None:
        err.write(data)
        err.flush()

    status, _ = sandbox.run(argv, files=files, image=image, stdin=stdin, stdout=show, stderr=complain)
    ctx.exit(status)


def _lint(ctx: click.Context, paths: tuple[str, ...], as_json: bool) -> NoReturn:
    from dataclasses import asdict

    from simk8s.cluster.linting import lint_paths

    if not paths:
        ctx.fail("give manifests, folders or scripts to look at: simk8s sh --lint PATH...")
    found = lint_paths(paths, stdin=sys.stdin.read() if "-" in paths else "")
    for finding in found:
        click.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else str(finding))
    ctx.exit(1 if found else 0)


def _standard_input() -> bytes:
    return b"" if sys.stdin.isatty() else sys.stdin.buffer.read()


def _file(name: str) -> tuple[str, bytes]:
    """A script file of this computer: its path in the container, and its text."""
    from simk8s.api.manifest import read_bytes

    text = read_bytes(name)
    inside = posixpath.join("/", name)
    if posixpath.normpath(inside) != inside:
        inside = "/" + Path(name).name
    return inside, text
