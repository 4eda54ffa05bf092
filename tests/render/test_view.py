"""Parts of a history, as tables."""

from __future__ import annotations

from simk8s.cluster import Cluster
from simk8s.render.view import SHOWN_ROWS, records_view
from simk8s.sim import Record

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: main, image: nginx}]}"


def record(
    seq: int, actor: str = "kubelet/node-1", verb: str = "mysql.commit", object: str = "Pod/default/db-1"
) -> Record:
    return Record(seq, float(seq), actor, verb, object, (seq - 1,) if seq else (), {"<i>": seq})


def test_a_name_stands_for_everything_in_it_and_for_nothing_else() -> None:
    records = [record(0), record(1, object="Pod/default/db-10"), record(2, object="Pod/default/db-1/main")]
    assert [found.seq for found in records_view(records, object="Pod/default/db-1")] == [0, 2]
    assert len(records_view(records, verb="mysql")) == 3 and len(records_view(records, verb="my")) == 0
    assert len(records_view(records, actor="kubelet", since=1.0, until=1.5)) == 1


def test_a_long_table_shows_both_ends_and_says_how_long_it_is() -> None:
    shown = records_view(record(seq) for seq in range(1000))
    assert f"{len(shown)} rows" in str(shown)
    assert len(str(shown).splitlines()) == SHOWN_ROWS + 3
    assert "#0 " in str(shown) and "#999" in str(shown)
    assert shown._repr_html_().count("<tr") == SHOWN_ROWS + 2


def test_details_are_text_on_the_page_too() -> None:
    page = records_view([record(0)])._repr_html_()
    assert "&lt;i&gt;=0" in page and "<i>" not in page


def test_everything_a_cluster_hands_out_shows_itself() -> None:
    cluster = Cluster(seed=1)
    cluster.apply(POD)
    outcome = cluster.run("pod/one Ready")
    shown = [cluster, outcome, cluster.kubectl("get pods"), cluster.history, cluster.history.at(1.0)]
    shown += [cluster.history.story("one"), cluster.history.where(actor="kubelet"), cluster.why("pod/one Ready")]
    shown += [cluster.why_not("pod/two Ready")]
    for found in shown:
        page = found._repr_html_()
        assert page.startswith("<div") and "<script" not in page and page == found._repr_html_()
        assert " object at 0x" not in str(found) + repr(found)


def test_a_failure_is_shown_with_its_words() -> None:
    printed = Cluster(seed=1).kubectl("get pod nobody")
    assert "NotFound" in printed._repr_html_() and "exit status 1" in printed._repr_html_()
