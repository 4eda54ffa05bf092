"""`kubectl logs`, `exec` and `run`: what reaches into containers (KCTL-15)."""

# ruff: noqa: E501 (what kubectl prints is as wide as it is)

from __future__ import annotations

import pytest

from simk8s.api.objects import Object
from tests.kubectl.kubectl_shell import Shell

DEFAULTED = 'Defaulted container "mysql" out of: mysql, xtrabackup, init-mysql (init)\n'


def test_logs_of_several_containers_are_those_of_the_first_with_a_notice(mysql: Shell) -> None:  # KCTL-15
    mysql.nodes.texts["mysql-0", "mysql", False] = b"ready for connections\n"
    printed = mysql("logs mysql-0")
    assert (printed.out, printed.err, printed.status) == ("ready for connections\n", DEFAULTED, 0)


def test_logs_of_a_named_container_come_without_a_notice(mysql: Shell) -> None:
    mysql.nodes.texts["mysql-0", "init-mysql", False] = b"+ exit\n"
    for line in ("logs mysql-0 -c init-mysql", "logs mysql-0 init-mysql", "logs pod/mysql-0 -cinit-mysql"):
        printed = mysql(line)
        assert (printed.out, printed.err) == ("+ exit\n", "")


def test_logs_of_the_instance_before_the_restart(mysql: Shell) -> None:
    mysql.nodes.texts["mysql-0", "xtrabackup", True] = b"ERROR 3021\n"
    assert mysql("logs mysql-0 -c xtrabackup -p").out == "ERROR 3021\n"


def test_the_end_of_a_log(mysql: Shell) -> None:
    mysql.nodes.texts["mysql-0", "mysql", False] = b"1\n2\n3\n"
    assert mysql("logs mysql-0 -c mysql --tail=2").out == "2\n3\n"
    assert mysql("logs mysql-0 -c mysql --tail 1 --prefix").out == "[pod/mysql-0/mysql] 3\n"


def waiting(shell: Shell, reason: str) -> None:
    pod = shell.store.get("Pod", "mysql-0")
    status = {**pod["status"], "containerStatuses": [{"name": "mysql", "state": {"waiting": {"reason": reason}}}]}
    shell.store.update_status({**pod, "status": status}, by=shell.someone)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("PodInitializing", 'container "mysql" in pod "mysql-0" is waiting to start: PodInitializing'),
        ("ErrImagePull", 'container "mysql" in pod "mysql-0" is waiting to start: image can\'t be pulled'),
        (
            "ImagePullBackOff",
            'container "mysql" in pod "mysql-0" is waiting to start: trying and failing to pull image',
        ),
    ],
)
def test_a_container_that_has_not_started_has_no_log(mysql: Shell, reason: str, message: str) -> None:  # KCTL-15
    waiting(mysql, reason)
    printed = mysql("logs mysql-0 -c mysql")
    assert (printed.err, printed.status) == (f"Error from server (BadRequest): {message}\n", 1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("logs nobody", 'error: error from server (NotFound): pods "nobody" not found in namespace "default"\n'),
        ("logs mysql-0 -c x", "error: container x is not valid for pod mysql-0 out of: mysql, xtrabackup, init-mysql (init)\n"),
        (
            "logs mysql-0 -c mysql -p",
            'Error from server (BadRequest): previous terminated container "mysql" in pod "mysql-0" not found\n',
        ),
    ],
)  # fmt: skip
def test_a_log_that_is_not_there_is_refused(mysql: Shell, line: str, message: str) -> None:
    printed = mysql(line)
    assert (printed.out, printed.err, printed.status) == ("", message, 1)


def test_exec_runs_a_command_with_its_own_flags(mysql: Shell) -> None:
    printed = mysql("exec mysql-0 -c mysql -- ls -la /var/lib/mysql")
    assert (printed.out, printed.err, printed.status) == ("default/mysql-0/mysql: ls -la /var/lib/mysql\n", "", 0)


def test_exec_passes_standard_input_on_only_if_asked(mysql: Shell) -> None:
    assert mysql("exec mysql-0 -c mysql -- mysql", "SELECT 1").out.endswith(": mysql\n")
    assert mysql("exec -i mysql-0 -c mysql -- mysql", "SELECT 1").out.endswith(": mysql\nSELECT 1")


def test_exec_ends_with_the_commands_status(mysql: Shell) -> None:
    mysql.nodes.status = 3
    printed = mysql("exec mysql-0 -c mysql -- false")
    assert (printed.err, printed.status) == ("oops\ncommand terminated with exit code 3\n", 3)


def test_exec_has_no_terminal_and_says_so(mysql: Shell) -> None:
    printed = mysql("exec -it mysql-0 -- bash")
    assert printed.err == f"{DEFAULTED}Unable to use a TTY - input is not a terminal or the right kind of file\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exec mysql-0", "error: you must specify at least one command for the container\n"),
        ("exec mysql-0 ls", "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples\n"),
        ("exec mysql-0 -c x -- ls", "error: container x not found in pod mysql-0\n"),
        ("exec nobody -- ls", 'Error from server (NotFound): pods "nobody" not found\n'),
        (
            "exec mysql-0 -c xtrabackup -- ls",
            'Error from server (InternalError): Internal error occurred: unable to upgrade connection: container not found ("xtrabackup")\n',
        ),
    ],
)  # fmt: skip
def test_exec_into_what_does_not_run_is_refused(mysql: Shell, line: str, message: str) -> None:
    printed = mysql(line)
    assert (printed.err, printed.status) == (message, 1)


def becomes(shell: Shell, name: str, phase: str, code: int | None = None, ready: bool = True) -> None:
    """What scheduler and kubelet would write."""
    pod = shell.store.get("Pod", name)
    if not pod["spec"].get("nodeName"):
        pod = shell.store.update({**pod, "spec": {**pod["spec"], "nodeName": "node-1"}}, by=shell.someone)
    state: Object = (
        {"running": {}}
        if code is None
        else {"terminated": {"exitCode": code, "reason": "Error" if code else "Completed"}}
    )
    status = {
        "phase": phase,
        "conditions": [{"type": "Ready", "status": str(ready and phase == "Running")}],
        "containerStatuses": [{"name": name, "state": state}],
    }
    shell.store.update_status({**pod, "status": status}, by=shell.someone)


def test_run_creates_a_pod_of_one_container(shell: Shell) -> None:
    printed = shell(
        "run web --image=nginx:1 --env=A=1 --labels=app=web,tier=front --port=80 --restart=Never -- -g 'daemon off;'"
    )
    assert printed.out == "pod/web created\n"
    pod = shell.store.get("Pod", "web")
    assert pod["metadata"]["labels"] == {"app": "web", "tier": "front"}
    [container] = pod["spec"]["containers"]
    assert (container["args"], container["env"]) == (["-g", "daemon off;"], [{"name": "A", "value": "1"}])
    assert (pod["spec"]["restartPolicy"], container["ports"][0]["containerPort"]) == ("Never", 80)


def test_run_names_its_pod_in_a_label_and_may_replace_the_command(shell: Shell) -> None:
    shell("run web --image=nginx:1 --command -- sleep 5")
    pod = shell.store.get("Pod", "web")
    assert pod["metadata"]["labels"] == {"run": "web"}
    assert pod["spec"]["containers"][0]["command"] == ["sleep", "5"]


CLIENT = "run client --image=mysql:5.7 -i --rm --restart=Never -- mysql -h mysql-0.mysql"
PROMPT = "If you don't see a command prompt, try pressing enter.\n"


def gone(shell: Shell) -> None:
    from simk8s.api.deletion import Deletion

    shell.store.delete("Pod", "client", by=shell.someone, deletion=Deletion(grace_seconds=0))


def test_run_with_standard_input_prints_what_the_container_prints_and_cleans_up(shell: Shell) -> None:
    shell.at(3, lambda: becomes(shell, "client", "Running"))
    shell.at(5, lambda: becomes(shell, "client", "Succeeded", 0))
    shell.at(6, lambda: shell.store.find("Pod", "client") and gone(shell))
    printed = shell(CLIENT, "SELECT 1;\n")
    assert (printed.out, printed.err, printed.status) == (
        'attached: SELECT 1;\npod "client" deleted\n',
        PROMPT,
        0,
    )
    [container] = next(record.detail["object"] for record in shell.sim.history if record.verb == "create")["spec"][
        "containers"
    ]
    assert (container["stdin"], container["stdinOnce"]) == (True, True)


def test_run_ends_with_the_containers_exit_status(shell: Shell) -> None:
    shell.at(3, lambda: becomes(shell, "client", "Running"))
    shell.at(5, lambda: becomes(shell, "client", "Failed", 7))
    shell.at(6, lambda: shell.store.find("Pod", "client") and gone(shell))
    printed = shell(CLIENT, "x")
    assert printed.out.endswith('pod "client" deleted\n')
    assert (printed.err, printed.status) == (f"{PROMPT}pod default/client terminated (Error)\n", 7)


def test_run_prints_the_log_of_a_container_that_ended_before_it_could_attach(shell: Shell) -> None:
    shell.nodes.texts["client", "client", False] = b"done\n"
    shell.at(3, lambda: becomes(shell, "client", "Succeeded", 0))
    printed = shell("run client --image=busybox --attach --restart=Never -- echo done")
    assert (printed.out, printed.err, printed.status) == ("done\n", "", 0)


def test_run_gives_up_a_pod_that_does_not_start_within_a_minute(shell: Shell) -> None:
    printed = shell(CLIENT)
    assert printed.out == 'pod "client" deleted\n'
    assert (printed.err, printed.status) == ("error: timed out waiting for the condition\n", 1)
    assert 60 <= shell.sim.now < 61


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("run --image=x", "error: NAME is required for run\nSee 'kubectl run -h' for help and examples\n"),
        ("run web", 'error: required flag(s) "image" not set\n'),
        ("run web --image=x --rm", "error: --rm should only be used for attached containers\n"),
        ("run web --image=x --restart=Maybe", "error: invalid restart policy: Maybe\n"),
        ("run web --image=x --env=A", "error: invalid env: A\n"),
        ("run web --image=x -t", "error: -i/--stdin is required for containers with -t/--tty=true\n"),
    ],
)
def test_a_wrong_run_is_refused(shell: Shell, line: str, message: str) -> None:
    printed = shell(line)
    assert (printed.err, printed.status) == (message, 1)


def test_a_name_that_is_taken_is_refused(shell: Shell) -> None:
    shell("run web --image=x")
    assert shell("run web --image=x").err == 'Error from server (AlreadyExists): pods "web" already exists\n'
