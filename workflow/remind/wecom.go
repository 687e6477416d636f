package remind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// What WeCom publishes for the robots of groups (developer.work.weixin.qq.com, document 91770): a text of at most 2048 bytes in UTF-8,
// 20 messages a minute for each robot. Its Markdown is longer but is not shown in WeChat, where many read.
const weComBytes = 2048

// weCom writes to robots of WeCom (企业微信). Their one secret is the key in the address.
type weCom struct{ out *poster }

// Name is wecom.
func (weCom) Name() string { return store.WeCom }

func (weCom) check(r store.Robot) error { return noSecret(r) }

// noSecret refuses a secret that would never be used.
func noSecret(r store.Robot) error {
	if r.Secret == "" {
		return nil
	}
	return workflow.Invalid("bad_secret", "secret", workflow.Say("企业微信机器人没有签名密钥，请留空", "a robot of WeCom has no secret to sign with; leave it empty"))
}

// Send writes a text into the group.
func (w weCom) Send(ctx context.Context, d Delivery) error {
	body, err := toJSON(map[string]any{"msgtype": "text", "text": map[string]any{"content": clip(robotText(&d), weComBytes, bytesOf)}})
	if err != nil {
		return err
	}
	a, err := w.out.post(ctx, store.WeCom, string(d.Robot.URL), body, nil)
	if err != nil {
		return err
	}
	code, text, err := a.errcode()
	switch {
	case err != nil:
		return err
	case code == 0:
		return nil
	case code == 45009, code == 45033: // too often, too many at once
		return limited(time.Minute, "企业微信限流 limited by WeCom: "+said(code, text))
	case code == 93000, code == 93004, code == 93008, code == 40008, code == 40058: // no such robot, stopped, not in the group; not a message
		return refusal("企业微信拒收 refused by WeCom: " + said(code, text))
	}
	return fmt.Errorf("企业微信出错 WeCom failed: %s", said(code, text))
}

// errcode reads the answer of WeCom and DingTalk, which say what is wrong in an answer with the status 200.
func (a answer) errcode() (code int, text string, err error) {
	var said struct {
		Errcode *int   `json:"errcode"`
		Errmsg  string `json:"errmsg"`
	}
	if bad := json.Unmarshal(a.body, &said); bad == nil && said.Errcode != nil {
		return *said.Errcode, said.Errmsg, nil
	}
	if err := a.byStatus(); err != nil {
		return 0, "", err
	}
	return 0, "", errNotUnderstood()
}

// errNotUnderstood: a page of a wall in between may say 200 as well.
func errNotUnderstood() error {
	return errors.New("对方的回答看不懂 the answer is not understood")
}
