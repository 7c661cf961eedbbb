#!/bin/bash
# mycli, by a pipe.
set -u
# It takes no option that leaves the certificate alone: TLS is what the server offers.
got=$(printf 'SELECT id, vc FROM kinds ORDER BY id;\n' | mycli --myclirc /dev/null --csv "mysql://$USER${PASSWORD:+:$PASSWORD}@$HOST:$PORT/$DATABASE" 2>&1)
want=$'"id","vc"\n"1","Zoë 日本 🙂"\n"2","<null>"\n"3",""'
grep -q 'Zoë 日本 🙂' <<< "$got" && [ "$(wc -l <<< "$got")" = 4 ] && exit 0
printf 'FAIL: got %s, want %s\n' "$got" "$want"
exit 1
