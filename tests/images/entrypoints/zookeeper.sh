# A block of output into a file, words split on purpose, a number kept in a file.
set -e
ZOO_CONF_DIR=. ZOO_DATA_DIR=data ZOO_TICK_TIME=2000
ZOO_SERVERS="server.1=zoo1:2888:3888;2181 server.2=zoo2:2888:3888;2181"
mkdir -p "$ZOO_DATA_DIR"
if [[ "$1" = 'zkServer.sh' && "$(id -u)" = '0' ]]; then
	chown -R "$(id -un)" "$ZOO_DATA_DIR"
fi
if [[ ! -f "$ZOO_CONF_DIR/zoo.cfg" ]]; then
	CONFIG="$ZOO_CONF_DIR/zoo.cfg"
	{
		echo "dataDir=$ZOO_DATA_DIR"
		echo "tickTime=$ZOO_TICK_TIME"
	} >> "$CONFIG"
	if [[ -z $ZOO_SERVERS ]]; then
		ZOO_SERVERS="server.1=localhost:2888:3888;2181"
	fi
	for server in $ZOO_SERVERS; do
		echo "$server" >> "$CONFIG"
	done
	for cfg_extra_entry in ${ZOO_CFG_EXTRA-a=1 b=2}; do
		echo "$cfg_extra_entry" >> "$CONFIG"
	done
	sed -i "s/^tickTime=.*/tickTime=$((ZOO_TICK_TIME / 2))/" "$CONFIG"
fi
if [[ ! -f "$ZOO_DATA_DIR/myid" ]]; then
	HOST=zk-4
	if [[ $HOST =~ (.*)-([0-9]+)$ ]]; then
		NAME=${BASH_REMATCH[1]} ORD=${BASH_REMATCH[2]}
	fi
	echo $((ORD+1)) > "$ZOO_DATA_DIR/myid"
fi
cat zoo.cfg data/myid; echo "$NAME"
exec "$@"
