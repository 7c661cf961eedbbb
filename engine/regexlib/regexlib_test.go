package regexlib

import (
	"context"
	"testing"

	"github.com/dolthub/go-icu-regex"
)

// TestFor matches by the library, which is not compiled before a text asks for it.
func TestFor(t *testing.T) {
	before := modules
	For("SELECT 'reg', 'r'")
	if modules != before {
		t.Error("a text without regular expressions loads the library")
	}
	For("SELECT 1 ReGexp 2")
	if modules == before {
		t.Fatal("the library was not loaded")
	}
	ctx := context.Background()
	re := regex.CreateRegex(1024)
	defer re.Close()
	if err := re.SetRegexString(ctx, "^a+$", regex.RegexFlags_None); err != nil {
		t.Fatal(err)
	}
	if err := re.SetMatchString(ctx, "aaa"); err != nil {
		t.Fatal(err)
	}
	if ok, err := re.Matches(ctx, 0, 0); !ok || err != nil {
		t.Errorf("matches: %t, %v", ok, err)
	}
}
