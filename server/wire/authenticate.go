package wire

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"sync"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// The bytes of caching_sha2_password
// (page_caching_sha2_authentication_exchanges).
const (
	moreData     = 0x01 // the server's header
	askPublicKey = 0x02 // the client's whole packet
	fastAuthDone = 0x03
	fullAuth     = 0x04
)

// Password is the one that every user has. It remembers who has given it: with
// caching_sha2_password a user's first login sends it, encrypted, and later ones
// need not.
type Password struct {
	text  string
	known sync.Map // users
	key   func() (*rsa.PrivateKey, error)
}

// NewPassword is a password; an empty one lets everybody in who gives none.
func NewPassword(text string) *Password {
	return &Password{text: text, key: sync.OnceValues(func() (*rsa.PrivateKey, error) {
		return rsa.GenerateKey(rand.Reader, 2048)
	})}
}

// authenticate lets the user in who gives the password.
func (c *Conn) authenticate(l login) error {
	p := c.backend.Password
	method := ""
	switch l.plugin {
	case "", mysql.AUTH_CACHING_SHA2_PASSWORD:
	case mysql.AUTH_NATIVE_PASSWORD:
		if len(l.response) == 0 && p.text != "" {
			method = l.plugin // it answers only a challenge for its own method
		}
	default:
		method = mysql.AUTH_CACHING_SHA2_PASSWORD
	}
	if method != "" {
		c.out.begin()
		c.out.buf = append(c.out.buf, mysql.EOF_HEADER)
		c.out.buf = append(append(c.out.buf, method...), 0)
		c.out.buf = append(append(c.out.buf, c.nonce...), 0)
		c.out.end()
		l.plugin = method
		var err error
		if l.response, err = c.reply(); err != nil {
			return err
		}
	}
	// libmysqlclient's caching_sha2_password sends an empty password as a NUL.
	given := len(bytes.TrimSuffix(l.response, []byte{0})) > 0
	switch {
	case given != (p.text != ""):
	case !given:
		return nil
	case l.plugin != mysql.AUTH_CACHING_SHA2_PASSWORD:
		if same(l.response, mysql.CalcPassword([]byte(c.nonce), []byte(p.text))) {
			return nil
		}
	default:
		ok, err := c.cachingSHA2(l)
		if ok || err != nil {
			return err
		}
	}
	host, _, err := net.SplitHostPort(c.client.Address)
	if err != nil {
		host = c.client.Address
	}
	using := "NO"
	if given {
		using = "YES"
	}
	return mysql.NewDefaultError(mysql.ER_ACCESS_DENIED_ERROR, l.user, host, using)
}

// cachingSHA2 tells whether the client has the password: by its answer to the
// challenge where the user is known, else by the password itself, which comes
// over a connection that nobody else reads, or encrypted with the server's key.
func (c *Conn) cachingSHA2(l login) (bool, error) {
	p := c.backend.Password
	if _, known := p.known.Load(l.user); known && same(l.response, mysql.CalcCachingSha2Password([]byte(c.nonce), p.text)) {
		c.more([]byte{fastAuthDone})
		return true, nil
	}
	c.more([]byte{fullAuth})
	answer, err := c.reply()
	if err != nil {
		return false, err
	}
	if !c.secure {
		if answer, err = c.decrypted(answer); err != nil {
			return false, err
		}
	}
	if !same(bytes.TrimSuffix(answer, []byte{0}), []byte(p.text)) {
		return false, nil
	}
	p.known.Store(l.user, true)
	return true, nil
}

// decrypted is the password that the client sends over a connection that others
// may read: it asks for the server's key, unless it has that.
func (c *Conn) decrypted(answer []byte) ([]byte, error) {
	key, err := c.backend.Password.key()
	if err != nil {
		return nil, fmt.Errorf("wire: %w", err)
	}
	if bytes.Equal(answer, []byte{askPublicKey}) {
		der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			return nil, fmt.Errorf("wire: %w", err)
		}
		c.more(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		if answer, err = c.reply(); err != nil {
			return nil, err
		}
	}
	plain, err := rsa.DecryptOAEP(sha1.New(), nil, key, answer, nil) // as the protocol has it
	if err != nil {
		return nil, nil // no password
	}
	for i := range plain {
		plain[i] ^= c.nonce[i%len(c.nonce)]
	}
	return plain, nil
}

// more sends a packet of a method of authentication.
func (c *Conn) more(data []byte) {
	c.out.begin()
	c.out.buf = append(append(c.out.buf, moreData), data...)
	c.out.end()
}

// reply is the client's next packet. It shares no memory with a later one.
func (c *Conn) reply() ([]byte, error) {
	packet, err := c.receive()
	if c.changing {
		c.watchNext(true)
	}
	return bytes.Clone(packet), err
}

// same compares secrets in a time that tells nothing of them but their length.
func same(a, b []byte) bool {
	x, y := sha256.Sum256(a), sha256.Sum256(b)
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
