# Functions with keywords, a log with levels, traps around the start, a wait with a growing pause.
set -eo pipefail
declare -r LOG_LEVELS=(error warn info debug)
function level_number () {
	local -r name=${1}
	local -i number
	for number in "${!LOG_LEVELS[@]}"; do
		if [ "${LOG_LEVELS[$number]}" = "$name" ]; then echo "$number"; return; fi
	done
	echo 2
}
function log () {
	local -r level=$1; shift
	local -r message=$1; shift
	if [ "$(level_number "$level")" -le "$(level_number "${LEVEL:-info}")" ]; then
		local extra=
		while [ "$#" -gt 0 ]; do extra+=" \"$1\": \"$2\""; shift 2; done
		>&1 printf '%s\t%s%s\n' "$level" "$message" "${extra:+ {$extra \}}"
	fi
}
function signal_init_process () {
	kill -TERM "$1" && wait "$1" || true
	log info "stopped" pid gone
	trap - TERM INT EXIT
}
log info "starting" port 8086 host here
log debug "not shown"
( sleep 20 ) & pid=$!
trap "signal_init_process $pid" TERM INT EXIT
attempts=0
until [ "$attempts" -ge 3 ]; do
	sleep "0.0$((attempts + 1))"
	attempts=$((attempts + 1))
	log info "pinging" attempt "$attempts"
done
signal_init_process "$pid"
readonly SAFE=(--a --b); echo "${SAFE[*]}" "${SAFE[-1]}"
if [[ -d init && "$(ls -A init | wc -l)" -gt 0 ]]; then echo scripts; fi
run_user() { for f in "$@"; do [ -f "$f" ] || continue; bash "$f"; done; }
run_user none.sh
exec "$@"
