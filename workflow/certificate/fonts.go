package certificate

import (
	_ "embed" // the fonts
	"encoding/binary"
	"errors"
)

//go:embed fonts/DroidSansFallbackFull.ttf
var hanFont []byte

//go:embed fonts/Go-Regular.ttf
var latinFont []byte

// glyphs says which characters a font has a picture for.
type glyphs struct {
	ends, starts, deltas, offsets []uint16
	indexes                       []byte // from the first of offsets on
}

var errFont = errors.New("the font has no table of characters of the usual form")

// glyphsOf reads the table of characters of a TrueType font: format 4 of the table for Unicode on Windows, which is what the writer of
// the PDF reads too.
func glyphsOf(font []byte) (glyphs, error) {
	table, err := tableOf(font, "cmap")
	if err != nil || len(table) < 4 {
		return glyphs{}, errFont
	}
	for n := range int(binary.BigEndian.Uint16(table[2:])) {
		record := table[4+8*n:]
		at := int(binary.BigEndian.Uint32(record[4:]))
		if at+16 <= len(table) && binary.BigEndian.Uint32(record) == 3<<16|1 && binary.BigEndian.Uint16(table[at:]) == 4 {
			return glyphs4(table[at:])
		}
	}
	return glyphs{}, errFont
}

func tableOf(font []byte, tag string) ([]byte, error) {
	for n := range int(binary.BigEndian.Uint16(font[4:])) {
		record := font[12+16*n : 28+16*n]
		if at, size := binary.BigEndian.Uint32(record[8:]), binary.BigEndian.Uint32(record[12:]); string(record[:4]) == tag && uint64(at)+uint64(size) <= uint64(len(font)) {
			return font[at : at+size], nil
		}
	}
	return nil, errFont
}

func glyphs4(t []byte) (glyphs, error) {
	segments := int(binary.BigEndian.Uint16(t[6:])) / 2
	if 16+8*segments > len(t) {
		return glyphs{}, errFont
	}
	words := func(at int) []uint16 {
		out := make([]uint16, segments)
		for n := range out {
			out[n] = binary.BigEndian.Uint16(t[at+2*n:])
		}
		return out
	}
	return glyphs{words(14), words(16 + 2*segments), words(16 + 4*segments), words(16 + 6*segments), t[16+6*segments:]}, nil
}

// has says whether the font has a picture of the character.
func (g *glyphs) has(r rune) bool {
	if r <= 0 || r > 0xffff {
		return false
	}
	for n, end := range g.ends {
		if c := uint16(r); c <= end {
			if c < g.starts[n] {
				return false
			}
			if g.offsets[n] == 0 {
				return c+g.deltas[n] != 0
			}
			at := 2*n + int(g.offsets[n]) + 2*int(c-g.starts[n])
			return at+2 <= len(g.indexes) && binary.BigEndian.Uint16(g.indexes[at:]) != 0
		}
	}
	return false
}
