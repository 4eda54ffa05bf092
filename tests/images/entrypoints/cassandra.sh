# A configuration file edited setting by setting from variables whose names are made.
set -e
if [ "${1:0:1}" = '-' ]; then
	set -- cassandra -f "$@"
fi
address() {
	printf '%s\n' '1: lo' '    inet 127.0.0.1/8' '2: eth0' '    inet 10.1.2.3/24 brd' | awk '
		$1 == "inet" && $2 !~ /^127/ {
			gsub(/\/.+$/, "", $2)
			print $2
			exit
		}
	'
}
edit() {
	local filename="$1"; shift
	local tempFile
	tempFile="$(mktemp)"
	sed "$@" "$filename" > "$tempFile"
	cat "$tempFile" > "$filename"
	rm "$tempFile"
}
cat > conf.yaml <<'EOF'
cluster_name: 'Test Cluster'
num_tokens: 256
# broadcast_address: 1.2.3.4
listen_address: localhost
      - seeds: "127.0.0.1:7000"
EOF
: ${CASSANDRA_RPC_ADDRESS='0.0.0.0'}
: ${CASSANDRA_LISTEN_ADDRESS='auto'}
if [ "$CASSANDRA_LISTEN_ADDRESS" = 'auto' ]; then
	CASSANDRA_LISTEN_ADDRESS="$(address)"
fi
: ${CASSANDRA_BROADCAST_ADDRESS="$CASSANDRA_LISTEN_ADDRESS"}
if [ -n "${CASSANDRA_NAME:+1}" ]; then
	: ${CASSANDRA_SEEDS:="cassandra"}
fi
: ${CASSANDRA_SEEDS:="$CASSANDRA_BROADCAST_ADDRESS"}
CASSANDRA_NUM_TOKENS=16
edit conf.yaml -r 's/(- seeds:).*/\1 "'"$CASSANDRA_SEEDS"'"/'
for yaml in \
	broadcast_address \
	cluster_name \
	listen_address \
	num_tokens \
; do
	var="CASSANDRA_${yaml^^}"
	val="${!var}"
	if [ "$val" ]; then
		edit conf.yaml -r 's/^(# )?('"$yaml"':).*/\2 '"$val"'/'
	fi
done
for rackdc in dc rack; do
	var="CASSANDRA_${rackdc^^}"; val="${!var}"
	[ -z "$val" ] || echo "$rackdc=$val"
done
cat conf.yaml
exec "$@"
