package report

import (
	"fmt"
	"strings"
)

// This file puts what is said of several systems, layers or measures in the same words into
// one sentence.

// shared is a conclusion that may be said of several subjects at once.
type shared struct {
	topic    string
	key      string // the same for conclusions that are one but for their subject
	subject  string
	sentence func(subjects []string) string
	evidence []Evidence
}

// sayAlike adds a conclusion, to one that says the same of others if there is one.
func (k *concluder) sayAlike(a shared) {
	said := a.topic + "\x00" + a.key + "\x00" + a.subject
	if k.said[said] {
		return
	}
	k.said[said] = true
	for i := range a.evidence {
		a.evidence[i].subject = a.subject
	}
	t := k.topic(a.topic)
	if at, ok := k.alike[a.topic+"\x00"+a.key]; ok {
		c := &t.Conclusions[at]
		c.subjects, c.Evidence = append(c.subjects, a.subject), append(c.Evidence, a.evidence...)
		return
	}
	k.alike[a.topic+"\x00"+a.key] = len(t.Conclusions)
	t.Conclusions = append(t.Conclusions, Conclusion{key: a.key, subjects: []string{a.subject}, sentence: a.sentence, Evidence: a.evidence})
}

// complete words the conclusions of several subjects, of which each row then names its own,
// and leaves out rows beyond the first few.
func (c *Conclusion) complete() {
	if c.sentence != nil {
		c.Text = c.sentence(c.subjects)
	}
	if len(c.subjects) > 1 {
		for i, e := range c.Evidence {
			if !strings.HasPrefix(e.Text, e.subject+" ") {
				c.Evidence[i].Text = e.subject + ": " + e.Text
			}
		}
	}
	if n := len(c.Evidence); n > mostEvidence {
		c.Evidence = c.Evidence[:mostEvidence]
		c.Text += fmt.Sprintf(" The first %d of %d rows:", mostEvidence, n)
	}
}

// verbOf returns the form of a verb for one subject, or for several.
func verbOf(subjects []string, one, several string) string {
	if len(subjects) == 1 {
		return one
	}
	return several
}
