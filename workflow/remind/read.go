package remind

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"rectify/workflow"
)

const (
	mostRungs = 12
	mostDays  = 365 // of a rung, and between two

	mostPeople = 1_000_000 // told in one run
)

// reading is a file on its way to rules, with all that was found wrong in it.
type reading struct {
	file   string
	faults []mistake
}

type mistake struct {
	line  int
	fault error
}

func (r *reading) complain(line int, code string, why, fix workflow.Text) {
	place := r.file + ":" + strconv.Itoa(line)
	r.faults = append(r.faults, mistake{line, workflow.Invalid(code, place, workflow.Say("%s %s / %s", "%s %s / %s", place, why, fix))})
}

func (r *reading) err() error {
	slices.SortStableFunc(r.faults, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	all := make([]error, len(r.faults))
	for n := range r.faults {
		all[n] = r.faults[n].fault
	}
	return errors.Join(all...)
}

// Parse reads rules. Every field but run is needed and no other is known. ErrInvalid with every line that is wrong.
func Parse(file string, body []byte) (*Rules, error) {
	r := &reading{file: file}
	root := r.document(body)
	if root == nil {
		return nil, r.err()
	}
	f := r.fields(root, []string{"on", "soon", "ladder", "posts", "look_back_within"}, "run")
	rules := &Rules{
		On: r.yesNo(f["on"]), Soon: r.number(f["soon"], 0, workflow.MostSoonDays), Within: r.number(f["look_back_within"], 1, mostDays),
		Ladder: r.ladder(f["ladder"]),
	}
	if f["posts"] != nil {
		p := r.fields(f["posts"], []string{"officers", "leaders"})
		rules.Officers, rules.Leaders = r.posts(p["officers"]), r.posts(p["leaders"])
	}
	if f["run"] != nil {
		p := r.fields(f["run"], []string{"from", "most", "jump", "base"})
		rules.Run = &Run{From: r.number(p["from"], 0, 23), Most: r.number(p["most"], 1, mostPeople), Jump: r.number(p["jump"], 2, 1000), Base: r.number(p["base"], 1, mostPeople)}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return rules, nil
}

// document is the mapping at the root of the file, nil when there is none that can be read.
func (r *reading) document(body []byte) *yaml.Node {
	if len(body) > MaxSize {
		r.complain(1, "too_large", workflow.Say("文件超过%d字节", "the file has more than %d bytes", MaxSize), workflow.Say("提醒规则应只有几千字节", "rules have a few thousand bytes"))
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		r.broken(err)
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		r.complain(max(doc.Line, 1), "bad_yaml", workflow.Say("不是一份提醒规则", "these are no rules"),
			workflow.Say("应由 on、soon、ladder、posts、look_back_within 组成", "they consist of on, soon, ladder, posts and look_back_within"))
		return nil
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		r.complain(max(more.Line, 1), "bad_yaml", workflow.Say("一个文件里有不止一份文档", "the file holds more than one document"), workflow.Say("去掉“---”", "leave out ---"))
		return nil
	}
	if !r.plain(doc.Content[0]) {
		return nil
	}
	return doc.Content[0]
}

var lineOf = regexp.MustCompile(`line (\d+)`)

func (r *reading) broken(err error) {
	line := 1
	if found := lineOf.FindStringSubmatch(err.Error()); found != nil {
		line, _ = strconv.Atoi(found[1])
	}
	r.complain(line, "bad_yaml", workflow.Say("不是合格的 YAML（%v）", "this is no good YAML (%v)", strings.TrimPrefix(err.Error(), "yaml: ")),
		workflow.Say("请检查缩进、引号和括号", "check the indentation, the quotation marks and the brackets"))
}

// plain refuses anchors and aliases, by which a short file can stand for an endless one.
func (r *reading) plain(node *yaml.Node) bool {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		r.complain(node.Line, "alias", workflow.Say("用了 YAML 的锚点或别名", "an anchor or alias of YAML is used"), workflow.Say("请把内容写全", "write it out"))
		return false
	}
	return !slices.ContainsFunc(node.Content, func(child *yaml.Node) bool { return !r.plain(child) })
}

// fields reads a mapping in which every key stands once, some others may, and no other does.
func (r *reading) fields(node *yaml.Node, keys []string, others ...string) map[string]*yaml.Node {
	out := r.some(node, append(slices.Clone(keys), others...)...)
	for _, key := range keys {
		if out[key] == nil {
			r.complain(node.Line, "missing_part", workflow.Say("缺少“%s”", "%q is missing", key), workflow.Say("补上这一项", "add it"))
		}
	}
	return out
}

// some reads a mapping with some of the keys and no other.
func (r *reading) some(node *yaml.Node, keys ...string) map[string]*yaml.Node {
	out := make(map[string]*yaml.Node)
	if node.Kind != yaml.MappingNode {
		r.complain(node.Line, "wrong_shape", workflow.Say("这里应写成“项：值”", "a mapping is expected here"), workflow.Say("可用的有：%s", "known are: %s", strings.Join(keys, ", ")))
		return out
	}
	for n := 0; n+1 < len(node.Content); n += 2 {
		key, value := node.Content[n], node.Content[n+1]
		switch {
		case !slices.Contains(keys, key.Value):
			r.complain(key.Line, "unknown_key", workflow.Say("没有“%s”这一项", "there is no key %q", key.Value), workflow.Say("可用的有：%s", "known are: %s", strings.Join(keys, ", ")))
		case out[key.Value] != nil:
			r.complain(key.Line, "double_key", workflow.Say("“%s”写了两次", "%q is written twice", key.Value), workflow.Say("只留一处", "keep one"))
		default:
			out[key.Value] = value
		}
	}
	return out
}

func (r *reading) yesNo(node *yaml.Node) (yes bool) {
	if node != nil && node.Decode(&yes) != nil {
		r.complain(node.Line, "wrong_shape", workflow.Say("应为 true 或 false", "true or false is expected"), workflow.Say("写 true 启用，false 停用", "write true for on, false for off"))
	}
	return yes
}

func (r *reading) number(node *yaml.Node, least, most int) int {
	if node == nil {
		return least
	}
	n, err := strconv.Atoi(node.Value)
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!int" || err != nil || n < least || n > most {
		r.complain(node.Line, "wrong_number", workflow.Say("“%s”不是%d到%d之间的整数", "%q is no whole number from %d to %d", node.Value, least, most),
			workflow.Say("写一个整数", "write a whole number"))
		return least
	}
	return n
}

// items reads a list.
func (r *reading) items(node *yaml.Node) []*yaml.Node {
	if node.Kind != yaml.SequenceNode {
		r.complain(node.Line, "wrong_shape", workflow.Say("这里应是一个列表", "a list is expected here"), workflow.Say("写成 [甲, 乙]，没有则写 []", "write [a, b], or [] for none"))
		return nil
	}
	return node.Content
}

func (r *reading) ladder(node *yaml.Node) map[Topic][]Rung {
	out := make(map[Topic][]Rung)
	if node == nil {
		return out
	}
	var keys []string
	for _, w := range Topics() {
		keys = append(keys, w.Word)
	}
	for key, list := range r.some(node, keys...) {
		var rungs []Rung
		for _, item := range r.items(list) {
			rungs = append(rungs, r.rung(item))
		}
		slices.SortStableFunc(rungs, func(a, b Rung) int { return cmp.Compare(a.Days, b.Days) })
		r.apart(list, rungs)
		out[Topic(key)] = rungs
	}
	return out
}

// apart refuses two rungs on one day, and more than anybody can follow.
func (r *reading) apart(list *yaml.Node, rungs []Rung) {
	if len(rungs) > mostRungs {
		r.complain(list.Line, "too_many", workflow.Say("阶梯最多%d级", "a ladder has %d rungs at most", mostRungs), workflow.Say("减少级数", "take some away"))
	}
	for n := 1; n < len(rungs); n++ {
		if rungs[n].Days == rungs[n-1].Days {
			r.complain(list.Line, "double_rung", workflow.Say("有两级落在同一天", "two rungs are on the same day"), workflow.Say("合并为一级", "make one of them"))
		}
	}
	for n := range len(rungs) - 1 {
		if rungs[n].Every > 0 {
			r.complain(list.Line, "every_not_last", workflow.Say("every 只能用在最后一级", "only the last rung comes again"), workflow.Say("去掉前面的 every", "take the other every away"))
		}
	}
}

func (r *reading) rung(node *yaml.Node) (out Rung) {
	f := r.some(node, "before", "overdue", "every", "tell")
	switch {
	case (f["before"] == nil) == (f["overdue"] == nil):
		r.complain(node.Line, "missing_part", workflow.Say("一级须写 before 或 overdue 之一", "a rung has either before or overdue"), workflow.Say("如 before: 10 或 overdue: 1", "such as before: 10 or overdue: 1"))
	case f["before"] != nil:
		out.Days = -r.number(f["before"], 0, mostDays)
		if f["every"] != nil {
			r.complain(node.Line, "every_not_last", workflow.Say("期限前的提醒不能重复", "a reminder before the limit does not come again"), workflow.Say("再写一级 before", "write another rung"))
		}
	default:
		out.Days = r.number(f["overdue"], 1, mostDays)
		if f["every"] != nil {
			out.Every = r.number(f["every"], 1, mostDays)
		}
	}
	if f["tell"] == nil {
		r.complain(node.Line, "missing_part", workflow.Say("没有写提醒谁", "it says nobody to tell"), workflow.Say("补上 tell: [person]", "add tell: [person]"))
		return out
	}
	for _, item := range r.items(f["tell"]) {
		if !slices.ContainsFunc(Whos(), func(w workflow.Wording) bool { return w.Word == item.Value }) {
			r.unknown(item, Whos())
			continue
		}
		out.Tell = append(out.Tell, Who(item.Value))
	}
	if len(out.Tell) == 0 {
		r.complain(f["tell"].Line, "missing_part", workflow.Say("没有写提醒谁", "it says nobody to tell"), workflow.Say("不需要这一级就删去它", "take the rung away if it is not wanted"))
	}
	return out
}

func (r *reading) unknown(node *yaml.Node, words []workflow.Wording) {
	known := make([]string, len(words))
	for n, w := range words {
		known[n] = w.Word
	}
	r.complain(node.Line, "unknown_word", workflow.Say("没有“%s”这个词", "there is no word %q", node.Value), workflow.Say("可用的有：%s", "known are: %s", strings.Join(known, ", ")))
}

// posts reads posts that people hold in the work of the Party: no administrators, no inspectors, and not the program.
func (r *reading) posts(node *yaml.Node) []workflow.Post {
	if node == nil {
		return nil
	}
	var words []workflow.Wording
	for _, p := range workflow.Posts() {
		if !p.Admin && !p.Auto && p.Post != "inspector" {
			words = append(words, workflow.Wording{Word: string(p.Post), Text: p.Text})
		}
	}
	var out []workflow.Post
	for _, item := range r.items(node) {
		if !slices.ContainsFunc(words, func(w workflow.Wording) bool { return w.Word == item.Value }) {
			r.unknown(item, words)
			continue
		}
		out = append(out, workflow.Post(item.Value))
	}
	return out
}
