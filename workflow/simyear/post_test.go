package simyear_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// letter is a mail as its receiver knows it: by its Message-ID, however often it came.
type letter struct {
	to, subject string
	times       int
}

// post is a mail server. Now and then it takes a letter and breaks off before it says so, as a network does.
type post struct {
	at   places
	lose int // one of so many answers gets lost

	mu      sync.Mutex
	letters map[string]letter
	notes   map[string]note
}

// places are where a post is: its mail server and the receiver of the robot.
type places struct{ mail, robot string }

func newPost(t testing.TB) *post {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	p := &post{at: places{mail: l.Addr().String()}, lose: 40, letters: map[string]letter{}, notes: map[string]note{}}
	p.hook(t)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.talk(conn)
		}
	}()
	return p
}

func (p *post) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(text string) { _, _ = fmt.Fprintf(conn, "%s\r\n", text) }
	say("220 city.gov.cn ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(verb, "EHLO"):
			say("250-city.gov.cn\r\n250 8BITMIME")
		case verb == "DATA":
			say("354 go on")
			if !p.take(in) {
				return
			}
			say("250 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// take reads a letter up to the line with a point and keeps it; false when the connection is to break off.
func (p *post) take(in *bufio.Reader) bool {
	var text strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false // it was not sent to its end
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(line)
	}
	m, err := mail.ReadMessage(strings.NewReader(text.String()))
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, m.Body)
	subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	p.mu.Lock()
	defer p.mu.Unlock()
	id := m.Header.Get("Message-ID")
	kept := p.letters[id]
	p.letters[id] = letter{strings.Trim(m.Header.Get("To"), "<>"), subject, kept.times + 1}
	return p.lose == 0 || rand.IntN(p.lose) > 0
}
