package wire

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/google/go-cmp/cmp"
)

func TestArguments(t *testing.T) {
	address, _ := start(t, quiet, nil)
	db := open(t, "tcp("+address+")/")
	moment := time.Date(2024, 2, 29, 23, 59, 59, 120_000_000, time.UTC)
	got := text(t, db, "arguments ? ? ? ? ? ? ? ?", int64(-1), uint64(math.MaxUint64), 0.1, "it's", []byte("\x00"), nil, true, moment)
	want := `INT64(-1) UINT64(18446744073709551615) FLOAT64(0.1) VARCHAR("it's") VARCHAR("\x00") NULL INT64(1) VARCHAR("2024-02-29 23:59:59.12")`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// go-sql-driver sends a string as long data where it is longer than a packet.
	long := open(t, "tcp("+address+")/?maxAllowedPacket=1000")
	want = `INT64(1) VARCHAR("` + strings.Repeat("x", 5000) + `")`
	if diff := cmp.Diff(want, text(t, long, "arguments ? ?", 1, strings.Repeat("x", 5000))); diff != "" {
		t.Error(diff)
	}
}

func TestArgumentsOfEveryType(t *testing.T) {
	for _, test := range []struct {
		typ, flags byte
		data, want string
	}{
		{mysql.MYSQL_TYPE_TINY, 0, "\xff", "INT64(-1)"},
		{mysql.MYSQL_TYPE_TINY, 0x80, "\xff", "UINT64(255)"},
		{mysql.MYSQL_TYPE_SHORT, 0, "\xff\xff", "INT64(-1)"},
		{mysql.MYSQL_TYPE_YEAR, 0x80, "\xe8\x07", "UINT64(2024)"},
		{mysql.MYSQL_TYPE_LONG, 0, "\xff\xff\xff\xff", "INT64(-1)"},
		{mysql.MYSQL_TYPE_INT24, 0x80, "\xff\xff\xff\x00", "UINT64(16777215)"},
		{mysql.MYSQL_TYPE_LONGLONG, 0, "\xff\xff\xff\xff\xff\xff\xff\xff", "INT64(-1)"},
		{mysql.MYSQL_TYPE_FLOAT, 0, "\x00\x00\xc0\x3f", "FLOAT64(1.5)"},
		{mysql.MYSQL_TYPE_DOUBLE, 0, "\x00\x00\x00\x00\x00\x00\xf8\x3f", "FLOAT64(1.5)"},
		{mysql.MYSQL_TYPE_NEWDECIMAL, 0, "\x041.50", "DECIMAL(1.50)"},
		{mysql.MYSQL_TYPE_DATE, 0, "\x04\xe8\x07\x02\x1d", `DATE("2024-02-29")`},
		{mysql.MYSQL_TYPE_DATE, 0, "\x00", `DATE("0000-00-00")`},
		{mysql.MYSQL_TYPE_DATETIME, 0, "\x04\xe8\x07\x02\x1d", `DATETIME("2024-02-29 00:00:00")`},
		{mysql.MYSQL_TYPE_DATETIME, 0, "\x07\xe8\x07\x02\x1d\x17\x3b\x3b", `DATETIME("2024-02-29 23:59:59")`},
		{mysql.MYSQL_TYPE_TIMESTAMP, 0, "\x0b\xe8\x07\x02\x1d\x17\x3b\x3b\x01\x00\x00\x00", `TIMESTAMP("2024-02-29 23:59:59.000001")`},
		{mysql.MYSQL_TYPE_TIME, 0, "\x00", `TIME("00:00:00")`},
		{mysql.MYSQL_TYPE_TIME, 0, "\x08\x01\x22\x00\x00\x00\x16\x3b\x3b", `TIME("-838:59:59")`},
		{mysql.MYSQL_TYPE_TIME, 0, "\x0c\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00\x00", `TIME("01:00:00.000001")`},
		{mysql.MYSQL_TYPE_VAR_STRING, 0, "\x02ab", `VARCHAR("ab")`},
		{mysql.MYSQL_TYPE_BLOB, 0, "\x02ab", `VARBINARY("ab")`},
		{mysql.MYSQL_TYPE_NULL, 0, "", "NULL"},

		{mysql.MYSQL_TYPE_LONG, 0, "\xff\xff", ""},
		{mysql.MYSQL_TYPE_VAR_STRING, 0, "\x03ab", ""},
		{mysql.MYSQL_TYPE_VAR_STRING, 0, "\xfb", ""},
		{mysql.MYSQL_TYPE_DATE, 0, "\x04\xe8\x07\x0d\x1d", ""},
		{mysql.MYSQL_TYPE_DATETIME, 0, "\x05\xe8\x07\x02\x1d\x17", ""},
		{mysql.MYSQL_TYPE_TIME, 0, "\x08\x01\x23\x00\x00\x00\x00\x00\x00", ""},
		{mysql.MYSQL_TYPE_DOUBLE, 0, "\x00\x00\x00\x00\x00\x00\xf0\x7f", ""},
		{0xc8, 0, "\x01", ""},
	} {
		st := statement{Statement: &Statement{Params: 1}}
		d := decoder{data: []byte("\x00\x01\x00\x00\x00\x00\x01" + string([]byte{test.typ, test.flags}) + test.data)}
		args, err := st.arguments(&d, maxPacket)
		switch {
		case test.want == "" && err == nil:
			t.Errorf("type %d: %q is taken as %v", test.typ, test.data, args)
		case test.want != "" && (err != nil || args[0].String() != test.want):
			t.Errorf("type %d: %q: %v, %v, want %s", test.typ, test.data, args, err, test.want)
		}
	}
}

func TestLongDataAndRememberedTypes(t *testing.T) {
	const (
		id   = "\x01\x00\x00\x00"
		once = "\x00\x01\x00\x00\x00" // no cursor, one iteration
	)
	address, _ := start(t, quiet, nil)
	execute := func(r *raw, arguments string) (answer string) {
		answer = r.command(mysql.COM_STMT_EXECUTE, id+once+arguments)
		if answer[0] == 1 { // a column; the row comes after its definition
			r.answer()
			answer = r.answer()
			r.answer()
		}
		return answer
	}
	send := func(r *raw, payload string) {
		r.sequence = 0
		r.tell(string(mysql.COM_STMT_SEND_LONG_DATA) + payload)
	}

	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41 | mysql.CLIENT_DEPRECATE_EOF)
	r.command(mysql.COM_STMT_PREPARE, "arguments ? ?")
	for range 2 {
		r.answer() // a parameter's definition
	}
	if got := execute(r, "\x00\x00"); got != malformed {
		t.Errorf("types that were never sent: %q", got)
	}
	send(r, id+"\x00\x00long ")
	send(r, id+"\x00\x00data")
	send(r, id+"\x02\x00there is no third parameter")
	send(r, "\x07\x00\x00\x00\x00\x00nor a seventh statement")
	send(r, "")
	if got := execute(r, "\x00\x01\xfc\x00\x01\x00\x07"); !strings.HasSuffix(got, `VARBINARY("long data") INT64(7)`) {
		t.Errorf("long data: %q", got)
	}
	if got := execute(r, "\x01\x00\x08"); !strings.HasSuffix(got, `NULL INT64(8)`) {
		t.Errorf("the types of the last time, and no long data: %q", got)
	}
	send(r, id+"\x00\x00forgotten")
	if got := r.command(mysql.COM_STMT_RESET, id); got != okPacket {
		t.Errorf("reset: %q", got)
	}
	if got := execute(r, "\x01\x00\x09"); !strings.HasSuffix(got, `NULL INT64(9)`) {
		t.Errorf("after a reset: %q", got)
	}
	for range 2 {
		send(r, id+"\x00\x00"+strings.Repeat("x", maxPacket/2+1))
	}
	if got := execute(r, "\x00\x00\x09"); !strings.Contains(got, "max_allowed_packet") {
		t.Errorf("too long: %q", got)
	}
}

func TestStatementsEndWithTheSession(t *testing.T) {
	for name, end := range map[string]struct {
		code    byte
		payload string
	}{
		"reset connection": {mysql.COM_RESET_CONNECTION, ""},
		"change user":      {mysql.COM_CHANGE_USER, "kevin\x00\x00\x00"},
	} {
		address, _ := start(t, quiet, nil)
		r := dial(t, address)
		r.login(mysql.CLIENT_PROTOCOL_41)
		const execute = "\x01\x00\x00\x00\x00\x01\x00\x00\x00"
		r.command(mysql.COM_STMT_PREPARE, "insert")
		if got := r.command(mysql.COM_STMT_EXECUTE, execute); got[0] != mysql.OK_HEADER {
			t.Errorf("%q", got)
		}
		r.command(end.code, end.payload)
		if got := r.command(mysql.COM_STMT_EXECUTE, execute); !strings.Contains(got, "Unknown prepared statement handler (1)") {
			t.Errorf("after %s: %q", name, got)
		}
	}
}

func FuzzArguments(f *testing.F) {
	f.Add(1, []byte("\x00\x01\x00\x00\x00\x00\x01\x03\x00\xff\xff\xff\xff"))
	f.Add(2, []byte("\x00\x01\x00\x00\x00\x00\x01\xfd\x00\x0b\x00\x01a\x00"))
	f.Add(9, []byte("\x00\x01\x00\x00\x00\xff\x01\x00"))
	f.Add(1, []byte("\x00\x01\x00\x00\x00\x00\x01\x07\x00\x0b\xe8\x07\x02\x1d\x17\x3b\x3b\x01\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, params int, payload []byte) {
		if params < 0 || params > math.MaxUint16 {
			return
		}
		st := statement{Statement: &Statement{Params: params}}
		args, err := st.arguments(&decoder{data: payload}, maxPacket)
		if err != nil {
			return
		}
		if len(args) != params {
			t.Fatalf("%d arguments for %d parameters", len(args), params)
		}
		// What was taken as a date or a time is one to the rows' side too.
		for _, a := range args {
			if _, err := appendBinaryValue(nil, a.Type(), a.ToString()); err != nil {
				t.Errorf("%v: %v", a, err)
			}
		}
	})
}
