"""What each pane shows of a moment, as rows: no screen is needed for that."""

from __future__ import annotations

from simk8s.tui.focus import Focus, Subject
from simk8s.tui.panes.cluster import cluster_rows
from simk8s.tui.panes.events import event_rows
from simk8s.tui.panes.files import file_rows
from simk8s.tui.panes.logs import log_rows
from simk8s.tui.panes.names import name_rows
from simk8s.tui.panes.replication import replication_rows
from simk8s.tui.panes.script import script_rows
from simk8s.tui.panes.timeline import LABEL, scale_of, timeline_rows
from simk8s.tui.panes.why import why_rows
from simk8s.tui.row import Row
from simk8s.tui.run import Run
from simk8s.tui.view import View

SIDECAR = Subject("Pod/default/mysql-1", "xtrabackup")


def at(run: Run, time: float, subject: Subject = SIDECAR, **fields: object) -> View:
    return View(run, Focus(run.chronicle.last_before(time), subject), **fields)  # type: ignore[arg-type]


def text(rows: list[Row]) -> str:
    return "\n".join(row.text for row in rows)


def test_the_cluster_shows_steps_containers_and_claims_in_kubectls_words(article: Run) -> None:
    shown = text(cluster_rows(at(article, 157.5)))

    assert "mysql-1  0/2  Init:1/2  node-2" in shown
    assert "[1 ✓ init-mysql] → [2 › clone-mysql]" in shown
    assert "mysql  PodInitializing" in shown
    assert "data-mysql-1  Bound 10Gi" in shown
    assert "mysql-2" not in shown  # it waits for mysql-1 (STS-43)


def test_the_script_has_the_manifests_line_numbers_and_marks_where_it_is(article: Run) -> None:
    rows = script_rows(at(article, 165.0))
    now = next(row for row in rows if row.is_now)
    ran = [row for row in rows if " · " in row.text]

    assert 'until mysql -h 127.0.0.1 -e "SELECT 1"; do sleep 1; done' in now.text
    assert now.key.endswith("statefulset.yaml:126") and " 126 ▶" in now.text
    assert any("rm xtrabackup_binlog_info" in row.text for row in ran)
    assert not any("rm -f xtrabackup_binlog_info" in row.text for row in ran)  # the other branch


def test_the_script_shows_variables_and_what_set_x_printed(article: Run) -> None:
    shown = text(script_rows(at(article, 163.71)))

    assert "[1]='mysql-0-bin.000003'" in shown and "[2]='154'" in shown
    assert "+ rm xtrabackup_binlog_info" in shown


def test_a_shell_that_became_another_program_says_so(article: Run) -> None:
    assert "has become: ncat --listen" in text(script_rows(at(article, 200.0)))


def test_the_entrypoint_of_an_image_is_listed_from_the_image(article: Run) -> None:
    rows = script_rows(at(article, 70.0, Subject("Pod/default/mysql-0", "mysql")))
    assert "docker-entrypoint.sh" in rows[0].text and any(row.is_now for row in rows)


def test_files_that_were_burnt_after_reading_are_shown_as_such(article: Run) -> None:
    shown = text(file_rows(at(article, 166.81)))

    assert "✗" in next(line for line in shown.split("\n") if "xtrabackup_binlog_info" in line)
    assert "change_master_to.sql.in  → change_master_to.sql.orig" in shown
    assert next(line for line in shown.split("\n") if "change_master_to.sql.orig  8" in line).startswith(" + ")


def test_the_content_of_a_burnt_file_is_what_it_held_before(article: Run) -> None:
    key = next(row.key for row in file_rows(at(article, 166.81)) if "xtrabackup_binlog_info" in row.text)
    shown = text(file_rows(at(article, 166.81, opened=key)))

    assert "│ mysql-0-bin.000003\t154" in shown


def test_the_clone_chain_and_the_replication_graph_tell_positions_and_lag(article: Run) -> None:
    done = text(replication_rows(at(article, 200.0)))
    assert "mysql-0 ══▶ mysql-1  prepared 161.3 s" in done
    assert "IO Yes  SQL Yes  up to date" in done

    under_way = text(replication_rows(at(article, 157.5)))
    assert "mysql-0 ──▶ mysql-1  being streamed" in under_way

    late = text(replication_rows(at(article, 308.835)))
    assert "behind by" in late and "received mysql-0-bin.000003:" in late


def test_names_lead_to_ready_pods_only(article: Run) -> None:
    early, late = (text(name_rows(at(article, time))) for time in (60.0, 100.0))

    assert "no endpoints" in early or "not ready" in early
    assert "mysql-0.mysql" in late and "10.244.3.2" in late


def test_events_that_are_still_to_come_are_quiet(article: Run) -> None:
    rows = event_rows(at(article, 100.0))
    roles = {row.spans[2][1] for row in rows if row.seq is not None and article.time(row.seq) > 100.0}

    assert roles == {"quiet"}
    assert next(row for row in rows if row.is_now).seq is not None


def test_a_filter_leaves_only_what_has_its_text(article: Run) -> None:
    rows = event_rows(at(article, 100.0, filter="MYSQL-3"))
    assert rows and all("mysql-3" in row.text for row in rows)


def test_logs_end_at_the_moment_in_focus(article: Run) -> None:
    rows = log_rows(at(article, 165.0))
    assert all(row.seq is None or article.time(row.seq) <= 165.0 for row in rows)
    assert "Waiting until mysqld accepts connections" in text(rows)


def test_the_timeline_has_a_lane_for_each_pod_and_a_column_for_the_moment(article: Run) -> None:
    view = at(article, 165.0, width=100)
    rows = timeline_rows(view)
    column = scale_of(view).column(165.0)

    assert [row.text.split()[0].lstrip(">") for row in rows if row.text.strip(" >").startswith("mysql-")][:3] == [
        "mysql-0",
        "mysql-1",
        "mysql-2",
    ]
    assert rows[1].text[LABEL + column] == "▼"
    assert all(row.text[LABEL + column] == "│" for row in rows[2:])


def test_zooming_keeps_the_moment_in_sight(article: Run) -> None:
    for zoom in (1.0, 4.0, 256.0):
        scale = scale_of(at(article, 165.0, width=100, zoom=zoom))
        assert scale.has(scale.column(165.0))


def test_why_tells_the_chain_to_the_state_and_each_link_leads_there(article: Run) -> None:
    rows = why_rows(at(article, 170.5, Subject("Pod/default/mysql-1")))
    links = [row for row in rows if row.seq is not None and row.text[:9].strip()]

    assert "reports pod/mysql-1 Ready" in text(rows)
    assert "connects to mysql-0, port 3307" in text(rows)
    times = [article.time(row.seq) for row in links if row.seq is not None]
    assert times == sorted(times, reverse=True)
