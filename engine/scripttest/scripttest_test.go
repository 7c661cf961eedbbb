package scripttest

import (
	"testing"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/script"
)

// The sessions of testdata/sql, in process. Package server has them over the
// wire.
func TestInProcess(t *testing.T) {
	open := func(t *testing.T) Open {
		e, err := engine.New(engine.Options{Shared: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return func() script.Target { return script.InProcess(e) }
	}
	Run(t, "../../testdata/sql/*.slt", open)
	for _, name := range Select {
		Run(t, "../../testdata/sql/select/"+name+".slt", open)
	}
}
