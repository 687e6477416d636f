// Package page is how the program looks in a browser: a Go struct for each page, its template and the static files. It knows the words
// of workflow and nothing else of the program; what a page shows was put into its struct by a handler.
//
// To add a page:
//
//  1. Write its struct in a file of its own, with Frame embedded first: type Orgs struct { Frame; Rows []OrgRow }
//  2. Give it its template: func (Orgs) template() string { return "orgs" }
//  3. Write templates/orgs.html with {{define "content"}} … {{end}}. Both languages stand at the place: {{t "组织" "organisations"}};
//     a workflow.Text is {{text .Title}}, a day {{day .Due}}, a moment {{moment .At}}. Partials: light, phases, field, fields, pager, empty.
//  4. Add a value of it, filled, to the samples in page_test.go: every sample is rendered in both languages and its HTML checked.
//  5. Write the handler in ../web_orgs.go: decode, one call of the engine, fill the struct with Frame: s.frame(c, title), s.show(c, 200, p).
//  6. Add its line to pages() in ../web_routes.go, with who may call it; and to Nav in nav.go if it stands in the navigation.
//  7. A form is a page.Form: Fields with names, kinds and values; after a failure call form.Fail(err) and show the page again with its
//     status; after success s.done(c, address, what was done), which redirects.
//  8. No inline script, no inline style, nothing newer than Chromium 80; it must work without JavaScript.
package page
