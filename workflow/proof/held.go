package proof

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf16"

	"rectify/workflow"
)

// sigBytes is how long a signature of a note is at least: the hash of its key and 64 bytes.
const sigBytes = 4 + 64

// Kept reads what somebody kept of the log: the texts of signed checkpoints, or a short code, each in the one form in which it is compared.
// What editors and mail do to a text is undone: marks of the encoding, ends of lines, blanks, marks of quotation, broken lines, and whatever
// stands around a checkpoint. Of an empty text it returns nothing. ErrInvalid with the code bad_checkpoint for what is neither.
func Kept(text string) (kept []string, err error) {
	text = strings.TrimSpace(fromUTF16(text))
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if text == "" {
		return nil, nil
	}
	if code, ok := ShortCode(text); ok {
		return []string{code}, nil
	}
	var all [][]string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == '>' || r == '\ufeff' })
		if isOrigin(line) {
			all = append(all, nil)
		}
		if n := len(all) - 1; n >= 0 && line != "" {
			all[n] = withLine(all[n], line)
		}
	}
	for _, lines := range all {
		if len(lines) < 5 {
			return nil, notACheckpoint()
		}
		signed := strings.Join(lines[:4], "\n") + "\n\n" + strings.Join(lines[4:], "\n") + "\n"
		if _, err := Peek(signed); err != nil {
			return nil, err
		}
		kept = append(kept, signed)
	}
	if len(kept) == 0 {
		err = notACheckpoint()
	}
	return kept, err
}

// withLine adds a line to a checkpoint if it belongs to it: the four that are signed, then signatures, each of which may have been broken.
func withLine(lines []string, line string) []string {
	if len(lines) < 4 || strings.HasPrefix(line, "— ") {
		return append(lines, line)
	}
	last := len(lines) - 1
	if last < 4 || strings.ContainsAny(line, " \t") {
		return lines
	}
	fields := strings.Fields(lines[last])
	switch signature := fields[len(fields)-1]; {
	case len(fields) == 2:
		lines[last] += " " + line
	case base64.RawStdEncoding.DecodedLen(len(strings.TrimRight(signature, "="))) < sigBytes:
		lines[last] += line
	}
	return lines
}

// fromUTF16 is a text that an editor wrote in UTF-16, as UTF-8; any other as it is.
func fromUTF16(text string) string {
	if len(text) < 2 || text[:2] != "\xff\xfe" && text[:2] != "\xfe\xff" {
		return text
	}
	low, units := int(text[0]&1), make([]uint16, 0, len(text)/2) // ff fe: the low byte first
	for n := 2; n+1 < len(text); n += 2 {
		units = append(units, uint16(text[n+1-low])|uint16(text[n+low])<<8)
	}
	return string(utf16.Decode(units))
}

// ShortCode reads a short code as people write it: in capital letters or small ones, with dashes, blanks or neither, O for 0, I and L for 1.
// It returns it as Checkpoint.ShortCode writes it, false for what is none.
func ShortCode(s string) (string, bool) {
	letters := strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case r == 'O':
			return '0'
		case r == 'I' || r == 'L':
			return '1'
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r):
			return -1
		}
		return r
	}, s)
	if len(letters) != 16 || strings.Trim(letters, codeLetters) != "" {
		return "", false
	}
	return dashed(letters), true
}

func dashed(code string) string {
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
}

// heldNone says that a text is no checkpoint.
func heldNone() workflow.Text {
	return workflow.Say("您给的留存检查点读不出来：既不是检查点全文，也不是短码，没法比对。请给出当时下载的文件、二维码里的全文或抄下的短码",
		"what you gave as a checkpoint that you kept is neither the text of one nor a short code and cannot be compared: give the file that you downloaded, what the QR code holds, or the short code")
}
