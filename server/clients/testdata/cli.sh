#!/bin/bash
# The mariadb client and the tools beside it.
set -u
failures=0
check() { # name, got, want
	[ "$2" = "$3" ] && return
	failures=$((failures + 1))
	printf 'FAIL %s: got %q, want %q\n' "$1" "$2" "$3"
}
export MYSQL_PWD=$PASSWORD
options=(--no-defaults -h"$HOST" -P"$PORT" -u"$USER" --protocol=tcp --default-character-set=utf8mb4)
[ "$TLS" = 1 ] && options+=(--ssl)
sql() { mariadb "${options[@]}" --local-infile -N -B "$DATABASE" "$@"; }

check 'batch' "$(echo 'SELECT 1; SELECT NULL, "é"' | sql)" $'1\nNULL\té'
check 'status' "$(sql -e '\s' | grep -c '8.0.36')" 1
[ "$TLS" = 1 ] && check 'TLS' "$(sql -e '\s' | grep -c 'Cipher in use')" 1
printf 'SELECT 5;\n' > "$SCRATCH/five.sql"
check 'source' "$(sql -e "source $SCRATCH/five.sql")" 5
check 'delimiter' "$(printf 'DELIMITER //\nSELECT 1; SELECT 2//\n' | sql)" $'1\n2'
check 'CALL' "$(sql -e 'CALL both_ways(1)')" $'1\n2\t3'
check 'error' "$(sql -e 'SELECT * FROM nowhere' 2>&1 | grep -o '1146 (42S02)')" '1146 (42S02)'
check 'vertical' "$(sql -e 'SELECT 1 AS one\G' | tail -1)" '1'
check 'XML' "$(sql -X -e 'SELECT 1 AS one' | grep -c '<field name="one">1</field>')" 1
check 'compressed' "$(sql -C -e "SELECT LENGTH(REPEAT('x', 1000000)), REPEAT('y', 60)")" "1000000	$(printf 'y%.0s' {1..60})"
check 'safe updates' "$(sql --safe-updates -e 'SELECT 1')" 1
# Ctrl-C: the client kills its query by another connection.
setsid mariadb "${options[@]}" -e 'SELECT SLEEP(31)' > /dev/null 2>&1 &
asleep() { sql -e "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(31)'"; }
while [ "$(asleep)" = 0 ]; do :; done
trap : INT
kill -INT $(pgrep -f 'SELECT SLEEP\(31\)' | head -1)
wait $!
check 'Ctrl-C' "$(asleep)" 0

tool() { local name=$1; shift; "$name" "${options[@]}" "$@"; }
check 'ping' "$(tool mariadb-admin ping)" 'mysqld is alive'
check 'admin status' "$(tool mariadb-admin status | grep -c '^Uptime: .*Threads: .*Questions:')" 1
check 'admin processlist' "$(tool mariadb-admin processlist | grep -c "$USER")" 1
check 'admin variables' "$(tool mariadb-admin variables | grep -c 'max_allowed_packet *| 67108864')" 1
check 'admin extended-status' "$(tool mariadb-admin extended-status | grep -c Threads_connected)" 1
check 'admin create and drop' "$(tool mariadb-admin create "${DATABASE}_x" && tool mariadb-admin -f drop "${DATABASE}_x")" "Database \"${DATABASE}_x\" dropped"
check 'admin flush-tables' "$(tool mariadb-admin flush-tables 2>&1)" ''
check 'admin refresh' "$(tool mariadb-admin refresh 2>&1)" ''
check 'admin version' "$(tool mariadb-admin version | grep -c '8.0.36-verbatim')" 1
mariadb "${options[@]}" -e 'SELECT SLEEP(30)' > /dev/null 2> "$SCRATCH/killed.txt" &
victim=
while [ -z "$victim" ]; do victim=$(sql -e "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(30)' LIMIT 1"); done
tool mariadb-admin kill "$victim"
wait $!
check 'killed' "$(grep -cE '1317|2013|1927' "$SCRATCH/killed.txt")" 1

tool mariadb-show "$DATABASE" > "$SCRATCH/show.txt"
check 'show' "$(grep -c kinds "$SCRATCH/show.txt")" 1
printf '7\tseven\n8\t\\N\n' > "$SCRATCH/notes.txt"
check 'import' "$(tool mariadb-import --local "$DATABASE" "$SCRATCH/notes.txt" | grep -o 'Records: 2')" 'Records: 2'
check 'imported' "$(sql -e 'SELECT * FROM notes WHERE id > 6 ORDER BY id')" $'7\tseven\n8\tNULL'
check 'check' "$(tool mariadb-check "$DATABASE" | grep -c OK)" 3

dump() { tool mariadb-dump --skip-dump-date --routines --triggers "$1" 2>&1 | grep -v '^-- '; }
dump "$DATABASE" > "$SCRATCH/one.sql"
mariadb "${options[@]}" -e "CREATE DATABASE ${DATABASE}_back"
check 'dump restored' "$(mariadb "${options[@]}" "${DATABASE}_back" < "$SCRATCH/one.sql" 2>&1)" ''
dump "${DATABASE}_back" > "$SCRATCH/two.sql"
check 'dumped again' "$(diff "$SCRATCH/one.sql" "$SCRATCH/two.sql")" ''
check 'dump has rows' "$(grep -c 'INSERT INTO `kinds`' "$SCRATCH/one.sql")" 1
check 'tab' "$(tool mariadb-dump --xml "$DATABASE" notes | grep -c '<field name="note">seven</field>')" 1
mariadb "${options[@]}" -e "DROP DATABASE ${DATABASE}_back"

check 'slap' "$(mariadb-slap --no-defaults -h"$HOST" -P"$PORT" -u"$USER" $([ "$TLS" = 1 ] && echo --ssl) --concurrency=4 --iterations=2 --number-of-queries=40 --auto-generate-sql --create-schema="${DATABASE}_slap" 2>&1 | grep -c 'Number of clients running queries: 4')" 1
echo done
exit $((failures > 0))
