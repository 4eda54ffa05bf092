"""nginx, as Debian or alpine image: serves /usr/share/nginx/html on port 80 and logs to standard output."""

from __future__ import annotations

from simk8s.images.alpine import ALPINE
from simk8s.images.debian import BUSTER
from simk8s.images.image import Image

_INDEX = """\
<!DOCTYPE html>
<html>
<head><title>Welcome to nginx!</title></head>
<body><h1>Welcome to nginx!</h1></body>
</html>
"""

_CONFIGURATION = """\
user  nginx;
worker_processes  1;
error_log  /var/log/nginx/error.log warn;
pid        /var/run/nginx.pid;
events { worker_connections  1024; }
http {
    include       /etc/nginx/mime.types;
    access_log  /var/log/nginx/access.log;
    include /etc/nginx/conf.d/*.conf;
}
"""

_SITE = """\
server {
    listen       80;
    server_name  localhost;
    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
}
"""

_FILES = {
    "/usr/share/nginx/html/index.html": _INDEX,
    "/usr/share/nginx/html/50x.html": "<html><body><h1>An error occurred.</h1></body></html>\n",
    "/etc/nginx/nginx.conf": _CONFIGURATION,
    "/etc/nginx/conf.d/default.conf": _SITE,
    "/etc/nginx/mime.types": "types { text/html html htm; }\n",
}

_LOGS = {"/var/log/nginx/access.log": "/dev/stdout", "/var/log/nginx/error.log": "/dev/stderr"}


def _nginx(repository: str | tuple[str, ...], tags: tuple[str, ...], base: Image, *programs: str) -> Image:
    return Image(
        repository,
        tags=tags,
        based_on=base,
        files=_FILES,
        links=_LOGS,
        programs=["/usr/sbin/nginx", *programs],
        users={"nginx": 101},
        command=["nginx", "-g", "daemon off;"],
        stop_signal="SIGQUIT",
        size_bytes=60_000_000,
    )


NGINX_ALPINE = _nginx("nginx", ("*alpine*",), ALPINE, "curl")
NGINX = _nginx(("nginx", "nginxinc/nginx-unprivileged"), ("*",), BUSTER, "curl", "envsubst")
NGINX_SLIM = _nginx(("registry.k8s.io/nginx*", "gcr.io/*/nginx*"), ("*",), BUSTER, "curl")

IMAGES = (NGINX_ALPINE, NGINX, NGINX_SLIM)
