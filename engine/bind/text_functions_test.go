package bind_test

import "testing"

// TestTextFunctions calls string and JSON functions as SQL spells them.
func TestTextFunctions(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`select json_extract('{"a":[1,2]}','$.a[1]') x, cast('[1, 2.50]' as json) y, 17 member of('[1,17]') m`, "2|[1, 2.5]|1\n"},
		{`select trim(both 'x' from 'xax'), trim(leading 'x' from 'xax'), trim(' a '), char(77,121 using utf8mb4), convert('é' using latin1), position('b' in 'abc'), 'abc' sounds like 'abk'`, "a|ax|a|My|é|2|1\n"},
		{`select weight_string('a') is null, substring('abc' from 2 for 1), mid('abc', 2, 1), insert('abc', 1, 1, 'x'), left('abc', 2), repeat('a', 2), replace('aa', 'a', 'b')`, "0|b|b|xbc|ab|aa|bb\n"},
		{`select j.* from json_table('[{"a":1,"b":[1,2]},{"a":2}]', '$[*]' columns(n for ordinality, a int path '$.a', nested path '$.b[*]' columns(b int path '$'))) j`, "1|1|1\n1|1|2\n2|2|NULL\n"},
		{`select json_value('{"a":"49.95"}','$.a' returning decimal(5,2)) v, json_unquote(json_extract('{"a":"x"}', '$.a'))`, "49.95|x\n"},
		{`select json_array(true, 1=1, 1, null, 1.50, cast(2 as json)), cast('{"a":1}' as json)=cast('{"a":1.0}' as json) e, json_extract('[1]', '$[0]') = 1, json_extract('["b"]', '$[0]') = 'b', json_extract('[true]', '$[0]') = true`, "[true, true, 1, null, 1.50, 2]|1|1|1|1\n"},
		{`select json_type(cast(1.5 as json)), json_type(cast(date'2024-01-01' as json)), json_object('d', date'2024-01-01')`, "DECIMAL|DATE|{\"d\": \"2024-01-01\"}\n"},
		{`select regexp_replace('John Smith','([a-z]+) ([a-z]+)','$2, $1'), regexp_substr('abc def', '[a-z]+', 1, 2), regexp_instr('abc', 'c'), regexp_like('A', 'a', 'c')`, "Smith, John|def|3|0\n"},
		{`select v from (select cast('[1]' as json) v union select cast('[1.0]' as json) union all select cast('"b"' as json) union all select cast('2' as json) union all select cast('10' as json)) t order by v`, "2\n10\n\"b\"\n[1]\n"},
	} {
		got, err := run(t, catalog{}, c.text, 0)
		if err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", c.text, got, err, c.want)
		}
	}
}
