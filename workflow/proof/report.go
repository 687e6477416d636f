package proof

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rectify/workflow"
)

// Outcome is how a verification ended.
type Outcome int

// The outcomes.
const (
	Whole      Outcome = 0 // nothing is wrong
	Altered    Outcome = 1 // something is
	Unreadable Outcome = 2 // it is no bundle, or cannot be read
	Uncompared Outcome = 3 // nothing is wrong, but a checkpoint that somebody held could not be compared with it
)

// Exit is the code with which the command ends: 0 for whole, 1 for altered, 2 where there is no answer to what was asked.
func (o Outcome) Exit() int { return min(int(o), int(Unreadable)) }

// Finding is one sentence of a report.
type Finding struct {
	Code   string        `json:"code"`
	Text   workflow.Text `json:"text"`
	Record int64         `json:"record,omitempty"` // of the bundle: the line of the file, counted from 1
	Line   *LineName     `json:"line,omitempty"`   // of history
	Field  string        `json:"field,omitempty"`
	Since  workflow.Day  `json:"since,omitempty"` // the last day up to which a checkpoint still vouches for everything before it
}

// LineName says which line of history a finding is about.
type LineName struct {
	Kind    string        `json:"kind"`
	Subject int64         `json:"subject,string"`
	Number  string        `json:"number,omitempty"` // of the issue, as far as it is known
	Seq     int           `json:"seq"`
	Text    workflow.Text `json:"text"`
}

// Report is what Verify found out.
type Report struct {
	Outcome     Outcome       `json:"outcome"`
	About       workflow.Text `json:"about"` // what the bundle is of, who took it and when
	Origin      string        `json:"origin,omitempty"`
	Lines       int64         `json:"lines"`
	Issues      int64         `json:"issues"`
	Files       int64         `json:"files"`
	Checkpoints int           `json:"checkpoints"`
	Size        int64         `json:"size"`                 // lines of the log at the newest checkpoint
	ShortCode   string        `json:"short_code,omitempty"` // of the newest checkpoint
	Newest      string        `json:"newest,omitempty"`     // the newest checkpoint as it is signed
	Keys        []PublicKey   `json:"keys,omitempty"`       // that signatures were verified with

	Late    int64 `json:"late"`            // lines that no checkpoint had within ten minutes of the time they bear
	Longest int64 `json:"longest_seconds"` // from the time of a line to the first checkpoint that has it

	Checked []Finding `json:"checked"`        // what was looked at and is right
	Wrong   []Finding `json:"wrong"`          // in the order of the file
	More    int       `json:"more,omitempty"` // that is wrong beside these
	Open    []Finding `json:"open"`           // what this bundle cannot tell
}

// maxWrong is how many findings a report lists; more are counted.
const maxWrong = 200

// Find puts down something that is wrong. Of very many the last ones are only counted.
func (r *Report) Find(f Finding) {
	if r.Outcome != Unreadable {
		r.Outcome = Altered
	}
	if len(r.Wrong) >= maxWrong {
		r.More++
		return
	}
	r.Wrong = append(r.Wrong, f)
}

// Verdict is the report in one sentence.
func (r *Report) Verdict() workflow.Text {
	switch r.Outcome {
	case Whole:
		return workflow.Say("核验通过：没有发现改动。", "Whole: nothing was found altered.")
	case Altered:
		return workflow.Say("核验不通过：发现%d处不符。", "Altered: %d things are wrong.", len(r.Wrong)+r.More)
	case Uncompared:
		return workflow.Say("没有核验完：证明包里没有发现改动，但您留存的检查点没能与它比对，不能算通过（怎么办见“说明不了的”）。",
			"Not finished: nothing in the bundle was found altered, but a checkpoint that you kept could not be compared with it. That is no pass; what to do stands under what it cannot tell.")
	}
	return workflow.Say("无法核验：这不是证明包，或读不出来。", "Not verified: this is no bundle, or it cannot be read.")
}

// Print is the report as a text for people in the language.
func (r *Report) Print(lang string) string {
	var b strings.Builder
	put := func(t workflow.Text) { b.WriteString(t.In(lang) + "\n") }
	put(r.Verdict())
	if r.About.Zh != "" {
		put(r.About)
	}
	if r.ShortCode != "" {
		put(workflow.Say("所依据的检查点：%s，共%d条记录（%s）", "by the checkpoint %s over %d lines (%s)", r.ShortCode, r.Size, r.Origin))
	}
	for _, part := range []struct {
		title workflow.Text
		all   []Finding
	}{
		{workflow.Say("不符之处：", "What is wrong:"), r.Wrong},
		{workflow.Say("已核对并相符：", "What was checked and is right:"), r.Checked},
		{workflow.Say("凭这个证明包说明不了的：", "What this bundle cannot tell:"), r.Open},
	} {
		if len(part.all) == 0 {
			continue
		}
		b.WriteByte('\n')
		put(part.title)
		for n, f := range part.all {
			fmt.Fprintf(&b, "%3d. %s\n", n+1, f.Text.In(lang))
		}
	}
	if r.More > 0 {
		put(workflow.Say("……另有%d处，不再列出。", "… and %d more.", r.More))
	}
	return b.String()
}

// about says what the bundle is of.
func (h *Header) about() workflow.Text {
	var what workflow.Text
	switch w := h.What; {
	case w.Issue != 0:
		what = workflow.Say("问题%s", "issue %s", w.Number)
	case w.Checklist != 0:
		what = workflow.Say("问题清单《%s》", "the checklist “%s”", w.Title)
	case w.Mandate != "":
		what = workflow.Say("巡察授权%s（%s）离线数据包", "the offline pack of mandate %s (%s)", w.Mandate, w.Title)
	case w.From != "" && w.All:
		what = workflow.Say("%s至%s封存的全部记录", "everything sealed from %s to %s", w.From, w.To)
	case w.From != "":
		what = workflow.Say("%s（%s至%s有过办理的问题）", "%s (issues that went on from %s to %s)", w.Title, w.From, w.To)
	default:
		what = workflow.Say("全部记录", "the whole log")
	}
	return workflow.Say("%s的证明包，%s取，%s。", "A bundle of %s, taken by %s, %s.", what, h.By, clock(h.At))
}

// clock writes a moment of a record as people in China read it.
func clock(stamp string) string {
	at, err := time.Parse(timeForm, stamp)
	if err != nil {
		return stamp
	}
	return shown(at)
}

// Lasting writes how long something took, for people.
func Lasting(d time.Duration) workflow.Text {
	switch hours := int(d.Hours()); {
	case d < time.Minute:
		return workflow.Say("%d秒", "%d s", int(d.Seconds()))
	case hours < 1:
		return workflow.Say("%d分钟", "%d min", int(d.Minutes()))
	case hours < 48:
		return workflow.Say("%d小时%d分钟", "%d h %d min", hours, int(d.Minutes())%60)
	default:
		return workflow.Say("%d天", "%d days", hours/24)
	}
}

// SealedLate says how many lines were sealed more than ten minutes after the time that they bear: nothing but their order bounds that time.
func SealedLate(late int64, longest time.Duration) workflow.Text {
	return workflow.Say("有%d条记录写着的时间之后超过10分钟才有检查点证明它们（最长%s）：这些时间只受前后检查点的约束，此前补录、倒填看不出来。第一次封存以前的、停机期间的、一次导入的都会这样；只带每日检查点的长时段证明包也会这样",
		"%d lines were in no checkpoint until more than ten minutes after the time that they bear (at most %s): only the checkpoints around them bound that time, and one that was filled in within that gap cannot be told. So it is with lines from before the first sealing, from when the server stood still or that were imported at once, and in a bundle of a long span, which has the last checkpoint of each day alone",
		late, Lasting(longest))
}

func shown(at time.Time) string { return at.In(workflow.China).Format("2006-01-02 15:04") }

// kindTexts are the kinds of subject that history is kept of. The others are shown by their word.
func kindText(kind string) workflow.Text {
	switch kind {
	case workflow.KindIssue:
		return workflow.Say("问题", "issue")
	case "account":
		return workflow.Say("账号", "account")
	case "org":
		return workflow.Say("组织", "organisation")
	case "checklist":
		return workflow.Say("问题清单", "checklist")
	case "setting":
		return workflow.Say("设置", "setting")
	case "look":
		return workflow.Say("查看记录", "looks of")
	case "seal":
		return workflow.Say("封存密钥", "keys of the log")
	case "mandate":
		return workflow.Say("巡察授权", "mandate")
	case kindRules:
		return workflow.Say("权限与流程", "rules in force")
	case "self_check":
		return workflow.Say("自查", "self-check")
	}
	return workflow.Text{Zh: kind, En: kind}
}

// lineName names a line as people find it again.
func lineName(l *workflow.Line, number string) *LineName {
	of := number
	if of == "" {
		of = strconv.FormatInt(l.Subject, 10)
	}
	action := workflow.Action(l.Action).Text()
	if action.Zh == "" || l.Kind != workflow.KindIssue {
		action = workflow.Text{Zh: l.Action, En: l.Action}
	}
	return &LineName{Kind: l.Kind, Subject: l.Subject, Number: number, Seq: l.Seq,
		Text: workflow.Say("%s%s的第%d条（%s，%s，%s）", "%s %s, line %d (%s, %s, %s)", kindText(l.Kind), of, l.Seq, shown(l.At), l.Name, action)}
}

// fieldText is what a field of a line is called.
func fieldText(field string) workflow.Text {
	switch field {
	case "kind", "subject":
		return workflow.Say("所属对象", "subject")
	case "seq":
		return workflow.Say("序号", "place in the history")
	case "at":
		return workflow.Say("时间", "time")
	case "action":
		return workflow.Say("办理动作", "action")
	case "person", "name":
		return workflow.Say("办理人", "person")
	case "for":
		return workflow.Say("代谁办理", "stood in for")
	case "post":
		return workflow.Say("职务", "post")
	case "org", "org_name":
		return workflow.Say("单位", "organisation")
	case "relation":
		return workflow.Say("关系", "relation")
	case "rule":
		return workflow.Say("依据的权限", "line of the policy")
	case "os_user":
		return workflow.Say("操作系统用户", "user of the operating system")
	case "round":
		return workflow.Say("轮次", "round")
	case "version":
		return workflow.Say("版本", "version")
	case "from", "to":
		return workflow.Say("状态", "state")
	case "note":
		return workflow.Say("说明", "note")
	case "definition":
		return workflow.Say("流程定义", "definition")
	case "data":
		return workflow.Say("变更内容", "what changed")
	case "prev":
		return workflow.Say("前一条的指纹", "fingerprint of the line before")
	case "digest":
		return workflow.Say("指纹", "fingerprint")
	case "leaf", "proof":
		return workflow.Say("封存证明", "proof of sealing")
	}
	return workflow.Text{Zh: field, En: field}
}
