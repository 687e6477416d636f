package api

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"rectify/api/page"
	"rectify/workflow"
	"rectify/workflow/engine"
)

const (
	orgsPage   = "/orgs"
	peoplePage = "/orgs/people"
)

// tabs are the pages of a section, with the one that is shown.
func tabs(here string, links ...page.Link) []page.Link {
	for n := range links {
		links[n].Current = links[n].Path == here
	}
	return links
}

func orgTabs(here string) []page.Link {
	return tabs(here, page.Link{Path: orgsPage, Text: workflow.Say("组织", "Organisations")}, page.Link{Path: peoplePage, Text: workflow.Say("人员", "People")})
}

func orgPath(org workflow.OrgID) string { return orgsPage + "/" + id(org) }

func personPath(p workflow.PersonID) string { return peoplePage + "/" + id(p) }

// showOrgs shows a level of the tree: the roots, or what is below one organisation.
func (s *Server) showOrgs(c echo.Context) error {
	ctx := c.Request().Context()
	var in reading
	under := idOf[workflow.OrgID](&in, "under", c.QueryParam("under"))
	if in.err != nil {
		return in.err
	}
	by := actorOf(ctx)
	p := page.Orgs{Frame: s.frame(c, workflow.Say("组织", "Organisations")), Tabs: orgTabs(orgsPage), Tables: s.tableLinks(&by)}
	if under != 0 {
		v, err := s.Engine.OrgView(ctx, under)
		if err != nil {
			return err
		}
		p.Above = append(orgLinks(v.Above), page.OrgLink{Path: orgPath(v.ID), Name: v.Shown()})
		p.Title = workflow.Say("%s的下级", "below %s", v.Shown())
	}
	nodes, err := s.Engine.Branch(ctx, under, c.QueryParam("after"), pageSize)
	if err != nil {
		return err
	}
	p.Rows = each(nodes, orgRow)
	if under == 0 && len(nodes) == 1 && c.QueryParam("after") == "" {
		return s.showRoot(c, p, nodes[0].ID)
	}
	if len(nodes) == pageSize {
		p.Pager.Next = with(c, "after", nodes[pageSize-1].Code)
	}
	if c.QueryParam("after") != "" {
		p.Pager.First = with(c, "after", "")
	}
	return s.show(c, http.StatusOK, p)
}

// showRoot shows the one root with what is below it.
func (s *Server) showRoot(c echo.Context, p page.Orgs, root workflow.OrgID) error {
	nodes, err := s.Engine.Branch(c.Request().Context(), root, "", pageSize)
	if err != nil {
		return err
	}
	p.Rows[0].Top = true
	p.Rows = append(p.Rows, each(nodes, orgRow)...)
	if len(nodes) == pageSize {
		p.Pager.Next = orgsPage + "?under=" + id(root) + "&after=" + urlQuery(nodes[pageSize-1].Code)
	}
	return s.show(c, http.StatusOK, p)
}

// with is the address of the page with one value of its query changed; "" takes it away.
func with(c echo.Context, name, value string) string {
	q := c.Request().URL.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return c.Request().URL.Path
	}
	return c.Request().URL.Path + "?" + q.Encode()
}

func orgLinks(orgs []engine.Org) []page.OrgLink {
	out := make([]page.OrgLink, 0, len(orgs)+1)
	for _, o := range orgs {
		out = append(out, page.OrgLink{Path: orgPath(o.ID), Name: o.Shown()})
	}
	return out
}

func orgRow(n engine.OrgNode) page.OrgRow {
	return page.OrgRow{Path: orgPath(n.ID), Name: n.Shown(), Code: n.Code, Level: n.Level.Text(), Below: n.Below, BelowPath: orgsPage + "?under=" + id(n.ID),
		Held: each(n.Held, heldBy), Vacant: each(n.Lacking, func(v engine.Vacancy) workflow.Text { return v.Text })}
}

// heldBy shows an appointment beside the name of its holder.
func heldBy(h engine.Holder) page.Held {
	out := held(h.Appointment)
	out.Name, out.Path, out.For = h.Name, personPath(h.Person), h.ForName
	return out
}

// standing is held with the name of whom the holder stands in for.
func standing(a workflow.Appointment, names map[workflow.PersonID]string) page.Held {
	out := held(a)
	out.For = names[a.For]
	return out
}

func held(a workflow.Appointment) page.Held {
	return page.Held{Org: a.OrgName, OrgPath: orgPath(a.Org), Post: postText(a.Post), From: a.From, Until: a.Until}
}

// showOrg shows one organisation with who holds, held and will hold which post.
func (s *Server) showOrg(c echo.Context) error {
	form := appointForm(c.Param("org"), nil)
	return s.showOrgWith(c, &form, nil)
}

func (s *Server) showOrgWith(c echo.Context, form *page.Form, failed error) error {
	org, err := pathID[workflow.OrgID](c.Param("org"))
	if err != nil {
		return err
	}
	v, err := s.Engine.OrgView(c.Request().Context(), org)
	if err != nil {
		return err
	}
	return s.showForm(c, form, failed, func() page.Page { return s.orgPage(c, &v, form) })
}

func (s *Server) orgPage(c echo.Context, v *engine.OrgView, form *page.Form) page.Org {
	by := actorOf(c.Request().Context())
	appoints := engine.Administers(&by, "security_admin")
	p := page.Org{Frame: s.frame(c, workflow.Text{Zh: v.Shown(), En: v.Shown()}), Tabs: orgTabs(""), Above: orgLinks(v.Above), Row: orgRow(v.OrgNode), FullName: v.Name}
	for _, h := range v.Everyone {
		row := heldBy(h)
		if appoints && (h.Until == "" || h.Until >= v.Today) {
			row.EndPath = orgPath(v.ID) + "/end/" + id(h.ID)
			if h.EndAsked() {
				row.EndAsked = h.AskedUntil
			}
		}
		if s.Engine.MayHandOver(&by, h.Person, v.Line) && h.InForce(v.Today) {
			row.HandPath = handOverPath(v.ID, h.Person)
		}
		put(&h.Appointment, row, v.Today, &p.Past, &p.Now, &p.Later)
	}
	if appoints {
		p.Form = form
		posts := form.Field("post")
		posts.Options = postsAt(v.Level, posts.Value)
	}
	if engine.Administers(&by, "audit_admin") {
		p.AuditPath = auditPage + "?org=" + urlQuery(v.Code)
	}
	if s.Engine.Oversees(&by, v.Line) {
		p.Duties = dutiesPage + "?org=" + id(v.ID)
	}
	return p
}

// put sorts an appointment by the day: over, in force, or to come.
func put(a *workflow.Appointment, row page.Held, today workflow.Day, past, now, later *[]page.Held) {
	switch {
	case a.InForce(today):
		*now = append(*now, row)
	case a.From > today:
		*later = append(*later, row)
	default:
		*past = append(*past, row)
	}
}

// postsAt offers the posts that a level has.
func postsAt(level workflow.Level, chosen string) (out []page.Option) {
	for _, p := range workflow.Posts() {
		if !p.Auto && slices.Contains(p.Levels, level) {
			out = append(out, page.Option{Value: string(p.Post), Text: p.Text, Chosen: string(p.Post) == chosen})
		}
	}
	return out
}

// appointForm asks whom to appoint to what; typed gives what was written before.
func appointForm(org string, typed func(string) string) page.Form {
	f := page.Form{Action: orgsPage + "/" + org, Submit: workflow.Say("任命", "Appoint"), Fields: []page.Field{
		{Name: "account", Kind: page.Line, Label: workflow.Say("账号", "Account"), Required: true, Help: workflow.Say("被任命的人的账号，可在“人员”里查", "of who is appointed; see People"), Hint: "off"},
		{Name: "post", Kind: page.Select, Label: workflow.Say("职务", "Post"), Required: true},
		{Name: "from", Kind: page.Date, Label: workflow.Say("起日", "First day"), Required: true},
		{Name: "until", Kind: page.Date, Label: workflow.Say("止日（含当日）", "Last day"), Help: workflow.Say("不填为长期", "none for an open end")},
		{Name: "stand_in_for", Kind: page.Line, Label: workflow.Say("代办何人（账号）", "Stands in for (account)"), Hint: "off", More: true},
	}}
	for n := range f.Fields {
		if typed != nil {
			f.Fields[n].Value = typed(f.Fields[n].Name)
		}
	}
	return f
}

// appointByForm gives somebody a post.
func (s *Server) appointByForm(c echo.Context) error {
	org, err := pathID[workflow.OrgID](c.Param("org"))
	if err != nil {
		return err
	}
	form := appointForm(c.Param("org"), c.FormValue)
	if form.Field("post").Value == "" {
		return s.showOrgWith(c, &form, workflow.Invalid("missing_post", "post", workflow.Say("请选择职务", "choose the post")))
	}
	var in reading
	a := engine.Appointment{Account: c.FormValue("account"), Org: org, Post: workflow.Post(c.FormValue("post")),
		From: dayOf(&in, "from", c.FormValue("from")), Until: dayOf(&in, "until", c.FormValue("until")), StandInFor: c.FormValue("stand_in_for")}
	if err = in.err; err == nil {
		_, err = s.Engine.Appoint(c.Request().Context(), actorOf(c.Request().Context()), a)
	}
	if err != nil {
		return s.showOrgWith(c, &form, err)
	}
	return s.done(c, orgPath(org), workflow.Say("已任命%s为%s", "%s is appointed: %s", a.Account, postText(a.Post)))
}

// showEndPost asks on which day an appointment ends.
func (s *Server) showEndPost(c echo.Context) error {
	_, h, err := s.ending(c)
	if err != nil {
		return err
	}
	day := s.Engine.Today()
	if h.EndAsked() {
		day = h.AskedUntil
	}
	form := endForm(c, string(day))
	return s.showEndWith(c, &form, nil)
}

func endForm(c echo.Context, day string) page.Form {
	return page.Form{Action: c.Request().URL.Path, Submit: workflow.Say("终止任职", "End the appointment"), Danger: true, Fields: []page.Field{
		{Name: "until", Kind: page.Date, Label: workflow.Say("最后一天（含当日）", "Last day"), Value: day, Required: true},
	}}
}

// ending finds the appointment that a page is about. Only who may end it sees the page.
func (s *Server) ending(c echo.Context) (v engine.OrgView, h engine.Holder, err error) {
	org, err := pathID[workflow.OrgID](c.Param("org"))
	if err != nil {
		return v, h, err
	}
	if v, err = s.Engine.OrgView(c.Request().Context(), org); err != nil {
		return v, h, err
	}
	by := actorOf(c.Request().Context())
	for _, h := range v.Everyone {
		if id(h.ID) == c.Param("appointment") && engine.Administers(&by, "security_admin") {
			return v, h, nil
		}
	}
	return v, h, workflow.NotFound("no_such_appointment", workflow.Say("没有这项任职，或您不能终止它", "there is no such appointment, or you may not end it"))
}

func (s *Server) showEndWith(c echo.Context, form *page.Form, failed error) error {
	v, h, err := s.ending(c)
	if err != nil {
		return err
	}
	open, err := s.Engine.StillHeld(c.Request().Context(), actorOf(c.Request().Context()), h.Person, v.ID)
	if err != nil {
		return err
	}
	return s.showForm(c, form, failed, func() page.Page {
		frame := s.frame(c, workflow.Say("终止任职", "End an appointment"))
		frame.Narrow = true
		return page.EndPost{Frame: frame, Back: page.OrgLink{Path: orgPath(v.ID), Name: v.Shown()}, Held: heldBy(h), Form: *form, Open: open}
	})
}

// endPostByForm ends an appointment.
func (s *Server) endPostByForm(c echo.Context) error {
	v, h, err := s.ending(c)
	if err != nil {
		return err
	}
	form := endForm(c, c.FormValue("until"))
	var in reading
	last := dayOf(&in, "until", c.FormValue("until"))
	switch err = in.err; {
	case err == nil && last == "":
		err = workflow.Invalid("missing_until", "until", workflow.Say("请填写最后一天", "give the last day"))
	case err == nil && last < h.From:
		err = workflow.Invalid("ends_before_it_begins", "until", workflow.Say("最后一天不能早于起日%s", "the last day is not before the first, %s", h.From))
	case err == nil:
		err = s.Engine.EndAppointment(c.Request().Context(), actorOf(c.Request().Context()), h.Person, h.ID, last)
	}
	if err != nil {
		return s.showEndWith(c, &form, err)
	}
	return s.done(c, orgPath(v.ID), workflow.Say("%s的任职到%s为止", "the appointment of %s ends on %s", h.Name, last))
}

// showPeople lists people, or those whose name or account holds a text.
func (s *Server) showPeople(c echo.Context) error {
	ctx := c.Request().Context()
	by := actorOf(ctx)
	people, err := s.Engine.FindPeople(ctx, by, c.QueryParam("text"), c.QueryParam("after"), pageSize)
	if err != nil {
		return err
	}
	p := page.People{Frame: s.frame(c, workflow.Say("人员", "People")), Tabs: orgTabs(peoplePage), Text: c.QueryParam("text"), Rows: each(people, personRow),
		Mobile: engine.Administers(&by, "system_admin"), Tables: s.tableLinks(&by)}
	if len(people) == pageSize {
		p.Pager.Next = with(c, "after", people[pageSize-1].Account)
	}
	if c.QueryParam("after") != "" {
		p.Pager.First = with(c, "after", "")
	}
	return s.show(c, http.StatusOK, p)
}

func personRow(p engine.Person) page.PersonRow {
	return page.PersonRow{Path: personPath(p.ID), Account: p.Account, Name: p.Name, Mobile: p.Mobile, Inactive: !p.Active, Held: each(p.Appointments, held)}
}

// showPerson shows what somebody was, is and will be.
func (s *Server) showPerson(c echo.Context) error {
	person, err := pathID[workflow.PersonID](c.Param("person"))
	if err != nil {
		return err
	}
	by := actorOf(c.Request().Context())
	v, err := s.Engine.PersonView(c.Request().Context(), by, person)
	if err != nil {
		return err
	}
	p := page.Person{Frame: s.frame(c, workflow.Text{Zh: v.Name, En: v.Name}), Tabs: orgTabs(""), Row: personRow(v)}
	for _, a := range v.Appointments {
		row := standing(a, v.For)
		if s.Engine.MayHandOver(&by, v.ID, a.Line) {
			row.HandPath = handOverPath(a.Org, v.ID)
		}
		put(&a, row, s.Engine.Today(), &p.Past, &p.Now, &p.Later)
	}
	if engine.Administers(&by, "audit_admin") {
		p.Audits = []page.Link{{Path: auditPage + "?account=" + urlQuery(v.Account), Text: workflow.Say("账号记录", "Account history")},
			{Path: auditPage + "?what=look&account=" + urlQuery(v.Account), Text: workflow.Say("查阅记录", "What they looked at")}}
	}
	return s.show(c, http.StatusOK, p)
}
