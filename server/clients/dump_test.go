package clients

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verbatim-sql/verbatim/functions/mariadbtest"
)

// place is a server that dumps go from and to.
type place struct {
	t       *testing.T
	options []string
}

func placeAt(t *testing.T, address string) place {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return place{t, []string{"--no-defaults", "-h" + host, "-P" + port, "-uroot", "--protocol=tcp", "--default-character-set=utf8mb4"}}
}

// run runs a program of MariaDB's against the server and returns what it prints.
func (p place) run(input, program string, args ...string) string {
	p.t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(p.t.Context(), program, append(p.options[:len(p.options):len(p.options)], args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		p.t.Fatalf("%s %q: %v: %s", program, args, err, errs.String())
	}
	return out.String()
}

func (p place) dump(args ...string) string {
	p.t.Helper()
	return p.run("", "mariadb-dump", append([]string{"--skip-dump-date", "--hex-blob"}, args...)...)
}

// rows are those of all tables, a statement each.
func (p place) rows(database string) string {
	p.t.Helper()
	return p.dump("--no-create-info", "--skip-triggers", "--order-by-primary", "--compact", "--skip-extended-insert", database)
}

// newCollation are MySQL 8's collations, which MariaDB does not have.
var newCollation = regexp.MustCompile(`utf8mb4_0900_(ai_ci|as_cs|bin)`)

// fraction are a TIME's places, which a MariaDB shows of the TIME(6) that Verbatim's are.
var fraction = regexp.MustCompile(`('-?\d{2,3}:\d\d:\d\d)\.000000'`)

// A dump goes into a MariaDB, whose dump comes back: rows, views, triggers and routines are
// what they were. So is the interview, in one transaction.
func TestDumpsTravel(t *testing.T) {
	if _, err := exec.LookPath("mariadb-dump"); err != nil && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	other, ok := mariadbtest.Start(t)
	if !ok {
		t.Skip("MariaDB is not installed")
	}
	cert, key := certificate(t)
	address, _ := serve(t, "", cert, key)
	here, there := placeAt(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(address.Port))), placeAt(t, other)
	text, err := os.ReadFile("testdata/dump.sql")
	if err != nil {
		t.Fatal(err)
	}
	here.run("CREATE DATABASE everything; USE everything;\n"+string(text), "mariadb")

	for _, database := range []string{"everything", "interview"} {
		t.Run(database, func(t *testing.T) {
			here.t, there.t = t, t
			options := []string{"--single-transaction", "--triggers", "--routines"}
			if database == "interview" {
				options = options[:2] // its functions return tables
			}
			first := here.dump(append(options, database)...)
			there.run("CREATE DATABASE "+database+" COLLATE utf8mb4_general_ci; USE "+database+";\n"+newCollation.ReplaceAllString(first, "utf8mb4_bin"), "mariadb")
			if diff := cmp.Diff(here.rows(database), fraction.ReplaceAllString(there.rows(database), "$1'")); diff != "" {
				t.Errorf("there: %s", diff)
			}
			back := database + "_back"
			here.run("CREATE DATABASE "+back+"; USE "+back+";\n"+there.dump(append(options, database)...), "mariadb")
			if diff := cmp.Diff(here.rows(database), here.rows(back)); diff != "" {
				t.Errorf("back: %s", diff)
			}
			for _, list := range []string{
				"SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = '%' ORDER BY 1",
				"SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_KEY, EXTRA FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '%' AND DATA_TYPE <> 'json' AND NOT COLUMN_NAME = 'j' AND TABLE_NAME NOT IN ('amounts', 'above') ORDER BY 1, ORDINAL_POSITION",
				"SELECT TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = '%' AND TABLE_NAME <> 'kinds' ORDER BY 1, 2",
				"SELECT TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_TIMING FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '%' ORDER BY 1",
			} {
				shown := func(name string) string {
					return here.run("", "mariadb", "-N", "-e", strings.ReplaceAll(list, "%", name))
				}
				if diff := cmp.Diff(shown(database), shown(back)); diff != "" {
					t.Errorf("%s: %s", list, diff)
				}
			}
		})
	}

	here.t, there.t = t, t
	query := "SELECT * FROM everything%s.above ORDER BY code; SELECT everything%[1]s.doubled(21); CALL everything%[1]s.add_parent(9, @n); SELECT @n, what FROM everything%[1]s.log"
	shown := func(suffix string) string {
		return here.run("", "mariadb", "-N", "-e", strings.ReplaceAll(strings.ReplaceAll(query, "%[1]s", suffix), "%s", suffix))
	}
	if diff := cmp.Diff(shown(""), shown("_back")); diff != "" {
		t.Errorf("what the views and routines do: %s", diff)
	}

	// --tab has the server write files, which it does not.
	cmd := exec.CommandContext(t.Context(), "mariadb-dump", append(here.options, "--tab="+filepath.Clean(t.TempDir()), "interview", "Orders")...)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "when executing 'SELECT INTO OUTFILE'") {
		t.Errorf("--tab: %v: %s", err, out)
	}
}
