package workflow

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The longest texts, in characters, and the most of what a step may bring. They keep a record within what every database takes in one
// row and what a person can read.
const (
	longText   = 5000
	middleText = 2000
	shortText  = 190
	mostItems  = 100
	mostAsked  = 500 // orgs that one step asks for a self-check
)

type sized struct {
	field string
	text  string
	most  int
}

func tooLong(all ...sized) error {
	for _, s := range all {
		if utf8.RuneCountInString(s.text) > s.most {
			return Invalid("too_long", s.field, Say("内容过长：最多%d个字", "too long: %d characters at most", s.most))
		}
		if !utf8.ValidString(s.text) || strings.ContainsRune(s.text, 0) {
			return Invalid("bad_text", s.field, Say("含有不能保存的字符", "it holds characters that cannot be kept"))
		}
	}
	return nil
}

func tooMany(field string, n, most int) error {
	if n > most {
		return Invalid("too_many", field, Say("最多%d项，收到%d项", "%d at most, not %d", most, n))
	}
	return nil
}

// knownWords refuses a kind or a source that the dictionaries do not have; "" is none.
func knownWords(kind Kind, source Source) error {
	if kind != "" && !slices.ContainsFunc(kindWords, func(w Wording) bool { return w.Word == string(kind) }) {
		return Invalid("unknown_word", "kind", Say("没有“%s”这种整改类型", "there is no kind %q", string(kind)))
	}
	if _, ok := source.Rule(); source != "" && !ok {
		return Invalid("unknown_word", "source", Say("没有“%s”这个问题来源", "there is no source %q", string(source)))
	}
	return nil
}

// sound refuses a step with texts that are too long, too many things, or words that nobody knows.
func (s *Step) sound() error {
	if err := knownWords(s.Kind, s.Source); err != nil {
		return err
	}
	err := tooLong(sized{"note", s.Note, longText}, sized{"basis", s.Basis, middleText}, sized{"detail", s.Detail, longText},
		sized{"aspect", s.Aspect, middleText}, sized{"goal", s.Goal, middleText}, sized{"stage_goal", s.StageGoal, middleText},
		sized{"condition", s.Condition, middleText}, sized{"document", s.Document.Number, shortText})
	if err != nil {
		return err
	}
	for _, e := range s.Evidence {
		if err := tooLong(sized{"evidence", e.Text, longText}, sized{"evidence", e.Name, shortText}); err != nil {
			return err
		}
	}
	if err := tooMany("evidence", len(s.Evidence), mostItems); err != nil {
		return err
	}
	if err := tooMany("assisting", len(s.Assisting), mostItems); err != nil {
		return err
	}
	if err := tooMany("parties", len(s.Parties), mostSigners); err != nil {
		return err
	}
	if s.Recovered < 0 {
		return Invalid("bad_amount", "recovered", Say("金额不能为负", "an amount is not negative"))
	}
	if err := s.soundAround(); err != nil {
		return err
	}
	return soundMeasures(s.Measures)
}

// soundAround looks at what a step brings beside the course of the issue: letters, remarks, results, a plan's mark.
func (s *Step) soundAround() error {
	err := tooLong(sized{"decided", s.Decided, shortText}, sized{"grounds", s.Letter.Grounds, middleText}, sized{"asked", s.Letter.Asked, middleText},
		sized{"decided", s.Letter.Decided, shortText})
	if err != nil {
		return err
	}
	if s.Mark != "" && (s.Mark.Text() == Text{}) {
		return Invalid("unknown_word", "mark", Say("没有“%s”这个评价", "there is no mark %q", string(s.Mark)))
	}
	if err := tooMany("orgs", len(s.Orgs), mostAsked); err != nil {
		return err
	}
	if err := soundRemarks(s.Remarks); err != nil {
		return err
	}
	return s.Results.sound()
}

func soundMeasures(measures []Measure) error {
	for _, m := range measures {
		if err := tooLong(sized{"measures", m.Text, middleText}, sized{"measures", m.Leader, shortText}); err != nil {
			return err
		}
	}
	return tooMany("measures", len(measures), mostItems)
}

// Sound refuses a new issue with texts that are too long, too many measures, or words that nobody knows: ErrInvalid with the field.
func (i *Issue) Sound() error {
	if err := knownWords(i.Kind, i.Source); err != nil {
		return err
	}
	err := tooLong(sized{"own_number", i.OwnNumber, shortText}, sized{"detail", i.Detail, longText}, sized{"aspect", i.Aspect, middleText},
		sized{"goal", i.Goal, middleText}, sized{"leader", i.Leader, shortText})
	if err != nil {
		return err
	}
	for name, text := range i.Extra {
		if err := tooLong(sized{"extra", name, shortText}, sized{"extra", text, longText}); err != nil {
			return err
		}
	}
	if err := tooMany("extra", len(i.Extra), mostItems); err != nil {
		return err
	}
	return soundMeasures(i.Measures)
}
