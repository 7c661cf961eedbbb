package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitPassword(t *testing.T) {
	for args, want := range map[string]string{
		"run -p a.sql":         "run --password=" + askPassword + " a.sql",
		"run -psecret a.sql":   "run --password=secret a.sql",
		"run -vfpsecret a.sql": "run -vf --password=secret a.sql",
		"run --password a.sql": "run --password=" + askPassword + " a.sql",
		"run --password=x":     "run --password=x",
		"run --port 1 -P 2":    "run --port 1 -P 2",
		"run -v pipe.sql":      "run -v pipe.sql",
		"run -- -p":            "run -- -p",
		"run - -e -":           "run - -e -",
	} {
		got := strings.Join(splitPassword(strings.Fields(args)), " ")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("splitPassword(%q), -want +got:\n%s", args, diff)
		}
	}
}

func TestPasswordNeverShowsItself(t *testing.T) {
	var p password
	if err := p.Set("secret"); err != nil {
		t.Fatal(err)
	}
	if shown := p.String(); strings.Contains(shown, "secret") {
		t.Errorf("String is %q", shown)
	}
	if text, err := p.get(); text != "secret" || err != nil {
		t.Errorf("get gives %q, %v", text, err)
	}
}
