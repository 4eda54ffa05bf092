#!/bin/bash
# Entrypoint of the simulated mysql:5.7 image: it takes the decisions of the real one's edition of September 2019 and
# later, and leaves the same files in the same order (ENTRY-1 to ENTRY-24). Each of its commands is a crash point.
set -eo pipefail
shopt -s nullglob

log() {
    printf '%s [%s] [Entrypoint]: %s\n' "$(date -u '+%Y-%m-%d %H:%M:%S+00:00')" "$1" "$2"
}

note() {
    log Note "$1"
}

warn() {
    log Warn "$1" >&2
}

fail() {
    log ERROR "$1" >&2
    exit 1
}

# ENTRY-1: whoever only wants to know something gets no database
asks_for_help() {
    local word
    for word in "$@"; do
        case "$word" in
            -'?' | --help | --print-defaults | -V | --version) return 0 ;;
        esac
    done
    return 1
}

# ENTRY-5: one start that does nothing but read its options
check_config() {
    local said
    if ! said=$("$@" --verbose --help 2>&1 >/dev/null); then
        fail $'mysqld failed while attempting to check config\n\tcommand was: '"$* --verbose --help"$'\n\t'"$said"
    fi
}

# setting NAME COMMAND...: what the server says that the setting NAME will be
setting() {
    local name=$1
    shift
    "$@" --verbose --help 2>/dev/null | sed -n "s/^$name  *//p"
}

# ENTRY-21: take NAME from the file that NAME_FILE names
from_file() {
    local name=$1 pointer=${1}_FILE
    if [ -n "${!name}" ] && [ -n "${!pointer}" ]; then
        fail "Both $name and $pointer are set (but are exclusive)"
    fi
    if [ -n "${!pointer}" ]; then
        export "$name=$(<"${!pointer}")"
    fi
    unset "$pointer"
}

read_environment() {
    local name
    for name in MYSQL_ROOT_HOST MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD MYSQL_ROOT_PASSWORD; do
        from_file "$name"
    done
    MYSQL_ROOT_HOST=${MYSQL_ROOT_HOST-%}
}

# ENTRY-20: any non-empty value counts
check_environment() {
    if [ -z "$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
        fail 'Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD'
    fi
}

prepare_directories() {
    mkdir -p "$DATADIR" "${SOCKET%/*}"
    if [ "$(id -u)" = 0 ]; then
        find "$DATADIR" ! -user mysql -exec chown mysql:mysql {} +
        find "${SOCKET%/*}" ! -user mysql -exec chown mysql:mysql {} +
    fi
}

# The client over the socket; the password is only there once the accounts are made
sql() {
    MYSQL_PWD=$PASSWORD mysql --protocol=socket --socket="$SOCKET" -hlocalhost -uroot --comments "$@"
}

# ENTRY-12
initialize() {
    note 'Initializing database files'
    "$@" --initialize-insecure --default-time-zone=SYSTEM
    note 'Database files initialized'
}

# ENTRY-13, ENTRY-14: not reachable over the network, so nobody takes it for the real one
start_temporary_server() {
    note 'Starting temporary server'
    "$@" --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET" &
    note 'Waiting for server startup'
    local tries_left=31
    until sql --database=mysql -e 'SELECT 1' >/dev/null 2>&1; do
        tries_left=$((tries_left - 1))
        if [ "$tries_left" -eq 0 ]; then
            fail 'Unable to start server.'
        fi
        sleep 1
    done
    note 'Temporary server started.'
}

# ENTRY-15: these rows do enter the binary log
load_time_zones() {
    if [ -z "$MYSQL_INITDB_SKIP_TZINFO" ]; then
        mysql_tzinfo_to_sql /usr/share/zoneinfo | sed 's/Local time zone must be set--see zic manual page/FCTY/' | sql --database=mysql
    fi
}

# ENTRY-16: and these do not
create_accounts() {
    if [ -n "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
        MYSQL_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
        export MYSQL_ROOT_PASSWORD
        note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
    fi
    local remote=
    if [ -n "$MYSQL_ROOT_HOST" ] && [ "$MYSQL_ROOT_HOST" != localhost ]; then
        remote="CREATE USER 'root'@'$MYSQL_ROOT_HOST' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
GRANT ALL ON *.* TO 'root'@'$MYSQL_ROOT_HOST' WITH GRANT OPTION;"
    fi
    sql --database=mysql <<SQL
SET @@SESSION.SQL_LOG_BIN=0;
ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
GRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION;
FLUSH PRIVILEGES;
$remote
DROP DATABASE IF EXISTS test;
SQL
    PASSWORD=$MYSQL_ROOT_PASSWORD
}

# ENTRY-17
create_database_and_user() {
    if [ -n "$MYSQL_DATABASE" ]; then
        note "Creating database $MYSQL_DATABASE"
        sql --database=mysql -e "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`"
    fi
    if [ -n "$MYSQL_USER" ] && [ -n "$MYSQL_PASSWORD" ]; then
        note "Creating user $MYSQL_USER"
        sql --database=mysql -e "CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '$MYSQL_PASSWORD'"
        if [ -n "$MYSQL_DATABASE" ]; then
            note "Giving user $MYSQL_USER access to schema $MYSQL_DATABASE"
            sql --database=mysql -e "GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO '$MYSQL_USER'@'%'"
        fi
    fi
}

# ENTRY-18: files of the image's user, in the order of their names
run_init_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case "$file" in
            *.sh)
                if [ -x "$file" ]; then
                    note "$0: running $file"
                    "$file"
                else
                    note "$0: sourcing $file"
                    . "$file"
                fi
                ;;
            *.sql)
                note "$0: running $file"
                sql ${MYSQL_DATABASE:+"--database=$MYSQL_DATABASE"} <"$file"
                ;;
            *.sql.gz)
                note "$0: running $file"
                gunzip -c "$file" | sql ${MYSQL_DATABASE:+"--database=$MYSQL_DATABASE"}
                ;;
            *.sql.bz2)
                note "$0: running $file"
                bunzip2 -c "$file" | sql ${MYSQL_DATABASE:+"--database=$MYSQL_DATABASE"}
                ;;
            *.sql.xz)
                note "$0: running $file"
                xzcat "$file" | sql ${MYSQL_DATABASE:+"--database=$MYSQL_DATABASE"}
                ;;
            *.sql.zst)
                note "$0: running $file"
                zstd -dc "$file" | sql ${MYSQL_DATABASE:+"--database=$MYSQL_DATABASE"}
                ;;
            *)
                warn "$0: ignoring $file"
                ;;
        esac
    done
}

expire_root_password() {
    if [ -n "$MYSQL_ONETIME_PASSWORD" ]; then
        sql --database=mysql -e "ALTER USER 'root'@'$MYSQL_ROOT_HOST' PASSWORD EXPIRE"
    fi
}

# ENTRY-19: returns when the server has gone
stop_temporary_server() {
    note 'Stopping temporary server'
    if ! MYSQL_PWD=$PASSWORD mysqladmin --socket="$SOCKET" -uroot shutdown; then
        fail 'Unable to shut down server.'
    fi
    note 'Temporary server stopped'
}

start_database() {
    note "Entrypoint script for MySQL Server $MYSQL_VERSION started."
    check_config "$@"
    DATADIR=$(setting datadir "$@")
    SOCKET=$(setting socket "$@")
    DATADIR=${DATADIR%/}

    # ENTRY-4: a directory of that name is all that is asked for
    local exists=
    if [ -d "$DATADIR/mysql" ]; then
        exists=yes
    fi

    read_environment
    prepare_directories
    if [ "$(id -u)" = 0 ]; then
        note "Switching to dedicated user 'mysql'"
        exec gosu mysql "$0" "$@"
    fi

    if [ -z "$exists" ]; then
        check_environment
        ls /docker-entrypoint-initdb.d/ >/dev/null
        initialize "$@"
        start_temporary_server "$@"
        load_time_zones
        create_accounts
        create_database_and_user
        run_init_files
        expire_root_password
        stop_temporary_server
        echo
        note 'MySQL init process done. Ready for start up.'
        echo
    fi
}

if [ "${1:0:1}" = - ]; then
    set -- mysqld "$@"
fi
if [ "$1" = mysqld ] && ! asks_for_help "$@"; then
    start_database "$@"
fi
exec "$@"
