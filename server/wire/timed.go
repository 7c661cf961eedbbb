package wire

import (
	"net"
	"time"
)

// Timeouts are how long the server waits for a client (manual 7.1.8).
type Timeouts struct {
	Idle  time.Duration // for the next command: wait_timeout
	Read  time.Duration // for more of a packet: net_read_timeout
	Write time.Duration // until the client takes what it is sent: net_write_timeout
}

// timed is a client's connection on which each call waits so long at most. Before login 0: the
// deadline is that of the login.
type timed struct {
	net.Conn
	read, write time.Duration
}

// Read implements net.Conn.
func (t *timed) Read(p []byte) (int, error) {
	if t.read > 0 {
		if err := t.SetReadDeadline(time.Now().Add(t.read)); err != nil {
			return 0, err
		}
	}
	return t.Conn.Read(p)
}

// Write implements net.Conn.
func (t *timed) Write(p []byte) (int, error) {
	if t.write > 0 {
		if err := t.SetWriteDeadline(time.Now().Add(t.write)); err != nil {
			return 0, err
		}
	}
	return t.Conn.Write(p)
}

// patient has reading wait for as long as it takes.
func (t *timed) patient() {
	t.read = 0
	_ = t.SetReadDeadline(time.Time{}) // one that is closed is found when it is read
}
