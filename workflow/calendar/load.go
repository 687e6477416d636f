package calendar

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"rectify/workflow"
)

//go:embed holidays.json
var shipped []byte

// Year is what one notice of the State Council lays down, as it is written in the file.
type Year struct {
	Year     int            `json:"year"`
	Notice   string         `json:"notice"` // number of the notice
	Issued   workflow.Day   `json:"issued"`
	Source   string         `json:"source"` // where it can be read
	Holidays []Holiday      `json:"holidays"`
	Working  []workflow.Day `json:"working"` // Saturdays and Sundays that are worked

	except map[int]bool // the days that differ from the week, by number: worked or free
}

// Holiday is a run of free days, both ends included.
type Holiday struct {
	Name string       `json:"name"`
	From workflow.Day `json:"from"`
	To   workflow.Day `json:"to"`
}

const (
	maxFile    = 1 << 20
	maxHoliday = 15 // days; the longest so far had nine
)

// file is the form of holidays.json.
type file struct {
	Years []Year `json:"years"`
}

// Shipped returns the calendar of the notices that were known when the program was built.
func Shipped() *Calendar {
	c, err := Load(bytes.NewReader(shipped))
	if err != nil {
		panic(fmt.Sprintf("calendar: the holidays.json built into the program is broken: %v", err))
	}
	return c
}

// Load reads a calendar from a file of the form of holidays.json. It returns ErrInvalid, with the year and the entry, for a file that
// cannot be read as such, an unknown field, no year at all, a year given twice or without a notice and where it can be read, a day outside
// its year, a holiday that ends before it begins or is longer than 15 days, two entries for one day, and a make-up day that is no
// Saturday or Sunday.
func Load(r io.Reader) (*Calendar, error) {
	var file file
	in := json.NewDecoder(io.LimitReader(r, maxFile))
	in.DisallowUnknownFields()
	if err := in.Decode(&file); err != nil {
		return nil, unreadable(err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse(workflow.Say("正文结束后还有内容", "there is something after its end"))
	}
	if len(file.Years) == 0 {
		return nil, refuse(workflow.Say("没有任何年份（years）", "there is no year in it"))
	}
	years := make(map[int]Year, len(file.Years))
	for _, y := range file.Years {
		if _, twice := years[y.Year]; twice {
			return nil, refuse(workflow.Say("%d 年出现两次", "the year %d is given twice", y.Year))
		}
		except, err := y.exceptions()
		if err != nil {
			return nil, err
		}
		y.except = except
		years[y.Year] = y
	}
	return build(years), nil
}

// WriteTo writes the calendar in the form in which Load reads it, the earliest year first.
func (c *Calendar) WriteTo(w io.Writer) (int64, error) {
	text, err := json.MarshalIndent(file{Years: c.Years()}, "", "  ")
	if err != nil {
		return 0, err
	}
	n, err := w.Write(append(text, '\n'))
	return int64(n), err
}

// Merge returns a calendar in which each year that newer knows is as in newer, and the others are as in c. Neither is changed.
func (c *Calendar) Merge(newer *Calendar) *Calendar {
	years := make(map[int]Year, len(c.years)+len(newer.years))
	maps.Copy(years, c.years)
	maps.Copy(years, newer.years)
	return build(years)
}

// build puts checked years together. Where the notice of one year reaches into the December before it, the later notice is right.
func build(years map[int]Year) *Calendar {
	c := &Calendar{years: years, except: make(map[int]bool, 40*len(years))}
	for _, y := range slices.Sorted(maps.Keys(years)) {
		maps.Copy(c.except, years[y].except)
		if c.until == "" || c.until == lastOf(y-1) {
			c.until = lastOf(y)
		}
	}
	return c
}

func lastOf(year int) workflow.Day { return workflow.Day(fmt.Sprintf("%04d-12-31", year)) }

// exceptions checks the year and returns its days that differ from the week, by number: worked or free.
func (y Year) exceptions() (map[int]bool, error) {
	switch {
	case y.Source == "":
		return nil, refuse(workflow.Say("%d 年缺少出处（source）：请写明通知在哪里可以查到", "the year %d lacks its source: say where the notice can be read", y.Year))
	case y.Notice == "" || len(y.Holidays) == 0:
		return nil, refuse(workflow.Say("%d 年缺少通知文号（notice）或放假安排（holidays）", "the year %d lacks its notice or its holidays", y.Year))
	}
	except := map[int]bool{}
	for _, h := range y.Holidays {
		from, to, err := y.span(h)
		if err != nil {
			return nil, err
		}
		for n := from; n <= to; n++ {
			if _, twice := except[n]; twice {
				return nil, y.refuse(h.Name, workflow.Say("%s 已在另一项中", "%s is in another entry already", dayOf(n)))
			}
			except[n] = false
		}
	}
	for _, day := range y.Working {
		n, ok := y.number(day)
		if !ok || !isWeekend(n) {
			return nil, y.refuse("working", workflow.Say("%q 不是该年的周六或周日，不能是调休上班日", "%q is no Saturday or Sunday of the year and cannot be a make-up day", day))
		}
		if _, twice := except[n]; twice {
			return nil, y.refuse("working", workflow.Say("%s 已在另一项中", "%s is in another entry already", day))
		}
		except[n] = true
	}
	return except, nil
}

// span checks a holiday and returns the numbers of its first and last day.
func (y Year) span(h Holiday) (from, to int, err error) {
	from, okFrom := y.number(h.From)
	to, okTo := y.number(h.To)
	switch {
	case !okFrom || !okTo:
		return 0, 0, y.refuse(h.Name, workflow.Say("%q 至 %q 不在该年内", "%q to %q is not in the year", h.From, h.To))
	case to < from:
		return 0, 0, y.refuse(h.Name, workflow.Say("结束日 %s 早于开始日 %s", "the end %s is before the begin %s", h.To, h.From))
	case to-from >= maxHoliday:
		return 0, 0, y.refuse(h.Name, workflow.Say("%s 至 %s 超过 %d 天，请核对", "%s to %s is more than %d days; check it", h.From, h.To, maxHoliday))
	}
	return from, to, nil
}

// number returns the number of a day that the notice of the year may speak of: one of the year, or of the December before it.
func (y Year) number(day workflow.Day) (int, bool) {
	n, ok := number(day)
	if !ok {
		return 0, false
	}
	of := moment(n)
	return n, of.Year() == y.Year || of.Year() == y.Year-1 && of.Month() == time.December
}

func (y Year) refuse(entry string, why workflow.Text) error {
	return refuse(workflow.Say("%d 年“%s”：%s", "%d, %q: %s", y.Year, entry, why))
}

func refuse(why workflow.Text) error {
	return workflow.Invalid("bad_calendar", "", workflow.Say("节假日文件有误：%s", "the file of holidays is wrong: %s", why))
}

func unreadable(err error) error {
	var fault *workflow.Fault
	if errors.As(err, &fault) {
		return refuse(fault.Text)
	}
	return refuse(workflow.Say("不是所要的 JSON（%v）", "not the JSON that is wanted (%v)", err))
}
