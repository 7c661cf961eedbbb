package server

import (
	"context"
	"testing"

	"github.com/verbatim-sql/verbatim/engine/script"
	"github.com/verbatim-sql/verbatim/engine/scripttest"
)

// The sessions of testdata/sql, over the wire.
func TestScripts(t *testing.T) {
	open := func(t *testing.T) scripttest.Open {
		s := start(t, Config{})
		return func() script.Target {
			session, err := script.Connect(context.Background(), script.Address{Network: "tcp", Address: s.Addr().String(), User: "root"})
			if err != nil {
				t.Fatal(err)
			}
			return session
		}
	}
	scripttest.Run(t, "../testdata/sql/*.slt", open)
	for _, name := range scripttest.Select {
		scripttest.Run(t, "../testdata/sql/select/"+name+".slt", open)
	}
}
