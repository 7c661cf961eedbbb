// Package builtin has MySQL's functions and operators: a file for each family, with the
// declarations of its functions.
package builtin

import (
	"slices"

	"github.com/verbatim-sql/verbatim/engine/expr"
)

// Family is functions that belong together.
type Family struct {
	Title     string
	Functions []*expr.Function
}

// Families are the scalar functions and operators, as the reference has them.
var Families = []Family{
	{"Dates and times", slices.Concat(datePartFunctions, dateArithmeticFunctions, dateFormatFunctions, dateMakeFunctions, unixTimeFunctions, nowFunctions)},
	{"Strings", slices.Concat(stringFunctions, stringSearchFunctions, charsetFunctions, likeFunctions)},
	{"Regular expressions", slices.Concat(regexpCalls, regexpFunctions)},
	{"Numbers", slices.Concat(arithmeticFunctions, mathFunctions)},
	{"Bits", bitFunctions},
	{"Comparison, logic and choice", slices.Concat(comparisonFunctions, inFunctions, logicFunctions, controlFunctions)},
	{"JSON", slices.Concat(jsonMakeFunctions, jsonSearchFunctions, jsonChangeFunctions, jsonValueFunctions, jsonSchemaFunctions)},
	{"Collations", collationFunctions},
	{"Encryption and compression", cryptoFunctions},
	{"Identifiers and addresses", slices.Concat(uuidFunctions, inetFunctions)},
	{"Session and server", informationFunctions},
	{"Miscellaneous", miscellaneousFunctions},
}

// Functions are all scalar functions and operators.
var Functions = func() (all []*expr.Function) {
	for _, f := range Families {
		all = append(all, f.Functions...)
	}
	return all
}()

// Aggregates are the aggregate functions.
var Aggregates = slices.Concat(
	countAggregates, sumAggregates, varianceAggregates, extremeAggregates, bitAggregates, textAggregates, jsonAggregates,
)

// Windows are the functions that are nothing but window functions.
var Windows = slices.Concat(rankWindows, offsetWindows, frameWindows)

var (
	functionsByName  = byName(Functions, func(f *expr.Function) string { return f.Name })
	aggregatesByName = byName(Aggregates, func(f *expr.Aggregate) string { return f.Name })
	windowsByName    = byName(Windows, func(f *expr.WindowFunction) string { return f.Name })
)

func byName[F any](all []*F, name func(*F) string) map[string]*F {
	m := make(map[string]*F, len(all))
	for _, f := range all {
		m[name(f)] = f
	}
	return m
}

// Function finds a scalar function or operator by its name in lower case; nil where there is none.
func Function(name string) *expr.Function { return functionsByName[name] }

// Aggregate finds an aggregate function by its name in lower case.
func Aggregate(name string) *expr.Aggregate { return aggregatesByName[name] }

// Window finds a window function by its name in lower case.
func Window(name string) *expr.WindowFunction { return windowsByName[name] }
