package workflow

// Load is what forms ask of whoever fills them in: fields to write and files to find. What is optional does not count.
type Load struct {
	Fields int `json:"fields"`
	Files  int `json:"files"`
}

// Plus is both together.
func (l Load) Plus(m Load) Load { return Load{l.Fields + m.Fields, l.Files + m.Files} }

// Within says whether the load is no more than a budget.
func (l Load) Within(budget Load) bool { return l.Fields <= budget.Fields && l.Files <= budget.Files }

// needLoads is what each need asks for; one that is not here is met by how things stand.
var needLoads = map[Need]Load{
	NeedDetail: {Fields: 1}, NeedSource: {Fields: 1}, NeedResponsible: {Fields: 1}, NeedDue: {Fields: 1}, NeedKind: {Fields: 1}, NeedGrade: {Fields: 1},
	NeedParties: {Fields: 1}, NeedNote: {Fields: 1}, NeedReason: {Fields: 1}, NeedBasis: {Fields: 1}, NeedMeasures: {Fields: 3}, NeedMeasure: {Fields: 1},
	NeedEvidence: {Files: 1}, NeedAttachment: {Files: 1}, NeedCriteria: {Fields: 5}, NeedOther: {Fields: 1}, NeedRequest: {Fields: 2},
	NeedDocument: {Fields: 1, Files: 1}, NeedDecided: {Fields: 1}, NeedLetter: {Fields: 4}, NeedCall: {Fields: 3}, NeedOpenCall: {Fields: 2},
	NeedNextReview: {Fields: 1}, NeedPerson: {Fields: 1}, NeedUnpicked: {Fields: 1}, NeedOrgs: {Fields: 2},
}

// MeasureLoad is what each measure of a plan asks for: a text, a person and a day. NeedMeasures weighs the first.
func MeasureLoad() Load { return needLoads[NeedMeasures] }

// Times is the load n times over.
func (l Load) Times(n int) Load { return Load{l.Fields * n, l.Files * n} }

// Asks is what the form of the step must be given. Evidence counts as a file, though a text will do.
func (a *Arrow) Asks() (l Load) {
	for _, need := range a.Needs {
		l = l.Plus(needLoads[need])
	}
	return l
}

// Asks is the most that any step of the action asks for in the machine.
func (d *Definition) Asks(do Action) (l Load) {
	for n := range d.Arrows {
		if asks := d.Arrows[n].Asks(); d.Arrows[n].Do == do && asks.Fields+asks.Files > l.Fields+l.Files {
			l = asks
		}
	}
	return l
}

// UnitSteps are the steps that the unit takes that puts an issue right, from its being assigned to its being submitted, if nothing goes
// wrong: the first of each action that the machine has. A plan has as many measures as the unit writes down; here it is one.
func (d *Definition) UnitSteps() (steps []*Arrow) {
	for _, do := range []Action{Accept, Plan, Finish, Submit} {
		for n := range d.Arrows {
			if a := &d.Arrows[n]; a.Do == do && (do != Finish || d.wantsMeasuresDone()) {
				steps = append(steps, a)
				break
			}
		}
	}
	return steps
}

// wantsMeasuresDone says whether an issue cannot be submitted with a measure open.
func (d *Definition) wantsMeasuresDone() bool {
	for n := range d.Arrows {
		if d.Arrows[n].Do != Submit {
			continue
		}
		for _, need := range d.Arrows[n].Needs {
			if need == NeedMeasuresDone {
				return true
			}
		}
	}
	return false
}

// Budget is the most that an office asks of a branch (减负): for one issue, from its being assigned to its being submitted, and in a month.
type Budget struct {
	Issue Load `json:"issue"`
	Month Load `json:"month"`
}

// DefaultBudget holds where no administrator decided otherwise. Its figures are this program's own, not a rule's: what the shipped
// machines ask, with room for one more field, and a month of twenty such issues.
func DefaultBudget() Budget { return Budget{Issue: Load{7, 1}, Month: Load{140, 20}} }

// Affords refuses a machine that asks more of a unit than the budget for one issue. The sum is in the text: ErrInvalid with the code
// over_budget.
func (b Budget) Affords(d *Definition) error {
	var sum Load
	parts := Text{}
	for _, a := range d.UnitSteps() {
		asks := a.Asks()
		sum = sum.Plus(asks)
		if parts.Zh != "" {
			parts = Text{parts.Zh + "、", parts.En + ", "}
		}
		one := Say("%s%d项%d件", "%s %d fields %d files", a.Do.Text(), asks.Fields, asks.Files)
		parts = Text{parts.Zh + one.Zh, parts.En + one.En}
	}
	if sum.Within(b.Issue) {
		return nil
	}
	return Invalid("over_budget", "definitions", Say("流程“%s”要求责任单位为一个问题填写%d项、上传%d件（按一条措施计：%s），超过负担预算%d项、%d件；请减少要求，或由系统管理员调整预算",
		"the machine “%s” asks %d fields and %d files of the unit for one issue (with one measure: %s), more than the budget of %d and %d; ask for less, or have the system administrator change the budget",
		d.Title, sum.Fields, sum.Files, parts, b.Issue.Fields, b.Issue.Files))
}
