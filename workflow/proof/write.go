package proof

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
)

// Writer writes a bundle. Its methods are called in this order: Keys, Checkpoint (the smallest first, the newest last), Root, Leaves, Definition
// and Policy, then for each subject, in the order of kind and id, Line (the first one first), Row and File; and Close at the end.
type Writer struct {
	out     *bufio.Writer
	sum     hash.Hash
	records int64
	origin  string
}

// NewWriter begins a bundle. Is and Format of the header are filled in.
func NewWriter(out io.Writer, h Header) (*Writer, error) {
	w := &Writer{out: bufio.NewWriterSize(out, 1<<16), sum: sha256.New(), origin: h.Origin}
	h.Is, h.Format = isBundle, Format
	return w, w.put(h)
}

// Stamp writes a moment as headers have it.
func Stamp(at time.Time) string { return at.UTC().Format(timeForm) }

// Keys writes the public keys of the log.
func (w *Writer) Keys(keys []PublicKey) error { return w.put(keysRecord{isKeys, keys}) }

// Checkpoint writes a signed checkpoint, with the proof that the newest one grows out of it; the newest has none, nor has any where the
// bundle has the leaves.
func (w *Writer) Checkpoint(note string, proof []tlog.Hash) error {
	return w.put(checkpointRecord{isCheckpoint, note, proof})
}

// Root writes the root of the log at a size of which it has no checkpoint, with the proof that the newest checkpoint grows out of it.
func (w *Writer) Root(size int64, root tlog.Hash, proof []tlog.Hash) error {
	return w.put(rootRecord{isRoot, size, root, proof})
}

// Leaves writes hashes of lines of the log, the first of them at a place counted from 0.
func (w *Writer) Leaves(first int64, hashes []tlog.Hash) error {
	for len(hashes) > 0 {
		some := hashes[:min(len(hashes), leavesAtime)]
		bytes := make([]byte, 0, len(some)*tlog.HashSize)
		for _, h := range some {
			bytes = append(bytes, h[:]...)
		}
		if err := w.put(leavesRecord{isLeaves, first, bytes}); err != nil {
			return err
		}
		first, hashes = first+int64(len(some)), hashes[len(some):]
	}
	return nil
}

// Definition writes the file of a machine that issues follow, under its hash.
func (w *Writer) Definition(hash, machine string, body []byte, inForce bool) error {
	return w.put(textRecord{isDefinition, hash, machine, string(body), inForce})
}

// Policy writes a file of the policy in force.
func (w *Writer) Policy(name string, text []byte) error {
	sum := sha256.Sum256(text)
	return w.put(textRecord{isPolicy, hex.EncodeToString(sum[:]), name, string(text), true})
}

// Line writes a line of history with its place in the log, -1 if it is not sealed, and the proof that it is there; none where the bundle
// has the leaves.
func (w *Writer) Line(l *workflow.Line, leaf int64, proof []tlog.Hash) error {
	return w.put(recordOf(l, leaf, proof))
}

// Row writes the row of the issue whose lines came last.
func (w *Writer) Row(r Row) error {
	r.Is = isRow
	return w.put(r)
}

// File writes a file of evidence that lines of the subject name by its hash; content is nil where it is not there any more.
func (w *Writer) File(hash string, content io.Reader) error {
	if content == nil {
		return w.put(fileRecord{Is: isFile, Hash: hash, Last: true, Gone: true, Bytes: []byte{}})
	}
	content = bufio.NewReaderSize(content, 1<<16)
	buffer, next := make([]byte, fileChunk), make([]byte, fileChunk)
	n, err := io.ReadFull(content, buffer)
	for part := 0; ; part++ {
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		m := 0
		if err == nil {
			m, err = io.ReadFull(content, next)
		}
		last := m == 0
		if err := w.put(fileRecord{Is: isFile, Hash: hash, Part: part, Last: last, Bytes: buffer[:n]}); err != nil || last {
			return err
		}
		buffer, next, n = next, buffer, m
	}
}

// Close signs what was written and ends the bundle.
func (w *Writer) Close(at time.Time, by ...note.Signer) error {
	sum := hex.EncodeToString(w.sum.Sum(nil))
	signed, err := note.Sign(&note.Note{Text: endText(w.origin, sum, at.UTC().Format(timeForm))}, by...)
	if err != nil {
		return err
	}
	if err := w.put(endRecord{isEnd, w.records, sum, string(signed)}); err != nil {
		return err
	}
	return w.out.Flush()
}

// endText is what is signed at the end of a bundle. Its second line tells it from a checkpoint.
func endText(origin, sum, at string) string {
	return origin + "\nbundle\n" + sum + "\nat " + at + "\n"
}

func (w *Writer) put(record any) error {
	line, err := encode(record)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	w.records++
	w.sum.Write(line)
	_, err = w.out.Write(line)
	return err
}
