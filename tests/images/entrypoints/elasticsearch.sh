# Settings out of the environment, by pattern; options gathered; the server as another user.
set -e
umask 0002
if [[ "$1" != "es-wrapper" ]]; then
	if [[ "$(basename "$1")" != "elasticsearch" ]]; then
		set -- elasticsearch "$@"
	fi
fi
es_opts=()
while IFS='=' read -r key value; do
	if [[ "$key" =~ ^[a-z0-9_]+\.[a-z0-9_]+ ]]; then
		if [[ ! -z $value ]]; then
			es_opt="-E${key}=${value}"
			es_opts+=("${es_opt}")
		fi
	fi
done < <(env "cluster.name=one two" "node.data=true" "empty.one=" env | sort)
printf '<%s>\n' "${es_opts[@]}"
if [[ -f bin/users ]]; then
	echo users
fi
for VAR_NAME_FILE in ELASTIC_PASSWORD_FILE KEYSTORE_PASSWORD_FILE; do
	if [[ -n "${!VAR_NAME_FILE}" ]]; then
		VAR_NAME="${VAR_NAME_FILE%_FILE}"
		if env | grep "^${VAR_NAME}="; then
			echo "ERROR: Both $VAR_NAME_FILE and $VAR_NAME are set" >&2
			exit 1
		fi
		FILE_PERMS="$(stat -L -c '%a' ${!VAR_NAME_FILE})"
		if [[ "$FILE_PERMS" != "400" && "$FILE_PERMS" != "600" ]]; then
			echo "ERROR: file ${!VAR_NAME_FILE} must have permissions 400 or 600, but actually has: $FILE_PERMS"
		fi
		export "$VAR_NAME"="$(cat ${!VAR_NAME_FILE})"
		unset VAR_NAME
	fi
done
if (( $# > 1 )) && [[ -n "$2" ]]; then echo "more: ${*:2}"; fi
run_as_other=0
if [[ "$(id -u)" == "0" ]]; then
	if [[ -n "$TAKE_FILE_OWNERSHIP" ]]; then chown -R 1000:0 data; fi
	run_as_other=1
fi
echo "other $run_as_other"
exec "$@" "${es_opts[@]}" <<<"$KEYSTORE_PASSWORD"
