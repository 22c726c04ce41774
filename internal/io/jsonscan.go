package dataio

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"simtool/internal/data"
)

// errShort says that the text in memory ends within what was to be scanned.
var errShort = errors.New("short of text")

// jsonScanner scans JSON text that arrives in pieces, without a copy of it or a
// tree. For rows of a dozen cells the tokens of encoding/json take 13 times as long
// (BenchmarkJSONTokens); those of json/v2, which a plain build does not have as of
// Go 1.26, take 1.6 times as long.
//
// The first failure is kept in err, and scanning after it does nothing, so that
// it need be looked at only where a loop turns. Running out of text is errShort:
// whole begins anew with more of it.
type jsonScanner struct {
	r   io.Reader
	buf []byte // a piece of the text
	at  int    // position in it
	err error
}

// whole runs scan, again and again with more text until it does not fall short
// of it. What scan changes elsewhere must bear to be done twice.
func (s *jsonScanner) whole(scan func()) error {
	start := s.at
	for {
		s.err = nil
		if scan(); s.err == nil {
			return nil
		}
		if !errors.Is(s.err, errShort) {
			return s.err
		}
		s.at = start
		err := s.more()
		if errors.Is(err, io.EOF) {
			s.err = nil
			s.malformed("the file ends early")
			return s.err
		}
		if err != nil {
			return err
		}
		start = 0
	}
}

// more moves what is left to the front of the buffer and reads on. It returns
// io.EOF at the end of the text.
func (s *jsonScanner) more() error {
	left := copy(s.buf, s.buf[s.at:])
	s.buf, s.at = s.buf[:left], 0
	if most := recordLimit(); left >= most {
		return &data.InputError{Found: fmt.Sprintf("more than %.3g MB", float64(most)/(1<<20)), Wanted: "want less in a row"}
	}
	if size := max(bufferSize, 2*left); cap(s.buf) < size {
		s.buf = append(make([]byte, 0, size), s.buf...)
	}
	least := 1
	if left >= bufferSize {
		least = left // so that a long row is not scanned once for every piece
	}
	n, err := io.ReadAtLeast(s.r, s.buf[left:cap(s.buf)], least)
	s.buf = s.buf[:left+n]
	if n > 0 {
		return nil
	}
	return err
}

// end reports whether nothing but white space is left of the file.
func (s *jsonScanner) end() (bool, error) {
	for {
		s.space()
		if s.at < len(s.buf) {
			return false, nil
		}
		if err := s.more(); errors.Is(err, io.EOF) {
			return true, nil
		} else if err != nil {
			return false, err
		}
	}
}

func (s *jsonScanner) space() {
	buf, at := s.buf, s.at
	for at < len(buf) && (buf[at] == ' ' || buf[at] == '\n' || buf[at] == '\t' || buf[at] == '\r') {
		at++
	}
	s.at = at
}

// peek returns the next byte that is not white space, 0 after a failure.
func (s *jsonScanner) peek() byte {
	if s.err != nil {
		return 0
	}
	s.space()
	if s.at == len(s.buf) {
		s.err = errShort
		return 0
	}
	return s.buf[s.at]
}

// accept consumes c if it comes next.
func (s *jsonScanner) accept(c byte) bool {
	if s.peek() != c || s.err != nil {
		return false
	}
	s.at++
	return true
}

func (s *jsonScanner) want(c byte) {
	if !s.accept(c) {
		s.unexpected("'" + string(c) + "'")
	}
}

// moreUntil reports whether an array or object goes on, and passes over the
// comma or else the end.
func (s *jsonScanner) moreUntil(end byte) bool {
	if s.accept(',') {
		return true
	}
	s.want(end)
	return false
}

// key scans the name of a member and the colon. Its text is good until the next
// read.
func (s *jsonScanner) key() []byte {
	name := s.text()
	s.want(':')
	return name
}

// text scans a string and returns its content, good until the next read.
func (s *jsonScanner) text() []byte {
	s.want('"')
	if s.err != nil {
		return nil
	}
	buf, plain, ascii := s.buf, true, true
	for i := s.at; i < len(buf); i++ {
		c := buf[i]
		switch {
		case plainInJSON[c]:
			continue
		case c == '"':
			content, quoted := buf[s.at:i], buf[s.at-1:i+1]
			s.at = i + 1
			if plain && (ascii || utf8.Valid(content)) {
				return content
			}
			return s.unquote(quoted)
		case c >= utf8.RuneSelf:
			ascii = false
			continue
		case c == '\\':
			i++
		}
		plain = false // control characters are not allowed, as unquote says
	}
	s.err = errShort
	return nil
}

// unquote is the way of the few strings with escapes or damage.
func (s *jsonScanner) unquote(quoted []byte) []byte {
	var content string
	if err := DecodeJSON(quoted, &content, false); err != nil {
		s.malformed(err.Error())
	}
	return []byte(content)
}

// cell scans the value of a member. Where that is old, old itself is returned,
// which spares the allocation of a cell that repeats.
func (s *jsonScanner) cell(old any) any {
	switch c := s.peek(); c {
	case '"':
		content := s.text()
		if text, ok := old.(string); ok && text == string(content) {
			return old
		}
		return string(content)
	case 'n':
		s.word("null")
		return nil
	case 't':
		s.word("true")
		return true
	case 'f':
		s.word("false")
		return false
	case '[', '{':
		s.fail("an array or object", "want text, a number, true, false or null")
		return nil
	}
	return s.number(old)
}

func (s *jsonScanner) word(w string) {
	if rest := s.buf[s.at:]; len(rest) < len(w) {
		s.err = errShort
		return
	}
	if string(s.buf[s.at:s.at+len(w)]) != w {
		s.unexpected(w)
		return
	}
	s.at += len(w)
}

// number scans a number: an int if it is whole and fits, else a float64.
func (s *jsonScanner) number(old any) any {
	start := s.at
	whole := s.numeral()
	if s.err != nil {
		return nil
	}
	token := s.buf[start:s.at]
	if whole {
		if n, err := strconv.Atoi(string(token)); err == nil && (n != 0 || token[0] != '-') {
			if same, ok := old.(int); ok && same == n {
				return old
			}
			return n
		}
	}
	v, err := strconv.ParseFloat(string(token), 64)
	if err != nil {
		s.fail(fmt.Sprintf("%.40s", token), "want a number that fits")
	}
	return v
}

// numeral passes over a number as RFC 8259 has it, and reports whether it is
// written without fraction and exponent.
func (s *jsonScanner) numeral() (whole bool) {
	whole = true
	s.sign("-")
	if leading := s.digits(); leading > 1 && s.buf[s.at-leading] == '0' {
		s.malformed("a number with a zero in front")
	}
	if s.at < len(s.buf) && s.buf[s.at] == '.' {
		whole = false
		s.at++
		s.digits()
	}
	if s.at < len(s.buf) && (s.buf[s.at] == 'e' || s.buf[s.at] == 'E') {
		whole = false
		s.at++
		s.sign("+-")
		s.digits()
	}
	if s.err == nil && s.at == len(s.buf) {
		s.err = errShort // it may go on
	}
	return whole
}

func (s *jsonScanner) sign(allowed string) {
	for i := range len(allowed) {
		if s.at < len(s.buf) && s.buf[s.at] == allowed[i] {
			s.at++
			return
		}
	}
}

// digits passes over digits, of which there must be one, and counts them.
func (s *jsonScanner) digits() int {
	buf, at := s.buf, s.at
	for at < len(buf) && '0' <= buf[at] && buf[at] <= '9' {
		at++
	}
	n := at - s.at
	s.at = at
	switch {
	case n > 0 || s.err != nil:
	case at == len(buf):
		s.err = errShort
	default:
		s.unexpected("a value")
	}
	return n
}

// unexpected fails because of what comes next.
func (s *jsonScanner) unexpected(wanted string) {
	s.malformed(fmt.Sprintf("%q where %s should follow", s.buf[s.at:min(s.at+12, len(s.buf))], wanted))
}

func (s *jsonScanner) malformed(what string) {
	s.fail("malformed JSON ("+what+")", "want a result table")
}

// fail keeps the first failure.
func (s *jsonScanner) fail(found, wanted string) {
	if s.err == nil {
		s.err = &data.InputError{Found: found, Wanted: wanted}
	}
}
