package page

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"rectify/workflow"
)

// functions are what the templates of a language can call.
func functions(lang string, static *Static) template.FuncMap {
	text := func(t workflow.Text) string { return t.In(lang) }
	return template.FuncMap{
		"t":       func(zh, en string) string { return workflow.Text{Zh: zh, En: en}.In(lang) },
		"tf":      func(zh, en string, args ...any) string { return workflow.Say(zh, en, args...).In(lang) },
		"text":    text,
		"lang":    func() string { return map[string]string{"zh": "zh-CN", "en": "en"}[lang] },
		"asset":   static.Address,
		"day":     day,
		"moment":  moment,
		"yuan":    Yuan,
		"size":    size,
		"percent": func(part, whole int) int { return part * 100 / max(whole, 1) },
		"inc":     func(n int) int { return n + 1 },
		"lines":   lines,
		"quotes":  quotes,
		"pair":    func(a, b any) pair { return pair{a, b} },
	}
}

// pair hands two values to a partial.
type pair struct{ A, B any }

// piece is a piece of a text: what the program says, or what it quotes in whatever language that was written.
type piece struct {
	Text   string
	Quoted bool
}

// quotes parts a text at its quotation marks.
func quotes(text string) (all []piece) {
	for text != "" {
		before, rest, _ := strings.Cut(text, "“")
		quoted, after, _ := strings.Cut(rest, "”")
		all, text = append(all, piece{Text: before}), after
		if quoted != "" {
			all = append(all, piece{quoted, true})
		}
	}
	return all
}

// day writes a day, or a dash for none.
func day(d workflow.Day) string { return first(string(d), "—") }

// moment writes a moment in China to the minute.
func moment(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(workflow.China).Format("2006-01-02 15:04")
}

// Yuan writes an amount of fen.
func Yuan(fen int64) string {
	whole := strconv.FormatInt(fen/100, 10)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return fmt.Sprintf("%s.%02d", whole, fen%100)
}

// size writes a number of bytes.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// lines splits a text at its line breaks.
func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }
