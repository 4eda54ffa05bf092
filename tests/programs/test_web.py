"""nginx, curl and wget over the simulated network."""

from __future__ import annotations

import pytest

from simk8s.images import default_registry
from simk8s.machine import Machine, Network, Process, SinkHandle
from simk8s.machine.signals import SIGQUIT, SIGTERM
from simk8s.machine.socket import Link
from simk8s.sim import Run, Simulation


class Site:
    """A web server at 10.0.0.1 and a client at 10.0.0.2."""

    def __init__(self) -> None:
        self.sim = Simulation()
        self.network = Network(self.sim)
        registry = default_registry()
        image, client = registry.find("nginx:1.15-alpine"), registry.find("bash")
        assert image is not None
        assert client is not None
        self.log = bytearray()
        self.machine = Machine(
            self.sim, "web-0", root=image.root().copy("web"), interface=self.network.attach("10.0.0.1", "web-0")
        )
        self.client = Machine(
            self.sim, "client", root=client.root().copy("client"), interface=self.network.attach("10.0.0.2")
        )
        self.client.mounts.resolve("/").mount.filesystem.install({"/etc/hosts": "10.0.0.1 web-0\n"})
        sink = SinkHandle(lambda _, data: self.log.extend(data))
        self.server = self.machine.start(image.argv(), env=image.env, stdout=sink, stderr=sink.share())
        self.client.start(["sleep", "infinity"], env=client.env)
        self.sim.run(0.1)

    def write(self, path: str, text: str) -> None:
        self.machine.mounts.resolve("/").mount.filesystem.install({path: text})

    def run(self, *argv: str) -> tuple[int, str, str]:
        out, err = bytearray(), bytearray()
        process = self.client.start(
            list(argv),
            env={"PATH": "/usr/bin:/bin"},
            stdout=SinkHandle(lambda _, data: out.extend(data)),
            stderr=SinkHandle(lambda _, data: err.extend(data)),
        )
        status = self.sim.run(process.exited)
        return status, out.decode(), err.decode()


@pytest.fixture
def site() -> Site:
    return Site()


def test_the_first_page_is_the_index(site: Site) -> None:
    status, out, err = site.run("curl", "-s", "http://web-0/")
    assert (status, err) == (0, "")
    assert "Welcome to nginx!" in out


def test_a_file_put_into_the_served_directory_is_served(site: Site) -> None:
    site.write("/usr/share/nginx/html/index.html", "web-0\n")
    assert site.run("curl", "http://web-0/")[1] == "web-0\n"
    assert site.run("wget", "-q", "-O", "-", "http://web-0")[1] == "web-0\n"


def test_requests_are_logged_as_nginx_logs_them(site: Site) -> None:
    site.run("curl", "-s", "http://web-0/nothing")
    error, access = site.log.decode().splitlines()
    assert '[error] 1#1: *1 open() "/usr/share/nginx/html/nothing" failed (2: No such file or directory)' in error
    assert 'client: 10.0.0.2, server: localhost, request: "GET /nothing HTTP/1.1", host: "web-0"' in error
    assert access.startswith('10.0.0.2 - - [01/Jan/2024:00:00:00 +0000] "GET /nothing HTTP/1.1" 404 153 "-" "curl/')


def test_what_is_not_http_gets_400_at_once(site: Site) -> None:
    script = r"exec 3<>/dev/tcp/web-0/80; printf '\x16\x03\x01\n' >&3; head -n 1 <&3"
    assert site.run("bash", "-c", script) == (0, "HTTP/1.1 400 Bad Request\r\n", "")
    site.sim.run(site.sim.now + 1)
    assert r'"\x16\x03\x01" 400 157 "-" "-" "-"' in site.log.decode()


def test_curl_fails_on_an_error_of_the_server_only_when_told_to(site: Site) -> None:
    assert site.run("curl", "-s", "http://web-0/nothing")[0] == 0
    status, out, err = site.run("curl", "-sSf", "http://web-0/nothing")
    assert (status, out) == (22, "")
    assert err == "curl: (22) The requested URL returned error: 404 Not Found\n"


def test_curl_can_show_the_status_only(site: Site) -> None:
    assert site.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\\n", "web-0")[1] == "200\n"
    assert site.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "web-0:81")[1] == "000"


@pytest.mark.parametrize(
    ("url", "status"), [("http://nowhere/", 6), ("http://web-0:81/", 7), ("https://web-0/", 120), ("ftp://web-0/", 1)]
)
def test_curl_says_what_went_wrong_by_number(site: Site, url: str, status: int) -> None:
    site.client.mounts.resolve("/").mount.filesystem.install({"/etc/resolv.conf": "nameserver 10.0.0.53\n"})
    assert site.run("curl", "-s", url)[0] == status


def test_a_time_limit_ends_a_transfer(site: Site) -> None:
    site.network.links["10.0.0.1", "10.0.0.2"] = Link(cut=True)
    before = site.sim.now
    assert site.run("curl", "-s", "--connect-timeout", "2", "web-0")[0] == 28
    assert site.run("curl", "-s", "-m", "3", "web-0")[0] == 28
    assert 5 <= site.sim.now - before < 5.1


def test_retries_go_on_until_the_server_is_there(site: Site) -> None:
    site.server.kill(SIGTERM)
    site.sim.run(site.sim.now + 1)

    def later(process: Process) -> Run[int]:
        yield from process.sleep(2.5)
        yield from process.exec(["/usr/sbin/nginx", "-g", "daemon off;"])
        return 0

    site.machine.run_function(later, ["later"])
    status, out, _ = site.run("curl", "-s", "--retry", "5", "--retry-connrefused", "http://web-0/")
    assert status == 0
    assert "Welcome" in out


def test_wget_has_statuses_of_its_own(site: Site) -> None:
    assert site.run("wget", "-q", "http://web-0/nothing")[0] == 8
    assert site.run("wget", "-q", "-t", "1", "http://web-0:81/")[0] == 4
    assert site.run("wget", "-q", "--spider", "http://web-0/")[0] == 0


@pytest.mark.parametrize("signal", [SIGQUIT, SIGTERM])
def test_nginx_ends_with_status_0_when_it_is_asked_to(site: Site, signal: int) -> None:
    site.server.kill(signal)
    site.sim.run(site.sim.now + 1)
    assert site.server.status == 0


def test_a_directory_without_a_slash_is_a_redirection(site: Site) -> None:
    site.write("/usr/share/nginx/html/sub/index.html", "below\n")
    assert site.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://web-0/sub")[1] == "301"
    assert site.run("curl", "-sL", "http://web-0/sub")[1] == "below\n"


def test_a_location_can_return_a_text(site: Site) -> None:
    text = "server { listen 8080; location = /healthz { return 200 'ok'; } location / { return 503; } }\n"
    site.write("/etc/nginx/conf.d/default.conf", text)
    site.server.kill(SIGTERM)
    site.sim.run(site.sim.now + 1)
    site.machine.start(["/usr/sbin/nginx", "-g", "daemon off;"])
    site.sim.run(site.sim.now + 1)
    assert site.run("curl", "-s", "http://web-0:8080/healthz")[1] == "ok"
    assert site.run("curl", "-sf", "http://web-0:8080/")[0] == 22


def test_a_server_that_listens_on_loopback_is_not_reached_from_elsewhere(site: Site) -> None:
    site.write("/etc/nginx/conf.d/default.conf", "server { listen 127.0.0.1:8080; return 200 'ok'; }\n")
    site.machine.start(["/usr/sbin/nginx", "-g", "daemon off;"])
    site.sim.run(site.sim.now + 1)
    assert site.machine.interface.listeners[8080].is_open
    assert site.run("curl", "-s", "http://web-0:8080/")[0] == 7


def test_a_directive_that_is_not_modelled_is_refused_by_name(site: Site) -> None:
    site.write("/etc/nginx/conf.d/default.conf", "server { location / { proxy_pass http://backend; } }\n")
    log = bytearray()
    process = site.machine.start(
        ["/usr/sbin/nginx", "-g", "daemon off;"], stderr=SinkHandle(lambda _, data: log.extend(data))
    )
    assert site.sim.run(process.exited) == 120
    assert b'directive "proxy_pass" in /etc/nginx/conf.d/default.conf:1 is not modelled by simk8s (SK310)' in log
