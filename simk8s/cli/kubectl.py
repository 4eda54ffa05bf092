"""`simk8s kubectl`: one command against a scenario's end state."""

from __future__ import annotations

import sys

import click

EPILOG = """\b
Examples:
  simk8s kubectl -- get pods -o wide
  simk8s kubectl --scenario web -- describe pod web-0
  simk8s kubectl --scenario mysql/ -- exec mysql-1 -c mysql -- mysql -e 'SHOW SLAVE STATUS'
"""


@click.command(
    "kubectl", epilog=EPILOG, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option(
    "--scenario",
    default="article",
    show_default=True,
    metavar="PATH",
    help="A scenario file, the name of a built-in one, or manifests.",
)
@click.option("--addon", "addons", multiple=True, metavar="NAME", help="For manifests: install an add-on first.")
@click.option("--seed", type=click.IntRange(min=0), help="The seed of every free choice [default: 0].")
@click.argument("arguments", nargs=-1, metavar="-- ARGS...", type=click.UNPROCESSED)
@click.pass_context
def command(
    ctx: click.Context, scenario: str, addons: tuple[str, ...], seed: int | None, arguments: tuple[str, ...]
) -> None:
    """Run one kubectl command against the end state of a scenario.

    The scenario runs first, silently. Output and exit status are kubectl's.
    """
    from simk8s.scenario import Runner
    from simk8s.scenario.opening import scenario_of

    if not arguments:
        ctx.fail("give kubectl's arguments, as in: simk8s kubectl -- get pods")
    runner = Runner(scenario_of(scenario, addons), seed=seed)
    for _ in runner.steps():
        pass
    stdin = sys.stdin.buffer.read() if _reads(arguments) and not sys.stdin.isatty() else b""
    result = runner.cluster.kubectl(list(arguments), stdin=stdin)
    click.echo(result.stdout, nl=False)
    click.echo(result.stderr, nl=False, err=True)
    ctx.exit(result.status)


def _reads(arguments: tuple[str, ...]) -> bool:
    """Whether the command takes standard input: `-i`, `--stdin`, `-f -`. Nobody else's is waited for."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return any(
        word in ("-", "-f-", "--filename=-", "--stdin", "--stdin=true")
        or (word.startswith("-") and not word.startswith("--") and set(word[1:]) <= {"i", "t", "q"} and "i" in word)
        for word in own
    )
