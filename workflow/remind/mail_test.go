package remind_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/remind"
	"rectify/workflow/store"
)

// post is a mail server: it speaks SMTP (RFC 5321) with STARTTLS and AUTH PLAIN, knows no nobody@, is busy once for busy@, and keeps
// what it took.
type post struct {
	t       testing.TB
	tls     *tls.Config
	cas     *x509.CertPool
	address *net.TCPAddr
	offer   bool // STARTTLS
	user    string
	mu      sync.Mutex
	letters []*mail.Message
	bodies  []string
	busy    int
	drop    bool // breaks off after the next letter was taken, before its goodbye
}

func mailServer(t testing.TB, security string) *post {
	t.Helper()
	certified := httptest.NewUnstartedServer(http.NotFoundHandler())
	certified.StartTLS()
	t.Cleanup(certified.Close)
	p := &post{t: t, tls: &tls.Config{Certificates: certified.TLS.Certificates}, cas: x509.NewCertPool(), offer: security == remind.MailSTARTTLS}
	p.cas.AddCert(certified.Certificate())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p.address = l.Addr().(*net.TCPAddr)
	if security == remind.MailTLS {
		l = tls.NewListener(l, p.tls)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.talk(conn, security == remind.MailTLS)
		}
	}()
	return p
}

func (p *post) settings(security string) *remind.MailSettings {
	return &remind.MailSettings{Host: "127.0.0.1", Port: p.address.Port, Security: security, From: "rectify@example.gov.cn", Name: "问题清单整改系统", CAs: p.cas}
}

func (p *post) talk(conn net.Conn, secret bool) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
	say("220 mail.example.gov.cn ESMTP")
	signedIn := false
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-mail.example.gov.cn")
			if p.offer && !secret {
				say("250-STARTTLS")
			}
			if p.user != "" {
				say("250-AUTH PLAIN LOGIN")
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go ahead")
			conn = tls.Server(conn, p.tls)
			in, secret = bufio.NewReader(conn), true
		case "AUTH":
			given, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			if signedIn = secret && string(given) == "\x00"+p.user+"\x00password"; signedIn {
				say("235 welcome")
			} else {
				say("535 who are you")
			}
		case "MAIL":
			if p.user != "" && !signedIn {
				say("530 sign in first")
			} else {
				say("250 ok")
			}
		case "RCPT":
			say("%s", p.recipient(rest))
		case "DATA":
			say("354 go on")
			text, err := readLetter(in)
			if err != nil {
				return
			}
			goOn := p.keep(text)
			if say("250 taken"); !goOn {
				return
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *post) recipient(rest string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case strings.Contains(rest, "nobody@"):
		return "550 5.1.1 no such user"
	case strings.Contains(rest, "busy@") && p.busy == 0:
		p.busy++
		return "451 4.3.0 try again later"
	}
	return "250 ok"
}

func readLetter(in *bufio.Reader) (string, error) {
	var text strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", err
		}
		if line == ".\r\n" {
			return text.String(), nil
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
}

// keep takes a letter apart as a reader of mail does, and says whether the conversation goes on.
func (p *post) keep(text string) bool {
	letter, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		p.t.Error(err)
		return false
	}
	raw, _ := io.ReadAll(letter.Body)
	body, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(raw)), ""))
	if err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters, p.bodies = append(p.letters, letter), append(p.bodies, string(body))
	return !p.drop
}

func requireCode(t testing.TB, err error, code string) {
	t.Helper()
	var fault *workflow.Fault
	require.ErrorAs(t, err, &fault)
	require.Equal(t, code, fault.Code)
	require.NotEmpty(t, fault.Text.En)
}

// mailTo sends one mail by the settings.
func mailTo(t testing.TB, s *remind.MailSettings, address string) error {
	t.Helper()
	return named(t, channels(t, remind.ChannelSettings{Mail: s}), store.Mail).Send(t.Context(), remind.Delivery{Message: to(1, store.Mail, address), At: morning})
}

func TestMailArrives(t *testing.T) {
	for _, security := range []string{remind.MailPlain, remind.MailSTARTTLS, remind.MailTLS} {
		t.Run(security, func(t *testing.T) {
			p := mailServer(t, security)
			s := p.settings(security)
			if security != remind.MailPlain {
				p.user = "rectify"
				s.User, s.Password = "rectify", "password"
			}
			require.NoError(t, mailTo(t, s, "zhang@example.gov.cn"))
			require.NoError(t, mailTo(t, s, "zhang@example.gov.cn"))
			header := p.letters[0].Header
			subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
			require.NoError(t, err)
			require.Equal(t, "今日整改提醒（2 件）", subject)
			from, err := mail.ParseAddress(header.Get("From"))
			require.NoError(t, err)
			require.Equal(t, &mail.Address{Name: "问题清单整改系统", Address: "rectify@example.gov.cn"}, from)
			require.Equal(t, "<zhang@example.gov.cn>", header.Get("To"))
			require.Equal(t, "auto-generated", header.Get("Auto-Submitted"))
			require.Contains(t, header.Get("Content-Type"), "charset=UTF-8")
			require.Regexp(t, `^<msg_[0-9a-f]{32}@example\.gov\.cn>$`, header.Get("Message-ID"))
			require.Equal(t, header.Get("Message-ID"), p.letters[1].Header.Get("Message-ID"), "by it the receiver knows the mail again")
			date, err := header.Date()
			require.NoError(t, err)
			require.True(t, date.Equal(morning))
			require.Equal(t, to(1, store.Mail, "").Body, strings.ReplaceAll(p.bodies[0], "\r\n", "\n"))
		})
	}
}

func TestMailIsRefused(t *testing.T) {
	p := mailServer(t, remind.MailPlain)
	s := p.settings(remind.MailPlain)
	require.True(t, isFinal(t, mailTo(t, s, "nobody@example.gov.cn")))
	require.True(t, isFinal(t, mailTo(t, s, "not an address")))
	require.False(t, isFinal(t, mailTo(t, s, "busy@example.gov.cn")))
	require.NoError(t, mailTo(t, s, "busy@example.gov.cn"), "the second time")
	require.Len(t, p.letters, 1)
	p.drop = true
	require.NoError(t, mailTo(t, s, "zhang@example.gov.cn"), "it was taken: what went wrong after that is no matter")

	s.Security = remind.MailSTARTTLS
	require.False(t, isFinal(t, mailTo(t, s, "zhang@example.gov.cn")), "the server cannot encrypt: nothing is sent in the clear")
	require.Len(t, p.letters, 2)

	secure := mailServer(t, remind.MailSTARTTLS)
	secure.user = "rectify"
	s = secure.settings(remind.MailSTARTTLS)
	s.User, s.Password = "rectify", "KEYTOKEN"
	require.False(t, isFinal(t, mailTo(t, s, "zhang@example.gov.cn")), "a wrong password is put right for all")
	s.Password, s.CAs = "password", nil
	require.False(t, isFinal(t, mailTo(t, s, "zhang@example.gov.cn")), "nobody vouches for the server")
	s.Security = remind.MailPlain
	require.False(t, isFinal(t, mailTo(t, s, "zhang@example.gov.cn")), "no password in the clear")
	require.Empty(t, secure.letters)
}

func TestMailSettings(t *testing.T) {
	for _, change := range []func(*remind.MailSettings){
		func(s *remind.MailSettings) { s.From = "" },
		func(s *remind.MailSettings) { s.From = "整改 <a@b.cn>" },
		func(s *remind.MailSettings) { s.Security = "ssl" },
		func(s *remind.MailSettings) { s.Host = "" },
		func(s *remind.MailSettings) { s.Port = 70000 },
	} {
		s := remind.MailSettings{Host: "mail.example.gov.cn", From: "a@b.cn"}
		_, err := remind.NewChannels(remind.ChannelSettings{Mail: &s})
		require.NoError(t, err)
		change(&s)
		_, err = remind.NewChannels(remind.ChannelSettings{Mail: &s})
		requireCode(t, err, "bad_mail_settings")
	}
}

func TestParseMail(t *testing.T) {
	for address, want := range map[string]remind.MailSettings{
		"smtp://a%40b.cn:pass%2Fword@mail.b.cn:2587/?from=a@b.cn&name=整改": {
			Host: "mail.b.cn", Port: 2587, Security: remind.MailSTARTTLS, User: "a@b.cn", Password: "pass/word", From: "a@b.cn", Name: "整改"},
		"smtps://mail.b.cn?from=a@b.cn":           {Host: "mail.b.cn", Security: remind.MailTLS, From: "a@b.cn", Name: "问题清单整改系统"},
		"smtp+plain://mailpit:1025/?from=a@b.org": {Host: "mailpit", Port: 1025, Security: remind.MailPlain, From: "a@b.org", Name: "问题清单整改系统"},
	} {
		s, err := remind.ParseMail(address)
		require.NoError(t, err)
		require.Equal(t, want, s)
		_, err = remind.NewChannels(remind.ChannelSettings{Mail: &s})
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprintf("%+v", s), "pass/word")
	}
	for _, bad := range []string{"", "mail.b.cn", "http://mail.b.cn", "smtp://", "smtp://user:KEYTOKEN@host:x/", "smtp://user:KEYTOKEN@host/path", "smtp://user:KEY%TOKEN@host"} {
		_, err := remind.ParseMail(bad)
		requireCode(t, err, "bad_mail_settings")
		require.NotContains(t, err.Error(), "TOKEN")
	}
}

// A mail server that takes the connection and says nothing is no reason to wait for ever.
func TestMailServerThatSaysNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	db := onSQLite(t)
	put(t, db, to(1, store.Mail, "zhang@example.gov.cn"))
	s := &remind.MailSettings{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: remind.MailPlain, From: "a@b.cn"}
	d := deliverer(t, db, channels(t, remind.ChannelSettings{Mail: s}), func(c *remind.DelivererConfig) { c.Patience = 200 * time.Millisecond })
	require.Equal(t, 1, deliver(t, d, morning).Failed)
}
