# Old variables refused by name, a configuration file made of lines with a key, hashes in order.
set -euo pipefail
if [[ "${1-}" == rabbitmq* ]] && [ "$(id -u)" = '0' ]; then
	[ "$1" != 'rabbitmq-server' ] || find data \! -user "$(id -un)" -exec chown "$(id -un)" '{}' + 2>/dev/null || true
fi
deprecated=( RABBITMQ_DEFAULT_PASS_FILE RABBITMQ_SSL_CACERTFILE )
hasOld=
for old in "${deprecated[@]}"; do
	if [ -n "${!old:-}" ]; then
		echo >&2 "error: $old is set but deprecated"
		hasOld=1
	fi
done
[ -z "$hasOld" ] || exit 1
declare -A defaults=( [default_user]=guest [vm_memory]=0.4 [disk_limit]='50MB' )
RABBITMQ_DISK_LIMIT=1GB
conf=rabbit.conf
set_conf() {
	local key="$1" value="$2"
	touch "$conf"
	if grep -qE "^$key *=" "$conf"; then
		sed -i "s|^$key *=.*|$key = $value|" "$conf"
	else
		echo "$key = $value" >> "$conf"
	fi
}
while IFS= read -r key; do
	var="RABBITMQ_${key^^}"
	set_conf "$key" "${!var:-${defaults[$key]}}"
done < <(printf '%s\n' "${!defaults[@]}" | sort)
set_conf vm_memory 0.6
cat "$conf"
indent() { if [ "$#" -gt 0 ]; then echo "$@"; else cat; fi | sed 's/^/\t/g'; }
printf 'a\nb\n' | indent
indent one line
combined="$(printf '%s' "${conf##*/}")"; echo "${combined%.conf}" "${#combined}"
[[ "$combined" =~ ^([a-z]+)\.(conf)$ ]] && echo "${BASH_REMATCH[1]}:${BASH_REMATCH[2]}"
exec "$@"
