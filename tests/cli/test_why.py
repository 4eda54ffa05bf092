"""`simk8s why`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from click.testing import CliRunner, Result

from simk8s.cli.main import root
from tests.causes.conftest import bring_up, ring


def why(tmp_path: Path, *arguments: str, of_ring: bool = False) -> Result:
    trace = tmp_path / "trace.jsonl"
    (ring().history if of_ring else bring_up("ours")).save(trace)
    return CliRunner().invoke(root, ["why", str(trace), *arguments])


def test_a_saved_trace_is_explained_with_places_and_times(tmp_path: Path) -> None:
    result = why(tmp_path, "pod/mysql-1", "Ready")
    assert result.exit_code == 0
    assert "xtrabackup prepares the copy" in result.output
    assert "statefulset.yaml:59:15" in result.output


def test_json_has_a_schema_and_links_whose_times_add_up(tmp_path: Path) -> None:
    data = json.loads(why(tmp_path, "pod/mysql-1", "Ready", "--json").output)
    assert data["schema"] == "simk8s-why/1"
    total = sum(link["end_seconds"] - link["start_seconds"] for link in data["links"])
    assert abs(total - (data["end_seconds"] - data["start_seconds"])) < 1e-6


def test_the_picture_has_a_bar_for_each_link(tmp_path: Path) -> None:
    picture = tmp_path / "why.svg"
    data = json.loads(why(tmp_path, "pod/mysql-1", "Ready", "--json", "--svg", str(picture)).output)
    bars = list(ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}rect"))
    assert len([bar for bar in bars if "also" not in bar.attrib["class"]]) == len(data["links"])


def test_what_never_happened_ends_with_two_and_names_the_ring(tmp_path: Path) -> None:
    result = why(tmp_path, "pod/peer-0", "Ready", of_ring=True)
    assert result.exit_code == 2
    assert "They wait for each other" in result.output
    assert "which waits for name peer-1.peers.default resolves" in result.output


def test_a_condition_that_is_none_is_refused(tmp_path: Path) -> None:
    result = why(tmp_path, "nonsense/x", "Ready")
    assert result.exit_code == 2
    assert "SK503" in result.output


def test_a_misspelt_condition_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    result = why(tmp_path, "pod/peer-0", "Redy", of_ring=True)
    assert result.exit_code == 2
    assert "SK503: no Pod has a condition 'Redy'\n  try: did you mean 'Ready'?" in result.output


def test_what_nobody_deleted_is_told_as_such(tmp_path: Path) -> None:
    assert "nobody has deleted it" in why(tmp_path, "pod/peer-0", "deleted", of_ring=True).output
