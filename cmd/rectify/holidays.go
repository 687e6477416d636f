package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// holidaysCommand is about the working calendar.
type holidaysCommand struct {
	List holidaysListCommand `cmd:"" default:"withargs" help:"现用的放假安排 the years in use."`
	Load holidaysLoadCommand `cmd:"" help:"载入新的放假安排，重新推算在办问题的期限 load a newer file and reckon open time limits anew."`
}

// holidaysListCommand lists the years in use.
type holidaysListCommand struct{ jsonFlag }

// yearJSON is a year of the calendar, for programs.
type yearJSON struct {
	Year   int    `json:"year"`
	Known  bool   `json:"known"`
	Loaded bool   `json:"loaded"`
	Notice string `json:"notice,omitempty"`
	Source string `json:"source,omitempty"`
}

// Run lists them, and the years that are provisional.
func (c *holidaysListCommand) Run(p *program) error {
	return p.with(false, func(ctx context.Context, o *opened) error {
		h, err := o.engine.Holidays(ctx)
		if err != nil {
			return err
		}
		var years []yearJSON
		for _, y := range h.Years {
			years = append(years, yearJSON{Year: y.Year.Year, Known: true, Loaded: y.Loaded, Notice: y.Notice, Source: y.Source})
		}
		for _, y := range h.Unknown {
			years = append(years, yearJSON{Year: y})
		}
		if c.JSON {
			return p.printJSON(map[string]any{"years": years, "rev": h.Setting.Rev})
		}
		for _, y := range years {
			if y.Known {
				fmt.Fprintf(p.out, "%d  %s  %s\n", y.Year, y.Notice, y.Source)
				continue
			}
			p.print(workflow.Say("%d  暂定：放假安排尚未公布，只按周末推算", "%d  provisional: no notice yet, weekends only", y.Year))
		}
		return nil
	})
}

// holidaysLoadCommand loads a newer file.
type holidaysLoadCommand struct {
	File  string `arg:"" help:"放假安排文件，格式同自带的 holidays.json a file of holidays, as the shipped one."`
	Check bool   `help:"只看会有什么变化，不写入 say what would change and write nothing."`
	byFlag
	jsonFlag
}

// Run loads it, and works open time limits out again.
func (c *holidaysLoadCommand) Run(p *program) error {
	file, err := os.ReadFile(c.File)
	if err != nil {
		return unreadableFile(c.File, err)
	}
	return p.with(false, func(ctx context.Context, o *opened) error {
		by, err := c.actor(ctx, o)
		if err != nil {
			return err
		}
		report, err := o.engine.LoadHolidays(ctx, by, file, engine.AnyRev, c.Check)
		if err != nil {
			return err
		}
		if report.Taken {
			if report.Reckoned, err = o.engine.Reckon(ctx); err != nil {
				return err
			}
		}
		return c.tell(p, &report)
	})
}

func (c *holidaysLoadCommand) tell(p *program, r *engine.HolidayReport) error {
	if c.JSON {
		type change struct {
			Year   int            `json:"year"`
			Notice string         `json:"notice"`
			New    bool           `json:"new"`
			Free   []workflow.Day `json:"free"`
			Worked []workflow.Day `json:"worked"`
		}
		changes := make([]change, len(r.Changes))
		for n, x := range r.Changes {
			changes[n] = change{x.Year.Year, x.Year.Notice, x.New, append([]workflow.Day{}, x.Free...), append([]workflow.Day{}, x.Worked...)}
		}
		return p.printJSON(map[string]any{"taken": r.Taken, "rev": r.Rev, "reckoned": r.Reckoned, "changes": changes})
	}
	for _, x := range r.Changes {
		p.print(workflow.Say("%d %s：改为放假 %d 天（%s），改为上班 %d 天（%s）", "%d %s: off from now on %d days (%s), worked from now on %d days (%s)", x.Year.Year, x.Year.Notice,
			len(x.Free), days(x.Free), len(x.Worked), days(x.Worked)))
	}
	if c.Check {
		p.print(workflow.Say("%d 个在办问题的期限会重新推算；只核对，没有写入", "the time limits of %d open issues would be reckoned anew; checked only, nothing was written", r.Reckoned))
		return nil
	}
	p.print(workflow.Say("已载入；%d 个在办问题的期限重新推算", "taken; the time limits of %d open issues are reckoned anew", r.Reckoned))
	return nil
}

func days(all []workflow.Day) string {
	if len(all) == 0 {
		return "—"
	}
	texts := make([]string, len(all))
	for n, d := range all {
		texts[n] = string(d)
	}
	return strings.Join(texts, " ")
}
