package workflow_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
)

// A draw can be repeated by hand: checksums of printed text, and the least of them.
func TestADrawCanBeRepeatedByHand(t *testing.T) {
	lot := workflow.Lot{Announced: sha256.Sum256([]byte("announcement")), On: "2026-12-01", Head: sha256.Sum256([]byte("head"))}
	byHand := sha256.Sum256([]byte(hex.EncodeToString(lot.Announced[:]) + " 2026-12-01 " + hex.EncodeToString(lot.Head[:])))
	require.Equal(t, byHand, lot.Seed())

	numbers := []string{"SJ-1", "SJ-2", "SJ-3", "SJ-4", "SJ-5"}
	least, who := "g", ""
	for _, number := range numbers {
		sum := sha256.Sum256([]byte(hex.EncodeToString(byHand[:]) + " " + number))
		if text := hex.EncodeToString(sum[:]); text < least {
			least, who = text, number
		}
	}
	require.Equal(t, []string{who}, workflow.Sample(lot.Seed(), numbers, 1))
	require.Equal(t, workflow.Sample(lot.Seed(), numbers, 3), workflow.Sample(lot.Seed(), []string{"SJ-5", "SJ-3", "SJ-1", "SJ-2", "SJ-4"}, 3), "the order does not matter")
	require.ElementsMatch(t, numbers, workflow.Sample(lot.Seed(), numbers, 9))
	require.Empty(t, workflow.Sample(lot.Seed(), numbers, 0))
	require.Empty(t, workflow.Sample(lot.Seed(), nil, 3))
}

// Nobody is drawn more often than others: over many draws each number comes about equally often.
func TestADrawIsFair(t *testing.T) {
	var numbers []string
	for n := range 20 {
		numbers = append(numbers, fmt.Sprintf("SJ-0101-2026-%04d", n+1))
	}
	drawn := make(map[string]int)
	const draws = 4000
	for n := range draws {
		lot := workflow.Lot{On: "2026-12-01", Head: sha256.Sum256(fmt.Append(nil, n))}
		for _, number := range workflow.Sample(lot.Seed(), numbers, 5) {
			drawn[number]++
		}
	}
	for _, number := range numbers {
		require.InDelta(t, draws*5/20, drawn[number], 150, number) // five standard deviations
	}
}
