package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"rectify/workflow"
	"rectify/workflow/proof"
)

// witnessCommand is run by another organ, now and then: it sees that the log of a server has only grown since the last time, keeps the
// newest checkpoint and puts its signature under it.
type witnessCommand struct {
	Key  string `required:"" help:"见证方的私钥文件 file of the private key of the witness." placeholder:"FILE"`
	Make string `help:"先生成私钥，名称如 jiwei.example，打印公钥 make the key first, by this name, and print the public one." placeholder:"NAME"`
	Held string `help:"上次留存的检查点文件，核对后更新 file of the checkpoint that is held; it is replaced by the newest." placeholder:"FILE"`
	Site string `help:"服务地址，如 http://127.0.0.1:8080 the address of the server." placeholder:"URL"`
}

const (
	witnessPatience = 30 * time.Second
	witnessMost     = 1 << 20 // bytes of an answer
)

// Run makes a key, or witnesses. It ends with 1 when the log has not only grown.
func (c *witnessCommand) Run(p *program) error {
	if c.Make != "" {
		return c.makeKey(p)
	}
	if c.Held == "" || c.Site == "" {
		return workflow.Invalid("missing_flag", "held", workflow.Say("请用 --held 文件 和 --site 地址 说明核对哪里、留存在哪里", "say with --held FILE and --site URL what to check and where to keep it"))
	}
	secret, err := os.ReadFile(c.Key)
	if err != nil {
		return unreadableFile(c.Key, err)
	}
	signer, err := proof.NewSigner(strings.TrimSpace(string(secret)), rand.Reader)
	if err != nil {
		return err
	}
	newest, err := c.check(p)
	if err != nil {
		return err
	}
	cosigned, err := proof.Cosign(newest.Note, signer)
	if err != nil {
		return err
	}
	if err := c.post(p.ctx, cosigned); err != nil {
		return err
	}
	p.print(workflow.Say("核对无误，已留存并联署：%d 行，短码 %s", "it has only grown; held and cosigned: %d lines, short code %s", newest.Size, newest.ShortCode()))
	return nil
}

func (c *witnessCommand) makeKey(p *program) error {
	private, public, err := note.GenerateKey(rand.Reader, c.Make)
	if err != nil {
		return workflow.Invalid("bad_name", "make", workflow.Say("名称不能有空格和加号", "a name has no spaces and no plus signs"))
	}
	file, err := os.OpenFile(c.Key, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unwritable(c.Key, err)
	}
	_, err = file.WriteString(private + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return unwritable(c.Key, err)
	}
	fmt.Fprintln(p.out, public)
	return nil
}

// check takes the newest checkpoint, holds it against the one that is held, and keeps it.
func (c *witnessCommand) check(p *program) (proof.Signed, error) {
	text, err := c.get(p.ctx, "/api/v1/proof/checkpoint")
	if err != nil {
		return proof.Signed{}, err
	}
	keys, err := c.keys(p.ctx) // after it: it may be signed with one that was made a moment ago
	if err != nil {
		return proof.Signed{}, err
	}
	newest, err := proof.Open(text, keys)
	if err != nil {
		return newest, err
	}
	if _, err := os.Stat(c.Held); errors.Is(err, fs.ErrNotExist) { // the first time
		return newest, c.keep(newest, keys)
	}
	kept, err := readHeld([]string{c.Held})
	if err != nil {
		return newest, err
	}
	held, err := proof.Open(kept[0], keys)
	if err != nil {
		return newest, err
	}
	grown, err := c.grown(p.ctx, held, newest)
	if err != nil {
		return newest, err
	}
	if !grown {
		p.print(workflow.Say("不符！服务器上的检查点（%d 行，%s）不是从留存的（%d 行，%s）增长而来：数据库被换成更早的，或历史被改写。留存的检查点没有改动，请保存好并查明",
			"it does not fit! The checkpoint of the server (%d lines, %s) does not grow out of the one that is held (%d lines, %s): the database was turned back, or its history rewritten. What is held was left as it is: keep it, and find out why",
			newest.Size, newest.ShortCode(), held.Size, held.ShortCode()))
		return newest, exit(exitPartly)
	}
	return newest, c.keep(newest, keys)
}

// keys are the public keys of the server. Those that were seen before must be among them, first and unchanged.
func (c *witnessCommand) keys(ctx context.Context) ([]proof.PublicKey, error) {
	text, err := c.get(ctx, "/api/v1/proof/keys")
	if err != nil {
		return nil, err
	}
	known, err := os.ReadFile(c.Held + ".pub")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unreadableFile(c.Held+".pub", err)
	}
	if !strings.HasPrefix(text, string(known)) {
		return nil, workflow.Refused("other_keys", workflow.Say("服务器的公钥不是上次见过的那些（留存在 %s.pub），请当面查明", "the public keys of the server are not those seen before (in %s.pub); find out why in person", c.Held))
	}
	return proof.ParseKeys(text)
}

func (c *witnessCommand) grown(ctx context.Context, held, newest proof.Signed) (bool, error) {
	if held.Size >= newest.Size || held.Size == 0 {
		return newest.GrowsFrom(held.Checkpoint, nil), nil
	}
	text, err := c.get(ctx, fmt.Sprintf("/api/v1/proof/consistency?from=%d&to=%d", held.Size, newest.Size))
	if err != nil {
		return false, err
	}
	var answer struct{ Hashes []string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return false, err
	}
	hashes := make([]tlog.Hash, len(answer.Hashes))
	for n, one := range answer.Hashes {
		if hashes[n], err = tlog.ParseHash(one); err != nil {
			return false, err
		}
	}
	return newest.GrowsFrom(held.Checkpoint, hashes), nil
}

// keep holds the checkpoint and the keys from now on, each file whole.
func (c *witnessCommand) keep(newest proof.Signed, keys []proof.PublicKey) error {
	for name, text := range map[string]string{c.Held + ".pub": proof.FormatKeys(keys), c.Held: newest.Note} {
		if err := os.WriteFile(name+".new", []byte(text), 0o600); err != nil {
			return unwritable(name, err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			return unwritable(name, err)
		}
	}
	return nil
}

func (c *witnessCommand) get(ctx context.Context, path string) (string, error) {
	return c.ask(ctx, http.MethodGet, path, nil)
}

func (c *witnessCommand) post(ctx context.Context, cosigned string) error {
	body, err := json.Marshal(map[string]string{"note": cosigned})
	if err == nil {
		_, err = c.ask(ctx, http.MethodPost, "/api/v1/proof/cosignatures", body)
	}
	return err
}

// ask asks the server, and gives back what it says in words where it refuses.
func (c *witnessCommand) ask(ctx context.Context, method, path string, body []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, witnessPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Site, "/")+path, bytes.NewReader(body))
	if err != nil {
		return "", workflow.Invalid("bad_site", "site", workflow.Say("服务地址写得不对：%v", "the address of the server is wrong: %v", err))
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", workflow.Refused("site_away", workflow.Say("连不上 %s（%v）", "%s does not answer (%v)", c.Site, err))
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, witnessMost))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = workflow.Refused("site_refused", workflow.Say("服务器没有接受（%d）：%s", "the server refused it (%d): %s", answer.StatusCode, text))
	}
	return string(text), err
}
