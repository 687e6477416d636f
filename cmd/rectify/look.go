package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// exportCommand writes the ledger.
type exportCommand struct {
	Out         string   `short:"o" help:"写到哪个文件，- 为标准输出 the file to write, - for the standard output." placeholder:"FILE"`
	Title       string   `help:"台账的标题 the title of the ledger."`
	State       []string `help:"状态，可用逗号分隔多个 states." placeholder:"WORD"`
	Phase       string   `help:"环节 phase: find, assign, rectify, verify, close, end." placeholder:"WORD"`
	Source      []string `help:"问题来源 sources." placeholder:"WORD"`
	Kind        []string `help:"整改类型 kinds: immediate, timed, lasting." placeholder:"WORD"`
	Grade       []string `help:"等级 grades: ordinary, serious, major." placeholder:"WORD"`
	Under       string   `help:"该组织（编码）及其下级 this organisation (code) and those below it." placeholder:"CODE"`
	Responsible string   `help:"责任单位（编码）responsible organisation (code)." placeholder:"CODE"`
	DueFrom     string   `help:"时限不早于，如 2026-03-31 due on or after." placeholder:"DAY"`
	DueTo       string   `help:"时限不晚于 due on or before." placeholder:"DAY"`
	Light       string   `help:"红黄绿灯 light: in_time, soon, overdue, none." placeholder:"WORD"`
	Text        string   `help:"编号或问题的一部分 a part of the number or the problem."`
	onFlag
	byFlag
}

// onFlag asks for things as they were.
type onFlag struct {
	On string `help:"截至过去哪一天结束时，如 2026-05-31；不给则为现在 as of the end of a past day; now if not given." placeholder:"DAY"`
}

// day is the past day, "" for now.
func (f onFlag) day() (day workflow.Day, err error) {
	err = day.UnmarshalText([]byte(f.On))
	return day, err
}

// Run exports.
func (c *exportCommand) Run(p *program) error {
	if c.Out == "" {
		return workflow.Invalid("missing_file", "out", workflow.Say("请用 -o 文件 说明写到哪里（- 为标准输出）", "say with -o FILE where to write (- for the standard output)"))
	}
	f, err := c.filter()
	if err != nil {
		return err
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		under, err := o.orgCoded(ctx, c.Under)
		if err != nil {
			return err
		}
		if f.Responsible, err = o.orgCoded(ctx, c.Responsible); err != nil {
			return err
		}
		write := func(w io.Writer) error { return o.engine.ExportLedger(ctx, by, f, under, c.Title, w) }
		if c.Out == "-" {
			return write(p.out)
		}
		return writeFile(c.Out, write)
	})
}

// filter reads the words of the flags; an unknown one is refused, because it would give a list that looks complete.
func (c *exportCommand) filter() (f engine.Filter, err error) {
	f.Text = c.Text
	if f.On, err = c.day(); err != nil {
		return f, err
	}
	for _, word := range c.State {
		if _, ok := workflow.State(word).Rule(); !ok {
			return f, unknownWord("state", word)
		}
		f.States = append(f.States, workflow.State(word))
	}
	for _, word := range c.Source {
		if _, ok := workflow.Source(word).Rule(); !ok {
			return f, unknownWord("source", word)
		}
		f.Sources = append(f.Sources, workflow.Source(word))
	}
	for _, word := range c.Kind {
		if !known(word, workflow.Kinds()) {
			return f, unknownWord("kind", word)
		}
		f.Kinds = append(f.Kinds, workflow.Kind(word))
	}
	for _, word := range c.Grade {
		var g workflow.Grade
		if err := g.UnmarshalText([]byte(word)); err != nil {
			return f, err
		}
		f.Grades = append(f.Grades, g)
	}
	if f.Phase = workflow.Phase(c.Phase); c.Phase != "" && workflow.PhaseText(f.Phase) == (workflow.Text{}) {
		return f, unknownWord("phase", c.Phase)
	}
	switch f.Light = workflow.Light(c.Light); f.Light {
	case "", workflow.LightNone, workflow.LightInTime, workflow.LightSoon, workflow.LightOverdue:
	default:
		return f, unknownWord("light", c.Light)
	}
	if err := f.DueFrom.UnmarshalText([]byte(c.DueFrom)); err != nil {
		return f, err
	}
	return f, f.DueTo.UnmarshalText([]byte(c.DueTo))
}

func known(word string, words []workflow.Wording) bool {
	for _, w := range words {
		if w.Word == word {
			return true
		}
	}
	return false
}

func unknownWord(flag, word string) error {
	return workflow.Invalid("unknown_word", flag, workflow.Say("--%s 没有“%s”这个词", "--%s: there is no word %q", flag, word))
}

// historyCommand shows the history of an issue.
type historyCommand struct {
	Number string `arg:"" help:"问题编号，如 XC-0101-2026-0017 the number of the issue."`
	onFlag
	byFlag
	jsonFlag
}

// lineJSON is one line of history for programs.
type lineJSON struct {
	Seq        int             `json:"seq"`
	At         time.Time       `json:"at"`
	Action     string          `json:"action"`
	Name       string          `json:"name"`
	Post       workflow.Post   `json:"post,omitempty"`
	OrgName    string          `json:"org_name,omitempty"`
	Relation   string          `json:"relation,omitempty"`
	Rule       string          `json:"rule,omitempty"`
	OSUser     string          `json:"os_user,omitempty"`
	Round      int             `json:"round"`
	Version    int             `json:"version"`
	From       workflow.State  `json:"from,omitempty"`
	To         workflow.State  `json:"to"`
	Note       string          `json:"note,omitempty"`
	Definition string          `json:"definition,omitempty"`
	Changes    json.RawMessage `json:"changes,omitempty"`
	Digest     string          `json:"digest"`
}

// Run shows the history.
func (c *historyCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		on, err := c.day()
		if err != nil {
			return err
		}
		view, err := o.engine.IssueNumberedOn(ctx, by, c.Number, on)
		if err != nil {
			return err
		}
		lines, err := allHistory(ctx, o.engine, by, view.Issue.ID, on)
		if err != nil {
			return err
		}
		if c.JSON {
			return p.printJSON(historyJSON(view.Issue, lines))
		}
		p.historyText(view.Issue, lines)
		return nil
	})
}

func allHistory(ctx context.Context, e *engine.Engine, by workflow.Actor, id workflow.IssueID, on workflow.Day) (lines []workflow.Line, err error) {
	for after := 0; ; {
		page, err := e.HistoryOn(ctx, by, id, on, after, engine.PageLimit)
		lines = append(lines, page...)
		if err != nil || len(page) < engine.PageLimit {
			return lines, err
		}
		after = page[len(page)-1].Seq
	}
}

func historyJSON(i workflow.Issue, lines []workflow.Line) any {
	out := make([]lineJSON, len(lines))
	for n := range lines {
		l := &lines[n]
		out[n] = lineJSON{Seq: l.Seq, At: l.At, Action: l.Action, Name: l.Name, Post: l.Post, OrgName: l.OrgName, Relation: l.Relation, Rule: l.Rule,
			OSUser: l.OSUser, Round: l.Round, Version: l.Version, From: l.From, To: l.To, Note: l.Note, Definition: l.Definition, Changes: l.Data,
			Digest: hex.EncodeToString(l.Digest[:])}
	}
	return struct {
		Number string         `json:"number"`
		State  workflow.State `json:"state"`
		Lines  []lineJSON     `json:"lines"`
	}{i.ShownNumber(), i.State, out}
}

func (p *program) historyText(i workflow.Issue, lines []workflow.Line) {
	p.print(workflow.Say("%s  %s  %s", "%s  %s  %s", i.ShownNumber(), i.State.Text(), i.Detail))
	for n := range lines {
		l := &lines[n]
		post, _ := workflow.PostNamed(string(l.Post))
		who := workflow.Say("%s(%s %s)", "%s (%s %s)", l.Name, l.OrgName, post.Text)
		var way workflow.Text
		if l.From != l.To {
			way = workflow.Say(" → %s", " → %s", l.To.Text())
		}
		fmt.Fprintf(p.out, "%3d  %s  %s  %s%s  %s\n", l.Seq, l.At.In(workflow.China).Format("2006-01-02 15:04"), p.say(who),
			p.say(workflow.Action(l.Action).Text()), p.say(way), strings.ReplaceAll(l.Note, "\n", " "))
	}
}
