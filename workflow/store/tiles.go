package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"

	"rectify/workflow"
)

// The hashes of the tree are kept in tiles, in the form of package tlog: a tile of level L holds up to 256 hashes of the level 8L of the
// tree. Those between are worked out from them.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

type tileAt struct {
	level int
	n     int64
}

type tileRow struct {
	tileAt
	data []byte
}

// growth is what becomes of the tiles when leaves are added: the unfinished ones of the tree and those that follow.
type growth struct {
	size [8]int64 // hashes there are, by level
	data map[tileAt][]byte
}

// readGrowth reads the unfinished tiles of a tree of a size.
func readGrowth(tx *gorm.DB, size int64) (*growth, error) {
	g := &growth{data: make(map[tileAt][]byte)}
	var wanted []tileAt
	for level := range g.size {
		g.size[level] = size >> (tileHeight * level)
		if g.size[level]%tileWidth != 0 {
			wanted = append(wanted, tileAt{level, g.size[level] / tileWidth})
		}
	}
	found, err := readTiles(tx, wanted)
	if err != nil {
		return nil, err
	}
	for _, at := range wanted {
		data, need := found[at], int(g.size[at.level]%tileWidth)*tlog.HashSize
		if len(data) < need {
			return nil, sealDamaged()
		}
		g.data[at] = slices.Clone(data[:need])
	}
	return g, nil
}

// add adds a hash to a level; a tile that is full gives one to the level above.
func (g *growth) add(level int, h tlog.Hash) {
	at := tileAt{level, g.size[level] / tileWidth}
	g.data[at] = append(g.data[at], h[:]...)
	if g.size[level]++; g.size[level]%tileWidth == 0 {
		g.add(level+1, tileHash(g.data[at]))
	}
}

// rows are the tiles in the order of their keys.
func (g *growth) rows() []tileRow {
	var out []tileRow
	for _, at := range slices.SortedFunc(maps.Keys(g.data), func(a, b tileAt) int { return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.n, b.n)) }) {
		out = append(out, tileRow{at, g.data[at]})
	}
	return out
}

// tileHash is the hash over the hashes of a whole tile.
func tileHash(data []byte) tlog.Hash {
	hashes := make([]tlog.Hash, len(data)/tlog.HashSize)
	for n := range hashes {
		copy(hashes[n][:], data[n*tlog.HashSize:])
	}
	for ; len(hashes) > 1; hashes = hashes[:len(hashes)/2] {
		for n := range len(hashes) / 2 {
			hashes[n] = tlog.NodeHash(hashes[2*n], hashes[2*n+1])
		}
	}
	return hashes[0]
}

func readTiles(tx *gorm.DB, wanted []tileAt) (map[tileAt][]byte, error) {
	found := make(map[tileAt][]byte, len(wanted))
	err := inBatches(wanted, func(_ string, some []any) error {
		const one = "(level = ? AND n = ?)"
		args := make([]any, 0, 2*len(some))
		for _, at := range some {
			args = append(args, at.(tileAt).level, at.(tileAt).n)
		}
		return each(tx, func(scan func(...any) error) error {
			var at tileAt
			var data []byte
			err := scan(&at.level, &at.n, &data)
			found[at] = data
			return err
		}, "SELECT level, n, data FROM tiles WHERE "+one+strings.Repeat(" OR "+one, len(some)-1), args...)
	})
	return found, err
}

// sealDamaged is the fault of a tree that lacks what was in it.
func sealDamaged() error {
	return workflow.Refused("seal_damaged", workflow.Say("数据库中封存日志的校验树不完整，请运行 rectify seal check 查明",
		"the tree of the sealed log in the database is not whole; rectify seal check says where"))
}

// Hashes reads hashes of the tree, with what was read once at hand. It is a tlog.HashReader; ErrRefused with the code seal_damaged for one
// that is not there.
type Hashes struct {
	ctx   context.Context // tlog asks without one
	db    *DB
	tiles map[tileAt][]byte
}

// Hashes reads the tree of the sealed log for one answer.
func (db *DB) Hashes(ctx context.Context) *Hashes { return &Hashes{ctx, db, make(map[tileAt][]byte)} }

// ReadHashes is part of tlog.HashReader.
func (h *Hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []tileAt
	for _, index := range indexes {
		t := tlog.TileForIndex(tileHeight, index)
		if at := (tileAt{t.L, t.N}); len(h.tiles[at]) < t.W*tlog.HashSize && !slices.Contains(missing, at) {
			missing = append(missing, at)
		}
	}
	err := h.db.read(h.ctx, func(tx *gorm.DB) error {
		found, err := readTiles(tx, missing)
		maps.Copy(h.tiles, found)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]tlog.Hash, len(indexes))
	for n, index := range indexes {
		t := tlog.TileForIndex(tileHeight, index)
		if out[n], err = tlog.HashFromTile(t, h.tiles[tileAt{t.L, t.N}], index); err != nil {
			return nil, sealDamaged()
		}
	}
	return out, nil
}
