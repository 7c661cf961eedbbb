package wire

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// utf8mb4 is the number of the collation utf8mb4_0900_ai_ci, MySQL 8's default.
const utf8mb4 = uint16(mysql.DEFAULT_COLLATION_ID)

// capabilities are what the server offers, CLIENT_SSL besides where it has a
// certificate. What a client asks beyond them is not agreed on.
const capabilities = mysql.CLIENT_LONG_PASSWORD | mysql.CLIENT_FOUND_ROWS | mysql.CLIENT_LONG_FLAG |
	mysql.CLIENT_CONNECT_WITH_DB | mysql.CLIENT_COMPRESS | mysql.CLIENT_LOCAL_FILES | mysql.CLIENT_PROTOCOL_41 |
	mysql.CLIENT_TRANSACTIONS | mysql.CLIENT_SECURE_CONNECTION | mysql.CLIENT_MULTI_STATEMENTS |
	mysql.CLIENT_MULTI_RESULTS | mysql.CLIENT_PS_MULTI_RESULTS | mysql.CLIENT_PLUGIN_AUTH |
	mysql.CLIENT_CONNECT_ATTRS | mysql.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA | mysql.CLIENT_SESSION_TRACK |
	mysql.CLIENT_DEPRECATE_EOF | mysql.CLIENT_ZSTD_COMPRESSION_ALGORITHM

// login is what a client says of itself, at first or in COM_CHANGE_USER.
type login struct {
	capabilities uint32 // those agreed on
	collation    uint16 // its number; 0: not told
	user         string
	response     []byte // to the server's challenge: empty or one NUL without a password
	database     string // empty: the session's default
	plugin       string // the client's method of authentication; empty: it knows no plugins
}

// handshake greets the client, has it encrypt where it wants to, lets it in and
// opens its session. Nobody waits for the next packet when it returns.
func (c *Conn) handshake(ctx context.Context) error {
	offered := uint32(capabilities)
	if c.backend.TLS != nil {
		offered |= mysql.CLIENT_SSL
	}
	c.nonce = rand.Text()[:20]
	c.out.begin()
	c.out.buf = appendGreeting(c.out.buf, c.backend.Version, c.client.ID, c.nonce, offered)
	c.out.end()
	packet, err := c.receive()
	if err != nil {
		return err
	}
	if asksTLS(packet) && c.backend.TLS != nil {
		if err := c.encrypt(ctx); err != nil {
			return err
		}
		if packet, err = c.receive(); err != nil {
			return err
		}
	}
	l, err := parseLogin(packet, offered)
	if err != nil {
		return err
	}
	c.client.Capabilities = l.capabilities
	c.multi = l.capabilities&mysql.CLIENT_MULTI_STATEMENTS != 0
	if err := c.enter(ctx, l); err != nil {
		return err
	}
	if err := c.out.flush(); err != nil {
		return err
	}
	c.compress()
	return nil
}

// asksTLS tells whether a packet is the one that goes before TLS
// (page_protocol_connection_phase_packets_protocol_ssl_request).
func asksTLS(packet []byte) bool {
	d := decoder{data: packet}
	return d.uint32()&mysql.CLIENT_SSL != 0 && len(packet) == 4+4+1+23
}

// encrypt goes on in TLS. Who reads what was sent in the clear behind the request
// is TLS, so that nothing can be smuggled in.
func (c *Conn) encrypt(ctx context.Context) error {
	secure := tls.Server(buffered{c.nc, c.in.br}, c.backend.TLS)
	if err := secure.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("wire: %w", err)
	}
	c.secure = true
	c.tls.Store(secure)
	c.out.conn = secure
	c.in.br = bufio.NewReader(secure)
	return nil
}

// buffered is a connection of which the first bytes are in a buffer.
type buffered struct {
	net.Conn
	r io.Reader
}

// Read implements io.Reader.
func (b buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

// appendGreeting appends the payload of the protocol's first packet. The nonce
// has 20 bytes, none of them NUL.
func appendGreeting(b []byte, version string, id uint32, nonce string, offered uint32) []byte {
	b = append(b, mysql.ClassicProtocolVersion)
	b = append(append(b, version...), 0)
	b = binary.LittleEndian.AppendUint32(b, id)
	b = append(append(b, nonce[:8]...), 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(offered))
	b = append(b, byte(utf8mb4))
	b = binary.LittleEndian.AppendUint16(b, mysql.SERVER_STATUS_AUTOCOMMIT)
	b = binary.LittleEndian.AppendUint16(b, uint16(offered>>16))
	b = append(b, byte(len(nonce)+1))
	b = append(b, make([]byte, 10)...)
	b = append(append(b, nonce[8:]...), 0)
	// A MySQL 9 client knows no other method, and this one needs neither TLS
	// nor a key where the password is empty.
	return append(append(b, mysql.AUTH_CACHING_SHA2_PASSWORD...), 0)
}

// parseLogin reads a client's answer to the greeting. Connection attributes,
// at its end, are not looked at.
func parseLogin(packet []byte, offered uint32) (login, error) {
	d := decoder{data: packet}
	asked := d.uint32()
	if asked&mysql.CLIENT_PROTOCOL_41 == 0 || asked&mysql.CLIENT_SSL&^offered != 0 {
		// Clients older than MySQL 4.1, and TLS, which was not offered.
		return login{}, mysql.NewDefaultError(mysql.ER_HANDSHAKE_ERROR)
	}
	l := login{capabilities: asked & offered}
	d.bytes(4) // the client's largest packet
	l.collation = uint16(d.uint8())
	d.bytes(23)
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
	if len(d.data) > 0 {
		l.collation = d.uint16()
	}
	if agreed&mysql.CLIENT_PLUGIN_AUTH != 0 && len(d.data) > 0 {
		l.plugin = d.text()
	}
	return l, d.err()
}

// enter lets a client in, opens its session and says so.
func (c *Conn) enter(ctx context.Context, l login) error {
	if err := c.authenticate(l); err != nil {
		return err
	}
	c.client.User, c.client.Collation = l.user, l.collation
	c.session = c.backend.NewSession(c.client)
	c.in.limit = c.session.MaxAllowedPacket()
	if l.database != "" {
		if err := c.session.Use(ctx, l.database); err != nil {
			return err
		}
	}
	c.tracked = c.trackedNow()
	c.ok(&Result{}, false)
	return nil
}
