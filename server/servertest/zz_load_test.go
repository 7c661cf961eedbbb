package servertest_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/verbatim-sql/verbatim/server/servertest"
)

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkZZLoad(b *testing.B) {
	s := servertest.StartServer(b)
	host, port, _ := net.SplitHostPort(s.Addr())
	_ = host
	ddl, _ := os.ReadFile("/tmp/load/load.sql")
	run := func(db, q string) {
		c := exec.Command("mysql", "--local-infile=1", "-h127.0.0.1", "-P"+port, "-uroot", "--default-character-set=utf8mb4", db)
		c.Stdin = strings.NewReader(q)
		if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
			b.Fatal(string(out), err)
		}
	}
	for b.Loop() {
		run("interview", "DROP DATABASE IF EXISTS perf;"+string(ddl))
		var all, allcpu time.Duration
		for _, t := range []string{"Employees", "History", "Orders", "Products", "Logins"} {
			extra := ""
			if t == "History" {
				extra = `(history_id, employee_id, department, salary, start_date, @e, current) SET end_date = NULLIF(@e, "")`
			}
			t0, c0 := time.Now(), cpu()
			run("perf", fmt.Sprintf(`LOAD DATA LOCAL INFILE '/tmp/perf/1m/%s.csv' INTO TABLE %s FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' LINES TERMINATED BY '\n' IGNORE 1 LINES %s`, strings.ToLower(t), t, extra))
			d, c := time.Since(t0), cpu()-c0
			b.Logf("%s %v cpu %v", t, d, c)
			all += d
			allcpu += c
		}
		b.Logf("all %v cpu %v", all, allcpu)
	}
}
