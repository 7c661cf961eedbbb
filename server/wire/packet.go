package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
)

const (
	maxLoginPacket = 64 << 10 // the most bytes of a packet of somebody who was not let in yet
	flushSize      = 32 << 10 // the write buffer is sent when it has grown to this
	keepSize       = 1 << 20  // a buffer that has grown larger is not kept for the next packet
	skipTimeout    = 10 * time.Second
)

var errTooLarge = mysql.NewDefaultError(mysql.ER_NET_PACKET_TOO_LARGE)

// packetReader reads packets.
type packetReader struct {
	conn  net.Conn
	br    *bufio.Reader
	limit int  // the most bytes of a packet
	loose bool // packets' numbers do not matter, as in the compressed protocol
	buf   bytes.Buffer
}

// next reads a packet, which is valid until the next call. The sequence number
// is that of its first frame, and then of the frame that will follow it. The
// error is errTooLarge where it is over the limit; it has been read then, so
// that the client comes to read the error.
func (r *packetReader) next(sequence *uint8) ([]byte, error) {
	if r.buf.Cap() > keepSize {
		r.buf = bytes.Buffer{}
	}
	r.buf.Reset()
	for {
		length, s, err := r.header()
		if err != nil {
			return nil, err
		}
		if r.loose {
			*sequence = s
		}
		if s != *sequence {
			return nil, mysql.NewDefaultError(mysql.ER_NET_PACKETS_OUT_OF_ORDER)
		}
		*sequence++
		if r.buf.Len()+length > r.limit {
			return nil, r.skip(length, sequence)
		}
		// The buffer grows as the bytes come, not by what the header claims.
		n, err := r.buf.ReadFrom(io.LimitReader(r.br, int64(length)))
		if err != nil {
			return nil, fmt.Errorf("wire: %w", err)
		}
		if n < int64(length) {
			return nil, fmt.Errorf("wire: %w", io.ErrUnexpectedEOF)
		}
		if length < mysql.MaxPayloadLen {
			return r.buf.Bytes(), nil
		}
	}
}

func (r *packetReader) header() (length int, sequence uint8, err error) {
	h, err := r.br.Peek(4)
	if err != nil {
		return 0, 0, fmt.Errorf("wire: %w", err)
	}
	length, sequence = int(h[0])|int(h[1])<<8|int(h[2])<<16, h[3]
	_, err = r.br.Discard(4)
	return length, sequence, err
}

// skip reads what is left of a packet, length bytes of the frame that it is in
// and the frames after that.
func (r *packetReader) skip(length int, sequence *uint8) error {
	if err := r.conn.SetReadDeadline(time.Now().Add(skipTimeout)); err != nil {
		return fmt.Errorf("wire: %w", err)
	}
	for {
		if _, err := io.CopyN(io.Discard, r.br, int64(length)); err != nil {
			return fmt.Errorf("wire: %w", err)
		}
		if length < mysql.MaxPayloadLen {
			return errTooLarge
		}
		var err error
		if length, *sequence, err = r.header(); err != nil {
			return err
		}
		*sequence++
	}
}

// await waits until the client has sent the beginning of a packet or has left.
// With mayQuit it has also left where the packet is COM_QUIT.
func (r *packetReader) await(mayQuit bool) error {
	h, err := r.br.Peek(4)
	if err == nil && mayQuit && [4]byte(h) == [4]byte{1, 0, 0, 0} {
		if h, err = r.br.Peek(5); err == nil && h[4] == mysql.COM_QUIT {
			return io.EOF
		}
	}
	return err
}

// packetWriter writes packets. What goes wrong with the connection it keeps
// until flush tells it, so that only those look who have a use for it.
type packetWriter struct {
	conn     io.Writer
	buf      []byte // packets, and from start on the one that is being made
	start    int
	sequence uint8 // of the next packet
	err      error
}

// begin starts a packet. The payload is appended to buf.
func (w *packetWriter) begin() {
	w.start = len(w.buf)
	w.buf = append(w.buf, 0, 0, 0, 0)
}

// end finishes the packet.
func (w *packetWriter) end() {
	payload := w.buf[w.start+4:]
	if len(payload) < mysql.MaxPayloadLen {
		w.frame(w.buf[w.start:], len(payload))
		w.start = len(w.buf)
		if len(w.buf) >= flushSize {
			w.send()
		}
		return
	}
	// A payload that is too large for a frame goes out in several, the last of
	// them smaller than the most, even empty. Each one's header takes the place
	// of bytes that have been sent.
	w.write(w.buf[:w.start])
	rest := w.buf[w.start:]
	for n := len(payload); ; n -= mysql.MaxPayloadLen {
		size := min(n, mysql.MaxPayloadLen)
		w.frame(rest, size)
		w.write(rest[:4+size])
		if size < mysql.MaxPayloadLen {
			break
		}
		rest = rest[size:]
	}
	w.clear()
}

// abandon drops the packet that is being made.
func (w *packetWriter) abandon() { w.buf = w.buf[:w.start] }

// flush sends what is in the buffer and returns the connection's error.
func (w *packetWriter) flush() error {
	w.send()
	return w.err
}

func (w *packetWriter) frame(b []byte, size int) {
	b[0], b[1], b[2], b[3] = byte(size), byte(size>>8), byte(size>>16), w.sequence
	w.sequence++
}

func (w *packetWriter) send() {
	w.write(w.buf)
	w.clear()
	if c, ok := w.conn.(*compressed); ok {
		w.sequence = c.sequence // as MySQL's net_flush has it
	}
}

func (w *packetWriter) clear() {
	if cap(w.buf) > keepSize {
		w.buf = nil
	}
	w.buf, w.start = w.buf[:0], 0
}

func (w *packetWriter) write(b []byte) {
	if w.err != nil || len(b) == 0 {
		return
	}
	if _, err := w.conn.Write(b); err != nil {
		w.err = fmt.Errorf("wire: %w", err)
	}
}

// clientLeft tells whether the error means only that the client is gone.
func clientLeft(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
