package remind

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	secretPrefix = "whsec_"
	minSecret    = 24 // bytes, as the specification asks for
	maxSecret    = 64
)

// webhook tells another program, by the Standard Webhooks specification (standardwebhooks.com): the headers webhook-id, the same when a
// message comes twice; webhook-timestamp in seconds; and webhook-signature, "v1," and the HMAC-SHA256 over id.timestamp.body.
type webhook struct{ out *poster }

// Name is webhook.
func (webhook) Name() string { return store.Webhook }

func (webhook) check(r store.Robot) error {
	if _, err := webhookKey(string(r.Secret)); err != nil {
		return workflow.Invalid("bad_secret", "secret", workflow.Say("密钥应为 whsec_ 加上 24 到 64 个字节的 Base64",
			"the secret must be whsec_ and the Base64 of 24 to 64 bytes"))
	}
	return nil
}

func webhookKey(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err == nil && (!strings.HasPrefix(secret, secretPrefix) || len(key) < minSecret || len(key) > maxSecret) {
		err = refusal("签名密钥不合规 not a secret to sign with")
	}
	return key, err
}

// webhookBody is what the other program reads. Ids are strings, because programs in other languages lose digits of numbers so long.
type webhookBody struct {
	Type      string      `json:"type"` // reminder.TOPIC
	Timestamp string      `json:"timestamp"`
	Data      webhookData `json:"data"`
}

type webhookData struct {
	Key     string       `json:"key"`
	Org     string       `json:"org"`
	Day     workflow.Day `json:"day,omitempty"`
	Subject string       `json:"subject"`
	Body    string       `json:"body"`
}

// Send tells the other program. An answer between 200 and 299 means that it was taken.
func (w webhook) Send(ctx context.Context, d Delivery) error {
	key, err := webhookKey(string(d.Robot.Secret))
	if err != nil {
		return refusal("签名密钥不合规 not a secret to sign with")
	}
	body, err := toJSON(webhookBody{
		Type: "reminder." + d.Topic, Timestamp: d.Created.UTC().Format(time.RFC3339Nano),
		Data: webhookData{Key: d.Key, Org: strconv.FormatInt(int64(d.Org), 10), Day: d.Day, Subject: d.Subject, Body: d.Body},
	})
	if err != nil {
		return err
	}
	id, stamp := d.ID(), strconv.FormatInt(d.At.Unix(), 10)
	a, err := w.out.post(ctx, store.Webhook, string(d.Robot.URL), body, map[string]string{
		"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": webhookSign(key, id, stamp, body),
	})
	if err != nil {
		return err
	}
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return refusal(fmt.Sprintf("对方拒收 refused: HTTP %d", a.status))
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if a.header.Get("Retry-After") != "" {
			return limited(a.retryAfter(), fmt.Sprintf("对方暂停接收 not now: HTTP %d", a.status))
		}
	}
	return a.byStatus()
}

func webhookSign(key []byte, id, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
