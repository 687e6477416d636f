package api

import (
	"mime"
	"testing"

	"github.com/stretchr/testify/require"
)

// One issue goes from found to closed over HTTP, by those who may, with evidence; its history says who did what.
func TestFromFoundToClosed(t *testing.T) {
	o := newOffice(t)
	issue := o.rectifying()

	up := o.upload("mali", "/api/v1/files", map[string][]byte{"记录.txt": []byte("已补齐三会一课记录"), "照片说明.txt": []byte("现场核查情况")}, "@file", "记录.txt", "@file", "照片说明.txt")
	require.Equal(t, 201, up.status, up.body)
	files, _ := up.json(t)["files"].([]any)
	require.Len(t, files, 2)
	hash, _ := files[0].(map[string]any)["hash"].(string)

	o.step("mali", issue, "5", `{"action":"finish","measure":1,"note":"记录已补齐","evidence":[{"hash":"`+hash+`","name":"记录.txt","measure":1}]}`)
	o.step("gaofeng", issue, "6", `{"action":"submit","note":"整改完成，提请验收"}`)

	got := o.call("zhenglan", "GET", "/api/v1/issues/"+issue, "")
	require.Equal(t, 200, got.status)
	require.Equal(t, `"7"`, got.header.Get("ETag"))
	require.Contains(t, got.body, `"state":"verifying"`)
	require.Contains(t, got.body, `"action":"pass"`, "the buttons of this actor")

	met := `"criteria":{"measures_done":true,"violations_done":true,"effect_reached":true,"same_kind":true,"mechanism":true}`
	o.step("zhenglan", issue, "7", `{"action":"pass","note":"现场核查属实",`+met+`}`)
	closed := o.step("wuhai", issue, "8", `{"action":"close","note":"同意销号"}`)
	require.Contains(t, closed.body, `"state":"closed"`)
	require.Equal(t, `"9"`, closed.header.Get("ETag"))

	file := o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/evidence/"+hash, "")
	require.Equal(t, 200, file.status, file.body)
	require.Equal(t, "已补齐三会一课记录", file.body)
	how, as, err := mime.ParseMediaType(file.header.Get("Content-Disposition"))
	require.NoError(t, err)
	require.Equal(t, "attachment", how)
	require.Equal(t, "记录.txt", as["filename"])
	require.Contains(t, file.header.Get("Content-Security-Policy"), "sandbox")
	require.Equal(t, 404, o.call("huzq", "GET", "/api/v1/issues/"+o.found()+"/evidence/"+hash, "").status, "evidence of another issue")

	history := o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/history?limit=5", "")
	require.Equal(t, 200, history.status, history.body)
	require.Contains(t, history.body, `"name":"郑岚"`)
	require.Contains(t, history.body, `"next":5`)
	rest := o.call("zhenglan", "GET", "/api/v1/issues/"+issue+"/history?after=5", "")
	require.Contains(t, rest.body, `"action":"close"`)
	require.Contains(t, rest.body, `"name":"吴海"`)
	require.NotContains(t, rest.body, `"next"`)
}
