package proof

import (
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rectify/workflow"
)

const (
	originPrefix = "rectify/"
	privateFile  = "seal.key"
	publicFile   = "seal.pub"
	privateWord  = "PRIVATE+KEY+"
	clockSlack   = entrySlack // between two processes of the same office, one of which may not know yet that keys were rotated
)

// PublicKey is a key that checkpoints of the log are verified with.
type PublicKey struct {
	Key  string    `json:"key"`          // as NewVerifier reads it
	From time.Time `json:"from"`         // in force from this moment until the next key of its kind
	By   []string  `json:"by,omitempty"` // signatures of the keys before it, see vouch; none for the first
}

// Keys are the keys of a log: the private ones that sign now, and every public one there ever was, the newest last.
type Keys struct {
	Origin  string
	Signers []note.Signer // Ed25519 first; SM2 after it when the office has one
	Public  []PublicKey
}

// MakeKeys makes the folder of the keys and the first key in it, and with sm2 an SM2 key beside it. Only the owner can read them.
//
// Errors: fs.ErrExist when there are keys already, and those of the disk.
func MakeKeys(dir string, random io.Reader, at time.Time, withSM2 bool) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, privateFile)); err == nil {
		return nil, &fs.PathError{Op: "make keys", Path: dir, Err: fs.ErrExist}
	}
	var name [8]byte
	if _, err := io.ReadFull(random, name[:]); err != nil {
		return nil, err
	}
	private, public, err := generate(originPrefix+hex.EncodeToString(name[:]), random, at, withSM2)
	if err != nil {
		return nil, err
	}
	if err := writeKeys(dir, privateFile, private, os.Link); err != nil {
		return nil, err
	}
	if err := writeKeys(dir, publicFile, public, os.Rename); err != nil {
		return nil, err
	}
	return ReadKeys(dir, random)
}

// ReadKeys reads the keys of the folder. random is what SM2 signatures draw from.
//
// Errors: fs.ErrNotExist when there are none yet, ErrInvalid when a file of keys cannot be understood, and those of the disk.
func ReadKeys(dir string, random io.Reader) (*Keys, error) {
	private, err := readKeys(dir, privateFile)
	if err != nil {
		return nil, err
	}
	k := &Keys{}
	if k.Public, err = readKeys(dir, publicFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, one := range private {
		signer, public, err := newSigner(one.Key, random)
		if err != nil {
			return nil, err
		}
		if k.Origin == "" {
			k.Origin = signer.Name()
		}
		if signer.Name() != k.Origin || !isOrigin(k.Origin) {
			return nil, badKey()
		}
		k.Signers = append(k.Signers, signer)
		k.Public = withKey(k.Public, PublicKey{public, one.From, one.By}) // the files were written one after the other
	}
	if len(k.Signers) == 0 {
		return nil, badKey()
	}
	_, err = verifiers(k.Public, nil)
	return k, err
}

// RotateKeys puts new keys of the same log in the place of those that sign now, from the moment at on. The old public keys stay: what they
// signed stays valid. The old keys sign the new ones, so that whoever has an old public key can tell that the new ones are of this log.
func RotateKeys(dir string, random io.Reader, at time.Time, withSM2 bool) (*Keys, error) {
	k, err := ReadKeys(dir, random)
	if err != nil {
		return nil, err
	}
	private, public, err := generate(k.Origin, random, at, withSM2)
	if err != nil {
		return nil, err
	}
	for n := range public {
		if public[n].By, err = vouch(k.Origin, public[n], k.Signers); err != nil {
			return nil, err
		}
		private[n].By = public[n].By
	}
	if err := writeKeys(dir, privateFile, private, os.Rename); err != nil {
		return nil, err
	}
	if err := writeKeys(dir, publicFile, append(k.Public, public...), os.Rename); err != nil {
		return nil, err
	}
	return ReadKeys(dir, random)
}

// Sign signs the checkpoint with every key that signs now.
func (k *Keys) Sign(c Checkpoint) (string, error) { return c.Sign(k.Signers...) }

// ParseKeys reads public keys as the file of them has them, one a line, each followed by the moment from which it is in force and by
// the signatures of the keys before it. Empty lines and lines that begin with # are skipped. It returns ErrInvalid for what is no key.
func ParseKeys(text string) ([]PublicKey, error) {
	keys, err := parseKeys(text)
	if err != nil {
		return nil, err
	}
	_, err = verifiers(keys, nil)
	return keys, err
}

// FormatKeys writes keys as ParseKeys reads them.
func FormatKeys(keys []PublicKey) string {
	var text strings.Builder
	for _, k := range keys {
		text.WriteString(strings.Join(append([]string{k.Key, k.From.UTC().Format(timeForm)}, k.By...), " ") + "\n")
	}
	return text.String()
}

func parseKeys(text string) (keys []PublicKey, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 2 {
			return nil, badKey()
		}
		at, err := time.Parse(timeForm, fields[1])
		if err != nil {
			return nil, badKey()
		}
		keys = append(keys, PublicKey{fields[0], at, slices.Clone(fields[2:])})
	}
	return keys, nil
}

// generate makes the private and public keys of a log.
func generate(origin string, random io.Reader, at time.Time, withSM2 bool) (private, public []PublicKey, err error) {
	at = at.UTC().Truncate(time.Millisecond)
	makers := []func(io.Reader, string) (string, string, error){note.GenerateKey}
	if withSM2 {
		makers = append(makers, generateSM2)
	}
	for _, generate := range makers {
		secret, open, err := generate(random, origin)
		if err != nil {
			return nil, nil, err
		}
		private, public = append(private, PublicKey{Key: secret, From: at}), append(public, PublicKey{Key: open, From: at})
	}
	return private, public, nil
}

func withKey(keys []PublicKey, one PublicKey) []PublicKey {
	for _, k := range keys {
		if k.Key == one.Key {
			return keys
		}
	}
	return append(keys, one)
}

// inForce checks that each key that signed was in force at the moment of the checkpoint.
func inForce(c Checkpoint, keys []PublicKey, by []note.Signature) error {
	for _, sig := range by {
		for n, k := range keys {
			v, err := NewVerifier(k.Key)
			if err != nil || v.KeyHash() != sig.Hash || v.Name() != sig.Name {
				continue
			}
			if until := successor(keys[n+1:], v); !until.IsZero() && c.At.After(until.Add(clockSlack)) {
				return workflow.Invalid("retired_key", "note", workflow.Say("检查点（%s）用的是已停用的密钥（%s停用）", "the checkpoint of %s was signed with a key that was retired at %s",
					c.At.In(workflow.China).Format(time.DateTime), until.In(workflow.China).Format(time.DateTime)))
			}
		}
	}
	return nil
}

// successor is when the next key of the same log and kind came into force, zero for none.
func successor(later []PublicKey, than note.Verifier) time.Time {
	_, ofSM2 := than.(*sm2Verifier)
	for _, k := range later {
		v, err := NewVerifier(k.Key)
		if err != nil || v.Name() != than.Name() {
			continue
		}
		if _, is := v.(*sm2Verifier); is == ofSM2 {
			return k.From
		}
	}
	return time.Time{}
}

func readKeys(dir, name string) ([]PublicKey, error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	return parseKeys(string(text))
}

// writeKeys writes a file of keys whole before it gets its name. With os.Link it must not be there yet.
func writeKeys(dir, name string, keys []PublicKey, take func(from, to string) error) error {
	file, err := os.CreateTemp(dir, name+".*") // readable by the owner alone
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // after a rename it is not there
	_, err = file.WriteString(FormatKeys(keys))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return take(file.Name(), filepath.Join(dir, name))
}

func badKey() error {
	return workflow.Invalid("bad_key", "key", workflow.Say("密钥文件无法识别", "that is not a key"))
}

// Witnesses reads the public keys of witnesses as they stand on a command line. ErrInvalid with the code bad_key for one that is none.
func Witnesses(keys []string) ([]string, error) {
	_, err := verifiers(nil, keys)
	return keys, err
}
