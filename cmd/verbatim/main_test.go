package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"verbatim": main})
}

// TestScripts runs the sessions of testdata/script. Beside testscript's own
// commands they have:
//
//	exits CODE COMMAND...  run the command, which must end with that exit code
//	serve FLAG...          start verbatim serve on a free port, $PORT, and wait until it is ready
//	signal NAME            send the server a signal, TERM, INT or KILL
//	ended CODE             wait until the server has ended, with that exit code; its output is in
//	                       serve.stdout and serve.stderr
//	begin-load TABLE       start a LOAD DATA LOCAL and wait until it runs
//	end-load ROWS          let it have that many rows and end without error
//	cut-load               wait until it has ended with an error
func TestScripts(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(repository, "testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOLUTIONS", filepath.Join(repository, "testdata", "solutions"))
			e.Setenv("USER", "tester") // run logs in with it
			e.Values[background{}] = &background{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"serve":      serve,
			"signal":     sendSignal,
			"ended":      ended,
			"begin-load": beginLoad,
			"end-load":   endLoad,
			"cut-load":   cutLoad,
		},
	})
}

// background is what goes on beside a script. It is its own key in the script's
// values.
type background struct {
	server *exec.Cmd
	stdout *bufio.Reader
	stderr *bytes.Buffer

	rows   *io.PipeWriter // what the LOAD DATA LOCAL reads
	loaded chan error
}

func backgroundOf(ts *testscript.TestScript) *background {
	return ts.Value(background{}).(*background)
}

// arguments checks the number of a command's arguments, and that it has no !.
func arguments(ts *testscript.TestScript, neg bool, args []string, n int) {
	if neg || len(args) < n {
		ts.Fatalf("wrong usage")
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2)
	checkExit(ts, ts.Exec(args[1], args[2:]...), args[0])
}

// checkExit checks what a command ended in against a code.
func checkExit(ts *testscript.TestScript, err error, want string) {
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("exit code is %d, want %s", code, want)
	}
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0)
	b := backgroundOf(ts)
	program, err := os.Executable()
	ts.Check(err)
	b.server = exec.Command(program, append([]string{"serve", "--port", "0"}, args...)...)
	b.server.Args[0] = "verbatim" // by this name testscript.Main knows what to run
	b.server.Dir = ts.Getenv("WORK")
	b.stderr = &bytes.Buffer{}
	b.server.Stderr = b.stderr
	stdout, err := b.server.StdoutPipe()
	ts.Check(err)
	b.stdout = bufio.NewReader(stdout)
	ts.Check(b.server.Start())
	ts.Defer(func() {
		if b.server.ProcessState == nil {
			_ = b.server.Process.Kill() // it may have ended by itself
			_ = b.server.Wait()
		}
	})
	ready, err := b.stdout.ReadString('\n')
	port, _, _ := strings.Cut(ready[strings.LastIndex(ready, ":")+1:], ",")
	if err != nil || !strings.HasPrefix(ready, "ready for connections on ") {
		ts.Fatalf("the server says %q (%v), not that it is ready:\n%s", ready, err, b.stderr)
	}
	ts.Setenv("PORT", strings.TrimSpace(port))
}

func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	signals := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL}
	ts.Check(backgroundOf(ts).server.Process.Signal(signals[args[0]]))
}

func ended(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	b := backgroundOf(ts)
	more, err := io.ReadAll(b.stdout)
	ts.Check(err)
	checkExit(ts, b.server.Wait(), args[0])
	ts.Check(os.WriteFile(ts.MkAbs("serve.stdout"), more, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("serve.stderr"), b.stderr.Bytes(), 0o600))
}

// beginLoad returns once the server has asked for the file, whose rows are
// those of a pipe.
func beginLoad(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	b := backgroundOf(ts)
	reader, writer := io.Pipe()
	b.rows, b.loaded = writer, make(chan error, 1)
	running := make(chan struct{})
	name := ts.Name()
	mysql.RegisterReaderHandler(name, func() io.Reader {
		close(running)
		return reader
	})
	db, err := sql.Open("mysql", fmt.Sprintf("tester@tcp(127.0.0.1:%s)/", ts.Getenv("PORT")))
	ts.Check(err)
	go func() {
		_, err := db.ExecContext(context.Background(), fmt.Sprintf("LOAD DATA LOCAL INFILE 'Reader::%s' INTO TABLE %s", name, args[0]))
		mysql.DeregisterReaderHandler(name)
		b.loaded <- errors.Join(err, db.Close())
	}()
	select {
	case <-running:
	case err := <-b.loaded:
		ts.Fatalf("LOAD DATA LOCAL has ended: %v", err)
	}
}

func endLoad(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1)
	b := backgroundOf(ts)
	rows, err := strconv.Atoi(args[0])
	ts.Check(err)
	for i := range rows {
		_, err := fmt.Fprintln(b.rows, i)
		ts.Check(err)
	}
	ts.Check(b.rows.Close())
	ts.Check(<-b.loaded)
}

func cutLoad(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0)
	b := backgroundOf(ts)
	// The driver may notice only when it sends the next row.
	_ = b.rows.CloseWithError(io.ErrUnexpectedEOF)
	if err := <-b.loaded; err == nil {
		ts.Fatalf("LOAD DATA LOCAL has ended without error")
	}
}
