package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// smallest is how many bytes are worth compressing, as in MySQL.
const smallest = 50

// compressed is a connection in the compressed protocol: packets travel in
// frames, each with its length, a number and its length before compression, 0
// where it was left as it was (page_protocol_basic_compression_packet).
type compressed struct {
	r        *bufio.Reader
	w        io.Writer
	codec    codec
	sequence uint8  // of the next frame that is written
	read     uint8  // the number after that of the frame that was read
	rest     []byte // of that frame
	frame    bytes.Buffer
	out      bytes.Buffer
}

// codec is a way to compress.
type codec interface {
	// compress appends p to out.
	compress(out *bytes.Buffer, p []byte) error
	// expand is what p was, of n bytes.
	expand(p []byte, n int) ([]byte, error)
}

// errFrame is that what a frame holds is not what it says.
var errFrame = mysql.NewDefaultError(mysql.ER_NET_UNCOMPRESS_ERROR)

// compress goes on in the compressed protocol where the client wants to.
func (c *Conn) compress() {
	var method codec
	switch agreed := c.client.Capabilities; {
	case agreed&mysql.CLIENT_COMPRESS != 0:
		method = zlibCodec{}
	case agreed&mysql.CLIENT_ZSTD_COMPRESSION_ALGORITHM != 0:
		method = zstdCodec{}
	default:
		return
	}
	stream := &compressed{r: c.in.br, w: c.out.conn, codec: method}
	c.in.br, c.in.loose = bufio.NewReader(stream), true
	c.out.conn = stream
}

// Read implements io.Reader.
func (c *compressed) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		h := make([]byte, 7)
		if _, err := io.ReadFull(c.r, h); err != nil {
			return 0, err
		}
		length, n := int(h[0])|int(h[1])<<8|int(h[2])<<16, int(h[4])|int(h[5])<<8|int(h[6])<<16
		c.read = h[3] + 1
		if c.frame.Cap() > keepSize {
			c.frame = bytes.Buffer{}
		}
		c.frame.Reset()
		if got, err := c.frame.ReadFrom(io.LimitReader(c.r, int64(length))); err != nil {
			return 0, err
		} else if got < int64(length) {
			return 0, io.ErrUnexpectedEOF
		}
		c.rest = c.frame.Bytes()
		if n > 0 {
			var err error
			if c.rest, err = c.codec.expand(c.rest, n); err != nil {
				return 0, errors.Join(errFrame, err)
			}
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write implements io.Writer.
func (c *compressed) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		part := rest[:min(len(rest), mysql.MaxPayloadLen)]
		rest = rest[len(part):]
		if c.out.Cap() > keepSize {
			c.out = bytes.Buffer{}
		}
		c.out.Reset()
		c.out.Write(make([]byte, 7))
		n := 0
		if len(part) >= smallest {
			if err := c.codec.compress(&c.out, part); err != nil {
				return 0, err
			}
			n = len(part)
		}
		if n == 0 || c.out.Len()-7 >= len(part) {
			n = 0
			c.out.Truncate(7)
			c.out.Write(part)
		}
		b := c.out.Bytes()
		length := len(b) - 7
		copy(b, []byte{byte(length), byte(length >> 8), byte(length >> 16), c.sequence, byte(n), byte(n >> 8), byte(n >> 16)})
		c.sequence++
		if _, err := c.w.Write(b); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

type zlibCodec struct{}

func (zlibCodec) compress(out *bytes.Buffer, p []byte) error {
	w := zlib.NewWriter(out)
	if _, err := w.Write(p); err != nil {
		return err
	}
	return w.Close()
}

func (zlibCodec) expand(p []byte, n int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(p))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return expanded(r, n)
}

type zstdCodec struct{}

func (zstdCodec) compress(out *bytes.Buffer, p []byte) error {
	w, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return err
	}
	if _, err := w.Write(p); err != nil {
		return err
	}
	return w.Close()
}

func (zstdCodec) expand(p []byte, n int) ([]byte, error) {
	r, err := zstd.NewReader(bytes.NewReader(p), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(32<<20))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return expanded(r, n)
}

// expanded reads the n bytes that a frame says it holds: more are not read, and
// memory is taken as they come.
func expanded(r io.Reader, n int) ([]byte, error) {
	var b bytes.Buffer
	got, err := b.ReadFrom(io.LimitReader(r, int64(n)))
	if err == nil && got < int64(n) {
		err = io.ErrUnexpectedEOF
	}
	return b.Bytes(), err
}
