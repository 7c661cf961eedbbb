// Package expr has the expressions of our own SELECT: typed trees that compute a
// column of a batch of rows, and what a function declares of itself. The
// functions are in package builtin.
package expr
