package workflow

import (
	"time"
	"unicode/utf8"
)

// PaperSign is a sign that something may have been put right on paper alone (纸面整改线索). It is advice to somebody who goes and looks:
// it is no score, it counts for nothing by itself, and nothing by which a unit or a person is judged may be made of it.
type PaperSign string

// The signs.
const (
	PaperSameFile  PaperSign = "same_file"  // 一份材料多处用: one file is evidence of several issues
	PaperAlikeText PaperSign = "alike_text" // 文字雷同: different organisations write nearly the same
	PaperBunched   PaperSign = "bunched"    // 扎堆销号: closures are bunched in the last days
	PaperExtended  PaperSign = "extended"   // 延期: asked for late, or again
	PaperToAndFro  PaperSign = "to_and_fro" // 反复退回
	PaperQuick     PaperSign = "quick"      // 验收快于阅读: verified in less time than reading takes
	PaperGap       PaperSign = "gap"        // 自报与验收的差
)

// PaperSignRule says what a sign is called, what it may mean and which harmless reason there may be.
type PaperSignRule struct {
	Sign                  PaperSign
	Text, Means, Harmless Text
}

// PaperSigns lists the signs in the order in which they are shown.
func PaperSigns() []PaperSignRule {
	return []PaperSignRule{
		{PaperSameFile, Text{"一份材料用于多个问题", "one file for several issues"},
			Text{"可能是拿同一份材料应付几个问题，没有逐个整改。", "The same paper may have been handed in for several problems instead of putting each right."},
			Text{"一次会议、一项制度、一次培训本来就可以同时解决几个问题；并案、重启后也会沿用材料。", "One meeting, rule or training may well settle several problems at once, and a merged or reopened issue uses what is there."}},
		{PaperAlikeText, Text{"不同单位文字雷同", "nearly the same text from different organisations"},
			Text{"可能是互相抄写或套用模板，写的不是自己做的。", "The text may have been copied or filled in from a template, and not tell what was done here."},
			Text{"上级统一部署、统一格式，或几个支部共同办一件事，文字自然相近。", "A common instruction or form from above, or several branches doing one thing together, read alike."}},
		{PaperBunched, Text{"集中在最后几天销号", "closures bunched in the last days"},
			Text{"可能是为了期末数字突击销号，验收和销号来不及看。", "Issues may have been closed in a rush for the figures, without time to look."},
			Text{"销号会议本来按季召开；时限相同的一批问题自然一起到期。", "The meeting that closes issues may sit once a quarter, and issues given one deadline fall due together."}},
		{PaperExtended, Text{"临期才申请延期，或一再延期", "extensions asked for late, or again"},
			Text{"可能是一直没有动，快到期才申请延期。", "Nothing may have been done until the day came near."},
			Text{"征地、审批、施工等不由本单位决定的事，常常到最后才知道办不完。", "What depends on others, such as approvals or building work, is often known only at the end."}},
		{PaperToAndFro, Text{"反复退回", "returns to and fro"},
			Text{"可能是整改一直不到位，或者双方在来回走手续。", "It may never have been put right, or papers may only be going to and fro."},
			Text{"验收标准严、一次次改到位，正是认真的样子。", "Strict verification that has things done again until they are right looks just like this."}},
		{PaperQuick, Text{"验收快于阅读", "verified faster than it can be read"},
			Text{"可能没有看材料就通过了。", "It may have been passed without a look."},
			Text{"验收的人可能事先到过现场、看过纸质材料，系统里只是补点一下。", "Whoever verified may have been on the spot or read the papers before, and only put it down here."}},
		{PaperGap, Text{"自报完成多、验收通过少", "much reported done, little verified"},
			Text{"可能是自报完成了事，或者验收积压。", "It may have been reported done and left at that, or verification is behind."},
			Text{"刚提请的还在验收期限之内；验收人手少。", "What was submitted lately is still within its time, or few people verify."}},
	}
}

// Rule returns what is known of the sign; ok is false for an unknown word.
func (s PaperSign) Rule() (rule PaperSignRule, ok bool) {
	for _, r := range PaperSigns() {
		if r.Sign == s {
			return r, true
		}
	}
	return PaperSignRule{}, false
}

// PaperRules are the numbers from which something is shown as a sign. All are this program's own choices; docs/practice.md says why.
type PaperRules struct {
	LastDays       int `json:"last_days"`        // calendar days at the end of a quarter, and before an issue is due
	BunchLeast     int `json:"bunch_least"`      // closures of an organisation from which they can be bunched
	BunchShare     int `json:"bunch_share"`      // percent of them in the last days
	LateDays       int `json:"late_days"`        // an extension is late when this many days or fewer are left
	Requests       int `json:"requests"`         // extensions asked for in one round
	Returns        int `json:"returns"`          // of one issue, in all its rounds
	CharsPerMinute int `json:"chars_per_minute"` // that can be read
	MinutesPerFile int `json:"minutes_per_file"` // to open a file and look at it
	Alike          int `json:"alike"`            // percent of likeness
	AlikeLeast     int `json:"alike_least"`      // characters of a text from which it is compared
	GapLeast       int `json:"gap_least"`        // issues that are reported done and not verified
}

// DefaultPaperRules hold where no administrator decided otherwise.
func DefaultPaperRules() PaperRules {
	return PaperRules{LastDays: 5, BunchLeast: 5, BunchShare: 50, LateDays: 3, Requests: 2, Returns: 2, CharsPerMinute: 500, MinutesPerFile: 1, Alike: 90,
		AlikeLeast: 30, GapLeast: 3}
}

// mostPaperNumber is the most that any of the numbers may be.
const mostPaperNumber = 10000

// PaperNumber is one of the numbers, with what it is called and where it stands.
type PaperNumber struct {
	Name string
	Text Text
	N    *int
}

// Numbers are all of them, to be read or changed in their places.
func (r *PaperRules) Numbers() []PaperNumber {
	return []PaperNumber{
		{"last_days", Text{"扎堆：最后几天", "Bunched: the last days"}, &r.LastDays},
		{"bunch_least", Text{"扎堆：至少销号几个", "Bunched: of so many closures at least"}, &r.BunchLeast},
		{"bunch_share", Text{"扎堆：占百分之几", "Bunched: percent of them"}, &r.BunchShare},
		{"late_days", Text{"临期申请延期：剩几天以内", "Late extension: with so many days left"}, &r.LateDays},
		{"requests", Text{"一再延期：同一轮第几次申请", "Repeated extension: for the n-th time in a round"}, &r.Requests},
		{"returns", Text{"反复退回：几次", "To and fro: so many returns"}, &r.Returns},
		{"chars_per_minute", Text{"阅读：每分钟几字", "Reading: characters a minute"}, &r.CharsPerMinute},
		{"minutes_per_file", Text{"阅读：每份文件几分钟", "Reading: minutes a file"}, &r.MinutesPerFile},
		{"alike", Text{"雷同：相似百分之几", "Alike: percent"}, &r.Alike},
		{"alike_least", Text{"雷同：几字以上的文字", "Alike: texts of so many characters"}, &r.AlikeLeast},
		{"gap_least", Text{"自报与验收：差几个", "Reported and verified: so many between"}, &r.GapLeast},
	}
}

// Check refuses numbers that make no sense. ErrInvalid with the code bad_sign_rules.
func (r PaperRules) Check() error {
	for _, x := range r.Numbers() {
		if *x.N < 1 || *x.N > mostPaperNumber {
			return Invalid("bad_sign_rules", x.Name, Say("“%s”须是1至%d的数", "“%s” is a number from 1 to %d", x.Text, mostPaperNumber))
		}
	}
	if r.BunchShare > 100 || r.Alike > 100 || r.Alike < leastAlike {
		return Invalid("bad_sign_rules", "", Say("百分比不超过100，相似度不低于%d%%", "a percentage is at most 100, and a likeness at least %d", leastAlike))
	}
	return nil
}

// Looks says in a sentence what is looked for, with the numbers in force.
func (r PaperRules) Looks(s PaperSign) Text {
	switch s {
	case PaperSameFile:
		return Say("同一份文件（内容摘要相同，改名也算）作为两个以上问题的佐证。", "One file, known by the digest of its content whatever its name, is evidence of two issues or more.")
	case PaperAlikeText:
		return Say("不同责任单位写的说明、措施成效或文字佐证（%d字以上）相似%d%%以上。", "Notes, results of measures or evidence in words of %d characters or more, by different organisations, are alike by %d%% or more.", r.AlikeLeast, r.Alike)
	case PaperBunched:
		return Say("期间内销号%d个以上，其中%d%%以上在一个季度的最后%d天，或在各自时限前的最后%d天（立行立改的不算后者）。",
			"Of %d or more issues closed, %d%% or more were closed in the last %d days of a quarter, or in the last %d days before they were due (unless they were to be put right at once).", r.BunchLeast, r.BunchShare, r.LastDays, r.LastDays)
	case PaperExtended:
		return Say("时限只剩%d天以内才申请延期，或同一轮里第%d次申请延期。", "An extension was asked for with %d days or fewer left, or for the %d. time in a round.", r.LateDays, r.Requests)
	case PaperToAndFro:
		return Say("同一个问题被退回（退单、验收不通过、不予销号、退回）%d次以上。", "An issue was returned (plan, verification, closure or assignment) %d times or more.", r.Returns)
	case PaperQuick:
		return Say("从提请到验收通过的时间，少于看一遍材料要的时间：每份文件%d分钟，文字每分钟%d字。", "From submission to pass it took less time than to look through it: %d minutes a file, %d characters a minute.", r.MinutesPerFile, r.CharsPerMinute)
	case PaperGap:
		return Say("自报完成而未通过验收的有%d个以上。", "%d issues or more are reported done and not verified.", r.GapLeast)
	}
	return Text{}
}

// Reading is how long it takes to look through what was submitted in a round up to a moment: its files, what the measures brought, what
// was written beside, and the note of the submission. It is a guess that errs on the short side: a file of many pages counts as one look.
func (r PaperRules) Reading(i *Issue, round int, until time.Time, note string) time.Duration {
	files, chars := 0, utf8.RuneCountInString(note)
	for n := range i.Evidence {
		x := &i.Evidence[n]
		switch {
		case x.Round != round || x.At.After(until):
		case x.Hash != "":
			files++
		default:
			chars += utf8.RuneCountInString(x.Text)
		}
	}
	if round == i.Round {
		for n := range i.Measures {
			chars += utf8.RuneCountInString(i.Measures[n].Text) + utf8.RuneCountInString(i.Measures[n].Result)
		}
	}
	return time.Duration(files*r.MinutesPerFile)*time.Minute + time.Duration(chars)*time.Minute/time.Duration(r.CharsPerMinute)
}

// MostReading bounds how long anybody is expected to read; what took longer is no sign, however much there was.
const MostReading = 2 * time.Hour

// Closure is when an issue was closed and by when it should have been.
type Closure struct{ On, Due Day }

// Bunched counts the closures in the last days of a quarter and those in the last days before they were due, and says whether either is a
// sign.
func (r PaperRules) Bunched(all []Closure) (quarter, due int, sign bool) {
	for _, c := range all {
		if daysToQuarterEnd(c.On) < r.LastDays {
			quarter++
		}
		if left := c.On.Until(c.Due); c.Due != "" && left >= 0 && left < r.LastDays {
			due++
		}
	}
	return quarter, due, len(all) >= r.BunchLeast && 100*max(quarter, due) >= r.BunchShare*len(all)
}

// daysToQuarterEnd is how many days of the quarter come after the day.
func daysToQuarterEnd(d Day) int {
	t := d.Time()
	month := (int(t.Month())-1)/3*3 + 3
	return d.Until(Day(time.Date(t.Year(), time.Month(month+1), 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)))
}

// Extended says why an extension that was asked for is a sign: how many days were left, and for which time it was asked in the round; both
// are empty where it is none.
func (r PaperRules) Extended(asked, due Day, nth int) (why []Text) {
	if left := asked.Until(due); due != "" && left <= r.LateDays {
		why = append(why, Say("时限%s，%s申请延期，只剩%d天", "due on %s, asked for on %s with %d days left", due, asked, left))
	}
	if nth >= r.Requests {
		why = append(why, Say("同一轮第%d次申请延期（%s）", "asked for the %d. time in the round (%s)", nth, asked))
	}
	return why
}

// SendsBack says whether the step sends an issue back.
func (a Action) SendsBack() bool { return a == Return || a == RejectPlan || a == Reject || a == Refuse }

// Signs says whether signs of paper rectification are found by steps of the kind.
func (a Action) Signs() bool {
	return a == Submit || a == Pass || a == Close || a == Record || a == Ask || a.SendsBack()
}
