# The commands of this project. Each is one line that also works by hand.

.PHONY: test ci update fuzz

test: # what the README says
	go test ./...

ci: # what CI runs
	.ci/run

update: # rewrite the expected answers of *.slt and the generated reference
	go test ./engine/scripttest -run 'TestInProcess/.*/auto' -update
	go generate ./...

fuzz: # every parser, a minute each
	go test ./engine/parse -run '^$$' -fuzz FuzzSplit -fuzztime 1m
	go test ./engine/parse -run '^$$' -fuzz FuzzOne -fuzztime 1m
	go test ./engine/json -run '^$$' -fuzz FuzzJSONParse -fuzztime 1m
	go test ./engine/json -run '^$$' -fuzz FuzzJSONPath -fuzztime 1m
