package api

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow/proof"
)

// Anybody takes the newest checkpoint and the keys without signing in, and proves later that the log has only grown.
func TestAnybodyHoldsTheLogToItsCheckpoints(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	keys, err := proof.ParseKeys(o.call("", "GET", "/api/v1/proof/keys", "").body)
	require.NoError(t, err)
	take := func() proof.Signed {
		a := o.call("", "GET", "/api/v1/proof/checkpoint", "")
		require.Equal(t, http.StatusOK, a.status, a.body)
		require.Equal(t, "text/plain", strings.Split(a.header.Get("Content-Type"), ";")[0])
		c, err := proof.Open(a.body, keys)
		require.NoError(t, err)
		return c
	}
	first := take()
	o.rectifying()
	second := take()
	require.Greater(t, second.Size, first.Size)
	query := "?from=" + strconv.FormatInt(first.Size, 10) + "&to=" + strconv.FormatInt(second.Size, 10)
	var grown Consistency
	require.NoError(t, json.Unmarshal([]byte(o.call("", "GET", "/api/v1/proof/consistency"+query, "").body), &grown))
	var hashes []tlog.Hash
	for _, text := range grown.Hashes {
		h, err := tlog.ParseHash(text)
		require.NoError(t, err)
		hashes = append(hashes, h)
	}
	require.True(t, second.GrowsFrom(first.Checkpoint, hashes))
	require.Equal(t, http.StatusUnprocessableEntity, o.call("", "GET", "/api/v1/proof/consistency?from=5&to=3", "").status)

	var list Checkpoints
	require.NoError(t, json.Unmarshal([]byte(o.call("gaofeng", "GET", "/api/v1/proof/checkpoints?limit=1", "").body), &list))
	require.Len(t, list.Checkpoints, 1)
	require.Equal(t, second.ShortCode(), list.Checkpoints[0].Code)

	private, _, err := note.GenerateKey(rand.Reader, "stranger.example")
	require.NoError(t, err)
	signer, err := proof.NewSigner(private, rand.Reader)
	require.NoError(t, err)
	cosigned, err := proof.Cosign(second.Note, signer)
	require.NoError(t, err)
	body, err := json.Marshal(Cosigned{Note: cosigned})
	require.NoError(t, err)
	require.Equal(t, http.StatusForbidden, o.call("", "POST", "/api/v1/proof/cosignatures", string(body)).status, "nobody named this witness")
}

// The page shows the short code and the code to photograph, and gives the checkpoint as a file.
func TestProofPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := o.signedIn(t, "gaofeng")
	html := b.see(proofPage)
	require.Regexp(t, `([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}`, html)
	at := strings.LastIndex(html, checkpointsPage)
	path, _, _ := strings.Cut(html[at:], `"`)
	file := o.call("gaofeng", "GET", path, "")
	require.Contains(t, file.header.Get("Content-Disposition"), "attachment")
	require.True(t, strings.HasPrefix(o.call("gaofeng", "GET", path+"/code", "").body, "\x89PNG"))
	_, err := proof.Peek(file.body)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, o.call("gaofeng", "GET", checkpointsPage+"9999999", "").status)
}
