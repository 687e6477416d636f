package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"

	"rectify/workflow"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Page is what can be shown: a struct of this package with a Frame.
type Page interface {
	template() string
	lang() string
}

// Frame is what stands around every page.
type Frame struct {
	Lang   string        // "zh" or "en"
	Title  workflow.Text // of the window and the heading
	Here   string        // the address of the page, for the navigation and the switch of languages
	Person string        // who is signed in, "" for nobody
	Posts  string        // what they are
	Demo   bool          // the data are invented
	Flash  workflow.Text // what was just done
	Narrow bool          // the page is one short form
	Admin  bool          // the reader is the system administrator
	Unread int           // notices; those beyond MostUnread are not counted

	UnreadMore bool // there may be more of them, further back

	Offline  string // what is shown is the offline pack of this mandate, "" for none
	Unproven bool   // what is in the pack is not what its proof says

	Undeclared []Link // mandates of the reader under which nothing is shown before they declared their ties

	AsOf      workflow.Text // the past day at whose end everything on the page was so, in words; empty for now
	AtPresent string        // where the same is as of now
}

func (f Frame) lang() string { return first(f.Lang, "zh") }

// Nav is the navigation as this page shows it.
func (f Frame) Nav() []Link {
	links := navigation(f.Admin)
	for n := range links {
		if links[n].Path == NoticesPath {
			links[n].Count = countText(f.Unread, f.UnreadMore)
		}
		links[n].Current = links[n].Path == f.Here || links[n].Path != "/" && strings.HasPrefix(f.Here, links[n].Path)
		for _, also := range links[n].Also {
			links[n].Current = links[n].Current || strings.HasPrefix(f.Here, also)
		}
	}
	return links
}

// Other is the language that the page is not in.
func (f Frame) Other() string {
	if f.lang() == "en" {
		return "zh"
	}
	return "en"
}

// Pages are the templates of all pages in both languages, and the static files. They do not change once loaded.
type Pages struct {
	Static *Static
	sets   map[string]*template.Template // by language and name
}

// Load reads the templates that are compiled in. It fails when one of them is broken.
func Load() (*Pages, error) {
	static, err := loadStatic()
	if err != nil {
		return nil, err
	}
	p := &Pages{Static: static, sets: make(map[string]*template.Template)}
	for _, lang := range []string{"zh", "en"} {
		if err := p.load(lang); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// load parses the layout and the partials once and lays every page over a copy.
func (p *Pages) load(lang string) error {
	base, err := template.New("layout").Funcs(functions(lang, p.Static)).ParseFS(templateFiles, "templates/_*.html")
	if err != nil {
		return err
	}
	names, err := fs.Glob(templateFiles, "templates/[a-z]*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		set, err := base.Clone()
		if err == nil {
			_, err = set.ParseFS(templateFiles, name)
		}
		if err != nil {
			return err
		}
		p.sets[lang+"/"+strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")] = set
	}
	return nil
}

// Render writes the page. Nothing is written when its template fails.
func (p *Pages) Render(w io.Writer, page Page) error {
	set, ok := p.sets[page.lang()+"/"+page.template()]
	if !ok {
		return fmt.Errorf("no template %q in %q", page.template(), page.lang())
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "layout", page); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}

func first[T comparable](values ...T) (v T) {
	for _, v = range values {
		if v != *new(T) {
			return v
		}
	}
	return v
}
