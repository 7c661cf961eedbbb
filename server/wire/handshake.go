package wire

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"net"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// utf8mb4 is the number of the collation utf8mb4_0900_ai_ci, MySQL 8's default.
const utf8mb4 = uint16(mysql.DEFAULT_COLLATION_ID)

// capabilities are what the server offers. What a client asks beyond them is
// not agreed on.
const capabilities = mysql.CLIENT_LONG_PASSWORD | mysql.CLIENT_FOUND_ROWS | mysql.CLIENT_LONG_FLAG |
	mysql.CLIENT_CONNECT_WITH_DB | mysql.CLIENT_LOCAL_FILES | mysql.CLIENT_PROTOCOL_41 |
	mysql.CLIENT_TRANSACTIONS | mysql.CLIENT_SECURE_CONNECTION | mysql.CLIENT_MULTI_STATEMENTS |
	mysql.CLIENT_MULTI_RESULTS | mysql.CLIENT_PS_MULTI_RESULTS | mysql.CLIENT_PLUGIN_AUTH |
	mysql.CLIENT_CONNECT_ATTRS | mysql.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA | mysql.CLIENT_DEPRECATE_EOF

// login is what a client says of itself, at first or in COM_CHANGE_USER.
type login struct {
	capabilities uint32 // those agreed on
	user         string
	response     []byte // to the server's challenge: empty or one NUL without a password
	database     string // empty: the session's default
	plugin       string // the client's method of authentication; empty: it knows no plugins
}

// handshake greets the client, lets it in and opens its session.
func (c *Conn) handshake(ctx context.Context) error {
	c.nonce = rand.Text()[:20]
	c.out.begin()
	c.out.buf = appendGreeting(c.out.buf, c.backend.Version, c.client.ID, c.nonce)
	c.out.end()
	packet, err := c.read()
	if err != nil {
		return err
	}
	l, err := parseLogin(packet)
	if err != nil {
		return err
	}
	c.client.Capabilities = l.capabilities
	c.multi = l.capabilities&mysql.CLIENT_MULTI_STATEMENTS != 0
	return c.enter(ctx, l)
}

// appendGreeting appends the payload of the protocol's first packet. The nonce
// has 20 bytes, none of them NUL.
func appendGreeting(b []byte, version string, id uint32, nonce string) []byte {
	b = append(b, mysql.ClassicProtocolVersion)
	b = append(append(b, version...), 0)
	b = binary.LittleEndian.AppendUint32(b, id)
	b = append(append(b, nonce[:8]...), 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(capabilities&0xffff))
	b = append(b, byte(utf8mb4))
	b = binary.LittleEndian.AppendUint16(b, mysql.SERVER_STATUS_AUTOCOMMIT)
	b = binary.LittleEndian.AppendUint16(b, uint16(capabilities>>16))
	b = append(b, byte(len(nonce)+1))
	b = append(b, make([]byte, 10)...)
	b = append(append(b, nonce[8:]...), 0)
	// A MySQL 9 client knows no other method, and this one needs neither TLS
	// nor a key where the password is empty.
	return append(append(b, mysql.AUTH_CACHING_SHA2_PASSWORD...), 0)
}

// parseLogin reads a client's answer to the greeting. Connection attributes,
// at its end, are not looked at.
func parseLogin(packet []byte) (login, error) {
	d := decoder{data: packet}
	asked := d.uint32()
	if asked&mysql.CLIENT_PROTOCOL_41 == 0 || asked&mysql.CLIENT_SSL != 0 {
		// Clients older than MySQL 4.1, and TLS, which was not offered.
		return login{}, mysql.NewDefaultError(mysql.ER_HANDSHAKE_ERROR)
	}
	l := login{capabilities: asked & capabilities}
	d.bytes(4 + 1 + 23) // the client's largest packet, its collation, reserved
	l.user = d.text()
	switch {
	case l.capabilities&mysql.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA != 0:
		l.response = d.bytes(d.length())
	case l.capabilities&mysql.CLIENT_SECURE_CONNECTION != 0:
		l.response = d.bytes(uint64(d.uint8()))
	default:
		l.response = []byte(d.text())
	}
	if l.capabilities&mysql.CLIENT_CONNECT_WITH_DB != 0 {
		l.database = d.text()
	}
	if l.capabilities&mysql.CLIENT_PLUGIN_AUTH != 0 {
		l.plugin = d.text()
	}
	if d.bad {
		return login{}, mysql.NewDefaultError(mysql.ER_HANDSHAKE_ERROR)
	}
	return l, nil
}

// parseChangeUser reads the payload of COM_CHANGE_USER.
func parseChangeUser(payload []byte, agreed uint32) (login, error) {
	d := decoder{data: payload}
	l := login{capabilities: agreed, user: d.text()}
	if agreed&mysql.CLIENT_SECURE_CONNECTION != 0 {
		l.response = d.bytes(uint64(d.uint8()))
	} else {
		l.response = []byte(d.text())
	}
	l.database = d.text()
	if agreed&mysql.CLIENT_PLUGIN_AUTH != 0 && len(d.data) > 0 {
		d.uint16() // the collation
		l.plugin = d.text()
	}
	return l, d.err()
}

// enter lets a client in, opens its session and says so.
func (c *Conn) enter(ctx context.Context, l login) error {
	if err := c.authenticate(l); err != nil {
		return err
	}
	c.client.User = l.user
	c.session = c.backend.NewSession(c.client)
	if l.database != "" {
		if err := c.session.Use(ctx, l.database); err != nil {
			return err
		}
	}
	c.ok(&Result{}, false)
	return nil
}

// authenticate lets any user in who has no password.
func (c *Conn) authenticate(l login) error {
	switch l.plugin {
	case "", mysql.AUTH_NATIVE_PASSWORD, mysql.AUTH_CACHING_SHA2_PASSWORD:
	default:
		// Other methods answer the challenge in forms of their own.
		c.out.begin()
		c.out.buf = append(c.out.buf, mysql.EOF_HEADER)
		c.out.buf = append(append(c.out.buf, mysql.AUTH_CACHING_SHA2_PASSWORD...), 0)
		c.out.buf = append(append(c.out.buf, c.nonce...), 0)
		c.out.end()
		var err error
		if l.response, err = c.read(); err != nil {
			return err
		}
	}
	// libmysqlclient's caching_sha2_password sends an empty password as a NUL.
	if len(bytes.TrimSuffix(l.response, []byte{0})) == 0 {
		return nil
	}
	host, _, err := net.SplitHostPort(c.client.Address)
	if err != nil {
		host = c.client.Address
	}
	return mysql.NewDefaultError(mysql.ER_ACCESS_DENIED_ERROR, l.user, host, "YES")
}
