package wire

import "github.com/go-mysql-org/go-mysql/mysql"

// The kinds of a change of the session's state
// (page_protocol_basic_ok_packet, SESSION_TRACK_*).
const (
	trackVariable = 0
	trackSchema   = 1
)

// trackedNow is the state whose changes the client is told; nil where it wants
// to know nothing.
func (c *Conn) trackedNow() []Tracked {
	if c.client.Capabilities&mysql.CLIENT_SESSION_TRACK == 0 {
		return nil
	}
	return c.session.Tracked()
}

// appendChanges appends what has changed of the session's state since the last
// time; nothing where nothing has.
func (c *Conn) appendChanges(b []byte) []byte {
	now := c.trackedNow()
	start := len(b)
	for i, t := range now {
		if i < len(c.tracked) && c.tracked[i] == t {
			continue
		}
		var data []byte
		kind := byte(trackVariable)
		if t.Name == "" {
			kind = trackSchema
		} else {
			data = appendString(data, t.Name)
		}
		data = appendString(data, t.Value)
		b = appendString(append(b, kind), data)
	}
	c.tracked = now
	if len(b) == start {
		return b
	}
	return appendString(b[:start], append([]byte(nil), b[start:]...))
}
