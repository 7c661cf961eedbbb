package functions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/verbatim-sql/verbatim/tables"
)

func TestEveryFunctionIsDescribed(t *testing.T) {
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			describes(t, "the function", f.Description)
			if f.SQL == "" || f.Native == nil {
				t.Error("it lacks its SQL or its kernel")
			}
			if len(f.Columns) == 0 {
				t.Error("it has no columns")
			}
			for _, c := range f.Columns {
				describes(t, c.Name, c.Description)
			}
			paramsAreDeclared(t, f.Params)
			for _, p := range f.Params {
				if !strings.Contains(f.SQL, "@"+p.Name) {
					t.Errorf("its SQL does not use @%s", p.Name)
				}
			}
			examplesCall(t, f.Name, f.Examples)
			for _, e := range f.Examples {
				if e.Result == "" {
					t.Errorf("the example %s has no result", e.SQL)
				}
			}
			if found, ok := Find(strings.ToUpper(f.Name)); !ok || found != f {
				t.Errorf("Find does not find it")
			}
		})
	}
}

func TestEveryProcedureIsDescribed(t *testing.T) {
	for _, p := range Procs {
		t.Run(p.Name, func(t *testing.T) {
			describes(t, "the procedure", p.Description)
			if p.Run == nil {
				t.Error("it does nothing")
			}
			paramsAreDeclared(t, p.Params)
			examplesCall(t, p.Name, p.Examples)
			if found, ok := FindProc(strings.ToUpper(p.Name)); !ok || found != p {
				t.Errorf("FindProc does not find it")
			}
		})
	}
}

// What is declared in a file of the package is in the lists, and its name is
// nobody else's and the file's.
func TestEveryDeclarationIsListed(t *testing.T) {
	var listed []string
	for _, f := range All {
		listed = append(listed, f.Name)
	}
	for _, p := range Procs {
		listed = append(listed, p.Name)
	}
	var declared []string
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if declaresFunction(d) {
				declared = append(declared, strings.TrimSuffix(name, ".go"))
			}
		}
	}
	slices.Sort(listed)
	slices.Sort(declared)
	if !slices.Equal(listed, declared) {
		t.Errorf("listed are  %v\ndeclared are %v", listed, declared)
	}
}

// declaresFunction tells whether d is var X = &Func{…} or &Proc{…}.
func declaresFunction(d ast.Decl) bool {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR || len(g.Specs) != 1 {
		return false
	}
	v := g.Specs[0].(*ast.ValueSpec)
	if len(v.Values) != 1 {
		return false
	}
	address, ok := v.Values[0].(*ast.UnaryExpr)
	if !ok {
		return false
	}
	literal, ok := address.X.(*ast.CompositeLit)
	if !ok {
		return false
	}
	typ, ok := literal.Type.(*ast.Ident)
	return ok && (typ.Name == "Func" || typ.Name == "Proc")
}

func describes(t *testing.T, what, description string) {
	t.Helper()
	if !strings.HasSuffix(description, ".") {
		t.Errorf("%s is described as %q, which is no sentence", what, description)
	}
}

func paramsAreDeclared(t *testing.T, params []Param) {
	t.Helper()
	optional := false
	for _, p := range params {
		describes(t, p.Name, p.Description)
		if optional && p.Default == "" {
			t.Errorf("%s must be given, but one before it need not be", p.Name)
		}
		optional = p.Default != ""
	}
}

func examplesCall(t *testing.T, name string, examples []tables.Example) {
	t.Helper()
	if len(examples) == 0 {
		t.Error("it has no example")
	}
	for _, e := range examples {
		if !strings.Contains(e.SQL, name+"(") {
			t.Errorf("the example %s does not call it", e.SQL)
		}
	}
}
