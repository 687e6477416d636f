// Package pack is the offline pack of an inspector: the data of a mandate in one file, encrypted to a passphrase, and the signed change set
// in which findings come back. It knows no database and no network.
//
// A pack is an age file (passphrase by scrypt) of a tar: pack.json, the head; rectify.db, a database with the mandate's data alone;
// proof.jsonl.gz, the bundle that proves them, see package proof; and the evidence under its hashes. Age authenticates every piece: a pack of which a byte was altered is not opened.
package pack

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"filippo.io/age"

	"rectify/workflow"
)

const (
	// Format is what the head of a pack says that it is.
	Format = "rectify/pack/1"
	// Database is the name of the database in a pack.
	Database = "rectify.db"
	// Proof is the name of the bundle in a pack, compressed with gzip: the proof of what the database says.
	Proof = "proof.jsonl.gz"
	// Evidence is the name of the folder with the files.
	Evidence = "evidence"

	// PassphraseMost is how many bytes a passphrase may have.
	PassphraseMost = 1 << 10

	headName  = "pack.json"
	bitsLeast = 70 // of a passphrase, roughly
	unlike    = 6  // different characters that a passphrase has at least
)

// Head says what a pack holds and for whom. It has the keys of the pack, and is never outside of it.
type Head struct {
	Format   string             `json:"format"`
	ID       int64              `json:"id,string"`
	Mandate  workflow.MandateID `json:"mandate,string"`
	Number   string             `json:"number"` // of the mandate
	Basis    string             `json:"basis"`
	Org      workflow.OrgID     `json:"org,string"`
	OrgName  string             `json:"org_name"`
	From     workflow.Day       `json:"from"`
	Until    workflow.Day       `json:"until"`
	Person   workflow.PersonID  `json:"person,string"`
	Account  string             `json:"account"`
	Name     string             `json:"name"`
	At       time.Time          `json:"at"`
	Issues   int                `json:"issues"`
	Files    bool               `json:"files,omitempty"` // the files of evidence came along
	SignWith string             `json:"sign_with"`       // the private key by which change sets are signed
	SealWith string             `json:"seal_with"`       // the age identity by which what is written on the stand-alone computer is encrypted
}

// Strong refuses a passphrase that could be guessed: it wants about 70 bits, such as eight Chinese characters, six words that do not belong
// together, or twelve letters, digits and signs. ErrInvalid with the code weak_passphrase.
func Strong(passphrase string) error {
	seen, pool := map[rune]bool{}, map[string]float64{}
	for _, r := range passphrase {
		seen[r] = true
		switch {
		case r < 128 && unicode.IsLower(r):
			pool["lower"] = 26
		case r < 128 && unicode.IsUpper(r):
			pool["upper"] = 26
		case unicode.IsDigit(r):
			pool["digit"] = 10
		case r < 128:
			pool["sign"] = 32
		default:
			pool["other"] = 1000
		}
	}
	kinds := 0.0
	for _, n := range pool {
		kinds += n
	}
	if bits := float64(len([]rune(passphrase))) * math.Log2(max(kinds, 1)); bits >= bitsLeast && len(seen) >= unlike {
		return nil
	}
	return workflow.Invalid("weak_passphrase", "passphrase", workflow.Say("口令太弱：请用12个以上大小写字母、数字和符号混合，或8个以上不成词的汉字，或更长的句子",
		"the passphrase is too weak: take twelve mixed letters, digits and signs or more, or a longer sentence"))
}

// NotTheSame says that the passphrase of a new pack was not the same both times: ErrInvalid with the code not_the_same.
func NotTheSame() error {
	return workflow.Invalid("not_the_same", "again", workflow.Say("两次输入的口令不同", "the passphrase is not the same both times"))
}

// Writer writes a pack.
type Writer struct {
	sealed io.WriteCloser
	tar    *tar.Writer
}

// NewWriter begins a pack. Errors: as Strong, and those of writing.
func NewWriter(w io.Writer, passphrase string, h Head) (*Writer, error) {
	if err := Strong(passphrase); err != nil {
		return nil, err
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	sealed, err := age.Encrypt(w, to)
	if err != nil {
		return nil, err
	}
	p := &Writer{sealed, tar.NewWriter(sealed)}
	body, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return p, p.Add(headName, int64(len(body)), strings.NewReader(string(body)))
}

// Add writes a file into the pack.
func (p *Writer) Add(name string, size int64, r io.Reader) error {
	if err := p.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := io.CopyN(p.tar, r, size)
	return err
}

// Close ends the pack.
func (p *Writer) Close() error { return errors.Join(p.tar.Close(), p.sealed.Close()) }

// FileName is the name in a pack of the file of evidence with the hash.
func FileName(hash string) string { return Evidence + "/" + hash[:2] + "/" + hash[2:4] + "/" + hash }

var mayBeIn = regexp.MustCompile(`^(pack\.json|rectify\.db|proof\.jsonl\.gz|evidence/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64})$`)

// Open decrypts a pack into a folder and returns its head. What it wrote before something went wrong is left for the caller to take away.
//
// Errors: ErrRefused with the codes wrong_passphrase, and pack_altered for what is no pack, is cut off or was altered.
func Open(r io.Reader, passphrase, dir string) (Head, error) {
	with, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return Head{}, wrongPassphrase()
	}
	with.SetMaxWorkFactor(20)
	plain, err := age.Decrypt(r, with)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) || errors.Is(err, age.ErrIncorrectIdentity) {
		return Head{}, wrongPassphrase()
	}
	if err != nil {
		return Head{}, altered(err)
	}
	names := map[string]bool{}
	for t := tar.NewReader(plain); ; {
		next, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Head{}, altered(err)
		}
		if !mayBeIn.MatchString(next.Name) || names[next.Name] || next.Typeflag != tar.TypeReg {
			return Head{}, altered(fmt.Errorf("%q does not belong into a pack", next.Name))
		}
		names[next.Name] = true
		if err := unpack(filepath.Join(dir, filepath.FromSlash(next.Name)), t); err != nil {
			return Head{}, err
		}
	}
	if _, err := io.Copy(io.Discard, plain); err != nil { // to the end: the last piece is authenticated too
		return Head{}, altered(err)
	}
	return readHead(filepath.Join(dir, headName))
}

func unpack(name string, r io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if errClose := f.Close(); errClose != nil {
		return errClose
	}
	if err != nil {
		return altered(err)
	}
	return nil
}

// readHead reads the head and takes its file away: the keys stay in memory.
func readHead(name string) (h Head, err error) {
	body, err := os.ReadFile(name)
	if err != nil {
		return h, altered(err)
	}
	if err := os.Remove(name); err != nil {
		return h, err
	}
	if err := json.Unmarshal(body, &h); err != nil || h.Format != Format {
		return h, altered(errors.Join(err, errors.New(h.Format)))
	}
	return h, nil
}

func wrongPassphrase() error {
	return workflow.Refused("wrong_passphrase", workflow.Say("口令不对，数据包没有打开", "the passphrase is wrong: the pack was not opened"))
}

func altered(err error) error {
	return workflow.Refused("pack_altered", workflow.Say("这不是完整的数据包：被改动过、没有传完，或者根本不是数据包（%v）", "this is not a whole pack: it was altered, cut off, or never was one (%v)", err))
}
