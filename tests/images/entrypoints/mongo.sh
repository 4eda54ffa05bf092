# Arguments looked through and changed, options in arrays, a wait for a server with a limit on tries.
set -Eeuo pipefail

if [ "${1:0:1}" = '-' ]; then
	set -- mongod "$@"
fi
originalArgOne="$1"
if [[ "$originalArgOne" == mongo* ]] && [ "$(id -u)" = '0' ]; then
	if [ "$originalArgOne" = 'mongod' ]; then
		find data \! -user "$(id -un)" -exec chown "$(id -un)" '{}' + 2>/dev/null || :
	fi
	chown --dereference "$(id -un)" "/proc/$$/fd/1" "/proc/$$/fd/2" 2>/dev/null || :
fi
if [[ "$originalArgOne" == mongo* ]]; then
	numa='numactl --interleave=all'
	if $numa true &> /dev/null; then
		set -- $numa "$@"
	fi
fi

have_arg() {
	local checkArg="$1"; shift
	local arg
	for arg; do
		case "$arg" in
			"$checkArg"|"$checkArg"=*) return 0 ;;
		esac
	done
	return 1
}
arg_value() {
	local checkArg="$1"; shift
	while [ "$#" -gt 0 ]; do
		local arg="$1"; shift
		case "$arg" in
			"$checkArg") echo "$1"; return 0 ;;
			"$checkArg"=*) echo "${arg#$checkArg=}"; return 0 ;;
		esac
	done
	return 1
}
declare -a hacked
ensure_arg_val() {
	local ensureArg="$1"; shift
	local ensureVal="$1"; shift
	hacked=( "$@" )
	ensure_no_arg_val "$ensureArg" "${hacked[@]}"
	hacked+=( "$ensureArg" "$ensureVal" )
}
ensure_no_arg_val() {
	local ensureNoArg="$1"; shift
	hacked=()
	while [ "$#" -gt 0 ]; do
		local arg="$1"; shift
		case "$arg" in
			"$ensureNoArg") shift; continue ;;
			"$ensureNoArg"=*) continue ;;
		esac
		hacked+=( "$arg" )
	done
}

ensure_arg_val --port 27018 "$@"
printf '[%s] ' "${hacked[@]}"; echo
have_arg --dbpath "$@" && echo "dbpath $(arg_value --dbpath "$@")"
dbPath="$(arg_value --dbpath "$@" || :)"
for path in "$dbPath/WiredTiger" "$dbPath/journal" "$dbPath/local.0"; do
	if [ -e "$path" ]; then shouldPerformInitdb=; break; fi
done
echo "init ${shouldPerformInitdb-yes}"
mkdir -p run
pidfile=run/pid
sleep 30 & echo $! > "$pidfile"
tries=3
while true; do
	if ! { [ -s "$pidfile" ] && ps "$(< "$pidfile")" &> /dev/null; }; then
		echo 'error: unexpected exit'
		exit 1
	fi
	if (( tries < 2 )); then break; fi
	(( tries-- ))
	if [ "$tries" -le 0 ]; then echo 'error: too long'; exit 1; fi
	sleep 0.01
done
kill "$(< "$pidfile")"
wait 2>/dev/null || echo "ended with $?"
unset "${!MONGO_INITDB_@}"
echo "left: ${MONGO_INITDB_ROOT-nothing}"
exec "$@"
