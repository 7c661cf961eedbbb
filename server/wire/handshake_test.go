package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-mysql-org/go-mysql/mysql"
	driver "github.com/go-sql-driver/mysql"
)

func TestLogin(t *testing.T) {
	address, _ := start(t, quiet, nil)
	for _, test := range []struct{ name, dsn, want string }{
		{"a user without a password", "kevin@tcp(" + address + ")/", "kevin, 0 resets"},
		{"nobody", "tcp(" + address + ")/", ", 0 resets"},
		{"a MySQL 9 client", "kevin@tcp(" + address + ")/?allowNativePasswords=false", "kevin, 0 resets"},
	} {
		if got := text(t, open(t, test.dsn), "user"); got != test.want {
			t.Errorf("%s: logged in as %q", test.name, got)
		}
	}
	if got := text(t, open(t, "tcp("+address+")/shop"), "database"); got != "shop" {
		t.Errorf("in database %q", got)
	}

	for _, test := range []struct {
		name, dsn string
		want      uint16
	}{
		{"a password", "kevin:secret@tcp(" + address + ")/", 1045},
		{"a database that is not there", "tcp(" + address + ")/nowhere", 1049},
	} {
		var e *driver.MySQLError
		if err := open(t, test.dsn).Ping(); !errors.As(err, &e) || e.Number != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestOldAndOddClients(t *testing.T) {
	const (
		basic  = mysql.CLIENT_PROTOCOL_41
		secure = basic | mysql.CLIENT_SECURE_CONNECTION
		plugin = secure | mysql.CLIENT_PLUGIN_AUTH
		lenenc = plugin | mysql.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
	)
	address, _ := start(t, quiet, nil)
	for _, test := range []struct{ name, packet, want string }{
		{"without secure authentication", loginPacket(basic, "u\x00\x00"), "\x00"},
		{"without plugins", loginPacket(secure, "u\x00\x00"), "\x00"},
		{"without plugins, with a database", loginPacket(secure|mysql.CLIENT_CONNECT_WITH_DB, "u\x00\x00shop\x00"), "\x00"},
		{"the last NUL left out", loginPacket(secure|mysql.CLIENT_CONNECT_WITH_DB, "u\x00\x00shop"), "\x00"},
		{"native, without length-encoded data", loginPacket(plugin, "u\x00\x00mysql_native_password\x00"), "\x00"},
		{"an empty password sent as NUL", loginPacket(lenenc, "u\x00\x01\x00caching_sha2_password\x00"), "\x00"},
		{"asks for what is not offered", loginPacket(lenenc|mysql.CLIENT_COMPRESS|mysql.CLIENT_SESSION_TRACK, "u\x00\x00mysql_native_password\x00"), "\x00"},
		{"a hashed password", loginPacket(secure, "u\x00\x14"+strings.Repeat("x", 20)), "\xff\x15\x04#28000Access denied for user 'u'@'127.0.0.1' (using password: YES)"},
		{"another method", loginPacket(lenenc, "u\x00\x01\x00mysql_clear_password\x00"), "\xfecaching_sha2_password\x00"},
		{"before MySQL 4.1", loginPacket(0, "u\x00"), "\xff\x13\x04#08S01Bad handshake"},
		{"asks for TLS", loginPacket(basic|mysql.CLIENT_SSL, ""), "\xff\x13\x04#08S01Bad handshake"},
		{"too short", "\x00\x02", "\xff\x13\x04#08S01Bad handshake"},
		{"a length beyond the packet", loginPacket(lenenc, "u\x00\xfe\xff\xff\xff\xff\xff\xff\xff\xff"), "\xff\x13\x04#08S01Bad handshake"},
		{"too long", loginPacket(basic, strings.Repeat("u", maxLoginPacket)), "\xff\x81\x04#08S01Got a packet bigger than 'max_allowed_packet' bytes"},
	} {
		if got := dial(t, address).say(test.packet); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %q", test.name, got)
		}
	}

	r := dial(t, address)
	r.say(loginPacket(lenenc, "u\x00\x01\x00dialog\x00"))
	if got := r.say("\x00"); got[0] != mysql.OK_HEADER {
		t.Errorf("after the switch: %q", got)
	}
}

func TestPacketsOutOfOrder(t *testing.T) {
	address, _ := start(t, quiet, nil)
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41)
	r.sequence = 7
	r.tell(string(mysql.COM_PING))
	r.sequence = 0
	if got := r.answer(); !strings.Contains(got, "out of order") {
		t.Errorf("%q", got)
	}
}

func FuzzLogin(f *testing.F) {
	f.Add([]byte(loginPacket(mysql.CLIENT_PROTOCOL_41, "u\x00\x00")))
	f.Add([]byte(loginPacket(capabilities, "u\x00\x00db\x00mysql_native_password\x00")))
	f.Add([]byte(loginPacket(capabilities, "u\x00\xfc\xff\xffdb")))
	f.Fuzz(func(t *testing.T, packet []byte) {
		l, err := parseLogin(packet, capabilities)
		if err != nil {
			return
		}
		if l.capabilities&^capabilities != 0 {
			t.Errorf("agreed on %x, which is not offered", l.capabilities&^capabilities)
		}
		if n := len(l.user) + len(l.response) + len(l.database) + len(l.plugin); n > len(packet) {
			t.Errorf("%d bytes out of %d", n, len(packet))
		}
	})
}

func FuzzChangeUser(f *testing.F) {
	f.Add([]byte("u\x00\x00db\x00\xff\x00mysql_native_password\x00"), true)
	f.Add([]byte("u\x00\x00"), false)
	f.Fuzz(func(t *testing.T, payload []byte, plugins bool) {
		agreed := uint32(capabilities)
		if !plugins {
			agreed &^= mysql.CLIENT_PLUGIN_AUTH | mysql.CLIENT_SECURE_CONNECTION
		}
		l, err := parseChangeUser(payload, agreed)
		if n := len(l.user) + len(l.response) + len(l.database) + len(l.plugin); err == nil && n > len(payload) {
			t.Errorf("%d bytes out of %d", n, len(payload))
		}
	})
}
