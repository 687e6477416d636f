package sheet

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// No file is known that makes the library panic behind inspect; the next one that is found must not end the program.
func TestPanicIsARefusal(t *testing.T) {
	book, err := survive(func() (*Book, error) { panic("index out of range") })
	require.Nil(t, book)
	require.ErrorIs(t, err, workflow.ErrInvalid)
}
