"""`simk8s explain-error`: what an error code means, and what to do about it."""

from __future__ import annotations

import json
from importlib.resources import files

import click

EPILOG = """\b
Examples:
  simk8s explain-error SK201
  simk8s explain-error
"""


@click.command("explain-error", epilog=EPILOG)
@click.argument("code", required=False)
@click.pass_context
def command(ctx: click.Context, code: str | None) -> None:
    """Say what an error code means and what to do about it; without a CODE, list them all."""
    known = pages()
    if code is None:
        for name, page in known.items():
            click.echo(f"{name}  {page['title']}")
        return
    name = f"SK{code}" if code.isdecimal() else code.upper()
    found = known.get(name)
    if found is None:
        ctx.fail(f"there is no error {code!r}; `simk8s explain-error` lists those that exist")
    click.echo(f"{name}  {found['title']}\n")
    click.echo(found["meaning"])
    click.echo(f"\nTry: {found['try']}")


def pages() -> dict[str, dict[str, str]]:
    """The pages by code, in order."""
    text = (files("simk8s.cli") / "error_pages.json").read_text(encoding="utf-8")
    result: dict[str, dict[str, str]] = json.loads(text)
    return result
