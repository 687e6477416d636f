package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/engine"
	"rectify/workflow/sheet"
)

func (o *office) importOrgs(by string, check bool, rows ...[]any) (engine.Report, error) {
	o.t.Helper()
	rows = append([][]any{{"组织编码", "组织名称", "简称", "层级", "上级组织编码"}}, rows...)
	return o.ImportOrgs(o.ctx, o.actor(by), asBook(o.t, workbook(o.t, rows...)), check)
}

func codesOf(findings []sheet.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Code)
	}
	return out
}

func TestOrganisationsThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		before, err := o.Orgs(o.ctx, 0, "", engine.PageLimit)
		require.NoError(t, err)
		good := []any{"0401", "中共临江市财政局办公室支部委员会", "财政局办公室党支部", "党支部", "00"}
		for name, c := range map[string]struct {
			rows  [][]any
			codes []string
		}{
			"a loop of two":             {[][]any{{"04", "财政局党组", "", "党组", "0400"}, {"0400", "财政局机关党委", "", "机关党委", "04"}}, []string{"bad_parent", "bad_parent"}},
			"a loop of the known":       {[][]any{{"01", "中共临江市文化旅游局党组", "文旅局党组", "党组", "0100"}, good}, []string{"bad_parent"}},
			"itself above":              {[][]any{{"04", "财政局党组", "", "党组", "04"}}, []string{"bad_parent"}},
			"an unknown parent":         {[][]any{{"04", "财政局党组", "", "党组", "99"}, good}, []string{"bad_parent"}},
			"the wrong order of levels": {[][]any{{"0499", "财政局党组", "", "党组", "0101"}}, []string{"bad_parent"}},
			"one code twice":            {[][]any{good, good}, []string{"double_code"}},
		} {
			for _, check := range []bool{true, false} {
				r, err := o.importOrgs("dingyi", check, c.rows...)
				require.NoError(t, err, name)
				require.Equal(t, c.codes, codesOf(r.Refused)[:len(c.codes)], name)
				require.Zero(t, r.Taken, name)
				require.NotEmpty(t, r.Refused[0].Reason.Zh)
			}
		}
		after, err := o.Orgs(o.ctx, 0, "", engine.PageLimit)
		require.NoError(t, err)
		require.Equal(t, before, after, "nothing was written")
	})
}

func TestOrganisationsAgain(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r, err := o.ImportOrgs(o.ctx, o.actor("dingyi"), o.book("组织架构.xlsx"), false)
		require.NoError(t, err)
		require.Equal(t, []int{26, 0, 26}, []int{r.Read, r.Taken, r.Already})
		for _, account := range []string{"renan", "zhouqm", "sunli"} {
			_, err = o.importOrgs(account, false, []any{"04", "财政局党组", "", "党组", "00"})
			fault(t, err, workflow.ErrForbidden, "not_administrator")
		}
	})
}

// When an organisation comes under another one, its issues go with it: who sees them changes, in lists and one by one.
func TestAnIssueMovesWithItsOrganisation(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		i := o.find("gaofeng", engine.Finding{Detail: "台账不全", Source: "self_check"})
		sees := func(account string) bool {
			view, err := o.Issue(o.ctx, o.actor(account), i.ID)
			page, err2 := o.Issues(o.ctx, o.actor(account), engine.Filter{}, 0, "", 10)
			require.NoError(t, err2)
			require.Equal(t, err == nil, len(page.Rows) == 1, "%s: list and look agree", account)
			return err == nil && view.Issue.ID == i.ID
		}
		require.Equal(t, []bool{true, false, true}, []bool{sees("zhenglan"), sees("yeqing"), sees("gaofeng")})
		r, err := o.importOrgs("dingyi", false, []any{"0101", "中共临江市文化旅游局办公室支部委员会", "文旅局办公室党支部", "党支部", "0200"})
		require.NoError(t, err)
		require.Equal(t, 1, r.Taken)
		require.Equal(t, []bool{false, true, true}, []bool{sees("zhenglan"), sees("yeqing"), sees("gaofeng")})
		issue := o.do("yeqing", i.ID, o.assignTo("0101"))
		require.Equal(t, []workflow.OrgID{o.org("0200").ID, o.org("0200").ID}, []workflow.OrgID{issue.Verifier, issue.Closer})
	})
}

func (o *office) importPeople(by string, rows ...[]any) (engine.Report, error) {
	o.t.Helper()
	rows = append([][]any{{"姓名", "账号", "手机", "任职组织编码", "职务", "起", "止"}}, rows...)
	return o.ImportPeople(o.ctx, o.actor(by), asBook(o.t, workbook(o.t, rows...)), false)
}

func TestPeopleWhoCannotBe(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for name, c := range map[string]struct {
			rows [][]any
			code string
		}{
			"no such organisation":           {[][]any{{"甲", "jia", "", "99", "支部书记", "2026-01-01", ""}}, "unknown_org"},
			"a post of another level":        {[][]any{{"甲", "jia", "", "0101", "工委书记", "2026-01-01", ""}}, "bad_appointment"},
			"two administrators in one":      {[][]any{{"甲", "jia", "", "00", "安全审计员", "2026-01-01", ""}, {"甲", "jia", "", "00", "系统管理员", "2026-02-01", ""}}, "bad_appointment"},
			"an administrator with business": {[][]any{{"丁一", "dingyi", "", "0101", "支部书记", "2026-01-01", ""}}, "bad_appointment"},
			"an account of another":          {[][]any{{"甲", "gaofeng", "", "0101", "支部书记", "2026-01-01", ""}}, "other_name"},
		} {
			r, err := o.importPeople("renan", append(c.rows, []any{"乙", "yi", "", "0101", "联络员", "2026-01-01", ""})...)
			require.NoError(t, err, name)
			require.Equal(t, []string{c.code}, codesOf(r.Refused), name)
			require.Zero(t, r.Taken, name)
			_, err = o.ActorNamed(o.ctx, "yi")
			require.ErrorIs(t, err, workflow.ErrNotFound, "%s: all or nothing", name)
		}
	})
}

func TestPeopleAgain(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r, err := o.ImportPeople(o.ctx, o.actor("renan"), o.book("人员任职.xlsx"), false)
		require.NoError(t, err)
		require.Equal(t, []int{32, 0, 32}, []int{r.Read, r.Taken, r.Already})
		require.Len(t, o.actor("huzq").Appointments, 2)
		r, err = o.importPeople("renan", []any{"高峰", "gaofeng", "", "0102", "联络员", "2026-01-01", "2026-10-31"}, []any{"甲", "jia", "", "0102", "联络员", "2026-12-01", ""})
		require.NoError(t, err)
		require.Equal(t, 2, r.Taken)
		require.Len(t, o.actor("gaofeng").Appointments, 1, "what has ended gives nothing")
		require.Empty(t, o.actor("jia").Appointments, "what has not begun gives nothing")
		_, err = o.importPeople("zhouqm", []any{"乙", "yi", "", "0102", "联络员", "2026-12-01", ""})
		fault(t, err, workflow.ErrForbidden, "not_administrator")
	})
}
