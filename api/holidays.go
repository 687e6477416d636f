package api

import (
	"context"
	"encoding/json"

	"rectify/workflow"
	"rectify/workflow/engine"
)

// GetHolidays shows the calendar in use.
func (s *Server) GetHolidays(ctx context.Context, _ GetHolidaysRequestObject) (GetHolidaysResponseObject, error) {
	h, err := s.Engine.Holidays(ctx)
	if err != nil {
		return nil, err
	}
	out := GetHolidays200JSONResponse{Years: each(h.Years, holidayYearOut), Loaded: []int{}, Unknown: append([]int{}, h.Unknown...), Rev: h.Setting.Rev,
		LoadedAt: h.Setting.At, LoadedBy: h.By}
	for _, y := range h.Years {
		if y.Loaded {
			out.Loaded = append(out.Loaded, y.Year.Year)
		}
	}
	return out, nil
}

func holidayYearOut(y engine.HolidayYear) HolidayYear {
	return HolidayYear{Year: y.Year.Year, Notice: y.Notice, Issued: day(y.Issued), Source: y.Source, Working: each(y.Working, day),
		Holidays: each(y.Holidays, func(h engine.HolidayRun) Holiday { return Holiday{Name: h.Name, From: day(h.From), To: day(h.To)} })}
}

// LoadHolidays takes a newer file of holidays, or says what it would change.
func (s *Server) LoadHolidays(ctx context.Context, r LoadHolidaysRequestObject) (LoadHolidaysResponseObject, error) {
	file, err := json.Marshal(r.Body)
	if err != nil {
		return nil, err
	}
	rev := engine.AnyRev
	if r.Params.Rev != nil {
		rev = *r.Params.Rev
	}
	report, err := s.Engine.LoadHolidays(ctx, actorOf(ctx), file, rev, r.Params.Check)
	return LoadHolidays200JSONResponse{Taken: report.Taken, Rev: report.Rev, Reckoned: report.Reckoned,
		Changes: each(report.Changes, func(c engine.HolidayChange) HolidayChange {
			return HolidayChange{Year: c.Year.Year, Notice: c.Year.Notice, New: c.New, Free: each(c.Free, day), Worked: each(c.Worked, day)}
		})}, err
}

// ListSettings lists the settings that were ever changed.
func (s *Server) ListSettings(ctx context.Context, _ ListSettingsRequestObject) (ListSettingsResponseObject, error) {
	all, err := s.Engine.Settings(ctx, actorOf(ctx))
	return ListSettings200JSONResponse{Settings: each(all, func(x engine.NamedSetting) Setting {
		return Setting{Name: x.Name, Rev: x.Rev, At: x.At, By: id[workflow.PersonID](x.By), Body: x.Body}
	})}, err
}
