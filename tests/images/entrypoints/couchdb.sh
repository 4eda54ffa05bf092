# Files put right by owner and mode only where they are wrong; an ini file looked at over line ends.
set -e
if [ "${1#-}" != "$1" ]; then set -- couchdb "$@"; fi
mkdir -p etc/local.d data
printf '[couchdb]\nuuid = 1\n[admins]\n;comment\n' > etc/local.d/docker.ini
find etc \! \( -user "$(id -un)" -group "$(id -gn)" \) -exec chown -f "$(id -un):$(id -gn)" '{}' +
find data -type d ! -perm 0755 -exec chmod -f 0755 '{}' +
find etc -type f ! -perm 0640 -exec chmod -f 0640 '{}' +
stat -c '%a %n' etc/local.d/docker.ini
COUCHDB_USER=admin COUCHDB_PASSWORD=pass
if [ "$COUCHDB_USER" ] && [ "$COUCHDB_PASSWORD" ]; then
	if ! grep -Pzoqr "\[admins\]\n$COUCHDB_USER =" etc/local.d/*.ini etc/*.ini 2>/dev/null; then
		printf "\n[admins]\n%s = %s\n" "$COUCHDB_USER" "$COUCHDB_PASSWORD" >> etc/local.d/docker.ini
	fi
fi
if ! grep -Pzoqr '\[admins\]\n[^;]\w+' etc/local.d/*.ini; then
	cat >&2 <<-'EOWARN'
		WARNING: no admin
	EOWARN
fi
grep -Pzoqr "\[admins\]\n$COUCHDB_USER =" etc/local.d/*.ini && echo 'there now'
for var in $(set | grep '^COUCHDB_' | cut -d= -f1 | sort); do echo "$var"; done
exec "$@"
