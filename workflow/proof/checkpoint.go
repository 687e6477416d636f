package proof

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
)

const (
	maxNote  = 16 << 10 // bytes of a signed checkpoint: a hundred signatures fit
	timeForm = "2006-01-02T15:04:05.000Z"
)

// Checkpoint says what the sealed log was at a moment: so many lines, and the root of their tree.
type Checkpoint struct {
	Origin string    // which log: rectify/ and 16 hex digits, made with its first key
	Size   int64     // lines
	Root   tlog.Hash // over all of them
	At     time.Time // UTC, whole milliseconds
}

// Signed is a checkpoint with its signatures.
type Signed struct {
	Checkpoint
	Note      string           // the whole text, with the signatures
	By        []note.Signature // of the log itself, verified
	Witnesses []note.Signature // of others, verified
}

// Text is what is signed: origin, size, root and moment, a line each.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\nat " + c.At.UTC().Format(timeForm) + "\n"
}

// Day is the day of the checkpoint in China.
func (c Checkpoint) Day() workflow.Day { return workflow.DayOf(c.At) }

// ShortCode stands for the checkpoint where people read it aloud or print it: the first ten bytes of the SHA-256 of its text, in
// groups of four letters and digits (Crockford's, without I, L, O and U).
func (c Checkpoint) ShortCode() string { return shortOf(c.Text()) }

// shortOf is the short code of a text.
func shortOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return dashed(base32.NewEncoding(codeLetters).EncodeToString(sum[:10]))
}

const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Sign returns the note: the text of the checkpoint and a signature of each signer.
func (c Checkpoint) Sign(by ...note.Signer) (string, error) {
	signed, err := note.Sign(&note.Note{Text: c.Text()}, by...)
	return string(signed), err
}

// ParseCheckpoint reads the text of a checkpoint (the part that is signed). It returns ErrInvalid for any other text than Text writes.
func ParseCheckpoint(text string) (Checkpoint, error) {
	var c Checkpoint
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return Checkpoint{}, notACheckpoint()
	}
	var wrong [3]error
	c.Origin = lines[0]
	c.Size, wrong[0] = strconv.ParseInt(lines[1], 10, 64)
	c.Root, wrong[1] = tlog.ParseHash(lines[2])
	c.At, wrong[2] = time.Parse("at "+timeForm, lines[3])
	if errors.Join(wrong[:]...) != nil || c.Size < 0 || !isOrigin(c.Origin) || c.Text() != text {
		return Checkpoint{}, notACheckpoint()
	}
	return c, nil
}

// Peek reads a signed checkpoint without looking at its signatures.
func Peek(signed string) (Checkpoint, error) {
	at := strings.Index(signed, "\n\n")
	if at < 0 || len(signed) > maxNote {
		return Checkpoint{}, notACheckpoint()
	}
	return ParseCheckpoint(signed[:at+1])
}

// Open reads a signed checkpoint and verifies its signatures: at least one must be by a key of the log itself that was in force at
// the moment of the checkpoint, and none of a known key may be wrong. witnesses are the public keys of others that count when they are there.
//
// Errors, all ErrInvalid: bad_checkpoint for what is no checkpoint, unknown_key when none of the keys of the log signed it, bad_signature
// when a signature is wrong, retired_key when the key was no longer in force.
func Open(signed string, keys []PublicKey, witnesses ...string) (Signed, error) {
	c, err := Peek(signed)
	if err != nil {
		return Signed{}, err
	}
	known, err := verifiers(keys, witnesses)
	if err != nil {
		return Signed{}, err
	}
	n, err := note.Open([]byte(signed), note.VerifierList(known...))
	if err != nil {
		return Signed{}, badNote(c, err)
	}
	for _, sig := range append(n.UnverifiedSigs, n.Sigs...) { // the library lets the last bits of a signature be what they like
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return Signed{}, notACheckpoint()
		}
	}
	out := Signed{Checkpoint: c, Note: signed}
	for _, sig := range n.Sigs {
		if sig.Name == c.Origin {
			out.By = append(out.By, sig)
		} else {
			out.Witnesses = append(out.Witnesses, sig)
		}
	}
	if len(out.By) == 0 {
		return Signed{}, unknownKey(c)
	}
	return out, inForce(c, keys, out.By)
}

// Cosign adds the signature of a witness to a signed checkpoint. The witness has checked before that it grows out of the last one that
// it saw.
func Cosign(signed string, witness note.Signer) (string, error) {
	if _, err := Peek(signed); err != nil {
		return "", err
	}
	at := strings.Index(signed, "\n\n")
	alone, err := note.Sign(&note.Note{Text: signed[:at+1]}, witness)
	if err != nil {
		return "", err
	}
	return signed + string(alone[at+2:]), nil
}

// AddCosignature takes from a note that a witness returned its signature, and adds it to the same checkpoint as it is kept. A signature that
// is there already is not added again.
//
// Errors: ErrInvalid when it is not the same checkpoint, or not signed by the witness.
func AddCosignature(kept, cosigned, witness string) (string, error) {
	v, err := NewVerifier(witness)
	if err != nil {
		return "", err
	}
	c, err := Peek(cosigned)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(kept, c.Text()+"\n") {
		return "", workflow.Invalid("bad_checkpoint", "note", workflow.Say("不是同一个检查点", "that is another checkpoint"))
	}
	n, err := note.Open([]byte(cosigned), note.VerifierList(v))
	if err != nil {
		return "", badNote(c, err)
	}
	line := "— " + n.Sigs[0].Name + " " + n.Sigs[0].Base64 + "\n"
	if strings.Contains(kept, line) {
		return kept, nil
	}
	return kept + line, nil
}

// isOrigin says whether s is the name of a log.
func isOrigin(s string) bool {
	digits, ok := strings.CutPrefix(s, originPrefix)
	return ok && len(digits) == 16 && strings.Trim(digits, "0123456789abcdef") == ""
}

func notACheckpoint() error {
	return workflow.Invalid("bad_checkpoint", "note", workflow.Say("这不是检查点，或内容已残缺", "this is not a checkpoint, or not a whole one"))
}

func unknownKey(c Checkpoint) error {
	return workflow.Invalid("unknown_key", "note", workflow.Say("检查点（共%d行）没有已知密钥的签名", "the checkpoint of %d lines is not signed by a known key", c.Size))
}

func badNote(c Checkpoint, err error) error {
	var unsigned *note.UnverifiedNoteError
	var bad *note.InvalidSignatureError
	switch {
	case errors.As(err, &unsigned):
		return unknownKey(c)
	case errors.As(err, &bad):
		return workflow.Invalid("bad_signature", "note", workflow.Say("检查点（共%d行）的签名不对：内容在签名之后被改过", "a signature of the checkpoint of %d lines is wrong: it was altered after it was signed", c.Size))
	}
	return notACheckpoint()
}
