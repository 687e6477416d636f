package simyear_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rectify/workflow"
	"rectify/workflow/store"
)

// note is what the robot of the committee above all has written, as its receiver knows it: by its id, however often it came.
type note struct {
	Data struct {
		Day     workflow.Day `json:"day"`
		Subject string       `json:"subject"`
	} `json:"data"`
	times int
}

// hook begins the receiver of the robot beside the mail server: it takes what comes and at times breaks off before it says so.
func (p *post) hook(t testing.TB) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(p.takeNote), ReadHeaderTimeout: time.Minute}
	t.Cleanup(func() { _ = server.Close() })
	p.at.robot = "http://" + l.Addr().String()
	go func() { _ = server.Serve(l) }()
}

func (p *post) takeNote(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var n note
	if err != nil || json.Unmarshal(body, &n) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	id := r.Header.Get("webhook-id")
	n.times = p.notes[id].times + 1
	p.notes[id] = n
	if p.lose > 0 && rand.IntN(p.lose) == 0 {
		panic(http.ErrAbortHandler) // it was taken, and nobody hears that
	}
}

// robot sets up the robot.
func (y *year) robot() {
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	r := store.Robot{ID: y.town.id(), Org: y.town.orgs[0].ID, Channel: store.Webhook, Title: "督查群", URL: store.Secret(y.post.at.robot + "/hook"),
		Secret: store.Secret(secret), Active: true}
	require.NoError(y.t, y.db.PutRobot(y.ctx, r, workflow.Line{At: y.now(), Action: "put_robot"}))
}

// figure is what the robot is to say on a day.
type figure struct{ late, soon int }

// lit counts the issue for what the robot says on a day.
func (l *life) lit(day workflow.Day) {
	i := &l.issue
	switch i.State {
	case workflow.Draft, workflow.Suspended, workflow.Closed, workflow.Merged, workflow.Cancelled:
		return
	}
	f := l.j.lights[day]
	switch {
	case i.Due == "":
	case i.Due < day:
		f.late++
	case i.Warn <= day:
		f.soon++
	}
	l.j.lights[day] = f
}

// robotSaid sees that the robot has written the figures of each day on which something was late or nearly so, and that its receiver knows
// what came twice for one.
func (j *judge) robotSaid() {
	for _, day := range j.runs {
		if j.half[day] {
			continue
		}
		f, said := j.lights[day], j.written[day]
		wanted := fmt.Sprintf("市直机关工委 整改提醒 %s：超期%d项、临期%d项", day, f.late, f.soon)
		switch {
		case f == figure{} && len(said) > 0:
			j.complain("the robot has something to say on %s: %v", day, said)
		case f != figure{} && (len(said) != 1 || said[0].subject != wanted || said[0].state != string(store.MessageSent)):
			j.complain("the robot was to say %q, and says %v", wanted, said)
		}
	}
	seen := map[workflow.Day]int{}
	for _, n := range j.notes {
		seen[n.Data.Day]++
		j.told++
		if n.times > 1 {
			j.twice++
		}
		if len(j.written[n.Data.Day]) == 0 {
			j.complain("the robot has said %q, and nobody wrote that", n.Data.Subject)
		}
	}
	for day := range j.written {
		switch {
		case seen[day] == 0:
			j.complain("what the robot had to say on %s never came", day)
		case seen[day] > 1:
			j.complain("0 sees %d messages of %s", seen[day], day)
		}
	}
}
