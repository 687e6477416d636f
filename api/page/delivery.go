package page

import (
	"regexp"
	"strings"
	"time"

	"rectify/workflow"
)

// Told is a message that the reader got in the program.
type Told struct {
	At     time.Time
	Title  string
	Lines  []ToldLine
	Unread bool
	Open   bool // it is shown unfolded
}

// ToldLine is a line of a message. With a Path it leads to what it is about.
type ToldLine struct{ Text, Path string }

// item is the first line of one thing that a message lists.
var item = regexp.MustCompile(`^\d+\. `)

// ToldLines reads the text of a message. A path on a line of its own belongs to the thing that is listed before it.
func ToldLines(body string) []ToldLine {
	var out []ToldLine
	about := -1 // the thing whose lines these are
	for _, text := range lines(body) {
		path := strings.TrimSpace(text)
		if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && len(out) > 0 {
			out[max(about, 0)].Path = path
			continue
		}
		if out = append(out, ToldLine{Text: text}); item.MatchString(text) || !strings.HasPrefix(text, " ") {
			about = len(out) - 1
		}
	}
	return out
}

// Digests are all messages that the reader got in the program, the latest first.
type Digests struct {
	Frame
	Rows  []Told
	Pager Pager
}

func (Digests) template() string { return "digests" }

// Channels is how the reader is told things beside the program itself.
type Channels struct {
	Frame
	Tabs []Link
	Form *Form
	Mail bool  // this program sends mail
	Try  *Form // a mail to see whether it arrives, nil while mail is off
	Last *TriedMessage
}

func (Channels) template() string { return "channels" }

// TriedMessage is what became of a message that was sent to try.
type TriedMessage struct {
	At, Sent, Next time.Time
	Error          string // in both languages
}

// Delivery says how the delivery of messages stands, and lists what could not be delivered.
type Delivery struct {
	Frame
	Tabs    []Link
	Figures []DeliveryFigure
	Rows    []DeadLetter
	Filter  Field
	Channel string
	All     int // dead letters of the channel, or of all
	Pager   Pager
}

func (Delivery) template() string { return "delivery" }

// DeliveryFigure is one channel.
type DeliveryFigure struct {
	Text                         workflow.Text
	Offered                      bool
	Waiting, Sent, Skipped, Dead int
	Oldest                       time.Time
	Late                         bool // what waits should have gone long ago
	Path                         string
}

// DeadLetter is a message that was given up.
type DeadLetter struct {
	ID          string
	Channel     workflow.Text
	Topic       workflow.Text
	Day         workflow.Day
	To, Address string
	Attempts    int
	Error       string // in both languages
	Created     time.Time
}

// Robots are the robots and webhooks of organisations, with the form for another.
type Robots struct {
	Frame
	Tabs []Link
	Rows []RobotRow
	Form *Form
}

func (Robots) template() string { return "robots" }

// RobotRow is a robot without its secrets.
type RobotRow struct {
	Path, Title, Org string
	Channel          workflow.Text
	Host             string
	Signed, Active   bool
	Last             *TriedMessage
}

// RobotPage is one robot: to change it, to try it, to delete it.
type RobotPage struct {
	Frame
	Tabs   []Link
	Row    RobotRow
	Form   *Form
	Try    *Form
	Delete Form
}

func (RobotPage) template() string { return "robot" }
