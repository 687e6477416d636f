package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"rectify/api"
	"rectify/workflow"
	"rectify/workflow/proof"
)

// serveCommand serves.
type serveCommand struct {
	Listen        string   `help:"服务地址 the address to listen on." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Demo          bool     `help:"空数据文件夹里装入演示数据 fill an empty folder with demonstration data."`
	TrustedProxy  []string `help:"信任哪些反向代理的 X-Forwarded-For（网段）whose X-Forwarded-For is believed." placeholder:"CIDR"`
	SecureCookies bool     `help:"会话 cookie 只经 HTTPS 发送（前面有 HTTPS 代理时用）send the cookie of the session over HTTPS only."`
	Pack          string   `help:"打开离线数据包，只读 open an offline pack, to be read only." placeholder:"FILE" type:"path"`
	Held          []string `help:"打开数据包时与之核对的检查点，文件或短码，可多个 checkpoints that you kept, to hold the pack against: files or short codes." placeholder:"FILE"`
	packFlags
	Witness []string `help:"谁可以为检查点联署（见证方的公钥）public keys of those who may cosign checkpoints." placeholder:"KEY"`
	deliveryFlags
}

// How often what nobody needs any more is swept away. A file of evidence waits a day for the step that names it.
const (
	sweepEvery   = time.Hour
	orphanAfter  = 24 * time.Hour
	refreshEvery = 30 * time.Second // settings that another process changed
	sealEvery    = time.Minute      // how long a line of history may be altered before it is noticed
)

// Run serves until it is told to stop: then it takes no new requests, lets those under way finish, ends its loops and closes the
// database.
func (c *serveCommand) Run(p *program) error {
	if c.Pack != "" {
		return c.servePack(p)
	}
	proxies, err := networks(c.TrustedProxy)
	if err != nil {
		return err
	}
	if p.channels, err = c.channels(); err != nil {
		return err
	}
	if p.witnesses, err = proof.Witnesses(c.Witness); err != nil {
		return err
	}
	r, err := p.loadRules()
	if err != nil {
		return err
	}
	if err := p.proveRules(&r); err != nil {
		return p.unlessStopped(err)
	}
	var accounts []demoAccount
	if c.Demo {
		if err := onlyHere(c.Listen); err != nil {
			return err
		}
		if accounts, err = p.demonstrate(r); err != nil {
			return err
		}
	}
	o, err := p.openAt(r, true, p.now)
	if err != nil {
		return p.unlessStopped(err)
	}
	return errors.Join(c.serve(p, o, proxies, accounts), o.Close())
}

// unlessStopped is the error, none where the program was told to stop while it began to serve.
func (p *program) unlessStopped(err error) error {
	if p.ctx.Err() != nil {
		return nil
	}
	return err
}

// onlyHere refuses to show a demonstration, whose passwords are printed, to anybody but this computer.
func onlyHere(address string) error {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return workflow.Refused("demo_is_local", workflow.Say("演示数据的密码是公开的，只能在本机打开：--listen 请用 127.0.0.1",
		"the passwords of the demonstration are public, so it is served on this computer only: use --listen 127.0.0.1"))
}

func (c *serveCommand) serve(p *program, o *opened, proxies []*net.IPNet, accounts []demoAccount) error {
	sessions := o.db.Sessions(api.SessionPerson)
	server, err := api.New(api.Config{Engine: o.engine, Sessions: sessions, Log: p.log, Now: p.now, Secure: c.SecureCookies, Proxies: proxies, Version: version, Demo: demoPeople(accounts)})
	if err != nil {
		return err
	}
	deliverer, err := c.deliverer(p, o)
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	l, err := listen.Listen(p.ctx, "tcp", c.Listen)
	if err != nil {
		return workflow.Refused("cannot_listen", workflow.Say("不能在 %s 上提供服务（%v）：地址是否写对，端口是否已被占用？", "cannot listen on %s (%v): is the address right, is the port taken?", c.Listen, err))
	}
	p.welcome(l.Addr(), accounts)
	loops, stop := context.WithCancel(p.ctx)
	var running sync.WaitGroup
	running.Go(func() { o.sweep(loops, p.log, p.now, sessions.Sweep) })
	running.Go(func() { o.refresh(loops, p.log) })
	running.Go(func() { o.db.KeepCounting(loops) })
	running.Go(func() { o.engine.KeepSealing(loops, sealEvery) })
	running.Go(func() { o.runDays(loops, p.log) })
	running.Go(func() { deliverer.Run(loops) })
	err = server.Run(p.ctx, l)
	stop()
	running.Wait()
	return err
}

// welcome says where to look, and in a demonstration as whom to sign in.
func (p *program) welcome(addr net.Addr, accounts []demoAccount) {
	p.print(workflow.Say("问题清单整改系统 %s：http://%s", "Rectify %s: http://%s", version, addr))
	if len(accounts) == 0 {
		return
	}
	p.print(workflow.Say("演示账号（密码都是 %s；演示数据，请勿用于实际工作）：", "demonstration accounts (the password of all is %s; not for real work):", demoPassword))
	for _, a := range accounts {
		fmt.Fprintf(p.out, "  %-14s %s  %s\n", a.account, a.name, a.posts)
	}
}

// sweep takes away, every hour, sessions that have ended, files that no step ever named, and messages of long ago.
func (o *opened) sweep(ctx context.Context, log *slog.Logger, now func() time.Time, sessions func(context.Context) (int, error)) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		ended, err := sessions(ctx)
		orphans, errFiles := o.files.Sweep(ctx, o.db, now().Add(-orphanAfter))
		messages, errMessages := o.db.SweepMessages(ctx, now().Add(-messagesKept))
		if err = errors.Join(err, errFiles, errMessages); err != nil && ctx.Err() == nil {
			log.Error("sweeping failed; it is tried again in an hour", "error", err)
			continue
		}
		log.Info("swept", "sessions", ended, "files", orphans, "messages", messages)
	}
}

// refresh takes into use what administrators change, here or elsewhere, and works out again what depends on it.
func (o *opened) refresh(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(refreshEvery)
	defer tick.Stop()
	for {
		if err := o.engine.Refresh(ctx); err != nil && ctx.Err() == nil {
			log.Error("settings could not be read; it is tried again in half a minute", "error", err)
		}
		n, err := o.engine.Reckon(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("dates could not be worked out again; it is tried again in half a minute", "error", err)
		}
		if n > 0 {
			log.Info("dates were worked out again", "issues", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func networks(texts []string) ([]*net.IPNet, error) {
	var out []*net.IPNet
	for _, text := range texts {
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, workflow.Invalid("bad_network", "trusted-proxy", workflow.Say("--trusted-proxy 应写成网段，如 10.0.0.5/32，读到“%s”", "--trusted-proxy is a network such as 10.0.0.5/32, not %q", text))
		}
		out = append(out, network)
	}
	return out, nil
}
