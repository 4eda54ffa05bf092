# Values from variables or files, a data directory made once, scripts beside it, and the server in the end.
set -Eeo pipefail

from_file() {
	local name="$1" file="${1}_FILE" default="${2:-}" value
	if [ "${!name:-}" ] && [ "${!file:-}" ]; then
		printf >&2 'error: both %s and %s are set\n' "$name" "$file"
		exit 1
	fi
	value="$default"
	if [ "${!name:-}" ]; then
		value="${!name}"
	elif [ "${!file:-}" ]; then
		value="$(< "${!file}")"
	fi
	export "$name"="$value"
	unset "$file"
}

is_sourced() {
	[ "${#FUNCNAME[@]}" -ge 2 ] && [ "${FUNCNAME[0]}" = 'is_sourced' ] && [ "${FUNCNAME[1]}" = 'source' ]
}

make_directories() {
	mkdir -p "$DATA"
	chmod 00700 "$DATA" || :
	mkdir -p run && chmod 03775 run || :
	if [ -n "${WAL:-}" ]; then
		set -- --waldir "$WAL" "$@"
	fi
	find "$DATA" \! -user "$(id -un)" -exec chown "$(id -un)" '{}' +
	find run -type d ! -perm 700 -exec chmod 700 '{}' +
}

init_database() {
	if ! getent passwd "$(id -u)" &> /dev/null; then
		local wrapper
		for wrapper in {/usr,}/lib{/*,}/libnss_wrapper.so; do
			[ -s "$wrapper" ] && export LD_PRELOAD="$wrapper" && break
		done
	fi
	eval 'initdb --username="$DB_USER" --pwfile=<(printf "%s\n" "$DB_PASSWORD") '"${INIT_ARGS:-}"' "$@"'
}

process_files() {
	printf '\n'
	local f
	for f; do
		case "$f" in
			*.sh)
				if [ -x "$f" ]; then
					printf '%s: running %s\n' "$0" "$f"
					"$f"
				else
					printf '%s: sourcing %s\n' "$0" "$f"
					. "$f"
				fi
				;;
			*.sql) printf 'sql %s\n' "$f"; process_sql -f "$f"; printf '\n' ;;
			*.sql.gz) printf 'zipped %s\n' "$f"; gunzip -c "$f" | process_sql; printf '\n' ;;
			*) printf 'ignoring %s\n' "$f" ;;
		esac
		printf '\n'
	done
}

process_sql() {
	local query_runner=( psql -v ON_ERROR_STOP=1 --no-psqlrc )
	if [ -n "$DB_NAME" ]; then
		query_runner+=( --dbname "$DB_NAME" )
	fi
	PGHOST= PGHOSTADDR= "${query_runner[@]}" "$@"
}

setup_database() {
	local exists
	exists="$(
		DB_NAME= process_sql --dbname postgres --set db="$DB_NAME" <<-'EOSQL'
			SELECT 1 FROM pg_database WHERE datname = :'db' ;
		EOSQL
	)"
	printf 'first line: %s\n' "$(head -n1 <<<"$exists")"
}

wants_help() {
	local arg
	for arg; do
		case "$arg" in
			-'?'|--help|--describe-config|-V|--version) return 0 ;;
		esac
	done
	return 1
}

main() {
	if [ "${1:0:1}" = '-' ]; then
		set -- postgres "$@"
	fi
	if [ "$1" = 'postgres' ] && ! wants_help "$@"; then
		declare -g EXISTS
		[ -s "$DATA/VERSION" ] && EXISTS='true'
		make_directories
		if [ -z "${EXISTS:-}" ]; then
			ls init.d/ > /dev/null
			init_database
			{ printf '\n'; printf 'host all all all %s\n' "${METHOD:-scram}"; } >> "$DATA/hba.conf"
			setup_database
			process_files init.d/*
			cat <<-'EOM'

				init process complete; ready for start up.

			EOM
		else
			cat <<-'EOM'

				Database directory appears to contain a database; Skipping initialization

			EOM
		fi
	fi
	exec "$@"
}

DATA=data
mkdir -p init.d
echo 'echo sourced by ${FUNCNAME[1]} with $DB_NAME' > init.d/1.sh
printf '#!/bin/sh\necho executed "$@"\n' > init.d/2.sh; chmod +x init.d/2.sh
echo 'SELECT 2;' > init.d/3.sql
echo 'SELECT 3;' | gzip > init.d/4.sql.gz
touch init.d/5.txt
echo secret > password
DB_PASSWORD_FILE=password
export DB_PASSWORD_FILE
from_file DB_PASSWORD
from_file DB_USER admin
from_file DB_NAME "$DB_USER"
rm -f init.d/4.sql.gz
is_sourced && echo sourced
(main -c 'max_connections=5')
cat data/hba.conf data/VERSION
stat -c '%a %n' data run
main postgres --port 5433
