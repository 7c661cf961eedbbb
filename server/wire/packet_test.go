package wire

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/go-mysql-org/go-mysql/mysql"
)

func TestPacketsLargerThanAFrame(t *testing.T) {
	address, _ := start(t, quiet, fakeStatements{
		"repeat": func(_ context.Context, _ *fake, args []sqltypes.Value) (*Result, error) {
			return one(args[0].ToString()), nil
		},
	})
	db := open(t, "tcp("+address+")/")
	for _, size := range []int{mysql.MaxPayloadLen - 20, mysql.MaxPayloadLen + 20} {
		want := strings.Repeat("0123456789", size/10)
		if got := text(t, db, "repeat ?", want); got != want {
			t.Errorf("%d bytes came back as %d", len(want), len(got))
		}
	}

	// The frame that follows one of the greatest size may be empty.
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41)
	query := string(mysql.COM_QUERY) + "nonsense" + strings.Repeat(" ", mysql.MaxPayloadLen-9)
	r.sequence = 0
	if got := r.say(query); !strings.Contains(got, "near 'nonsense") {
		t.Errorf("%q", got)
	}
}

func TestPacketTooLarge(t *testing.T) {
	address, _ := start(t, quiet, nil)
	r := dial(t, address)
	r.login(mysql.CLIENT_PROTOCOL_41)
	if got := r.command(mysql.COM_QUERY, strings.Repeat("x", maxPacket)); !strings.Contains(got, "max_allowed_packet") {
		t.Errorf("%q", got)
	}
	if _, err := r.next(&r.sequence); err == nil {
		t.Error("the connection goes on")
	}
}

func FuzzPackets(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x0e"), uint8(0))
	f.Add([]byte("\x02\x00\x00\x05ab\x00\x00\x00\x06"), uint8(5))
	f.Add([]byte("\xff\xff\xff\x00"+strings.Repeat("x", 5000)), uint8(0))
	f.Fuzz(func(t *testing.T, stream []byte, sequence uint8) {
		one, other := net.Pipe()
		defer one.Close()
		defer other.Close()
		const limit = 1000
		r := packetReader{conn: one, br: bufio.NewReader(bytes.NewReader(stream)), limit: limit}
		for rest := len(stream); ; rest -= 4 {
			packet, err := r.next(&sequence)
			if err != nil {
				return
			}
			if rest -= len(packet); len(packet) > limit || rest < 4 {
				t.Fatalf("a packet of %d bytes, %d are left", len(packet), rest)
			}
		}
	})
}
