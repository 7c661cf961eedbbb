// Package exec executes the plans of package plan. A plan is compiled once for a
// statement: its expressions are placed in the batches that they will get, its
// subqueries become expressions that run. What is compiled makes operators, which
// are pulled for batches of rows; a correlated subquery makes new ones for each
// run.
package exec
