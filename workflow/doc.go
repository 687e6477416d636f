// Package workflow holds what can happen to an issue: the words of the field, the machines that say which step leads where, and
// Apply, which decides one step. It is pure: standard library only, no clock, no input or output, no lock. Everything else in the
// program loads an issue, asks Apply, and keeps the Change that it returns.
package workflow
