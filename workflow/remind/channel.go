package remind

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"net/mail"
	"net/netip"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

// Channel hands messages to their receivers in one way. It may be used by many goroutines at once.
type Channel interface {
	// Name is the word for the channel in store.Message.
	Name() string
	// Send hands over one message and returns nil once the other side has taken it. It ends soon after ctx does. A *Failure says that
	// it is useless to try again, or when; after any other error it is tried again, later each time. Errors hold no secret.
	Send(ctx context.Context, d Delivery) error
}

// Delivery is a message on its way.
type Delivery struct {
	store.Message
	Robot store.Robot // to which it goes, for the channels of orgs
	At    time.Time
}

// ID is by what a receiver knows a message that comes twice: the same for the same key, and nothing is to be read from it.
func (d *Delivery) ID() string {
	sum := sha256.Sum256([]byte(d.Key))
	return "msg_" + hex.EncodeToString(sum[:16])
}

// Failure is an answer that says how to go on.
type Failure struct {
	Final bool          // it will never be taken
	Wait  time.Duration // if not final: the limit of the receiver is used up, and nothing is taken for so long
	Why   string        // in both languages, without secrets
}

// Error says why.
func (f *Failure) Error() string { return f.Why }

func refusal(why string) error                     { return &Failure{Final: true, Why: why} }
func limited(wait time.Duration, why string) error { return &Failure{Wait: wait, Why: why} }

// Reach says which hosts beyond the published ones of WeCom, DingTalk and Feishu may be written to.
type Reach struct {
	// Hosts are "host" or "host:port" for HTTPS, or "http://host:port" where there is none, as in a private deployment behind a wall.
	// A webhook may be at no other host.
	Hosts []string
	// Networks are the inside addresses that may be dialled nevertheless: without them an allowed name that leads to an inside address
	// is refused when it is dialled.
	Networks []netip.Prefix
	// CAs are the authorities of certificates, nil for those of the system.
	CAs *x509.CertPool
}

// ChannelSettings is what the channels work with.
type ChannelSettings struct {
	Mail  *MailSettings // nil for no mail
	Reach Reach
}

// Channels are all the ways that are set up.
type Channels struct {
	mail   *mailChannel
	robots map[string]robotChannel
	out    *poster
}

// robotChannel is a channel to what an org set up itself.
type robotChannel interface {
	Channel
	// check says what is wrong with the address and the secret of a robot beyond its host, nil for nothing.
	check(store.Robot) error
}

// NewChannels makes the channels. It makes no connection. ErrInvalid with the codes bad_mail_settings and bad_host.
func NewChannels(s ChannelSettings) (*Channels, error) {
	out, err := newPoster(s.Reach)
	if err != nil {
		return nil, err
	}
	c := &Channels{out: out, robots: map[string]robotChannel{
		store.WeCom: weCom{out}, store.DingTalk: dingTalk{out}, store.Feishu: feishu{out}, store.Webhook: webhook{out},
	}}
	if s.Mail != nil {
		if c.mail, err = newMail(*s.Mail); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Inside are those for the Deliverer of a demonstration, which leave nothing out of the program: what is for another channel is given up
// at once, with that as its reason.
func (*Channels) Inside() []Channel {
	all := []Channel{inApp{}}
	for _, name := range []string{store.Mail, store.WeCom, store.DingTalk, store.Feishu, store.Webhook} {
		all = append(all, shut{name})
	}
	return all
}

// All are the channels, for a Deliverer.
func (c *Channels) All() []Channel {
	all := []Channel{inApp{}}
	if c.mail != nil {
		all = append(all, c.mail)
	}
	for _, name := range []string{store.WeCom, store.DingTalk, store.Feishu, store.Webhook} {
		all = append(all, c.robots[name])
	}
	return all
}

// ForPeople are the names of the channels that a person can choose.
func (c *Channels) ForPeople() []string {
	if c.mail == nil {
		return []string{store.InApp}
	}
	return []string{store.InApp, store.Mail}
}

// CheckRobot says whether a robot can be written to as it is set up. ErrInvalid with the codes bad_channel, bad_robot_url, bad_secret.
func (c *Channels) CheckRobot(r store.Robot) error {
	channel, ok := c.robots[r.Channel]
	if !ok {
		return workflow.Invalid("bad_channel", "channel", workflow.Say("没有“%s”这种机器人", "there is no kind of robot %q", r.Channel))
	}
	if text, ok := c.out.usable(r.Channel, string(r.URL)); !ok {
		return workflow.Invalid("bad_robot_url", "url", text)
	}
	return channel.check(r)
}

// CheckAddress says whether a person can be reached at an address by a channel. ErrInvalid with the code bad_address.
func CheckAddress(channel, address string) error {
	if channel != store.Mail && address == "" {
		return nil
	}
	if a, err := mail.ParseAddress(address); channel != store.Mail || err != nil || a.Address != address || len(address) > 254 {
		return workflow.Invalid("bad_address", "address", workflow.Say("“%s”不是一个邮箱地址", "%q is no mail address", address))
	}
	return nil
}

// inApp is the channel that ends in the program: what is sent is there to be read.
type inApp struct{}

// Name is in_app.
func (inApp) Name() string { return store.InApp }

// Send has nothing to do: the row is the message.
func (inApp) Send(context.Context, Delivery) error { return nil }

// shut is a channel of a demonstration, by which nothing goes.
type shut struct{ name string }

// Name is that of the channel that it stands for.
func (s shut) Name() string { return s.name }

// Send refuses.
func (shut) Send(context.Context, Delivery) error {
	return refusal("演示环境不向外发送 a demonstration sends nothing out")
}
