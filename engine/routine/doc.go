// Package routine runs stored functions and procedures (MySQL manual 13.6): the
// instructions that package parse reads of CREATE FUNCTION and CREATE PROCEDURE.
// What is SQL in them a [Host] executes, which is the engine's session.
package routine
