package workflow

import "slices"

// Answerable is an organisation that answers for a part of an issue, as the list of duties (责任清单) has it.
type Answerable struct {
	Org      OrgID
	Main     bool       // 主办; the others assist (协办)
	Leader   string     // who leads: of the issue for the main one, of its measures for the others
	People   []PersonID // each once
	Measures []int      // counted from 1
	Done     int        // of them
	Due      Day        // the last day of its measures; of the issue where it has none
}

// Answerables are the organisations that answer for the issue: the responsible one first, then those that assist or carry a measure. None
// while nobody is responsible.
func (i *Issue) Answerables() []Answerable {
	if i.Responsible == 0 {
		return nil
	}
	out := []Answerable{{Org: i.Responsible, Main: true, Leader: i.Leader}}
	if i.Person != 0 {
		out[0].People = []PersonID{i.Person}
	}
	of := func(org OrgID) *Answerable {
		n := slices.IndexFunc(out, func(a Answerable) bool { return a.Org == org })
		if n < 0 {
			out, n = append(out, Answerable{Org: org}), len(out)
		}
		return &out[n]
	}
	for _, org := range i.Assisting {
		of(org)
	}
	for n := range i.Measures {
		of(first(i.Measures[n].Org, i.Responsible)).carry(n+1, &i.Measures[n])
	}
	for n := range out {
		out[n].Due = first(out[n].Due, i.Due)
	}
	return out
}

func (a *Answerable) carry(n int, m *Measure) {
	a.Measures = append(a.Measures, n)
	a.Leader = first(a.Leader, m.Leader)
	a.Due = max(a.Due, m.Due)
	if m.Person != 0 && !slices.Contains(a.People, m.Person) {
		a.People = append(a.People, m.Person)
	}
	if m.Done {
		a.Done++
	}
}
