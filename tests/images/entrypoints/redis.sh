#!/bin/sh
# What a POSIX shell does: options alone mean the server, and everything is handed on.
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
	set -- redis-server "$@"
fi
if [ "$1" = 'redis-server' -a "$(id -u)" = '0' ]; then
	find . \! -user "$(id -un)" -exec chown "$(id -un)" '{}' +
fi
um="$(umask)"
if [ "$um" = '0022' ]; then
	umask 0077
fi
touch made && stat -c %a made
exec "$@"
