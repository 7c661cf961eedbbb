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
	read, write     time.Duration
	readBy, writeBy time.Time // the deadlines that are set
}

// Read implements net.Conn.
func (t *timed) Read(p []byte) (int, error) {
	if t.read > 0 {
		if err := extend(t.readBy, t.read, t.SetReadDeadline); err != nil {
			return 0, err
		}
	}
	return t.Conn.Read(p)
}

// Write implements net.Conn.
func (t *timed) Write(p []byte) (int, error) {
	if t.write > 0 {
		if err := extend(t.writeBy, t.write, t.SetWriteDeadline); err != nil {
			return 0, err
		}
	}
	return t.Conn.Write(p)
}

// extend sets a deadline that is no earlier than after the timeout and little later, unless
// that which is set is so: to set one takes longer than a look at the clock.
func extend(deadline time.Time, timeout time.Duration, set func(time.Time) error) error {
	slack := min(timeout/8, time.Second)
	if left := time.Until(deadline); left >= timeout && left <= timeout+slack {
		return nil
	}
	return set(time.Now().Add(timeout + slack))
}

// SetReadDeadline implements net.Conn.
func (t *timed) SetReadDeadline(at time.Time) error {
	t.readBy = at
	return t.Conn.SetReadDeadline(at)
}

// SetWriteDeadline implements net.Conn.
func (t *timed) SetWriteDeadline(at time.Time) error {
	t.writeBy = at
	return t.Conn.SetWriteDeadline(at)
}

// SetDeadline implements net.Conn.
func (t *timed) SetDeadline(at time.Time) error {
	t.readBy, t.writeBy = at, at
	return t.Conn.SetDeadline(at)
}

// patient has reading wait for as long as it takes.
func (t *timed) patient() {
	t.read = 0
	_ = t.SetReadDeadline(time.Time{}) // one that is closed is found when it is read
}
