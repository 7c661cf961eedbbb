package wire

import (
	"bufio"
	"errors"
	"io"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// infile reads a file that the client sends for LOAD DATA LOCAL: packets up to
// an empty one.
type infile struct {
	conn *Conn
	part []byte // what is left of the last packet
	err  error  // why nothing follows it: io.EOF after the empty packet

	usual *bufio.Reader // of the connection, beside its file
}

// infileBuffer is how much of a file is read at a time: many packets.
const infileBuffer = 1 << 17

// loadInfile asks the client for a file.
func (c *Conn) loadInfile(name string) (io.ReadCloser, error) {
	if c.client.Capabilities&mysql.CLIENT_LOCAL_FILES == 0 {
		return nil, &mysql.MyError{Code: 3948, State: mysql.DEFAULT_MYSQL_STATE,
			Message: "Loading local data is disabled; this must be enabled on both the client and server sides"}
	}
	if err := c.endInfile(); err != nil {
		return nil, err
	}
	c.out.begin()
	c.out.buf = append(append(c.out.buf, mysql.LocalInFile_HEADER), name...)
	c.out.end()
	c.infile = &infile{conn: c}
	return c.infile, nil
}

// endInfile reads the rest of a file that the statement did not read to its
// end: only then does the client read the answer.
func (c *Conn) endInfile() error {
	if c.infile == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, c.infile)
	c.infile = nil
	return err
}

// Read implements io.Reader.
func (f *infile) Read(p []byte) (int, error) {
	if len(f.part) == 0 && f.err == nil {
		f.part, f.err = f.conn.receive()
		last := len(f.part) == 0
		f.buffer(last)
		f.conn.watchNext(last) // inside a file, the byte of COM_QUIT is data
		f.conn.ended = f.err != nil
		switch {
		case errors.Is(f.err, io.EOF):
			f.err = io.ErrUnexpectedEOF // the client left: that is not the file's end
		case f.err == nil && last:
			f.err = io.EOF
		}
	}
	if len(f.part) == 0 {
		return 0, f.err
	}
	n := copy(p, f.part)
	f.part = f.part[n:]
	return n, nil
}

// buffer has the connection read the file's packets many at a time, up to the last. Nobody waits for
// the next packet when it is called.
func (f *infile) buffer(last bool) {
	in := &f.conn.in
	switch {
	case last:
		if f.usual != nil && in.br.Buffered() == 0 {
			in.br = f.usual
		}
	case f.usual == nil:
		f.usual = in.br
		in.br = bufio.NewReaderSize(f.usual, infileBuffer)
	}
}

// Close implements io.Closer. It leaves the rest of the file to endInfile.
func (f *infile) Close() error { return nil }
