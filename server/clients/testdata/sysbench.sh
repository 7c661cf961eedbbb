#!/bin/bash
# sysbench's read_only and read_write, with the prepared statements that it makes.
set -eu
cd "$SCRATCH"
if [ "$TLS" = 1 ]; then # it wants a client's certificate, too
	cp "$CA" cacert.pem; cp "$CA" client-cert.pem; cp "$KEY" client-key.pem
fi
run() {
	sysbench "oltp_$1" --db-driver=mysql --mysql-host="$HOST" --mysql-port="$PORT" --mysql-user="$USER" --mysql-password="$PASSWORD" \
		--mysql-db="$DATABASE" --tables=2 --table-size=500 --threads=2 --events=40 --time=0 --mysql-ignore-errors=1213,1020,1205 \
		$([ "$TLS" = 1 ] && echo --mysql-ssl=on) "${@:2}"
}
run common prepare > /dev/null 2>&1 || run read_write prepare > /dev/null
for kind in read_only read_write; do
	out=$(run $kind run)
	echo "$out" | grep -q 'total number of events: *40' || { echo "$out"; exit 1; }
done
run read_write cleanup > /dev/null
echo done
