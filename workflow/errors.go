package workflow

import (
	"errors"
	"fmt"
)

// The five kinds of error. Everything that can go wrong for a reason a user can act on is one of them; whatever is none of them
// is a fault of the program or its surroundings.
var (
	// ErrInvalid: what was sent cannot be understood or lacks something (HTTP 422).
	ErrInvalid = errors.New("invalid")
	// ErrForbidden: the actor may see the thing but may not do this (HTTP 403).
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: it is not there, or the actor may not know that it is (HTTP 404).
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else changed it since the actor looked (HTTP 409).
	ErrConflict = errors.New("conflict")
	// ErrRefused: understood and permitted, but not possible as things stand (HTTP 409).
	ErrRefused = errors.New("refused")
)

// Text is a sentence for people in the two languages of the program.
type Text struct {
	Zh string `json:"zh" yaml:"zh"`
	En string `json:"en" yaml:"en"`
}

// Say makes a Text from a Chinese and an English format that take the same arguments. An argument that is a Text itself is put
// into each sentence in that sentence's language.
func Say(zh, en string, args ...any) Text {
	inZh, inEn := make([]any, len(args)), make([]any, len(args))
	for n, arg := range args {
		inZh[n], inEn[n] = arg, arg
		if t, ok := arg.(Text); ok {
			inZh[n], inEn[n] = t.Zh, t.En
		}
	}
	return Text{Zh: fmt.Sprintf(zh, inZh...), En: fmt.Sprintf(en, inEn...)}
}

// In returns the sentence in the language lang ("en" for English, Chinese otherwise).
func (t Text) In(lang string) string {
	if lang == "en" && t.En != "" {
		return t.En
	}
	return t.Zh
}

// String returns the Chinese sentence.
func (t Text) String() string { return t.Zh }

// Fault is an error that a user can act on.
type Fault struct {
	Kind  error  // one of the five kinds
	Code  string // a word for programs, stable between releases: "stale_version", "persons_kept_apart" …
	Field string // the field of the input that it is about, if it is about one
	Text  Text   // what is wrong and what to do
}

// Error returns the Chinese text.
func (f *Fault) Error() string { return f.Text.Zh }

// Unwrap returns the kind, so that errors.Is(err, ErrRefused) works.
func (f *Fault) Unwrap() error { return f.Kind }

// Invalid is a Fault of the kind ErrInvalid about the named field.
func Invalid(code, field string, text Text) *Fault {
	return &Fault{Kind: ErrInvalid, Code: code, Field: field, Text: text}
}

// Forbidden is a Fault of the kind ErrForbidden.
func Forbidden(code string, text Text) *Fault {
	return &Fault{Kind: ErrForbidden, Code: code, Text: text}
}

// NotFound is a Fault of the kind ErrNotFound.
func NotFound(code string, text Text) *Fault {
	return &Fault{Kind: ErrNotFound, Code: code, Text: text}
}

// Conflict is a Fault of the kind ErrConflict.
func Conflict(code string, text Text) *Fault {
	return &Fault{Kind: ErrConflict, Code: code, Text: text}
}

// Refused is a Fault of the kind ErrRefused.
func Refused(code string, text Text) *Fault {
	return &Fault{Kind: ErrRefused, Code: code, Text: text}
}
