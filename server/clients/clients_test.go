// Package clients has the clients that people use talk to a server: unmodified,
// as their registries have them, over one table of cases. A client is a small
// program in testdata; it says what went wrong on lines that begin with FAIL.
package clients

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/engine"
	"github.com/verbatim-sql/verbatim/engine/script"
	"github.com/verbatim-sql/verbatim/functions"
	"github.com/verbatim-sql/verbatim/server"
)

// client is a program in testdata and how to tell whether what it needs is there.
type client struct {
	name    string
	command []string
	probe   string // a shell command that succeeds where the client is installed
}

// clients are those of the README's table. CI installs all of them.
var clients = []client{
	{"mariadb CLI", []string{"bash", "cli.sh"}, "command -v mariadb mariadb-dump mariadb-slap"},
	{"mycli", []string{"bash", "mycli.sh"}, "mycli --version"},
	{"PyMySQL", []string{"/usr/bin/python3", "-B", "pymysql_client.py"}, "/usr/bin/python3 -c 'import pymysql'"},
	{"mysqlclient", []string{"/usr/bin/python3", "-B", "mysqlclient_client.py"}, "/usr/bin/python3 -c 'import MySQLdb'"},
	{"SQLAlchemy and pandas", []string{"/usr/bin/python3", "-B", "sqlalchemy_client.py"}, "/usr/bin/python3 -c 'import sqlalchemy, pandas'"},
	{"sqlx and GORM", []string{"go", "run", "."}, "cd go && GOFLAGS=-mod=readonly GOPROXY=off go build -o /dev/null ."},
	{"node mysql2", []string{"node", "client.js", "mysql2"}, "node -e 'require(\"mysql2\")'"},
	{"node mariadb", []string{"node", "client.js", "mariadb"}, "node -e 'require(\"mariadb\")'"},
	{"knex", []string{"node", "client.js", "knex"}, "node -e 'require(\"knex\")'"},
	{"sequelize", []string{"node", "client.js", "sequelize"}, "node -e 'require(\"sequelize\")'"},
	{"typeorm", []string{"node", "client.js", "typeorm"}, "node -e 'require(\"typeorm\")'"},
	{"drizzle", []string{"node", "client.js", "drizzle"}, "node -e 'require(\"drizzle-orm/mysql2\")'"},
	{"Connector/J", []string{"java", "-cp", "/usr/share/java/mariadb-java-client.jar", "Client.java"}, "java -version && test -f /usr/share/java/mariadb-java-client.jar"},
	{"PHP mysqli", []string{"php", "-d", "mysqli.allow_local_infile=1", "client.php", "mysqli"}, "php -r 'exit(class_exists(\"mysqli\") ? 0 : 1);'"},
	{"PHP PDO", []string{"php", "client.php", "pdo"}, "php -r 'exit(in_array(\"mysql\", PDO::getAvailableDrivers()) ? 0 : 1);'"},
	{"Adminer", []string{"node", "browser.js", "adminer"}, browser + " && test -f /usr/share/adminer/adminer.php"},
	{"phpMyAdmin", []string{"node", "browser.js", "phpmyadmin"}, browser + " && test -d /usr/share/phpmyadmin"},
	{"Ruby mysql2", []string{"ruby", "client.rb"}, "ruby -e 'require \"mysql2\"'"},
	{"Perl DBD::mysql", []string{"perl", "client.pl"}, "perl -MDBD::mysql -e 1"},
	{"ODBC", []string{"bash", "odbc.sh"}, "command -v isql && odbcinst -q -d | grep -i maria"},
	{"sysbench", []string{"bash", "sysbench.sh"}, "command -v sysbench"},
}

// browser is what Adminer and phpMyAdmin need to be clicked through.
const browser = "command -v php chromium && php -m | grep mysqli && node -e 'require(\"playwright-core\")'"

// ways are the kinds of connection.
var ways = []struct {
	name, password string
	tls            bool
}{
	{"native", "", false},
	{"sha2", "secret", false},
	{"tls", "secret", true},
}

// TestClients runs every client that is installed; in CI all are.
func TestClients(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two dozen programs")
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			cert, key := certificate(t)
			address, setup := serve(t, way.password, cert, key)
			for i, c := range clients {
				t.Run(c.name, func(t *testing.T) {
					c.run(t, address, setup, fmt.Sprintf("c_%s_%d", way.name, i), []string{
						"PASSWORD=" + way.password, "TLS=" + map[bool]string{true: "1", false: "0"}[way.tls], "CA=" + cert, "KEY=" + key,
					})
				})
			}
		})
	}
}

// serve serves an engine until the test ends, and returns a way to run scripts in it.
func serve(t *testing.T, password, cert, key string) (*net.TCPAddr, func(*testing.T, string)) {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	e, err := engine.New(engine.Options{Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Listen(e, server.Config{Password: password, TLSCert: cert, TLSKey: key, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		for _, end := range []func() error{func() error { return s.Shutdown(ctx) }, func() error { return <-served }, e.Close} {
			if err := end(); err != nil {
				t.Error(err)
			}
		}
	})
	return s.Addr().(*net.TCPAddr), func(t *testing.T, text string) {
		t.Helper()
		target := script.InProcess(e)
		if err := (&script.Runner{Target: target}).Run(t.Context(), "setup", text); err != nil {
			t.Fatal(err)
		}
		if err := target.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// run runs the client in a database of its own.
func (c client) run(t *testing.T, address *net.TCPAddr, setup func(*testing.T, string), database string, env []string) {
	probe := exec.CommandContext(t.Context(), "sh", "-c", c.probe)
	probe.Dir = "testdata"
	if out, err := probe.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("not installed: %s: %v\n%s", c.probe, err, out)
		}
		t.Skipf("not installed: %s", c.probe)
	}
	text, err := os.ReadFile("testdata/setup.sql")
	if err != nil {
		t.Fatal(err)
	}
	before, procedure, _ := strings.Cut(string(text), "CREATE PROCEDURE")
	setup(t, fmt.Sprintf("CREATE DATABASE %s; USE %[1]s;\n%s\nDELIMITER //\nCREATE PROCEDURE %s//\n", database, before, strings.TrimSpace(procedure)))

	scratch := t.TempDir()
	cmd := exec.CommandContext(t.Context(), c.command[0], c.command[1:]...)
	cmd.Dir = "testdata"
	if c.command[0] == "go" {
		cmd.Dir = "testdata/go"
	}
	cmd.Env = append(os.Environ(), env...)
	cmd.Env = append(cmd.Env, "HOST=127.0.0.1", "PORT="+strconv.Itoa(address.Port), "USER=root", "DATABASE="+database,
		"SCRATCH="+scratch, "CASES="+writeCases(t, scratch), "LC_ALL=C.UTF-8")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "FAIL") {
		t.Errorf("%v\n%s", err, out)
	}
}

// kase is a statement and what it answers.
type kase struct {
	Name  string      `json:"name"`
	SQL   string      `json:"sql"`
	Args  []any       `json:"args,omitempty"`
	Want  [][]*string `json:"want"`
	Error int         `json:"error,omitempty"`
	State string      `json:"state,omitempty"`
	Only  string      `json:"only,omitempty"` // text or binary
}

// writeCases writes the cases of testdata and those of the table functions: as JSON,
// and beside it as lines for those who have none.
func writeCases(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []kase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	cases = append(cases, functionCases()...)
	if text, err = json.Marshal(cases); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, c := range cases {
		number := ""
		if c.Error > 0 {
			number = strconv.Itoa(c.Error)
		}
		rows := make([]string, len(c.Want))
		for i, row := range c.Want {
			values := make([]string, len(row))
			for j, v := range row {
				if values[j] = "\x00"; v != nil {
					values[j] = *v
				}
			}
			rows[i] = strings.Join(values, "\x1f")
		}
		args := make([]string, len(c.Args))
		for i, a := range c.Args {
			if args[i] = "\x00"; a != nil {
				args[i] = fmt.Sprint(a)
			}
		}
		fmt.Fprintln(&lines, strings.Join([]string{c.Name, c.Only, number, c.State, strings.Join(rows, "\x1e"), strings.Join(args, "\x1f"), c.SQL}, "\t"))
	}
	path := filepath.Join(dir, "cases.json")
	for name, data := range map[string]string{path: string(text), path + ".tsv": lines.String()} {
		if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// functionCases has every table function in each position. What they answer is a
// matter of their own tests: here the rows are the same wherever it stands.
func functionCases() []kase {
	var all []kase
	zero := "0"
	for _, f := range functions.All {
		call := regexp.MustCompile(f.Name + `\((.*?)\)`).FindStringSubmatch(f.Examples[0].SQL)
		add := func(position, call string, args ...any) {
			all = append(all, kase{
				Name: f.Name + " " + position, Want: [][]*string{{&zero}}, Args: args,
				SQL: "SELECT COUNT(*) - (SELECT COUNT(*) FROM " + f.Name + "(" + callArguments(f) + ")) FROM " + call,
			})
		}
		add("with an alias", call[0]+" AS f")
		add("in a derived table", "(SELECT * FROM "+call[0]+") AS f")
		add("joined", call[0]+" AS f LEFT JOIN (SELECT 1 AS one) AS o ON TRUE")
		add("in a CTE", "(WITH c AS (SELECT * FROM "+call[0]+") SELECT * FROM c) AS f")
		if call[1] == "" {
			continue
		}
		var args []any
		marks := literal.ReplaceAllStringFunc(call[0], func(l string) string {
			if n, err := strconv.Atoi(l); err == nil {
				args = append(args, n)
			} else {
				args = append(args, strings.Trim(l, "'"))
			}
			return "?"
		})
		add("with question marks", marks+" AS f", args...)
	}
	return all
}

// literal is a number or a text among a call's arguments.
var literal = regexp.MustCompile(`\b\d+\b|'[^']*'`)

// callArguments are those of the function's first example.
func callArguments(f *functions.Func) string {
	return regexp.MustCompile(f.Name + `\((.*?)\)`).FindStringSubmatch(f.Examples[0].SQL)[1]
}

// certificate makes a certificate and its key, and returns their files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
