package remind

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"rectify/workflow"
	"rectify/workflow/store"
)

const (
	postTimeout = 15 * time.Second
	maxAnswer   = 64 << 10 // bytes of an answer that are read
	maxErrmsg   = 200      // bytes of what the other side says that are kept
	maxWait     = 6 * time.Hour
)

// poster sends requests to hosts that are allowed, and to nobody else.
type poster struct {
	hosts    map[string]bool // scheme://host:port
	networks []netip.Prefix
	client   *http.Client
}

func newPoster(r Reach) (*poster, error) {
	p := &poster{hosts: make(map[string]bool), networks: r.Networks}
	for _, host := range r.Hosts {
		origin, err := originOf(host)
		if err != nil {
			return nil, workflow.Invalid("bad_host", "", workflow.Say("“%s”不是主机名；请写 host、host:port 或 http://host:port",
				"%q is no host; write host, host:port or http://host:port", host))
		}
		p.hosts[origin] = true
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: p.control}
	p.client = &http.Client{
		Timeout: postTimeout,
		Transport: &http.Transport{ // without Proxy: a proxy would dial in our place, and look at nothing
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: maxAnswer, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: r.CAs, MinVersion: tls.VersionTLS12},
		},
		// What was allowed is this address and no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p, nil
}

// originOf is scheme://host:port of a host as an administrator writes it.
func originOf(host string) (string, error) {
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	u, err := url.Parse(host)
	if err != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return "", errors.Join(err, errors.New("not a host"))
	}
	return origin(u)
}

func origin(u *url.URL) (string, error) {
	port := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	if port == "" || u.Hostname() == "" || u.User != nil {
		return "", errors.New("not an address of the web")
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), cmp.Or(u.Port(), port)), nil
}

// published is where the robots of a platform are: docs of WeCom 91770, DingTalk custom-robot-access, Feishu add-custom-bot.
func published(channel string) string {
	switch channel {
	case store.WeCom:
		return "https://qyapi.weixin.qq.com:443"
	case store.DingTalk:
		return "https://oapi.dingtalk.com:443"
	case store.Feishu:
		return "https://open.feishu.cn:443"
	}
	return ""
}

// allowed is the address, if the channel may write there.
func (p *poster) allowed(channel, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, refusal("地址写错 not an address") // the error of url.Parse holds the address
	}
	at, err := origin(u)
	if err != nil || at != published(channel) && !p.hosts[at] {
		return nil, refusal("主机不在允许之列 host not allowed: " + u.Hostname())
	}
	return u, nil
}

// usable says what is wrong with the address of a robot, before anything is dialled.
func (p *poster) usable(channel, address string) (workflow.Text, bool) {
	_, err := p.allowed(channel, address)
	host := ""
	if u, bad := url.Parse(address); bad == nil {
		host = u.Hostname()
	}
	ip, notIP := netip.ParseAddr(host)
	switch {
	case notIP == nil && p.guard(ip) != nil:
		return workflow.Say("“%s”是内部网络的地址，不能发往；确是本单位自建的平台，请运维人员用 --reach-host 和 --reach-network 放行",
			"%q is an address of an inside network and is not written to; if a platform of your own is there, the operator allows it with --reach-host and --reach-network", host), false
	case err == nil:
		return workflow.Text{}, true
	case host == "" || published(channel) != "":
		return workflow.Say("机器人地址不可用：应是该平台给出的 https 地址，或运维人员用 --reach-host 放行的主机",
			"this address cannot be used: it must be the https address that the platform gave, or at a host that the operator allows with --reach-host"), false
	}
	return workflow.Say("主机“%s”不在允许之列，请运维人员用 --reach-host 放行", "the host %q is not allowed; the operator allows it with --reach-host", host), false
}

// control is called with each address that is dialled, after the name was looked up: a name that is allowed may lead anywhere.
func (p *poster) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return p.guard(at.Addr())
}

// guard refuses an inside address that is not allowed.
func (p *poster) guard(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	for _, network := range p.networks {
		if network.Contains(ip) {
			return nil
		}
	}
	if inside(ip) {
		return refusal("主机名指向内部地址 the host leads to an inside address: " + ip.String())
	}
	return nil
}

// inside says whether an address is of no public network, or is a way through to another address (RFC 6890 and the IANA registries of
// special-purpose addresses).
func inside(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return true
	}
	for _, special := range [...]string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "::/96",
	} {
		if netip.MustParsePrefix(special).Contains(ip) {
			return true
		}
	}
	return false
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte // its beginning
}

// post sends a JSON body to an address of the channel.
func (p *poster) post(ctx context.Context, channel, address string, body []byte, header map[string]string) (answer, error) {
	u, err := p.allowed(channel, address)
	if err != nil {
		return answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, errors.New("请求写不成 the request cannot be made")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", "rectify")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return answer{}, bare(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("回答没有收全 the answer broke off: %w", bare(err))
	}
	return answer{response.StatusCode, response.Header, text}, nil
}

// bare is the error without the address, which holds the key of a robot.
func bare(err error) error {
	var failure *Failure
	var told *url.Error
	switch {
	case errors.As(err, &failure):
		return failure
	case errors.As(err, &told):
		return fmt.Errorf("未能送到 not reached: %w", told.Err)
	}
	return err
}

// byStatus judges an answer by its status alone.
func (a answer) byStatus() error {
	switch {
	case a.status >= 200 && a.status <= 299:
		return nil
	case a.status == http.StatusTooManyRequests:
		return limited(a.retryAfter(), "对方限流 too many requests: HTTP 429")
	}
	return fmt.Errorf("对方出错 the other side failed: HTTP %d", a.status)
}

// retryAfter is how long the other side wants to be left alone, a minute if it does not say. A date instead of seconds is taken for not
// saying.
func (a answer) retryAfter() time.Duration {
	seconds, err := strconv.Atoi(cmp.Or(a.header.Get("Retry-After"), a.header.Get("X-Ogw-Ratelimit-Reset")))
	if err != nil || seconds <= 0 {
		return time.Minute
	}
	return min(time.Duration(min(seconds, int(maxWait/time.Second)))*time.Second, maxWait)
}

// said is the beginning of what the other side says, on one line.
func said(code int, text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	for len(text) > maxErrmsg {
		text = text[:maxErrmsg]
		text = strings.ToValidUTF8(text, "")
	}
	return strconv.Itoa(code) + " " + text
}
