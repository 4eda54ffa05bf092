# Notes with the time taken out, settings asked of the server itself, SQL in variables, arrays handed on.
set -eo pipefail
shopt -s nullglob

say() {
	local type="$1"; shift
	local text="$*"; if [ "$#" -eq 0 ]; then text="$(cat)"; fi
	printf '[%s] [Entrypoint]: %s\n' "$type" "$text"
}
note() { say Note "$@"; }
warn() { say Warn "$@" >&2; }
fail() { say ERROR "$@" >&2; exit 1; }

get_config() {
	local conf="$1"; shift
	"$@" "${help_args[@]}" 2>/dev/null \
		| awk -v conf="$conf" '$1 == conf && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; exit }'
}

check_config() {
	local toRun=( "$@" "${help_args[@]}" ) errors
	if ! errors="$("${toRun[@]}" 2>&1 >/dev/null)"; then
		fail $'mysqld failed while attempting to check config\n\tcommand was: '"${toRun[*]}"$'\n\t'"$errors"
	fi
}

escape() {
	local quoted=${1//\\/\\\\}
	echo "${quoted//\'/\\\'}"
}

secure() {
	local rootCreate= oneTime=
	if [ -n "$ROOT_HOST" ] && [ "$ROOT_HOST" != 'localhost' ]; then
		read -r -d '' rootCreate <<-EOSQL || true
			CREATE USER 'root'@'${ROOT_HOST}' IDENTIFIED BY '$(escape "$ROOT_PASSWORD")' ;
			GRANT ALL ON *.* TO 'root'@'${ROOT_HOST}' WITH GRANT OPTION ;
		EOSQL
	fi
	passfile=$(mktemp)
	[ "$(stat -c %a "$passfile")" = 600 ] && echo private
	rm -f "$passfile"
	client "${args[@]}" --init-command="" <<-EOSQL
		-- do not replicate what follows
		SET @@SESSION.SQL_LOG_BIN=0;
		${rootCreate}
		${oneTime}DROP DATABASE IF EXISTS test ;
	EOSQL
}

client() { sed 's/^/sql> /' | grep -v '^sql> $'; }

help_args=( --verbose --help )
args=( --protocol=socket -uroot )
ROOT_HOST=% ROOT_PASSWORD="it's\\here"
note "Entrypoint script started"
echo "from a pipe" | note
DATADIR="$(get_config 'datadir' mysqld "$@")"
SOCKET=$(get_config 'socket' mysqld)
echo "datadir <$DATADIR> socket <$SOCKET>"
declare -g DATABASE_ALREADY_EXISTS
if [ -d "$DATADIR/mysql" ]; then DATABASE_ALREADY_EXISTS='true'; fi
echo "exists <${DATABASE_ALREADY_EXISTS:-no}>"
secure
for i in {30..0}; do
	if [ "$i" -eq 28 ]; then break; fi
	sleep 0.01
done
[ "$i" = 0 ] && echo 'unable to start'
echo "left $i"
( check_config mysqld --broken ) 2>&1 || echo "status $?"
if [ -n "$PASSWORD" -a -z "$ROOT" ]; then echo both; fi
test=( *.nothing )
echo "${#test[@]} files"
mysqld_args=( "$@" ); mysqld_args+=( --skip-networking ); printf '<%s>' "${mysqld_args[@]:0:2}"; echo
exec mysqld "$@" --user=mysql
