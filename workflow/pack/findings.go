package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"rectify/workflow"
)

const (
	setFormat = "rectify/findings/1"
	// Beside is what the name of a pack gets for the file in which findings are kept beside it.
	Beside = ".findings"
	// SetMost is how many bytes a change set may have.
	SetMost = 16 << 20
)

// Notes is what is kept beside a pack: what the inspector wrote down, and what they looked at.
type Notes struct {
	Findings []Finding `json:"findings"`
	Looks    []Look    `json:"looks"`
}

// Look is something that was read or taken in a pack.
type Look struct {
	Opening int64     `json:"opening,string"` // of the pack: each time that it is opened has a number of its own
	Seq     int       `json:"seq"`            // in that opening, from 0
	At      time.Time `json:"at"`             // by the clock of that computer
	Action  string    `json:"action"`
	Note    string    `json:"note,omitempty"`
}

// Finding is what an inspector wrote down on the stand-alone computer.
type Finding struct {
	ID      string       `json:"id"`
	Detail  string       `json:"detail"`
	Basis   string       `json:"basis"`
	OrgCode string       `json:"org_code"` // the unit that is to put it right
	OrgName string       `json:"org_name"`
	FoundOn workflow.Day `json:"found_on"`
	Texts   []Text       `json:"texts,omitempty"`
	At      time.Time    `json:"at"` // by the clock of that computer
}

// Text is a file as text.
type Text struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Set is what comes back from a pack.
type Set struct {
	Format   string             `json:"format"`
	Pack     int64              `json:"pack,string"`
	Mandate  workflow.MandateID `json:"mandate,string"`
	Number   string             `json:"number"`
	Account  string             `json:"account"`
	Name     string             `json:"name"`
	At       time.Time          `json:"at"`
	Findings []Finding          `json:"findings"`
	Looks    []Look             `json:"looks,omitempty"`
}

// NewKeys makes the two keys of a pack: that which signs, with its public half, and the age identity.
func NewKeys(random io.Reader, name string) (signWith, public, sealWith string, err error) {
	signWith, public, err = note.GenerateKey(random, name)
	if err != nil {
		return "", "", "", err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", "", err
	}
	return signWith, public, identity.String(), nil
}

// Sign makes the change set of what was noted: JSON and, below it, the signature by the key of the pack.
func (h *Head) Sign(n *Notes, at time.Time) ([]byte, error) {
	signer, err := note.NewSigner(h.SignWith)
	if err != nil {
		return nil, err
	}
	body, err := json.MarshalIndent(Set{Format: setFormat, Pack: h.ID, Mandate: h.Mandate, Number: h.Number, Account: h.Account, Name: h.Name, At: at, Findings: n.Findings, Looks: n.Looks}, "", " ")
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: string(body) + "\n"}, signer)
}

// OpenSet reads a change set whose signature holds by the public key that key finds for its pack.
//
// Errors: ErrInvalid with the code bad_findings for what is no change set; ErrRefused with the code bad_signature where the signature does
// not hold; and those of key.
func OpenSet(data []byte, key func(pack int64) (string, error)) (Set, error) {
	claimed, err := readSet(data)
	if err != nil {
		return Set{}, err
	}
	public, err := key(claimed.Pack)
	if err != nil {
		return Set{}, err
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return Set{}, err
	}
	n, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return Set{}, workflow.Refused("bad_signature", workflow.Say("变更集的签名不对：内容被改动过，或者不是这个数据包签的", "the signature of the change set does not hold: it was altered, or this pack did not sign it"))
	}
	return parseSet([]byte(n.Text))
}

// readSet reads what a change set claims to be, before its signature is looked at.
func readSet(data []byte) (Set, error) {
	text, _, ok := bytes.Cut(data, []byte("\n\n"))
	if !ok || len(data) > SetMost {
		return Set{}, noSet()
	}
	return parseSet(text)
}

func parseSet(text []byte) (s Set, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil || s.Format != setFormat {
		return s, noSet()
	}
	return s, nil
}

func noSet() error {
	return workflow.Invalid("bad_findings", "set", workflow.Say("这不是离线包导出的变更集", "this is not a change set of an offline pack"))
}

// Keep writes the notes beside the pack, encrypted by its key: they outlive the folder into which it was opened.
func (h *Head) Keep(name string, n *Notes) error {
	identity, err := age.ParseX25519Identity(h.SealWith)
	if err != nil {
		return err
	}
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, identity.Recipient())
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", sealed.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// Kept reads the notes that were kept beside the pack, none where there is no such file. ErrRefused with the code pack_altered for a
// file that does not belong to the pack.
func (h *Head) Kept(name string) (n Notes, err error) {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	defer f.Close()
	identity, err := age.ParseX25519Identity(h.SealWith)
	if err != nil {
		return n, err
	}
	plain, err := age.Decrypt(f, identity)
	if err != nil {
		return n, altered(err)
	}
	if err := json.NewDecoder(plain).Decode(&n); err != nil {
		return n, altered(err)
	}
	return n, nil
}
