package proof

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rectify/workflow"
)

// filePart is a file of evidence that is being read.
type filePart struct {
	hash string
	next int
	sum  hash.Hash
}

// text looks at a definition or the policy.
func (v *verifier) text(r *textRecord) {
	sum := sha256.Sum256([]byte(r.Text))
	if hex.EncodeToString(sum[:]) != r.Hash {
		v.wrong("text", workflow.Say("%s“%s”的内容被改过（文件第%d行）", "%s %q was altered (line %d of the file)", recordText(r.Is), r.Name, v.n), "text")
	}
	if r.Is == isDefinition {
		v.texts[r.Hash] = true
	} else {
		v.policy = append(v.policy, r.Text)
	}
	v.counts.texts++
}

// rules keeps what a line says of the policy and the machines in force.
func (v *verifier) rules(l *workflow.Line) {
	var of struct {
		Policy struct {
			Model  string `json:"model"`
			Policy string `json:"policy"`
		} `json:"policy"`
	}
	if json.Unmarshal(l.Data, &of) != nil {
		return
	}
	v.ruled = true
	for _, text := range []string{of.Policy.Model, of.Policy.Policy} {
		v.policy = slices.DeleteFunc(v.policy, func(s string) bool { return s == text })
	}
}

// file looks at a piece of a file of evidence.
func (v *verifier) file(r *fileRecord) {
	g := &v.g
	_, named := g.files[r.Hash]
	if !named && g.broken {
		return // the line that names it may be the one that was altered
	}
	switch p := &g.part; {
	case !named:
		v.wrong("file", workflow.Say("第%d行的佐证文件没有哪条记录提到", "no line names the file on line %d of the bundle", v.n), "hash")
		return
	case r.Part != 0 && (p.hash != r.Hash || p.next != r.Part):
		v.wrong("file", workflow.Say("佐证文件%s缺了一截（文件第%d行）", "a piece of the file of evidence %s is missing (line %d of the bundle)", r.Hash, v.n), "part")
		return
	case r.Part == 0:
		*p = filePart{hash: r.Hash, sum: sha256.New()}
	}
	g.part.next++
	g.part.sum.Write(r.Bytes)
	if !r.Last {
		return
	}
	g.files[r.Hash] = true
	v.rep.Files++
	switch sum := hex.EncodeToString(g.part.sum.Sum(nil)); {
	case r.Gone:
		v.wrong("file", workflow.Say("%s的佐证文件%s已经不在了", "%s: the file of evidence %s is gone", v.subjectName(), r.Hash), "hash")
	case sum != r.Hash:
		v.wrong("file", workflow.Say("%s的佐证文件被改过：记录里的指纹是%s，文件现在是%s", "%s: a file of evidence was altered: the line says %s, the file is %s", v.subjectName(), r.Hash, sum), "bytes")
	}
	g.part = filePart{}
}

// endGroup looks at what the lines of a subject lack, when all are there.
func (v *verifier) endGroup() {
	g := &v.g
	if g.last == nil {
		return
	}
	if g.foreign > 1 {
		v.rep.More += g.foreign - 1
	}
	if g.kind != workflow.KindIssue || !v.headed {
		return
	}
	if !g.row && !v.h.What.All && v.lostRow == 0 {
		v.put(Finding{Code: "row", Line: g.last, Text: workflow.Say("%s的现状不在证明包里：被拿掉了", "the row of %s is not in the bundle: it was taken out", v.subjectName())})
	}
	if !v.h.Files || g.broken {
		return
	}
	for _, hash := range slices.Sorted(maps.Keys(g.files)) {
		if !g.files[hash] {
			v.put(Finding{Code: "file", Line: g.last, Text: workflow.Say("%s的佐证文件%s不在证明包里：被拿掉了", "%s: the file of evidence %s is not in the bundle: it was taken out", v.subjectName(), hash)})
		}
	}
}

// end looks at the last record.
func (v *verifier) end(r *endRecord) {
	v.ended = true
	sum := hex.EncodeToString(v.sum.Sum(nil))
	if (r.SHA256 != sum || r.Records != v.n-1) && v.rep.Outcome == Whole {
		v.wrong("end", workflow.Say("证明包取出之后被改过：结尾的指纹对不上", "the bundle was altered after it was taken: the fingerprint at its end does not fit"), "sha256")
		return
	}
	if v.cut {
		v.wrong("end", workflow.Say("证明包的结尾缺了一截", "the end of the bundle is cut off"), "")
	}
	if len(v.keys) == 0 {
		return
	}
	known, err := verifiers(v.keys, nil)
	if err != nil {
		return // named already
	}
	n, err := note.Open([]byte(r.Signed), note.VerifierList(known...))
	if err == nil {
		lines := strings.Split(n.Text, "\n")
		if len(lines) == 5 && v.signedAs(n.Text, lines, r.SHA256) {
			return
		}
	}
	v.wrong("end", workflow.Say("证明包结尾的签名不对：取出之后被改过，或不是这个系统取出的", "the signature at the end of the bundle is wrong: it was altered after it was taken, or not taken from this system"), "signed")
}

func (v *verifier) signedAs(text string, lines []string, sum string) bool {
	at, err := time.Parse("at "+timeForm, lines[3])
	return err == nil && endText(lines[0], sum, at.Format(timeForm)) == text && (!v.headed || lines[0] == v.h.Origin)
}

// finish puts down what was found, when the whole file is read.
func (v *verifier) finish() {
	if v.n == 0 {
		v.rep.Outcome = Unreadable
		v.rep.Wrong = append(v.rep.Wrong, Finding{Code: "unreadable", Text: workflow.Say("文件是空的", "the file is empty")})
		return
	}
	v.climb(ranks[isEnd])
	if !v.ended {
		v.put(Finding{Code: "end", Record: v.n, Text: workflow.Say("证明包没有结尾：后面被截掉了", "the bundle has no end: it was cut off")})
	}
	v.expected()
	v.complete()
	if v.newest != nil {
		v.rep.Size, v.rep.ShortCode, v.rep.Newest = v.newest.Size, v.newest.ShortCode(), v.newest.note
	}
	v.rep.Longest = int64(v.longest.Seconds())
	v.rep.Checkpoints, v.rep.Keys = len(v.points), v.keys
	for _, held := range v.held { // there is nothing to hold them against
		v.uncompared("held_unknown", workflow.Say("证明包里没有可用的检查点，您留存的没法比对：%s", "the bundle has no checkpoint that yours can be compared with: %s", strings.SplitN(held, "\n", 2)[0]))
	}
	if v.short && v.rep.Outcome == Whole {
		v.rep.Outcome = Uncompared
	}
	v.sayChecked()
	v.sayOpen()
	slices.SortStableFunc(v.rep.Wrong, func(a, b Finding) int { return cmp.Compare(place(a), place(b)) })
}

// place orders findings: what is wrong with the whole log, then what is wrong with a record, then what is missing.
func place(f Finding) int64 {
	switch {
	case f.Code == "held" || f.Code == "keys":
		return 0
	case f.Record == 0:
		return math.MaxInt64
	}
	return f.Record
}

// expected says whether what was asked for is there at all.
func (v *verifier) expected() {
	if !v.headed {
		return
	}
	everyRule := !v.h.What.All || v.h.What.First == 0 && v.h.What.Last == v.h.Size // in a span of the log there are the rules of that span alone
	if v.ruled && everyRule && len(v.policy) > 0 && v.lost == 0 && !v.failed["line"] {
		v.put(Finding{Code: "text", Text: workflow.Say("证明包里的权限文件从来没有启用过：日志里没有它", "the policy of the bundle was never in force: the log does not have it")})
	}
	w := v.h.What
	if w.Issue != 0 && v.lost == 0 && (v.rep.Issues != 1 || v.issue != w.Issue || v.number != w.Number) {
		v.put(Finding{Code: "chain", Text: workflow.Say("证明包说的是问题%s，里面却不是（或不只是）它的记录", "the bundle is said to be of issue %s, but its lines are not those, or not those alone", w.Number)})
	}
}

func (v *verifier) sayChecked() {
	v.checked(workflow.Say("文件共%d行，逐行核对过格式和指纹", "%d records: the form and the fingerprint of each", v.n), "record", "end", "order", "keys")
	if v.rep.Checkpoints > 0 {
		v.checked(workflow.Say("%d个检查点：签名是真的，一个接一个，从%s到%s", "%d checkpoints: their signatures, and that each grew out of the one before, from %s to %s",
			len(v.points), shown(v.points[0].At), shown(v.points[len(v.points)-1].At)), "checkpoint", "consistency", "keys", "leaves")
	}
	if v.rep.Lines == 0 {
		return
	}
	v.checked(workflow.Say("%d条记录：每一条都与自己的指纹相符，每个对象（共%d个）的记录首尾相接、没有缺漏", "%d lines: each fits its fingerprint; those of each of %d subjects follow each other without a gap",
		v.rep.Lines, v.counts.subjects), "line", "chain", "record", "data")
	v.checked(workflow.Say("每一条都封存在日志里，正是当时的样子", "each line is sealed in the log just as it is"), "inclusion", "checkpoint", "consistency", "line", "complete", "leaves", "record")
	v.checked(workflow.Say("每一条写着的时间在它前后两个检查点之间（误差不超过10分钟）；从写着的时间到有检查点证明它，最长%s", "the time of each line is between the checkpoints before and after it (within ten minutes); from that time to the first checkpoint that has it, at most %s", Lasting(v.longest)), "backdated", "clock", "checkpoint", "record")
	if v.rep.Issues > 0 {
		v.checked(workflow.Say("核对了%d个问题的现状：与办理记录推算出来的一致", "the rows of %d issues are what their history tells", v.counts.rows-v.counts.moved), "row", "state", "line", "chain", "record")
		v.checked(workflow.Say("整改、验收、销号的%d步没有同一个人既办又批", "%d steps: nobody judged what they had a part in", v.counts.judged), "apart", "line", "record")
	}
	if v.rep.Files > 0 {
		v.checked(workflow.Say("%d个佐证文件与记录里的指纹一致", "%d files of evidence are those that the lines name", v.rep.Files), "file", "record")
	}
	if v.counts.texts > 0 {
		v.checked(workflow.Say("流程定义和权限文件（%d份）与各自的指纹一致", "%d definitions and files of the policy fit their fingerprints", v.counts.texts), "text", "definition", "record")
	}
}

func (v *verifier) sayOpen() {
	if v.o.Keys == nil && len(v.keys) > 0 {
		v.open("own_keys", workflow.Say("签名是用证明包里带的公钥核对的。请与您从别处得到的 seal.pub（如第一天留存的、上级单位留存的）比对，或用 --key 指定；第一把公钥的指纹是%s",
			"Signatures were verified with the keys of the bundle itself. Compare them with a seal.pub that you have from elsewhere, or name that with --key; the fingerprint of the first key is %s.", v.keys[0].Fingerprint()))
	}
	if v.rep.Late > 0 {
		v.open("late", SealedLate(v.rep.Late, v.longest))
	}
	w := v.h.What
	if v.headed && !w.All {
		v.open("newest", workflow.Say("某个问题最新的几条如果在取包之前已从数据库连同日志一起删掉，单个问题的证明包看不出来；全部记录的证明包或留存的检查点能看出来",
			"If the newest lines of an issue were deleted from the database and from the log before the bundle was taken, the bundle of an issue does not show it; that of the whole log, or a checkpoint that you kept, does."))
	}
	if v.headed && w.All && w.First > 0 {
		v.open("span", workflow.Say("这是一段时间的记录，此前就有的问题只核对了这一段，没有核对现状", "This is a span of time: of issues that began before it the span alone was checked, not their rows."))
	}
	if v.counts.named > 0 && v.headed && !v.h.Files {
		v.open("no_files", workflow.Say("记录里提到的%d个佐证文件没有放进证明包，只有指纹", "%d files of evidence are not in the bundle; their fingerprints are", v.counts.named))
	}
	if v.counts.moved > 0 {
		v.open("moved", workflow.Say("取包期间有%d个问题又有了新的记录，没有核对它们的现状", "%d issues went on while the bundle was taken; their rows were not checked", v.counts.moved))
	}
	if v.counts.replanted > 0 {
		v.open("replanted", workflow.Say("有%d处单位在组织树上的位置后来调整过（不算改动）", "%d times an organisation was moved in the tree since; that is no alteration", v.counts.replanted))
	}
	if v.h.LeftOut > 0 {
		v.open("left_out", workflow.Say("清单里有%d个问题，取包的人无权查看，没有放进来", "%d issues of the checklist are not there: who took the bundle may not see them", v.h.LeftOut))
	}
}
