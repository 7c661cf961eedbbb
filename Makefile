# The commands of this project. Each is one line that also works by hand.

.PHONY: test ci update bench fuzz

test: # what the README says
	go test ./...

ci: # what CI runs
	.ci/run

update: # rewrite the expected answers of *.slt and the generated reference
	go test ./engine/scripttest -run 'TestInProcess/.*/auto' -update
	go generate ./...

bench: # this engine beside DuckDB, SQLite and MariaDB, where they are installed; cmd/bench's -help has the flags
	go run ./cmd/bench -changes $(BENCH)
	go run ./cmd/bench -engines duckdb,verbatim,native,sqlite,mariadb -sizes 100000,1000000,10000000 -runs 1 -points 0 -svg cmd/bench/bench.svg $(BENCH)

fuzz: # every parser, a minute each
	go test ./engine/parse -run '^$$' -fuzz FuzzSplit -fuzztime 1m
	go test ./engine/parse -run '^$$' -fuzz FuzzOne -fuzztime 1m
	go test ./engine/json -run '^$$' -fuzz FuzzJSONParse -fuzztime 1m
	go test ./engine/json -run '^$$' -fuzz FuzzJSONPath -fuzztime 1m
