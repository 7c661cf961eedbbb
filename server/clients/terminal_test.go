package clients

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// terminal is a program at a terminal, as somebody sees it who types.
type terminal struct {
	t      *testing.T
	file   *os.File // the terminal's other side
	shown  chan []byte
	screen []byte // shown and not yet waited for
}

// open starts a program at a terminal of 200 columns. It is skipped where it is not
// installed, but not in CI.
func open(t *testing.T, name string, args ...string) *terminal {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, path, args...)
	// TERM=dumb: no colours. It keeps its history and settings, of which there are none, in HOME.
	cmd.Env = append(os.Environ(), "TERM=dumb", "LC_ALL=C.UTF-8", "HOME="+t.TempDir(), "PROMPT_TOOLKIT_NO_CPR=1")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	shows := &terminal{t: t, file: file, shown: make(chan []byte)}
	t.Cleanup(func() {
		cancel()
		for range shows.shown {
		}
		_ = cmd.Wait() // most programs have ended before, the others are killed
		_ = file.Close()
	})
	go func() {
		defer close(shows.shown)
		for {
			b := make([]byte, 4096)
			n, err := file.Read(b)
			if n > 0 {
				shows.shown <- b[:n]
			}
			if err != nil { // the program has ended
				return
			}
		}
	}()
	return shows
}

// types sends keys and waits until the terminal shows what the pattern matches. It
// returns what was shown up to there, without the terminal's control sequences.
func (s *terminal) types(keys, pattern string) string {
	s.t.Helper()
	if _, err := io.WriteString(s.file, keys); err != nil {
		s.t.Fatal(err)
	}
	return s.waits(pattern)
}

// waits is types without keys.
func (s *terminal) waits(pattern string) string {
	s.t.Helper()
	want := regexp.MustCompile(pattern)
	for {
		if at := want.FindIndex(s.screen); at != nil {
			shown := string(s.screen[:at[1]])
			s.screen = s.screen[at[1]:]
			return shown
		}
		b, ok := []byte(nil), false
		select {
		case b, ok = <-s.shown:
		case <-time.After(20 * time.Second):
		}
		if !ok {
			s.t.Fatalf("%q does not come on the screen:\n%s", pattern, s.screen)
		}
		s.screen = control.ReplaceAll(append(s.screen, b...), nil)
		s.screen = bytes.ReplaceAll(s.screen, []byte("\r\n"), []byte("\n"))
	}
}

// ends waits until the program has ended.
func (s *terminal) ends() {
	for range s.shown {
	}
}

// control is a control sequence of a terminal, or BEL.
var control = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\\([A-Z]|\x07")

// interrupted has Ctrl-C typed at a statement once it runs.
func (s *terminal) interrupted(setup func(*testing.T, string), statement, prompt string) string {
	s.t.Helper()
	if _, err := io.WriteString(s.file, statement+"\r"); err != nil {
		s.t.Fatal(err)
	}
	running(s.t, setup, strings.TrimSuffix(statement, ";"))
	return s.types("\x03", prompt)
}

// running waits until the statement runs.
func running(t *testing.T, setup func(*testing.T, string), statement string) {
	t.Helper()
	setup(t, `DELIMITER //
CREATE PROCEDURE interview.until_running() BEGIN
  WHILE NOT EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO = '`+statement+`') DO DO SLEEP(0.01); END WHILE;
END//
DELIMITER ;
CALL interview.until_running(); DROP PROCEDURE interview.until_running;`)
}

// Somebody sits before the mariadb client and types.
func TestMariaDBAtATerminal(t *testing.T) {
	cert, key := certificate(t)
	address, setup := serve(t, "", cert, key)
	const prompt = `MySQL \[\w*\]> `
	s := open(t, "mariadb", "--no-defaults", "-h127.0.0.1", "-P"+strconv.Itoa(address.Port), "-uroot", "--protocol=tcp", "interview")
	s.waits(prompt)
	script := filepath.Join(t.TempDir(), "script.sql")
	if err := os.WriteFile(script, []byte("SELECT 'sourced' AS a;\nSELECT 'twice' AS b;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ name, keys, shows string }{
		{"status", "\\s\n", `Server version:\s+8\.0\.36-verbatim[^$]*Uptime:[^$]*Threads: 1  Questions: \d+`},
		{"a table's name is completed", "SELECT COUNT(*) AS n FROM Employ\t;\n", `Employees\s*;\n\+-+\+\n\| n `},
		{"a column's name is completed", "SELECT MIN(employee_\t) AS least FROM Employees;\n", `employee_id\s*\).*\n\+-+\+\n\| least \|`},
		{"vertical", "SELECT 1 AS one, NULL AS two\\G\n", `\*+ 1\. row \*+\none: 1\ntwo: NULL\n1 row in set`},
		{"a statement over lines", "SELECT 1,\n2 AS\nb;\n", `    -> 2 AS\n    -> b;\n[^$]*\| 1 \| 2 \|`},
		{"quotes over lines", "SELECT 'a\nb' AS t;\n", `    '> b' AS t;\n`},
		{"a comment over lines", "SELECT /* c\n*/ 5 AS five;\n", `\| five \|\n`},
		{"given up", "SELECT nothing \\c\n", `\\c\n`},
		{"warnings", "\\W\n", `Show warnings enabled\.`},
		{"a warning", "SELECT 1/0;\n", `Warning \(Code 1365\): Division by 0`},
		{"no warnings", "\\w\n", `Show warnings disabled\.`},
		{"source", "source " + script + "\n", `sourced[^$]*twice[^$]*1 row in set`},
		{"source's short name", "\\. " + script + "\n", `sourced[^$]*twice[^$]*1 row in set`},
		{"a pager", "\\P sed s/seven/eight/\n", `PAGER set to`},
		{"by the pager", "SELECT 'seven' AS x;\n", `\| eight \|`},
		{"no pager", "\\n\n", `PAGER set to stdout`},
		{"an error", "SELECT * FROM nowhere;\n", `ERROR 1146 \(42S02\): Table 'interview\.nowhere' doesn't exist`},
		{"a delimiter", "\\d //\n", `\\d //\n`},
		{"two statements", "SELECT 1 AS q; SELECT 2 AS r//\n", `\| q \|[^$]*\| r \|`},
		{"the delimiter again", "delimiter ;\n", `delimiter ;\n`},
		{"another character set", "\\C utf8mb4\n", `Charset changed`},
		{"no completion", "SELECT DATABASE() AS d;\n", `\| interview \|`},
		{"another database", "\\u mysql\n", `Database changed`},
		{"back", "use interview\n", `Database changed`},
		{"no such database", "use nowhere\n", `ERROR 1049 \(42000\): Unknown database 'nowhere'`},
		{"a variable", "SET @mine = 5;\n", `Query OK, 0 rows affected`},
		{"a shell", "\\! echo from the shell\n", `\nfrom the shell\n`},
		{"help", "help contents\n", `Nothing found`},
	} {
		t.Run(step.name, func(t *testing.T) {
			s.t = t
			s.types(step.keys, step.shows)
			s.waits(prompt)
		})
	}
	s.t = t
	if got := s.interrupted(setup, "SELECT SLEEP(41);", prompt); !strings.Contains(got, "ERROR 1317 (70100): Query execution was interrupted") {
		t.Errorf("Ctrl-C: %s", got)
	}
	if got := s.interrupted(setup, "SELECT COUNT(*) FROM Logins a, Logins b, Logins c, Logins d, Logins e, Logins f, Logins g, Logins h, Logins i WHERE a.user_id < i.user_id;", prompt); !strings.Contains(got, "ERROR 1317 (70100)") {
		t.Errorf("Ctrl-C of a query that computes: %s", got)
	}
	s.types("SELECT @mine + 1 AS kept;\n", `\|\s+6 \|`) // the connection is the same one
	s.waits(prompt)
	s.types("\\r\n", `Connection id:\s+\d+\nCurrent database: interview\n`)
	s.waits(prompt)
	s.types("SELECT @mine IS NULL AS new;\n", `\|\s+1 \|`)
	s.waits(prompt)
	// Who has killed the connection is reconnected by the next statement.
	s.types("KILL CONNECTION_ID();\n", `ERROR (1317|2013|1927)`)
	s.waits(prompt)
	s.types("SELECT 'again' AS a;\n", `Trying to reconnect\.\.\.[^$]*\| again \|`)
	s.waits(prompt)
	s.types("exit\n", "Bye")
	s.ends()
}

// Somebody sits before mycli, which completes while one types.
func TestMycliAtATerminal(t *testing.T) {
	cert, key := certificate(t)
	address, setup := serve(t, "", cert, key)
	settings := filepath.Join(t.TempDir(), "myclirc")
	if err := os.WriteFile(settings, []byte("[main]\nenable_pager = False\nless_chatty = True\nprompt = 'mycli \\d> '\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, "mycli", "--myclirc", settings, "mysql://root@"+net.JoinHostPort("127.0.0.1", strconv.Itoa(address.Port))+"/interview")
	const prompt = `mycli \w*> `
	s.waits(prompt)
	for _, step := range []struct{ name, keys, shows string }{
		{"a query", "SELECT 'seen' AS a, NULL AS b;\r", `\| seen\s*\| <null> \|`},
		{"tables", "\\dt\r", `\| Employees\s*\|`},
		{"a table", "\\dt Products\r", `\| product_group\s*\|`},
		{"vertical", "SELECT 2 AS two\\G\r", `two\s*\| 2`},
		{"an error", "SELECT * FROM nowhere;\r", `1146, "Table 'interview\.nowhere' doesn't exist"`},
		{"status", "status\r", `8\.0\.36-verbatim`},
	} {
		t.Run(step.name, func(t *testing.T) {
			s.t = t
			s.types(step.keys, step.shows)
			s.waits(prompt)
		})
	}
	s.t = t
	// It leaves its connection and kills that from a new one, which by then may have ended its
	// statement itself: the client has gone.
	if got := s.interrupted(setup, "SELECT SLEEP(42);", prompt); !strings.Contains(got, "cancel") {
		t.Errorf("Ctrl-C: %s", got)
	}
	s.types("SELECT 'still here' AS a;\r", `\| still here \|`)
	s.waits(prompt)
	s.types("exit\r", "")
	s.ends()
}
