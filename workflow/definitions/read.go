package definitions

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"rectify/workflow"
)

// reading is one file on its way to a definition, with all that was found wrong in it.
type reading struct {
	file   string
	faults []mistake
	uses   map[workflow.State]int // the line of each state that is declared
	clocks map[string]int         // the line of each clock
	lines  []int                  // of the arrows
}

type mistake struct {
	line  int
	fault error
}

// fault is one complaint: where, what is wrong, and what to do.
func fault(file string, line int, code string, why, fix workflow.Text) error {
	return workflow.Invalid(code, file+":"+strconv.Itoa(line), workflow.Say("%s:%d %s / %s", "%s:%d %s / %s", file, line, why, fix))
}

func (r *reading) complain(line int, code string, why, fix workflow.Text) {
	r.faults = append(r.faults, mistake{line, fault(r.file, line, code, why, fix)})
}

// err joins the complaints in the order of their lines, nil if there are none.
func (r *reading) err() error {
	slices.SortStableFunc(r.faults, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	all := make([]error, 0, len(r.faults))
	for _, c := range r.faults {
		all = append(all, c.fault)
	}
	return errors.Join(all...)
}

// read reads and checks one definition.
func read(file string, body []byte) (*machine, error) {
	r := &reading{file: file, uses: make(map[workflow.State]int), clocks: make(map[string]int)}
	root := r.document(body)
	if root == nil {
		return nil, r.err()
	}
	d := r.definition(root)
	sum := sha256.Sum256(body)
	d.Hash = hex.EncodeToString(sum[:])
	r.arrows(&d)
	if len(r.faults) == 0 {
		r.graph(&d)
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	made, err := workflow.NewDefinition(d)
	if err != nil {
		return nil, err
	}
	return &machine{Definition: made, file: file, body: slices.Clone(body), lines: r.lines}, nil
}

// document is the mapping at the root of the file, nil when the file has none that can be read.
func (r *reading) document(body []byte) *yaml.Node {
	if len(body) > MaxSize {
		r.complain(1, "too_large", workflow.Say("文件超过%d字节", "the file has more than %d bytes", MaxSize), workflow.Say("流程定义应只有几千字节", "a definition has a few thousand bytes"))
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	var doc yaml.Node
	if err := decoder.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		r.broken(err)
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		r.complain(max(doc.Line, 1), "bad_yaml", workflow.Say("不是一份流程定义", "this is not a definition"),
			workflow.Say("应以 machine、title、verify、close、clocks、states、actions 各项组成", "it consists of machine, title, verify, close, clocks, states and actions"))
		return nil
	}
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		r.complain(max(more.Line, 1), "bad_yaml", workflow.Say("一个文件里有不止一份文档", "the file holds more than one document"), workflow.Say("每个文件只写一个流程，去掉“---”", "write one machine in a file, without ---"))
		return nil
	}
	if !r.plain(doc.Content[0]) {
		return nil
	}
	return doc.Content[0]
}

var lineOf = regexp.MustCompile(`line (\d+)`)

// broken reports what the parser of YAML could not read.
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

// fields reads a mapping whose keys are all known and of which the needed ones are there.
func (r *reading) fields(node *yaml.Node, needed, known []string) map[string]*yaml.Node {
	out := make(map[string]*yaml.Node)
	if node.Kind != yaml.MappingNode {
		r.complain(node.Line, "wrong_shape", workflow.Say("这里应写成“项：值”", "a mapping is expected here"), workflow.Say("应有：%s", "it has: %s", strings.Join(needed, ", ")))
		return out
	}
	known = append(slices.Clone(needed), known...)
	for n := 0; n+1 < len(node.Content); n += 2 {
		key, value := node.Content[n], node.Content[n+1]
		switch {
		case !slices.Contains(known, key.Value):
			r.complain(key.Line, "unknown_key", workflow.Say("没有“%s”这一项", "there is no key %q", key.Value), workflow.Say("可用的有：%s", "known are: %s", strings.Join(known, ", ")))
		case out[key.Value] != nil:
			r.complain(key.Line, "double_key", workflow.Say("“%s”写了两次", "%q is written twice", key.Value), workflow.Say("只留一处", "keep one"))
		default:
			out[key.Value] = value
		}
	}
	for _, key := range needed {
		if out[key] == nil {
			r.complain(node.Line, "missing_part", workflow.Say("缺少“%s”", "%q is missing", key), workflow.Say("补上这一项", "add it"))
		}
	}
	return out
}

// items reads a list; nothing for a node that is not there.
func (r *reading) items(node *yaml.Node) []*yaml.Node {
	switch {
	case node == nil:
		return nil
	case node.Kind != yaml.SequenceNode:
		r.complain(node.Line, "wrong_shape", workflow.Say("这里应是一个列表", "a list is expected here"), workflow.Say("写成 [甲, 乙]，没有则写 []", "write [a, b], or [] for none"))
		return nil
	}
	return node.Content
}

// text reads a sentence, which may not be empty.
func (r *reading) text(node *yaml.Node) string {
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode || strings.TrimSpace(node.Value) == "" || node.ShortTag() == "!!null" {
		r.complain(node.Line, "missing_part", workflow.Say("这里应有文字", "a text is expected here"), workflow.Say("补上文字", "write it"))
		return ""
	}
	return node.Value
}

// bilingual reads a text in both languages.
func (r *reading) bilingual(node *yaml.Node) workflow.Text {
	if node == nil {
		return workflow.Text{}
	}
	f := r.fields(node, []string{"zh", "en"}, nil)
	return workflow.Text{Zh: r.text(f["zh"]), En: r.text(f["en"])}
}

// word reads a word of a closed vocabulary; ok is false when it is none.
func word[T ~string](r *reading, node *yaml.Node, what workflow.Text, known []T) (found T, ok bool) {
	if node == nil {
		return "", false
	}
	if node.Kind == yaml.ScalarNode && slices.Contains(known, T(node.Value)) {
		return T(node.Value), true
	}
	list := make([]string, 0, len(known))
	for _, k := range known {
		list = append(list, string(k))
	}
	r.complain(node.Line, "unknown_word", workflow.Say("%s里没有“%s”", "%s: there is no %q", what, node.Value), workflow.Say("可用的有：%s", "known are: %s", strings.Join(list, ", ")))
	return "", false
}
