package remind

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"rectify/workflow"
	"rectify/workflow/store"
)

const mailTimeout = 15 * time.Second

// How the connection to a mail server is kept secret.
const (
	MailSTARTTLS = "starttls" // a plain connection that is encrypted before anything is said; refused if the server cannot
	MailTLS      = "tls"      // encrypted from the first byte
	MailPlain    = "plain"    // not at all: for a server on this machine or behind the same wall
)

// MailSettings says through which server mail goes.
type MailSettings struct {
	Host     string
	Port     int    // 0 for 587 with starttls, 465 with tls, 25 with plain
	Security string // MailSTARTTLS, MailTLS or MailPlain; "" for MailSTARTTLS
	User     string // "" for a server that asks for no name
	Password store.Secret
	From     string         // the address that mails come from
	Name     string         // shown with it, such as 问题清单整改系统
	CAs      *x509.CertPool // the authorities of its certificate, nil for those of the system
}

// ParseMail reads the settings of a mail server from an address: smtp://user:password@host:port/?from=ADDRESS&name=NAME is STARTTLS,
// smtps:// is TLS from the first byte and smtp+plain:// is neither. ErrInvalid with the code bad_mail_settings, which holds no password.
func ParseMail(address string) (MailSettings, error) {
	u, err := url.Parse(address)
	if err != nil {
		u = &url.URL{}
	}
	security := map[string]string{"smtp": MailSTARTTLS, "smtps": MailTLS, "smtp+plain": MailPlain}[u.Scheme]
	port, err := strconv.Atoi(cmp.Or(u.Port(), "0"))
	if security == "" || err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return MailSettings{}, workflow.Invalid("bad_mail_settings", "mail", workflow.Say(
			"邮件服务器应写作 smtp://用户:口令@主机:端口/?from=发件地址&name=名称（或 smtps://、smtp+plain://）",
			"a mail server is written smtp://user:password@host:port/?from=ADDRESS&name=NAME, or smtps:// or smtp+plain://"))
	}
	password, _ := u.User.Password()
	return MailSettings{
		Host: u.Hostname(), Port: port, Security: security, User: u.User.Username(), Password: store.Secret(password),
		From: u.Query().Get("from"), Name: cmp.Or(u.Query().Get("name"), "问题清单整改系统"),
	}, nil
}

// mailChannel sends e-mail, one connection a mail.
type mailChannel struct {
	settings MailSettings
	from     *netmail.Address
	options  []mail.Option
}

func newMail(s MailSettings) (*mailChannel, error) {
	bad := func(field string, text workflow.Text) (*mailChannel, error) {
		return nil, workflow.Invalid("bad_mail_settings", field, text)
	}
	from, err := netmail.ParseAddress(s.From)
	if err != nil || from.Address != s.From {
		return bad("from", workflow.Say("发件地址“%s”不是一个邮箱地址", "the address of the sender %q is no mail address", s.From))
	}
	from.Name = s.Name
	m := &mailChannel{settings: s, from: from}
	m.options = []mail.Option{
		mail.WithTimeout(mailTimeout),
		mail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.CAs, MinVersion: tls.VersionTLS12}),
	}
	port := 0
	switch s.Security {
	case MailSTARTTLS, "":
		port = 587
		m.options = append(m.options, mail.WithTLSPolicy(mail.TLSMandatory))
	case MailTLS:
		port = 465
		m.options = append(m.options, mail.WithSSL())
	case MailPlain:
		port = 25
		m.options = append(m.options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return bad("security", workflow.Say("邮件加密方式只能是 starttls、tls 或 plain", "mail is secured by starttls, tls or plain"))
	}
	if s.Port != 0 {
		port = s.Port
	}
	m.options = append(m.options, mail.WithPort(port))
	if s.User != "" { // by the best way that the server knows, never in the clear
		m.options = append(m.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User), mail.WithPassword(string(s.Password)))
	}
	if _, err := mail.NewClient(s.Host, m.options...); err != nil {
		return bad("host", workflow.Say("邮件服务器设置不可用：%v", "the settings of the mail server cannot be used: %v", err))
	}
	return m, nil
}

// Name is mail.
func (*mailChannel) Name() string { return store.Mail }

// Send sends a mail to the address of the message. An address that the server refuses for good is a final Failure; a name or password
// that it refuses is not, because they are put right for all mails together.
func (m *mailChannel) Send(ctx context.Context, d Delivery) error {
	letter, err := m.letter(&d)
	if err != nil {
		return err
	}
	client, err := mail.NewClient(m.settings.Host, m.options...)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, letter)
	var refused *mail.SendError
	switch {
	case letter.IsDelivered(): // what went wrong after that is no matter
		return nil
	case errors.As(err, &refused) && refused.ErrorCode() >= 500:
		return refusal(fmt.Sprintf("邮件服务器拒收 refused by the mail server: %d %s", refused.ErrorCode(), refused.EnhancedStatusCode()))
	case err != nil:
		return fmt.Errorf("邮件没有发出 mail not sent: %w", err)
	}
	return nil
}

// letter is the mail, in UTF-8.
func (m *mailChannel) letter(d *Delivery) (*mail.Msg, error) {
	letter := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingB64))
	letter.FromMailAddress(m.from)
	if err := letter.To(d.Address); err != nil {
		return nil, refusal("邮箱地址写错 not a mail address")
	}
	_, domain, _ := strings.Cut(m.from.Address, "@")
	letter.SetMessageIDWithValue(d.ID() + "@" + domain)
	letter.SetDateWithValue(d.At)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no robot need answer
	letter.Subject(strings.Join(strings.Fields(d.Subject), " "))
	letter.SetBodyString(mail.TypeTextPlain, d.Body)
	return letter, nil
}
