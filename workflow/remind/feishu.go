package remind

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rectify/workflow/store"
)

// What Feishu publishes for custom bots (open.feishu.cn, client-docs/bot-v3/add-custom-bot): 100 messages a minute and 5 a second for
// each bot, a body of at most 20 KB, a signature over the time in seconds, at most an hour off.
const feishuBytes = 20000

// feishu writes to robots of Feishu (飞书).
type feishu struct{ out *poster }

// Name is feishu.
func (feishu) Name() string { return store.Feishu }

func (feishu) check(r store.Robot) error { return needsSecret(r) }

// feishuMessage is a text as the robot takes it.
type feishuMessage struct {
	Timestamp string            `json:"timestamp,omitempty"`
	Sign      string            `json:"sign,omitempty"`
	Type      string            `json:"msg_type"`
	Content   map[string]string `json:"content"`
}

// Send writes a text into the group.
func (f feishu) Send(ctx context.Context, d Delivery) error {
	message := func(text string) ([]byte, error) {
		m := feishuMessage{Type: "text", Content: map[string]string{"text": text}}
		m.Timestamp, m.Sign = feishuSign(string(d.Robot.Secret), d.At)
		return toJSON(m)
	}
	body, err := within(feishuBytes, robotText(&d), message)
	if err != nil {
		return err
	}
	a, err := f.out.post(ctx, store.Feishu, string(d.Robot.URL), body, nil)
	if err != nil {
		return err
	}
	return a.feishu()
}

// feishu judges an answer; some errors come with the status 200 and some with 400.
func (a answer) feishu() error {
	var told struct {
		Code          *int   `json:"code"`
		Msg           string `json:"msg"`
		StatusCode    *int   // as older robots answer
		StatusMessage string
	}
	if json.Unmarshal(a.body, &told) != nil || told.Code == nil && told.StatusCode == nil {
		if err := a.byStatus(); err != nil {
			return err
		}
		return errNotUnderstood()
	}
	text := cmp.Or(told.Msg, told.StatusMessage)
	code := told.Code
	if code == nil {
		code = told.StatusCode
	}
	switch {
	case *code == 0:
		return nil
	case *code == 11232, *code == 99991400, *code == 9499 && strings.Contains(strings.ToLower(text), "too many"):
		return limited(a.retryAfter(), "飞书限流 limited by Feishu: "+said(*code, text))
	case *code == 9499, *code == 19001, *code == 19002, *code == 19021, *code == 19022, *code == 19024:
		// not a message, no such robot, signature, address or word not as set up
		return refusal("飞书拒收 refused by Feishu: " + said(*code, text))
	}
	return fmt.Errorf("飞书出错 Feishu failed: %s", said(*code, text))
}

// feishuSign is the time in seconds and its signature: HMAC-SHA256 of nothing, by the time, a line break, and the secret as the key.
func feishuSign(secret string, at time.Time) (stamp, sign string) {
	if secret == "" {
		return "", ""
	}
	stamp = strconv.FormatInt(at.Unix(), 10)
	return stamp, base64.StdEncoding.EncodeToString(hmac.New(sha256.New, []byte(stamp+"\n"+secret)).Sum(nil))
}
