#!/bin/bash
# isql of unixODBC with MariaDB's driver.
set -u
driver=$(odbcinst -q -d | tr -d '[]' | grep -i maria | head -1)
connection="DRIVER={$driver};SERVER=$HOST;PORT=$PORT;UID=$USER;PWD=$PASSWORD;DATABASE=$DATABASE;CHARSET=utf8mb4"
[ "$TLS" = 1 ] && connection="$connection;FORCETLS=1;SSLVERIFY=0"
failures=0
check() {
	[ "$2" = "$3" ] && return
	failures=$((failures + 1))
	printf 'FAIL %s: got %q, want %q\n' "$1" "$2" "$3"
}
ask() { printf '%s\n' "$1" | isql -k "$connection" -b -d'|' 2>&1; }
check 'a number' "$(ask 'SELECT 1, NULL, 2.50')" '1||2.50'
check 'types' "$(ask 'SELECT ti, bi, ub, dc, da, dt FROM kinds WHERE id = 1')" '-128|-9223372036854775808|18446744073709551615|12345.67890|2024-02-29|2024-02-29 23:59:58'
check 'texts' "$(ask 'SELECT c, tx, e FROM kinds WHERE id = 1')" "abc|a'b\"c\\d|large"
check 'tables' "$(ask 'help' | grep -c -E "^$DATABASE\|[^|]*\|(child|kinds|notes)\|")" 3
check 'columns' "$(ask 'help child' | cut -d'|' -f4 | xargs)" 'id kind'
check 'an error' "$(printf 'SELECT * FROM nowhere\n' | isql -k "$connection" -v 2>&1 | grep -c "doesn't exist")" 1
ask "INSERT INTO notes (note) VALUES ('odbc')" > /dev/null
check 'inserted' "$(ask "SELECT COUNT(*) FROM notes WHERE note = 'odbc'")" 1
check 'a function' "$(ask 'SELECT user_id FROM consecutive_login_users(3) ORDER BY user_id' | xargs)" 'user_001 user_003'
echo done
exit $((failures > 0))
