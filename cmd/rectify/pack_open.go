package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"rectify/api"
	"rectify/workflow"
	"rectify/workflow/calendar"
	"rectify/workflow/definitions"
	"rectify/workflow/engine"
	"rectify/workflow/pack"
	"rectify/workflow/store"
)

const (
	openedPrefix = "rectify-pack-"
	openedMark   = "opened.json"
)

// mark says in a folder into which a pack was decrypted whose it is.
type mark struct {
	PID  int       `json:"pid"`
	Pack string    `json:"pack"`
	At   time.Time `json:"at"`
}

// servePack shows an offline pack on this computer alone: what is in it is decrypted into a private folder that is taken away at the end.
func (c *serveCommand) servePack(p *program) error {
	if err := onlyHere(c.Listen); err != nil {
		return err
	}
	if err := p.leftOvers(); err != nil {
		return err
	}
	file, err := os.Open(c.Pack)
	if err != nil {
		return unreadableFile(c.Pack, err)
	}
	defer file.Close()
	passphrase, err := c.passphrase(p)
	if err != nil {
		return err
	}
	dir, err := p.privateFolder(c.Pack)
	if err != nil {
		return err
	}
	h, err := pack.Open(file, passphrase, dir)
	if err == nil && h.Until < workflow.DayOf(p.now()) {
		err = workflow.Refused("mandate_over", workflow.Say("授权%s已于%s到期，数据包不再打开；请执行 rectify wipe 销毁", "mandate %s came to its end on %s: the pack is not opened any more; destroy it with rectify wipe", h.Number, string(h.Until)))
	}
	if err == nil {
		err = c.showPack(p, h, dir)
	}
	err = errors.Join(err, os.RemoveAll(dir))
	p.print(workflow.Say("解开的内容已删除；数据包仍在 %s（rectify wipe 可销毁）", "what was decrypted is removed; the pack is still at %s (rectify wipe destroys it)", c.Pack))
	return err
}

// privateFolder makes a folder that nobody else may look into, with a mark by which it is found again after a crash.
func (p *program) privateFolder(name string) (string, error) {
	dir, err := os.MkdirTemp("", openedPrefix) // 0700
	if err != nil {
		return "", err
	}
	whole, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(mark{os.Getpid(), whole, p.now().UTC()})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, openedMark), body, 0o600)
	}
	return dir, err
}

// leftOvers names what a pack that was not closed left decrypted behind, and takes it away.
func (p *program) leftOvers() error {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), openedPrefix+"*"))
	for _, dir := range dirs {
		m, there := readMark(dir)
		if !there || running(m.PID) {
			continue
		}
		p.print(workflow.Say("上次没有正常结束：%s 里有 %s 解开的内容（%s），现已删除", "it was not ended in order: %s has what was decrypted of %s (%s); it is removed now", dir, m.Pack, m.At.In(workflow.China).Format(time.DateTime)))
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

func readMark(dir string) (m mark, ok bool) {
	body, err := os.ReadFile(filepath.Join(dir, openedMark))
	return m, err == nil && json.Unmarshal(body, &m) == nil
}

// running says whether a process with the id is there.
func running(pid int) bool {
	process, err := os.FindProcess(pid)
	return err == nil && !errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

// showPack serves what was decrypted. Nothing goes by itself: no timers, no messages, no sealing.
func (c *serveCommand) showPack(p *program, h pack.Head, dir string) error {
	r, err := p.packRules()
	if err != nil {
		return err
	}
	where := store.Config{DSN: "sqlite:" + filepath.Join(dir, pack.Database), Now: p.now, Log: p.log}
	if _, err := store.Migrate(p.ctx, where); err != nil { // it may have been made by an older version of this program; what is here is a copy
		return err
	}
	db, err := store.Open(p.ctx, where)
	if err != nil {
		return err
	}
	files, err := store.OpenFiles(filepath.Join(dir, pack.Evidence))
	if err != nil {
		return errors.Join(err, db.Close())
	}
	o := &opened{db: db, files: files, osUser: p.osUser}
	o.engine, err = engine.New(p.ctx, engine.Config{DB: db, Files: files, Guard: r.guard, Definitions: r.definitions, Calendar: r.calendar, Now: p.now,
		NewID: engine.IDs(p.now, rand.Reader), Random: rand.Reader, Log: p.log})
	if err == nil {
		err = c.runPack(p, o, h, dir)
	}
	return errors.Join(err, o.Close())
}

func (p *program) packRules() (r rules, err error) {
	if r.guard, err = shippedPolicy(); err == nil {
		r.definitions, err = definitions.Shipped()
	}
	r.calendar = calendar.Shipped()
	return r, err
}

func (c *serveCommand) runPack(p *program, o *opened, h pack.Head, dir string) error {
	code := rand.Text()[:12] + "-a1" // of the kinds that a password has
	if err := o.engine.SetPassword(p.ctx, workflow.Actor{Name: h.Name, OSUser: p.osUser}, []string{h.Account}, code); err != nil {
		return err
	}
	desk := o.engine.NewDesk(h, dir, c.Pack+pack.Beside)
	if _, err := desk.Findings(); err != nil {
		return err
	}
	if err := c.check(p, desk); err != nil {
		return err
	}
	server, err := api.New(api.Config{Engine: o.engine, Sessions: o.db.Sessions(api.SessionPerson), Log: p.log, Now: p.now, Version: version, Desk: desk})
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	l, err := listen.Listen(p.ctx, "tcp", c.Listen)
	if err != nil {
		return workflow.Refused("cannot_listen", workflow.Say("不能在 %s 上提供服务（%v）", "cannot listen on %s (%v)", c.Listen, err))
	}
	p.print(workflow.Say("巡察授权%s的离线数据包（只读，%d个问题；按 Ctrl+C 结束）：账号 %s，本次密码 %s，http://%s",
		"offline pack of mandate %s (read-only, %d issues; end it with Ctrl+C): account %s, password of this time %s, http://%s", h.Number, h.Issues, h.Account, code, l.Addr()))
	return server.Run(p.ctx, l)
}

// check says whether what is in the pack is what its proof says. Where it is not the pack is shown all the same, with a warning on every page.
func (c *serveCommand) check(p *program, desk *engine.Desk) error {
	held, err := readHeld(c.Held)
	if err != nil {
		return err
	}
	p.print(workflow.Say("正在核验数据包……", "the pack is verified …"))
	if desk.Report, err = desk.Check(p.ctx, held); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s\n", desk.Report.Print(p.flags.Lang))
	return err
}

// wipeCommand destroys an offline pack.
type wipeCommand struct {
	File string `arg:"" help:"数据包 the pack."`
	Yes  bool   `help:"不再询问，包括没有导出的发现 do not ask again, not about findings that were not exported either."`
	jsonFlag
}

// wiped is a file that was destroyed.
type wiped struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Run takes the pack away, what is kept beside it and what was decrypted of it, and prints what it was.
func (c *wipeCommand) Run(p *program) error {
	whole, err := filepath.Abs(c.File)
	if err != nil {
		return err
	}
	if _, err := os.Stat(whole + pack.Beside); err == nil && !c.Yes {
		return workflow.Refused("findings_kept", workflow.Say("%s 里有查阅记录，可能还有写下的发现：请先导出变更集带回；已经带回的，请加 --yes 一起销毁", "%s has what was looked at, and findings if there are any: export the change set first; if that is done say --yes to destroy them too", whole+pack.Beside))
	}
	folders, err := decrypted(whole)
	if err != nil {
		return err
	}
	gone, err := wipeAll(whole, folders)
	if err != nil {
		return err
	}
	for _, dir := range folders {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return c.certify(p, gone, folders)
}

// wipeAll takes a pack away, what is kept beside it, and the files in folders. What an attempt before this one has taken away already is
// passed over; that nothing at all is there is an error.
func wipeAll(whole string, folders []string) (gone []wiped, err error) {
	names := []string{whole, whole + pack.Beside, whole + pack.Beside + ".new"}
	for _, dir := range folders {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && name != filepath.Join(dir, openedMark) {
				names = append(names, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		w, err := wipe(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return gone, unreadableFile(name, err)
		}
		gone = append(gone, w)
	}
	if len(gone)+len(folders) == 0 {
		err = unreadableFile(whole, os.ErrNotExist)
	}
	return gone, err
}

// decrypted are the folders that a crash left behind of a pack. ErrRefused while it is open.
func decrypted(name string) (folders []string, err error) {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), openedPrefix+"*"))
	for _, dir := range dirs {
		m, there := readMark(dir)
		switch {
		case !there || m.Pack != name:
			continue
		case running(m.PID):
			return nil, workflow.Refused("pack_open", workflow.Say("数据包正打开着（进程%d），请先结束", "the pack is open (process %d): end that first", m.PID))
		}
		folders = append(folders, dir)
	}
	return folders, err
}

// wipe reads a file for the certificate, writes over it and takes it away.
func wipe(name string) (w wiped, err error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return w, err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.CopyN(f, rand.Reader, size)
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Remove(name)
	}
	return wiped{name, size, hex.EncodeToString(sum.Sum(nil))}, err
}

func (c *wipeCommand) certify(p *program, gone []wiped, folders []string) error {
	at := p.now().In(workflow.China).Format(time.DateTime)
	host, _ := os.Hostname()
	if c.JSON {
		return p.printJSON(map[string]any{"at": at, "by": p.osUser, "computer": host, "files": gone, "folders": append([]string{}, folders...)})
	}
	p.print(workflow.Say("离线数据包销毁证明", "Certificate: an offline pack was destroyed"))
	p.print(workflow.Say("时间 %s，计算机 %s，操作系统用户 %s", "at %s, on %s, by the user %s of the operating system", at, host, p.osUser))
	for _, w := range gone {
		fmt.Fprintf(p.out, "  %s\n    %d %s  SHA-256 %s\n", w.Name, w.Size, p.say(workflow.Say("字节", "bytes")), w.SHA256)
	}
	for _, dir := range folders {
		fmt.Fprintf(p.out, "  %s\n", strings.TrimRight(dir, "/"))
	}
	p.print(workflow.Say("以上文件已先用随机数覆盖、再删除。固态盘、写时复制的文件系统和备份可能留有旧内容，覆盖不能保证消除；数据包本身是加密的。签名：____________",
		"Each file was written over with random bytes and then removed. Solid-state disks, file systems that copy on write, and backups may keep what was there: writing over promises nothing there. The pack itself is encrypted. Signed: ____________"))
	return nil
}
