package servertest_test

import (
	"os"
	"testing"

	"github.com/verbatim-sql/verbatim/server/servertest"
)

// A test takes a server of its own in a line, here with the files of
// testdata/*.sql and a row more.
func ExampleStart() {
	_ = func(t *testing.T) {
		t.Parallel()
		db := servertest.Start(t,
			servertest.WithFS(os.DirFS("testdata")),
			servertest.WithSQL("INSERT INTO carts VALUES (2, 'pear')"),
		)
		var carts int
		if err := db.QueryRow("SELECT COUNT(*) FROM carts").Scan(&carts); err != nil {
			t.Fatal(err)
		}
		if carts != 2 {
			t.Errorf("%d carts", carts)
		}
	}
}

// Another process, or a library that opens its connections itself, takes the
// address or the DSN.
func ExampleStartServer() {
	_ = func(t *testing.T) {
		server := servertest.StartServer(t)
		t.Setenv("DATABASE_DSN", server.DSN())
		t.Setenv("DATABASE_ADDRESS", server.Addr())
	}
}
