package workflow

import "time"

// China is the zone in which a moment becomes a day: one zone, no summer time (GB/T 7408).
var China = time.FixedZone("CST", 8*60*60)

// Day is a calendar day written 2026-03-31, or "" for none. Days compare as strings.
type Day string

// ParseDay checks that s is a day that exists, written 2026-03-31. It returns ErrInvalid otherwise.
func ParseDay(s string) (Day, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", Invalid("bad_day", "", Say("“%s”不是一个存在的日期，应写作 2026-03-31", "%q is not a day that exists; write 2026-03-31", s))
	}
	return Day(s), nil
}

// DayOf returns the day of a moment in China.
func DayOf(t time.Time) Day { return Day(t.In(China).Format(time.DateOnly)) }

// Time returns the first moment of the day in China. The zero time for no day.
func (d Day) Time() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), China)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Add returns the day n days later (earlier when n is negative); no day stays no day.
func (d Day) Add(n int) Day {
	if d == "" {
		return ""
	}
	return DayOf(d.Time().AddDate(0, 0, n))
}

// Until returns the number of days from d to other, negative when other is earlier.
func (d Day) Until(other Day) int {
	return int(other.Time().Sub(d.Time()) / (24 * time.Hour))
}

// UnmarshalText refuses a day that does not exist; the empty text is no day.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = ""
		return nil
	}
	day, err := ParseDay(string(text))
	*d = day
	return err
}
