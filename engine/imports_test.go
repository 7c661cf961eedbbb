package engine

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// Imports point one way: cmd → server → engine → {functions, tables}, and
// functions → tables. Within engine, bind and bridge do not know the sessions.
func TestImportsPointOneWay(t *testing.T) {
	const module = "github.com/verbatim-sql/verbatim/"
	level := func(path string) (int, bool) {
		path, ours := strings.CutPrefix(path, module)
		top, _, _ := strings.Cut(path, "/")
		for i, name := range []string{"tables", "functions", "engine", "server", "cmd"} {
			if top == name {
				return i, ours
			}
		}
		return 0, false
	}
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; packages++ {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from, ok := level(p.ImportPath)
		if !ok {
			t.Errorf("%s lies outside the folders of the design", p.ImportPath)
		}
		for _, i := range p.Imports {
			if to, ours := level(i); ours && to > from {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
			if strings.Contains(i, "dolthub/") && from < 2 {
				t.Errorf("%s imports %s: only the engine knows go-mysql-server", p.ImportPath, i)
			}
		}
	}
	if packages < 10 {
		t.Errorf("only %d packages looked at", packages)
	}
}
