package remind

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// What DingTalk publishes for custom robots (open.dingtalk.com, custom-robot-access): 20 messages a minute for each robot, and 10
// minutes of silence for who writes more; a body of at most 20,000 bytes (error 460101); a signature over the time in milliseconds, at
// most an hour off.
const (
	dingTalkBytes   = 20000
	dingTalkSilence = 10 * time.Minute
)

// dingTalk writes to robots of DingTalk (钉钉).
type dingTalk struct{ out *poster }

// Name is dingtalk.
func (dingTalk) Name() string { return store.DingTalk }

// check asks for the secret, because the other ways to secure such a robot are a word in each message and a list of addresses.
func (dingTalk) check(r store.Robot) error { return needsSecret(r) }

func needsSecret(r store.Robot) error {
	if r.Secret != "" {
		return nil
	}
	return workflow.Invalid("bad_secret", "secret", workflow.Say("请在机器人的安全设置中启用加签（签名校验），并填写密钥",
		"switch on signing in the security settings of the robot and give its secret"))
}

// Send writes a text into the group.
func (t dingTalk) Send(ctx context.Context, d Delivery) error {
	message := func(text string) ([]byte, error) {
		return toJSON(map[string]any{"msgtype": "text", "text": map[string]any{"content": text}})
	}
	body, err := within(dingTalkBytes, robotText(&d), message)
	if err != nil {
		return err
	}
	address, err := dingTalkSigned(string(d.Robot.URL), string(d.Robot.Secret), d.At)
	if err != nil {
		return err
	}
	a, err := t.out.post(ctx, store.DingTalk, address, body, nil)
	if err != nil {
		return err
	}
	return a.dingTalk()
}

// dingTalk judges an answer, which has the status 200 whatever it says.
func (a answer) dingTalk() error {
	var wall struct {
		Status int    `json:"status"`
		Punish string `json:"punish"`
	}
	if json.Unmarshal(a.body, &wall) == nil && (wall.Status == 1111 || wall.Punish != "") { // said by the wall in front of the robots
		return limited(dingTalkSilence, "钉钉限流 limited by DingTalk: "+strconv.Itoa(wall.Status))
	}
	code, text, err := a.errcode()
	if err != nil || code == 0 {
		return err
	}
	switch code {
	case 130101, 410100: // too often
		return limited(dingTalkSilence, "钉钉限流 limited by DingTalk: "+said(code, text))
	case 300001, 300005, 400101, 400102, 400106, 400013, // no such robot, stopped, not in the group, no group
		310000,                                                // signature, word or address not as set up
		400105, 40035, 460101, 430101, 430102, 430103, 430104: // not a message, too long, not proper
		return refusal("钉钉拒收 refused by DingTalk: " + said(code, text))
	}
	return fmt.Errorf("钉钉出错 DingTalk failed: %s", said(code, text))
}

// within makes the body of a message that is at most so many bytes long, by cutting its text.
func within(limit int, text string, message func(text string) ([]byte, error)) ([]byte, error) {
	empty, err := message("")
	if err != nil {
		return nil, err
	}
	return message(clip(text, limit-len(empty), jsonBytesOf))
}

// dingTalkSigned is the address with the time and its signature: HMAC-SHA256 by the secret over the time in milliseconds, a line
// break, and the secret.
func dingTalkSigned(address, secret string, at time.Time) (string, error) {
	if secret == "" {
		return address, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", refusal("地址写错 not an address")
	}
	stamp := strconv.FormatInt(at.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "\n" + secret))
	q := u.Query()
	q.Set("timestamp", stamp)
	q.Set("sign", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	u.RawQuery = q.Encode()
	return u.String(), nil
}
