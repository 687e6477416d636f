package api

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Everybody sees what was proven; administrators have a policy looked at before it is put in force, and read in a story what is wrong.
func TestRulesAreCheckedBeforeTheyAreInForce(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn(t, "gaofeng")
	require.Contains(t, b.see(rulesPage), `href="/rules/check"`)
	require.Contains(t, b.see(checkPage), "还没有检查过")
	require.NotContains(t, b.see(checkPage), `id="check"`)
	refused := b.sendForm(checkPage, url.Values{}, nil)
	require.Equal(t, http.StatusForbidden, refused.status)

	admin := o.signedIn(t, "dingyi")
	shipped, err := os.ReadFile("../policies/policy.csv")
	require.NoError(t, err)
	wrong := admin.sendForm(checkPage, url.Values{}, map[string][]byte{"policy.csv": []byte(strings.Replace(string(shipped), "closer, publicize", "closer, publicise", 1))})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.body, "publicise")

	unclosed := regexp.MustCompile(`\bclose (refuse,)`).ReplaceAllString(string(shipped), "$1")
	shown := admin.sendForm(checkPage, url.Values{}, map[string][]byte{"policy.csv": []byte(unclosed)})
	require.Equal(t, http.StatusOK, shown.status)
	require.Contains(t, shown.body, "尚未生效")
	require.Contains(t, shown.body, "有不成立的")
	require.Contains(t, shown.body, "没有人能“批准销号”")
	require.Contains(t, shown.body, "再也走不到销号")
	require.Regexp(t, `走遍 \d{5,} 个状态`, shown.body)
	require.Contains(t, shown.body, "各职务最多能做什么")
	require.Contains(t, b.see(checkPage), "还没有检查过", "nothing was put in force")
}
