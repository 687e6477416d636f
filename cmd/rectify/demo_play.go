package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// event is something that happens on a working day of the story.
type event struct {
	day  int
	what string
	do   func() error
}

// on adds an event.
func (c *city) on(day int, what string, do func() error) {
	c.events = append(c.events, event{day, what, do})
}

// play lets everything happen in the order of days; on one day, in the order in which it was written down.
func (c *city) play() error {
	slices.SortStableFunc(c.events, func(a, b event) int { return a.day - b.day })
	last, today := -1, 0
	for _, e := range c.events {
		if e.day != last {
			last, today = e.day, 0
		}
		c.clock.now = c.day(e.day).Time().Add(9*time.Hour + time.Duration(today*demoMinutes)*time.Minute)
		today++
		if err := e.do(); err != nil {
			return fmt.Errorf("demonstration, day %d, %s: %w", e.day, e.what, err)
		}
	}
	return nil
}

// cast is who does what for the issues of an organisation.
type cast struct{ rectifier, assigner, verifier, closer string }

// rectifiers are the people who put right what their organisation is responsible for. The one of 0203 changes in the middle.
func rectifiers() map[string]string {
	return map[string]string{
		"0101": "songjia", "0102": "xuhang", "0103": "tianye", "0110": "majun", "0111": "lujing", "0112": "xiening",
		"0201": "panlei", "0202": "yuanmeng", "0203": "gongping", "0301": "xueliang", "0302": "xiahe",
	}
}

// demoHandover is the day on which the secretary of 0203 is another one.
const demoHandover = 119

func castOf(code string, grade workflow.Grade) cast {
	c := cast{rectifier: rectifiers()[code]}
	closers := map[string][]string{"01": {"luomin", "hesongnian", "hesongnian"}, "02": {"shenzhuo", "jiangfan", "taoran"}, "03": {"qinling", "mengzhao", "fangyi"}}
	c.closer = closers[code[:2]][max(grade, workflow.Ordinary)-workflow.Ordinary]
	switch code[:2] {
	case "01":
		c.assigner, c.verifier = "xuhang", "zoujie"
		if c.rectifier == "xuhang" || grade == workflow.Major {
			c.assigner = "zoujie"
		}
	case "02":
		c.assigner, c.verifier = "tangyue", "handong"
		if grade == workflow.Major {
			c.assigner = "handong"
		}
	case "03":
		c.assigner, c.verifier = "renjing", "renjing"
	}
	return c
}

// thread is what happens to one issue. Each of its methods is one step, some working days after the one before.
type thread struct {
	c     *city
	key   string
	day   int
	brief bool   // what takes days elsewhere takes two at most
	said  string // when it is submitted, "" for the usual
	cast
}

// issue begins the thread of an issue on a day.
func (c *city) issue(key, code string, grade workflow.Grade, day int) *thread {
	return &thread{c: c, key: key, day: day, cast: castOf(code, grade)}
}

// after lets working days pass.
func (t *thread) after(days int) *thread {
	t.day += days
	return t
}

// wait lets the usual time for the next step pass.
func (t *thread) wait(days int) *thread {
	if t.brief {
		days = min(days, 2)
	}
	return t.after(days)
}

// step lets somebody take a step. The rectifier is whoever holds the post on the day.
func (t *thread) step(who string, s workflow.Step) *thread {
	if who == "gongping" && t.day >= demoHandover {
		who = "caoyang"
	}
	t.c.on(t.day, t.key+" "+string(s.Action), func() error { return t.c.act(who, t.key, s) })
	return t
}

// act takes a step now.
func (c *city) act(who, key string, s workflow.Step) error {
	by, err := c.o.engine.ActorNamed(c.ctx, who)
	if err != nil {
		return err
	}
	view, err := c.o.engine.Issue(c.ctx, by, c.issues[key])
	if err != nil {
		return err
	}
	if s.Action == workflow.Submit {
		if s.Evidence, err = c.summary(by, key, view.Issue.Number); err != nil {
			return err
		}
	}
	_, err = c.o.engine.Do(c.ctx, by, view.Issue.ID, view.Issue.Version, "", s)
	return err
}

// summary uploads the files that go with a submission.
func (c *city) summary(by workflow.Actor, key, number string) ([]workflow.Evidence, error) {
	text := fmt.Sprintf("%s 整改情况报告\n填报：%s\n日期：%s\n（演示材料）\n", number, by.Name, workflow.DayOf(c.clock.now))
	file, err := c.o.engine.PutFile(c.ctx, by, "整改情况报告.txt", strings.NewReader(text))
	out := []workflow.Evidence{{Hash: file.Hash, Name: file.Name}}
	if err != nil || !slices.Contains(sharers(), key) {
		return out, err
	}
	file, err = c.o.engine.PutFile(c.ctx, by, "专题会议签到表.txt", strings.NewReader("专题会议签到表\n（演示材料）\n"))
	return append([]workflow.Evidence{{Hash: file.Hash, Name: file.Name}}, out...), err
}

func (t *thread) assign(parties ...string) *thread {
	s := workflow.Step{Action: workflow.Assign}
	for _, code := range parties {
		s.Parties = append(s.Parties, t.c.orgs[code])
	}
	return t.step(t.assigner, s)
}

func (t *thread) accept() *thread {
	return t.wait(1).step(t.rectifier, workflow.Step{Action: workflow.Accept})
}

func (t *thread) propose() *thread {
	return t.wait(5).step(t.rectifier, workflow.Step{Action: workflow.Plan, Note: "方案已经支委会讨论"})
}

func (t *thread) approve(others ...string) *thread {
	t.wait(4).step(t.verifier, workflow.Step{Action: workflow.ApprovePlan, Mark: "good", Note: "措施具体，同意实施"})
	for _, who := range others {
		t.step(who, workflow.Step{Action: workflow.ApprovePlan, Mark: "fair", Note: "同意，请补充完成标志", Remarks: []workflow.Remark{
			{Measure: 1, Text: "请写明做到什么程度算完成，由谁核对"},
		}})
	}
	return t
}

// prepare is the way from found to rectifying.
func (t *thread) prepare() *thread { return t.assign().accept().propose().approve() }

func (t *thread) report(note string) *thread {
	return t.wait(10).step(t.rectifier, workflow.Step{Action: workflow.Report, Note: note})
}

func (t *thread) finish(measure int, result string) *thread {
	return t.wait(7).step(t.rectifier, workflow.Step{Action: workflow.Finish, Measure: measure, Note: result,
		Evidence: []workflow.Evidence{{Text: result, Measure: measure}}})
}

func (t *thread) submit(recovered int64) *thread {
	return t.wait(3).step(t.rectifier, t.submission(recovered))
}

func (t *thread) submission(recovered int64) workflow.Step {
	return workflow.Step{Action: workflow.Submit, Note: cmp.Or(t.said, "措施已全部完成，提请验收"), Recovered: recovered}
}

// work is the way from rectifying to verifying.
func (t *thread) work(recovered int64) *thread {
	return t.report("已按方案推进，完成过半").finish(1, "第一条措施已落实").finish(2, "第二条措施已落实，制度已印发").submit(recovered)
}

func allMet() workflow.Criteria {
	return workflow.Criteria{MeasuresDone: true, ViolationsDone: true, EffectReached: true, SameKindSought: true, MechanismBuilt: true}
}

func (t *thread) pass(others ...string) *thread {
	met := allMet()
	t.wait(5).step(t.verifier, workflow.Step{Action: workflow.Pass, Criteria: met, Note: "现场核查，五项标准均已达到"})
	for _, who := range others {
		t.step(who, workflow.Step{Action: workflow.Pass, Criteria: met, Note: "同意通过"})
	}
	return t
}

func (t *thread) close() *thread { return t.closeWith(workflow.Results{}) }

// closeWith closes an issue with what came of it beside.
func (t *thread) closeWith(r workflow.Results) *thread {
	return t.wait(4).step(t.closer, workflow.Step{Action: workflow.Close, Note: "同意销号", Results: r})
}

// publicize is the way of a major issue from closing to publicized.
func (t *thread) publicize(by string) *thread {
	return t.wait(2).step(t.closer, workflow.Step{Action: workflow.Endorse, Note: "整改到位，我负总责，同意公示"}).
		after(1).step(by, workflow.Step{Action: workflow.Publicize, Note: "整改结果在机关公示栏和内网公示7日"})
}

// write lets somebody write a problem down by hand and keep it as a draft.
func (c *city) write(day int, who, code, detail string) {
	c.on(day, "draft of "+who, func() error {
		by, err := c.o.engine.ActorNamed(c.ctx, who)
		if err != nil {
			return err
		}
		_, err = c.o.engine.Find(c.ctx, by, "", engine.Finding{Org: c.orgs[code], Source: "self_check", Detail: detail,
			Responsible: c.orgs[code], Kind: workflow.KindTimed, Grade: workflow.Ordinary, Due: c.day(demoDays + 30), Draft: true})
		return err
	})
}
