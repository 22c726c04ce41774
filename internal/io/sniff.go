package dataio

import (
	"bytes"
	"strings"
)

// foreign lists the beginnings of files that users have at hand and that are
// not recordings, or not of a format that is read here.
var foreign = []struct{ magic, name string }{
	{"\x1f\x8b", "gzip data"},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file (also MATLAB 7.3)"},
	{"MATLAB 5.0", "a MATLAB file"},
	{"PAR1", "a Parquet file"},
	{"ARROW1", "an Arrow file"},
	{"\x80\x02", "a Python pickle"},
	{"\x80\x03", "a Python pickle"},
	{"\x80\x04", "a Python pickle"},
	{"\x80\x05", "a Python pickle"},
	{"\xff\xfe", "UTF-16 text"},
	{"\xfe\xff", "UTF-16 text"},
}

// foreignName says which known kind of file begins with head, or "": one that is
// read here, but not where this was found, or one that is not read at all.
func foreignName(head []byte) string {
	for _, f := range inputFormats {
		if f.magic != "" && f.recognises(head) {
			return f.title
		}
	}
	for _, f := range foreign {
		if strings.HasPrefix(string(head), f.magic) {
			return f.name
		}
	}
	return ""
}

// looksLikeText reports whether head can be the beginning of a text file.
func looksLikeText(head []byte) bool {
	return foreignName(head) == "" && bytes.IndexByte(head, 0) < 0
}

// tabFirst reports whether the first line separates its fields by tabs.
func tabFirst(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return bytes.IndexByte(line, '\t') >= 0
}
