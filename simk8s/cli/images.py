"""`simk8s images`: which container images are modelled."""

from __future__ import annotations

import click

EPILOG = """\b
Example:
  simk8s images
"""


@click.command("images", epilog=EPILOG)
def command() -> None:
    """List the container images that are modelled.

    A name pattern and the tags that it covers, the command that the image runs, and its size.
    Others can be defined in a few lines of Python; see `simk8s.images.Image`.
    """
    from simk8s.images import default_registry
    from simk8s.render.table import table

    rows = []
    for image in default_registry().images():
        tags = image.tags if isinstance(image.tags, str) else " ".join(image.tags)
        for repository in image.repositories:
            short = repository.removeprefix("docker.io/library/").removeprefix("docker.io/")
            rows.append((short, tags, " ".join(image.argv()) or "-", f"{image.size_bytes / 1e6:.0f} MB"))
    click.echo(table(("REPOSITORY", "TAGS", "COMMAND", "SIZE"), rows), nl=False)
