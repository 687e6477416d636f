package workflow

import "fmt"

// The ids are made by the application, ordered by time and never reused; 0 is none.
type (
	// IssueID names an issue.
	IssueID int64
	// OrgID names an organisation.
	OrgID int64
	// PersonID names a person and their account.
	PersonID int64
	// ChecklistID names a checklist.
	ChecklistID int64
	// MandateID names the mandate of inspectors.
	MandateID int64
	// AppointmentID names an appointment.
	AppointmentID int64
	// SelfCheckID names what an organisation was asked to look for among its own.
	SelfCheckID int64
)

// Level is the level of an organisation; a higher level is a greater number.
type Level uint8

// The five levels of the supervision tree.
const (
	NoLevel        Level = iota
	Branch               // 党支部
	GeneralBranch        // 党总支
	OrganCommittee       // 机关党委
	PartyGroup           // 党组
	WorkCommittee        // 机关工委
)

// Grade says how serious an issue is, which decides who verifies and who closes it.
type Grade uint8

// The three grades.
const (
	NoGrade  Grade = iota
	Ordinary       // 一般
	Serious        // 较大
	Major          // 重大
)

// Relation is how an actor stands to an issue, by the organisation of a post or in person.
type Relation uint8

// The relations. Involved sums up the relations by organisation, for looking at an issue.
const (
	NoRelation  Relation = iota
	Finder               // the post is in the org that found it
	Responsible          // in the responsible org
	Assisting            // in an assisting org
	Assigner             // in the org that assigned it
	Verifier             // in the org that verifies it
	Party                // in an org named to countersign
	Closer               // in the org that closes it
	Decider              // in the org that decides the open request
	Called               // in an org that was called and has not answered
	Supervising          // in an org above the responsible one (above the finder's before it is assigned)
	Inspecting           // an inspector whose mandate reaches it
	Person               // named as the responsible person
	Involved             // in any of the orgs above that have a part in it
	Within               // in the org or one above it: for what is about an org and not about an issue
)

// Relations is a set of relations.
type Relations uint32

// With returns the set with r in it.
func (rs Relations) With(r Relation) Relations { return rs | 1<<r }

// Has says whether r is in the set.
func (rs Relations) Has(r Relation) bool { return rs&(1<<r) != 0 }

// Wording is one word of a closed vocabulary: as it is written in files and as people read it.
type Wording struct {
	Word string
	Text Text
}

var levelWords = []Wording{
	{}, {"branch", Text{"党支部", "branch"}}, {"general_branch", Text{"党总支", "general branch"}},
	{"organ_committee", Text{"机关党委", "organ committee"}}, {"party_group", Text{"党组", "Party group"}},
	{"work_committee", Text{"机关工委", "work committee"}},
}

var gradeWords = []Wording{
	{}, {"ordinary", Text{"一般", "ordinary"}}, {"serious", Text{"较大", "serious"}}, {"major", Text{"重大", "major"}},
}

var relationWords = []Wording{
	{}, {"finder", Text{"发现单位", "finder"}}, {"responsible", Text{"责任单位", "responsible"}},
	{"assisting", Text{"配合单位", "assisting"}}, {"assigner", Text{"交办单位", "assigner"}},
	{"verifier", Text{"验收单位", "verifier"}}, {"party", Text{"会签单位", "countersigning party"}},
	{"closer", Text{"销号单位", "closer"}}, {"decider", Text{"审批单位", "decider"}}, {"called", Text{"被呼叫单位", "called"}},
	{"supervising", Text{"上级组织", "supervising"}}, {"inspecting", Text{"巡察授权", "inspecting"}},
	{"person", Text{"责任人", "responsible person"}}, {"involved", Text{"相关单位", "involved"}},
	{"within", Text{"辖内", "within reach"}},
}

// Levels lists the levels, the lowest first.
func Levels() []Level {
	return []Level{Branch, GeneralBranch, OrganCommittee, PartyGroup, WorkCommittee}
}

// Grades lists the grades, the lightest first.
func Grades() []Grade { return []Grade{Ordinary, Serious, Major} }

// AllRelations lists the relations.
func AllRelations() []Relation {
	all := make([]Relation, 0, len(relationWords)-1)
	for r := Finder; r <= Within; r++ {
		all = append(all, r)
	}
	return all
}

func wordOf[T ~uint8](words []Wording, v T) string {
	if int(v) < len(words) {
		return words[v].Word
	}
	return ""
}

func textOf[T ~uint8](words []Wording, v T) Text {
	if int(v) < len(words) {
		return words[v].Text
	}
	return Text{}
}

// parseWord finds the value written as s, in the word of the files or in Chinese.
func parseWord[T ~uint8](words []Wording, what Text, s string) (T, error) {
	for n, w := range words {
		if w.Word == s || (s != "" && w.Text.Zh == s) {
			return T(n), nil
		}
	}
	var known []string
	for _, w := range words[1:] {
		known = append(known, w.Word)
	}
	return 0, unknownWord(what, s, known)
}

func unknownWord(what Text, s string, known []string) *Fault {
	return Invalid("unknown_word", "", Say("%s中没有“%s”，可用的有：%s", "%s: unknown word %q; known are %s", what, s, fmt.Sprint(known)))
}

// String returns the word of the level in files.
func (l Level) String() string { return wordOf(levelWords, l) }

// Text returns the level as people read it.
func (l Level) Text() Text { return textOf(levelWords, l) }

// MarshalText writes the word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the word or the Chinese name; ErrInvalid for any other.
func (l *Level) UnmarshalText(b []byte) (err error) {
	*l, err = parseWord[Level](levelWords, Text{"层级", "level"}, string(b))
	return err
}

// String returns the word of the grade in files.
func (g Grade) String() string { return wordOf(gradeWords, g) }

// Text returns the grade as people read it.
func (g Grade) Text() Text { return textOf(gradeWords, g) }

// MarshalText writes the word.
func (g Grade) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads the word or the Chinese name; ErrInvalid for any other.
func (g *Grade) UnmarshalText(b []byte) (err error) {
	*g, err = parseWord[Grade](gradeWords, Text{"等级", "grade"}, string(b))
	return err
}

// String returns the word of the relation in files.
func (r Relation) String() string { return wordOf(relationWords, r) }

// Text returns the relation as people read it.
func (r Relation) Text() Text { return textOf(relationWords, r) }

// MarshalText writes the word.
func (r Relation) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word or the Chinese name; ErrInvalid for any other.
func (r *Relation) UnmarshalText(b []byte) (err error) {
	*r, err = parseWord[Relation](relationWords, Text{"关系", "relation"}, string(b))
	return err
}
