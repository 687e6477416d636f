package remind

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// andMore ends a text that was cut.
const andMore = "…（其余见系统）"

// clip cuts a text that weighs more than room, as weigh counts, and says so in a last line: at the end of a line where one is near,
// and never within a character.
func clip(text string, room int, weigh func(rune) int) string {
	total, fits, tail := 0, 0, weigh('\n')
	for _, r := range andMore {
		tail += weigh(r)
	}
	for at, r := range text {
		total += weigh(r)
		if total <= room-tail {
			fits = at + utf8.RuneLen(r)
		}
	}
	if total <= room {
		return text
	}
	head := text[:fits]
	if end := strings.LastIndexByte(head, '\n'); end > fits/2 {
		head = head[:end]
	}
	return head + "\n" + andMore
}

// withSite makes whole addresses of the paths that stand on lines of their own.
func withSite(site, body string) string {
	if site == "" {
		return body
	}
	lines := strings.Split(body, "\n")
	for n, line := range lines {
		if path := strings.TrimLeft(line, " "); strings.HasPrefix(path, "/") {
			lines[n] = line[:len(line)-len(path)] + site + path
		}
	}
	return strings.Join(lines, "\n")
}

// bytesOf weighs a character in UTF-8.
func bytesOf(r rune) int { return utf8.RuneLen(r) }

// jsonBytesOf weighs a character within a JSON string, as toJSON writes it.
func jsonBytesOf(r rune) int {
	switch {
	case r == '"', r == '\\', r == '\n', r == '\r', r == '\t', r == '\b', r == '\f':
		return 2
	case r < ' ', r == '\u2028', r == '\u2029':
		return 6
	}
	return utf8.RuneLen(r)
}

// robotText is what a group reads. The platforms take <…> in a text for a call to members, or to all: what somebody wrote into an issue
// must not ring at everybody's.
func robotText(d *Delivery) string {
	text := strings.TrimSpace(d.Subject + "\n" + d.Body)
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "<", "＜")
}

// toJSON writes v without escaping what only a page of HTML needs escaped.
func toJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
