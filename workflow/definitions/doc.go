// Package definitions holds the machines that ship with the program, reads those that an office lays over them, and refuses every
// one that could leave an issue stuck, skip a phase or make workflow.Apply fail. What it lets through, workflow may rely on.
package definitions
