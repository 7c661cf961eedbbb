package wire

import (
	"math/rand/v2"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
)

// However packets are cut, garbled or reordered, the server lives, and when the
// clients are gone so are the goroutines.
func TestAbuse(t *testing.T) {
	address, _ := start(t, quiet, nil)
	before := runtime.NumGoroutine()
	const seed = 7
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	frame := func(sequence byte, payload string) string {
		n := len(payload)
		return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), sequence}) + payload
	}
	session := []string{
		frame(1, loginPacket(capabilities, "u\x00\x00db\x00mysql_native_password\x00")),
		frame(0, string(byte(mysql.COM_QUERY))+"hello"),
		frame(0, string(byte(mysql.COM_STMT_PREPARE))+"arguments ? ?"),
		frame(0, string(byte(mysql.COM_STMT_EXECUTE))+"\x01\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01\x08\x00\xfd\x00\x01\x02\x03\x04\x05\x06\x07\x08\x02ab"),
		frame(0, string(byte(mysql.COM_FIELD_LIST))+"t\x00"),
		frame(0, string(byte(mysql.COM_CHANGE_USER))+"u\x00\x00db\x00\xff\x00mysql_native_password\x00"),
	}
	send := func(data string, half bool) {
		nc, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = nc.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = nc.Write([]byte(data))
		if half {
			_ = nc.(*net.TCPConn).CloseWrite()
			for b := make([]byte, 4096); err == nil; _, err = nc.Read(b) {
			}
		}
		_ = nc.Close()
	}
	var whole string
	for _, p := range session {
		whole += p
	}
	for cut := range len(whole) {
		send(whole[:cut], cut%2 == 0)
		garbled := []byte(whole)
		garbled[cut] ^= byte(1 + random.IntN(255))
		send(string(garbled), true)
	}
	for range 50 {
		reordered := session[0]
		for _, i := range random.Perm(len(session)) {
			reordered += session[i]
		}
		send(reordered, true)
	}
	if got := text(t, open(t, "tcp("+address+")/?collation=utf8mb4_bin"), "hello"); got != "hello" {
		t.Errorf("afterwards %q", got)
	}
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before+10; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}
