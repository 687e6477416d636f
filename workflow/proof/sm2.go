package proof

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/mod/sumdb/note"

	"rectify/workflow"
)

// sm2Kind stands before the bytes of an SM2 key (GB/T 32918) that signs with SM3 (GB/T 32905): the byte for kinds that are not in the
// list of signed notes, and a name.
const sm2Kind = "\xffrectify sm2 with sm3\n"

// NewVerifier makes of a public key what verifies its signatures: Ed25519 as signed notes know it, or SM2 with SM3. It returns ErrInvalid
// for any other text.
func NewVerifier(key string) (note.Verifier, error) {
	name, hash, bytes, err := splitKey(key)
	if err != nil {
		return nil, err
	}
	raw, isSM2 := strings.CutPrefix(string(bytes), sm2Kind)
	if !isSM2 {
		v, err := note.NewVerifier(key)
		if err != nil {
			return nil, badKey()
		}
		return v, nil
	}
	public, err := sm2.NewPublicKey([]byte(raw))
	if err != nil || hash != keyHash(name, bytes) {
		return nil, badKey()
	}
	return &sm2Verifier{name, hash, public}, nil
}

// NewSigner makes a signer of a private key, Ed25519 as signed notes know it or SM2 with SM3, which draws from random. It returns
// ErrInvalid for any other text.
func NewSigner(key string, random io.Reader) (note.Signer, error) {
	signer, _, err := newSigner(key, random)
	return signer, err
}

// newSigner returns the public key as well.
func newSigner(key string, random io.Reader) (note.Signer, string, error) {
	rest, ok := strings.CutPrefix(key, privateWord)
	if !ok {
		return nil, "", badKey()
	}
	name, hash, bytes, err := splitKey(rest)
	if err != nil {
		return nil, "", err
	}
	raw, isSM2 := strings.CutPrefix(string(bytes), sm2Kind)
	if !isSM2 {
		signer, err := note.NewSigner(key)
		if err != nil {
			return nil, "", badKey()
		}
		public, err := note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(bytes[1:]).Public().(ed25519.PublicKey))
		return signer, public, err
	}
	private, err := sm2.NewPrivateKey([]byte(raw))
	if err != nil {
		return nil, "", badKey()
	}
	public, err := sm2Public(name, &private.PublicKey)
	if err != nil || !strings.HasPrefix(public, fmt.Sprintf("%s+%08x+", name, hash)) {
		return nil, "", badKey()
	}
	return &sm2Signer{sm2Verifier{name, hash, &private.PublicKey}, private, random}, public, nil
}

func generateSM2(random io.Reader, name string) (private, public string, err error) {
	key, err := sm2.GenerateKey(random)
	if err != nil {
		return "", "", err
	}
	public, err = sm2Public(name, &key.PublicKey)
	if err != nil {
		return "", "", err
	}
	secret := append([]byte(sm2Kind), key.D.FillBytes(make([]byte, 32))...)
	hash := strings.SplitN(public, "+", 3)[1]
	return privateWord + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(secret), public, nil
}

func sm2Public(name string, key *ecdsa.PublicKey) (string, error) {
	point, err := sm2.PublicKeyToECDH(key)
	if err != nil {
		return "", err
	}
	return joinKey(name, append([]byte(sm2Kind), point.Bytes()...)), nil
}

func joinKey(name string, key []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyHash(name, key), base64.StdEncoding.EncodeToString(key))
}

func splitKey(text string) (name string, hash uint32, key []byte, err error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 || len(parts[1]) != 8 || parts[0] == "" {
		return "", 0, nil, badKey()
	}
	n, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return "", 0, nil, badKey()
	}
	key, err = base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) < 2 {
		return "", 0, nil, badKey()
	}
	return parts[0], uint32(n), key, nil
}

// keyHash is the short name of a key, as signed notes count it.
func keyHash(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

func verifiers(keys []PublicKey, witnesses []string) ([]note.Verifier, error) {
	known := make([]note.Verifier, 0, len(keys)+len(witnesses))
	for _, k := range keys {
		v, err := NewVerifier(k.Key)
		if err != nil {
			return nil, err
		}
		known = append(known, v)
	}
	for _, key := range witnesses {
		v, err := NewVerifier(key)
		if err != nil {
			return nil, err
		}
		if isOrigin(v.Name()) {
			return nil, workflow.Invalid("bad_key", "witness", workflow.Say("见证方的密钥不能以%s开头", "the key of a witness may not be named %s…", originPrefix))
		}
		known = append(known, v)
	}
	return known, nil
}

type sm2Verifier struct {
	name string
	hash uint32
	key  *ecdsa.PublicKey
}

// Name is the name of the log.
func (v *sm2Verifier) Name() string { return v.name }

// KeyHash is the short name of the key.
func (v *sm2Verifier) KeyHash() uint32 { return v.hash }

// Verify says whether sig is the signature of msg.
func (v *sm2Verifier) Verify(msg, sig []byte) bool {
	return sm2.VerifyASN1WithSM2(v.key, nil, msg, sig)
}

type sm2Signer struct {
	sm2Verifier
	private *sm2.PrivateKey
	random  io.Reader
}

// Sign signs msg with SM2, over its SM3.
func (s *sm2Signer) Sign(msg []byte) ([]byte, error) {
	return s.private.SignWithSM2(s.random, nil, msg)
}
