// Package types has MySQL's types and values: how they are kept in columns, how
// they convert, compare and are spelled. It knows nothing of statements.
package types
