package simyear_test

import (
	"slices"
	"strconv"
	"strings"

	"rectify/workflow"
	"rectify/workflow/store"
)

// delivered sees that every digest says what it has to, was delivered in the program and by mail to who wants that, and was seen once: by
// its id a mail that came twice is known for one.
func (j *judge) delivered() {
	for who := range j.say {
		if j.digests[who] == 0 {
			j.complain("%d had something to hear on %s and got no digest: %v", who.person, who.day, j.say[who])
		}
	}
	for who := range j.new {
		if j.digests[who] == 0 {
			j.complain("%d had news to hear on %s and got no digest", who.person, who.day)
		}
	}
	for who, n := range j.digests {
		j.sent++
		if n != 1 || !slices.Contains(j.runs, who.day) || !j.days(who.day).is(who.day) {
			j.complain("%d has %d digests on %s", who.person, n, who.day)
		}
		j.read(who)
	}
	for who, papers := range j.papers {
		if j.digests[who] == 0 {
			j.complain("%d got %d messages on %s, and there is no digest of that day", who.person, len(papers), who.day)
		}
	}
	j.mailed()
}

// read reads the digest of somebody on a day in every channel.
func (j *judge) read(who personDay) {
	channels := []string{store.InApp}
	if j.town.mails[who.person] {
		channels = append(channels, store.Mail)
	}
	papers := j.papers[who]
	for _, channel := range channels {
		n := slices.IndexFunc(papers, func(p paper) bool { return p.channel == channel })
		if n < 0 || len(papers) != len(channels) {
			j.complain("%d has %d messages of %s, and they should be by %v", who.person, len(papers), who.day, channels)
			return
		}
		p := &papers[n]
		switch {
		case p.state != string(store.MessageSent):
			j.complain("the digest of %d on %s is %s by %s", who.person, who.day, p.state, channel)
		case p.reminders != len(j.say[who]) || !sameLines(p.lines, j.say[who]):
			j.complain("the digest of %d on %s says %d %v instead of %v", who.person, who.day, p.reminders, p.lines, j.say[who])
		case p.news != len(j.new[who]):
			j.complain("the digest of %d on %s has %d news instead of %d", who.person, who.day, p.news, len(j.new[who]))
		case p.reminders+p.news+p.prompts == 0:
			j.complain("the digest of %d on %s says nothing", who.person, who.day)
		}
		for _, about := range p.about {
			if !slices.Contains(j.new[who], about) {
				j.complain("the digest of %d on %s tells of %d", who.person, who.day, about)
			}
		}
	}
}

// mailed sees that each mail came, and that nobody would see two on a day: the same mail has the same id.
func (j *judge) mailed() {
	seen := map[personDay]int{}
	for _, l := range j.letters {
		account, _, _ := strings.Cut(strings.TrimPrefix(l.to, "p"), "@")
		person, _ := strconv.ParseInt(account, 10, 64)
		who := personDay{workflow.PersonID(person), workflow.Day(dateIn.FindString(l.subject))}
		seen[who]++
		j.mails++
		if l.times > 1 {
			j.twice++
		}
		if seen[who] > 1 {
			j.complain("%d sees %d mails of %s", who.person, seen[who], who.day)
		}
		if j.digests[who] == 0 {
			j.complain("%d got a mail of %s without a digest", who.person, who.day)
		}
	}
	for who := range j.digests {
		if j.town.mails[who.person] && seen[who] == 0 {
			j.complain("the mail for %d of %s never came", who.person, who.day)
		}
	}
}
