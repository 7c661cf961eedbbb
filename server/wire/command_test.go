package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
)

const (
	okPacket       = "\x00\x00\x00\x02\x00\x00\x00" // autocommit, no warnings
	eofPacket      = "\xfe\x00\x00\x02\x00"
	malformed      = "\xff\x2b\x07#HY000Malformed communication packet."
	unknownCommand = "\xff\x17\x04#08S01Unknown command"
)

func TestCommands(t *testing.T) {
	address, _ := start(t, quiet, nil)
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41)
	for _, test := range []struct {
		name          string
		code          byte
		payload, want string
	}{
		{"ping", mysql.COM_PING, "", okPacket},
		{"init db", mysql.COM_INIT_DB, "shop", okPacket},
		{"init db", mysql.COM_INIT_DB, "nowhere", "\xff\x19\x04#42000Unknown database 'nowhere'"},
		{"statistics", mysql.COM_STATISTICS, "", "Uptime: 1"},
		{"set option", mysql.COM_SET_OPTION, "\x00\x00", eofPacket},
		{"set option", mysql.COM_SET_OPTION, "\x01\x00", eofPacket},
		{"set option", mysql.COM_SET_OPTION, "\x02\x00", unknownCommand},
		{"set option", mysql.COM_SET_OPTION, "", malformed},
		{"reset connection", mysql.COM_RESET_CONNECTION, "", okPacket},
		{"change user", mysql.COM_CHANGE_USER, "kevin\x00\x00\x00", okPacket},
		{"kill", mysql.COM_PROCESS_KILL, "\x07\x00\x00\x00", "\xff\x28\x04#42000fake near 'KILL 7' at line 1"},
		{"kill", mysql.COM_PROCESS_KILL, "\x07", malformed},
		{"insert", mysql.COM_QUERY, "insert", "\x00\x03\xfc\x2c\x01\x02\x00\x00\x00\x0aRecords: 3"},
		{"execute", mysql.COM_STMT_EXECUTE, "\x07\x00\x00\x00\x00\x01\x00\x00\x00", "\xff\xdb\x04#HY000Unknown prepared statement handler (7) given to mysqld_stmt_execute"},
		{"execute", mysql.COM_STMT_EXECUTE, "\x07", malformed},
		{"reset statement", mysql.COM_STMT_RESET, "\x07\x00\x00\x00", "\xff\xdb\x04#HY000Unknown prepared statement handler (7) given to mysqld_stmt_reset"},
		{"fetch", mysql.COM_STMT_FETCH, "", unknownCommand},
		{"binlog dump", mysql.COM_BINLOG_DUMP, "", unknownCommand},
		{"no such command", 0xee, "", unknownCommand},
	} {
		if diff := cmp.Diff(test.want, r.command(test.code, test.payload)); diff != "" {
			t.Errorf("%s %q: %s", test.name, test.payload, diff)
		}
	}
	r.sequence = 0
	if got := r.say(""); got != malformed {
		t.Errorf("an empty packet: %q", got)
	}

	if got := r.command(mysql.COM_FIELD_LIST, "t\x00"); !strings.Contains(got, "\x01a") {
		t.Errorf("field list: %q", got)
	}
	if got := r.answer(); !strings.Contains(got, "\x01b") {
		t.Errorf("field list: %q", got)
	}
	if got := r.answer(); got != eofPacket {
		t.Errorf("field list: %q", got)
	}
}

func TestChangeUserToOneWithAPassword(t *testing.T) {
	address, _ := start(t, quiet, nil)
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41 | mysql.CLIENT_SECURE_CONNECTION)
	if got := r.command(mysql.COM_CHANGE_USER, "kevin\x00\x03xyz\x00"); !strings.Contains(got, "Access denied for user 'kevin'") {
		t.Errorf("%q", got)
	}
	if _, err := r.next(&r.sequence); err == nil {
		t.Error("the connection goes on")
	}
}

func TestSeveralStatements(t *testing.T) {
	address, _ := start(t, quiet, nil)
	rows, err := open(t, "tcp("+address+")/?multiStatements=true").Query("hello; database; user; nonsense; hello")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for {
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			got = append(got, s)
		}
		if !rows.NextResultSet() {
			break
		}
	}
	if diff := cmp.Diff([]string{"hello", "", ", 0 resets"}, got); diff != "" {
		t.Error(diff)
	}
	var e *driver.MySQLError
	if !errors.As(rows.Err(), &e) || e.Number != 1064 {
		t.Errorf("the fourth: %v", rows.Err())
	}

	// A client that did not ask for several gets none: it may be an injection.
	single := open(t, "tcp("+address+")/")
	if _, err := single.Exec("insert; insert"); !errors.As(err, &e) || e.Number != 1064 {
		t.Errorf("executed: %v", err)
	}
	if _, err := single.Prepare("insert; insert"); !errors.As(err, &e) || e.Number != 1064 {
		t.Errorf("prepared: %v", err)
	}
	if _, err := single.Exec("insert;"); err != nil {
		t.Errorf("one with a semicolon: %v", err)
	}
}

func TestEOFPacketsAreLeftOutWhereAgreed(t *testing.T) {
	address, _ := start(t, quiet, nil)
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41 | mysql.CLIENT_DEPRECATE_EOF)
	got := []string{r.command(mysql.COM_QUERY, "hello"), r.answer()[:4], r.answer(), r.answer()}
	want := []string{"\x01", "\x03def", "\x05hello", "\xfe\x00\x00\x02\x00\x00\x00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
