package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the README shows of a command is what the command prints.
func TestReadme(t *testing.T) {
	const prompt = "    $ go run ./cmd/verbatim "
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	// Under its name, the test's own binary is the command: see TestMain.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "verbatim")
	if err := os.Symlink(self, binary); err != nil {
		t.Fatal(err)
	}
	lines, ran := strings.Split(string(text), "\n"), 0
	for i := 0; i < len(lines); i++ {
		command, ok := strings.CutPrefix(lines[i], prompt)
		if !ok {
			continue
		}
		var want []string
		for ; i+1 < len(lines) && strings.HasPrefix(lines[i+1], "    "); i++ {
			want = append(want, strings.TrimPrefix(lines[i+1], "    "))
		}
		if len(want) == 0 { // shown without its output
			continue
		}
		c := exec.Command("sh", "-c", binary+" "+command)
		c.Dir = "../.."
		out, err := c.Output()
		if diff := cmp.Diff(strings.Join(want, "\n")+"\n", string(out)); diff != "" || err != nil {
			t.Errorf("%s: %v (-README +printed)\n%s", command, err, diff)
		}
		ran++
	}
	if ran < 2 {
		t.Errorf("only %d commands of the README were run", ran)
	}
}
