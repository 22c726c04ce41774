package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Two runs of one build differ in a few things, which are replaced by words:
//
//   - times in manifests (started, finished, seconds) and in the report of results that
//     shows them;
//   - times in log lines: time, elapsed;
//   - the column seconds of tables of mlem compare, and of others with --timing;
//   - checksums and sizes of files with one of these, which other manifests hold: they
//     become those of the normalised file;
//   - version and commit, if a binary was given that calls itself otherwise.

var (
	manifestTime = regexp.MustCompile(`"(started|finished)": "[^"]*"`)
	secondsValue = regexp.MustCompile(`"seconds":( ?)[0-9.eE+-]+`)
	logTime      = regexp.MustCompile(`("time":"|\btime=)\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)`)
	logElapsed   = regexp.MustCompile(`("elapsed":"?|\belapsed=)[0-9.hmnsµ]+`)
	reportTime   = regexp.MustCompile(`<dt>When</dt><dd>[^<]*</dd>`)
	sizeAndSum   = regexp.MustCompile(`"bytes": \d+(,\s+"sha256": ")([0-9a-f]{64})"`)
	anySum       = regexp.MustCompile(`[0-9a-f]{64}`)
)

// normalize replaces what differs between two runs of one build.
type normalize struct {
	allowed   []allowance
	rewritten []int                  // texts that each entry has changed, if they are to be counted
	words     [2]*strings.Replacer   // of each side
	sums      [2]map[string]identity // of normalised files, by the checksums of raw ones
}

// identity is what manifests say of a file.
type identity struct {
	size int
	sum  string
}

// normalizer returns what is to be replaced for any case.
func normalizer(old, new build, allowed []allowance) *normalize {
	n := &normalize{allowed: allowed}
	for i, b := range [2]build{old, new} {
		var pairs []string
		if old.version != new.version {
			for _, form := range []string{`"version": "%"`, "simtool % ", "simtool.version=%"} {
				pairs = append(pairs, strings.Replace(form, "%", b.version, 1), strings.Replace(form, "%", "VERSION", 1))
			}
		}
		if old.commit != new.commit {
			for _, form := range []string{`"commit": "%"`, "(commit %,"} {
				pairs = append(pairs, strings.Replace(form, "%", b.commit, 1), strings.Replace(form, "%", "COMMIT", 1))
			}
		}
		n.words[i] = strings.NewReplacer(pairs...)
	}
	return n
}

// forFiles adds the checksums of the files of a case. In manifests they become those of
// the normalised file with the old build, for both builds, so that a file that differs
// is told once, and not again wherever its checksum stands. A file may hold the checksum
// of one that holds another, so that this is repeated until nothing changes; chains are
// as short as merges are deep.
func (n *normalize) forFiles(was, is *traces) *normalize {
	more := &normalize{allowed: n.allowed, words: n.words}
	for changed := true; changed; {
		changed = false
		known := [2]map[string]identity{{}, {}}
		note := func(side int, content []byte, now identity) {
			raw := sum(content)
			if raw != now.sum {
				known[side][raw] = now
				changed = changed || more.sums[side][raw] != now
			}
		}
		eachFile(was, is, func(before, now []byte) {
			of, side := before, 0
			if before == nil {
				of, side = now, 1
			}
			normal := more.text(of, side)
			id := identity{len(normal), sum(normal)}
			for side, content := range [2][]byte{before, now} {
				if content != nil {
					note(side, content, id)
				}
			}
		})
		more.sums = known
	}
	more.rewritten = make([]int, len(n.allowed))
	return more
}

// eachFile calls f for every file of a case with what it holds by either build, nil
// where there is none.
func eachFile(was, is *traces, f func(before, now []byte)) {
	inBoth := func(was, is map[string]file) {
		for name, file := range was {
			f(file.content, is[name].content)
		}
		for name, file := range is {
			if _, ok := was[name]; !ok {
				f(nil, file.content)
			}
		}
	}
	both, _, _ := pairs(was, is)
	for _, p := range both {
		inBoth(p.was.files, p.is.files)
	}
	inBoth(was.files, is.files)
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// text normalises a file, or what a command printed.
func (n *normalize) text(content []byte, side int) []byte {
	if !isText(content) {
		return content
	}
	if bytes.Contains(content, []byte(`"schema": "simtool.manifest/`)) {
		content = manifestTime.ReplaceAll(content, []byte(`"$1": "TIME"`))
	}
	content = secondsValue.ReplaceAll(content, []byte(`"seconds":${1}SECONDS`))
	content = logTime.ReplaceAll(content, []byte("${1}TIME"))
	content = logElapsed.ReplaceAll(content, []byte("${1}ELAPSED"))
	content = reportTime.ReplaceAll(content, []byte("<dt>When</dt><dd>TIME</dd>"))
	content = editColumn(content, "seconds", nil, false)
	for i := range n.allowed {
		if !n.allowed[i].rewrites() {
			continue
		}
		rewritten := n.allowed[i].rewrite(content)
		if n.rewritten != nil && !bytes.Equal(rewritten, content) {
			n.rewritten[i]++
		}
		content = rewritten
	}
	content = []byte(n.words[side].Replace(string(content)))
	if len(n.sums[side]) > 0 {
		content = sizeAndSum.ReplaceAllFunc(content, func(match []byte) []byte {
			parts := sizeAndSum.FindSubmatch(match)
			if now, ok := n.sums[side][string(parts[2])]; ok {
				return fmt.Appendf(nil, `"bytes": %d%s%s"`, now.size, parts[1], now.sum)
			}
			return match
		})
		content = anySum.ReplaceAllFunc(content, func(match []byte) []byte {
			if now, ok := n.sums[side][string(match)]; ok {
				return []byte(now.sum)
			}
			return match
		})
	}
	return content
}
