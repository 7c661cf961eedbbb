// Package plan has the logical operators of our own SELECT. A plan is a tree of
// them: what binding makes of a statement, what the rules of this package rewrite
// and what package exec executes.
package plan
