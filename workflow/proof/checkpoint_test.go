package proof_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// newKeys makes keys in a folder of their own.
func newKeys(t *testing.T, withSM2 bool) (*proof.Keys, string) {
	dir := filepath.Join(t.TempDir(), "keys")
	k, err := proof.MakeKeys(dir, rand.Reader, noon, withSM2)
	require.NoError(t, err)
	return k, dir
}

func code(err error) string {
	if f, ok := err.(*workflow.Fault); ok { //nolint:errorlint // what these functions return is the fault itself
		return f.Code
	}
	return ""
}

func TestCheckpointIsSignedAndOpened(t *testing.T) {
	for _, withSM2 := range []bool{false, true} {
		k, _ := newKeys(t, withSM2)
		c := proof.Checkpoint{Origin: k.Origin, Size: 17, Root: tlog.RecordHash([]byte("x")), At: noon}
		require.Regexp(t, `^rectify/[0-9a-f]{16}\n17\n[A-Za-z0-9+/]{43}=\nat 2026-03-02T04:00:00.000Z\n$`, c.Text())
		require.Regexp(t, `^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$`, c.ShortCode())

		signed, err := k.Sign(c)
		require.NoError(t, err)
		opened, err := proof.Open(signed, k.Public)
		require.NoError(t, err)
		require.Equal(t, c, opened.Checkpoint)
		require.Len(t, opened.By, len(k.Signers))

		other, _ := newKeys(t, withSM2)
		_, err = proof.Open(signed, other.Public)
		require.Equal(t, "unknown_key", code(err))
	}
}

// Every single byte of a signed checkpoint counts, except that the signature of a key that is not known may be lost.
func TestNoByteOfACheckpointCanBeChanged(t *testing.T) {
	for _, withSM2 := range []bool{false, true} {
		k, _ := newKeys(t, withSM2)
		c := proof.Checkpoint{Origin: k.Origin, Size: 17, Root: tlog.RecordHash([]byte("x")), At: noon}
		signed, err := k.Sign(c)
		require.NoError(t, err)
		for n := range len(signed) {
			changed := []byte(signed)
			changed[n] ^= 1
			opened, err := proof.Open(string(changed), k.Public)
			if err == nil {
				require.True(t, withSM2 && len(opened.By) == 1, "byte %d", n)
				require.Equal(t, c, opened.Checkpoint, "what was signed is what was read")
			}
		}
	}
}

func TestOnlyOneTextIsACheckpoint(t *testing.T) {
	good := proof.Checkpoint{Origin: "rectify/0123456789abcdef", Size: 17, At: noon}.Text()
	_, err := proof.ParseCheckpoint(good)
	require.NoError(t, err)
	for _, change := range [][2]string{{"17", "017"}, {"17", "+17"}, {"17", "-17"}, {"\nat ", "\nAt "}, {".000Z", "Z"}, {"rectify/", "other/"}, {"abcdef", "ABCDEF"}, {"\n17", "\r\n17"}} {
		_, err := proof.ParseCheckpoint(strings.Replace(good, change[0], change[1], 1))
		require.Error(t, err, change)
	}
	_, err = proof.ParseCheckpoint(good + "more\n")
	require.Error(t, err)
}

func TestKeysAreKeptFromOthersAndRotated(t *testing.T) {
	first, dir := newKeys(t, true)
	for path, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "seal.key"): 0o600} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Perm(), path)
	}
	_, err := proof.MakeKeys(dir, rand.Reader, noon, false)
	require.ErrorIs(t, err, os.ErrExist, "keys are never made over others")

	later := noon.Add(48 * time.Hour)
	second, err := proof.RotateKeys(dir, rand.Reader, later, true)
	require.NoError(t, err)
	require.Equal(t, first.Origin, second.Origin)
	require.Len(t, second.Public, 4)
	require.Equal(t, first.Public, second.Public[:2])

	sign := func(k *proof.Keys, at time.Time) string {
		signed, err := k.Sign(proof.Checkpoint{Origin: k.Origin, Size: 3, At: at})
		require.NoError(t, err)
		return signed
	}
	_, err = proof.Open(sign(first, noon.Add(time.Hour)), second.Public)
	require.NoError(t, err, "an old key stays valid for an old checkpoint")
	_, err = proof.Open(sign(second, later.Add(time.Hour)), second.Public)
	require.NoError(t, err)
	_, err = proof.Open(sign(first, later.Add(9*time.Minute)), second.Public)
	require.NoError(t, err, "another process, whose clock is fast, did not know of it yet")
	_, err = proof.Open(sign(first, later.Add(time.Hour)), second.Public)
	require.Equal(t, "retired_key", code(err), "an old key signs nothing new")

	again, err := proof.ReadKeys(dir, rand.Reader)
	require.NoError(t, err)
	require.Equal(t, second.Public, again.Public)
	parsed, err := proof.ParseKeys("# the keys\n\n" + proof.FormatKeys(again.Public))
	require.NoError(t, err)
	require.Equal(t, again.Public, parsed)
}

// When the program was killed between the two files of keys, the public key is made from the private one.
func TestKeysSurviveAKill(t *testing.T) {
	k, dir := newKeys(t, true)
	require.NoError(t, os.Remove(filepath.Join(dir, "seal.pub")))
	again, err := proof.ReadKeys(dir, rand.Reader)
	require.NoError(t, err)
	require.Equal(t, k.Public, again.Public)
	_, err = proof.ReadKeys(t.TempDir(), rand.Reader)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "seal.key"), []byte("nonsense"), 0o600))
	_, err = proof.ReadKeys(dir, rand.Reader)
	require.Equal(t, "bad_key", code(err))
}

func TestAWitnessCosigns(t *testing.T) {
	k, _ := newKeys(t, false)
	private, public, err := note.GenerateKey(rand.Reader, "witness.example")
	require.NoError(t, err)
	witness, err := proof.NewSigner(private, rand.Reader)
	require.NoError(t, err)
	signed, err := k.Sign(proof.Checkpoint{Origin: k.Origin, Size: 3, At: noon})
	require.NoError(t, err)

	cosigned, err := proof.Cosign(signed, witness)
	require.NoError(t, err)
	kept, err := proof.AddCosignature(signed, cosigned, public)
	require.NoError(t, err)
	require.Equal(t, cosigned, kept)
	twice, err := proof.AddCosignature(kept, cosigned, public)
	require.NoError(t, err)
	require.Equal(t, kept, twice)
	opened, err := proof.Open(kept, k.Public, public)
	require.NoError(t, err)
	require.Len(t, opened.Witnesses, 1)

	other, err := k.Sign(proof.Checkpoint{Origin: k.Origin, Size: 4, At: noon})
	require.NoError(t, err)
	_, err = proof.AddCosignature(other, cosigned, public)
	require.Equal(t, "bad_checkpoint", code(err))
	_, err = proof.AddCosignature(signed, signed, public)
	require.Equal(t, "unknown_key", code(err))

	alone, err := note.Sign(&note.Note{Text: opened.Text()}, witness)
	require.NoError(t, err)
	_, err = proof.Open(string(alone), k.Public, public)
	require.Equal(t, "unknown_key", code(err), "a witness does not stand for the log")
	_, err = proof.Open(signed, k.Public, k.Public[0].Key)
	require.Equal(t, "bad_key", code(err), "a log is not its own witness")
}
