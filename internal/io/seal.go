package dataio

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"simtool/internal/data"
)

// A text of JSON that is read back later carries its own checksum, so that no bit of
// it can change without a word. The checksum stands in a field "checksum", and is
// the SHA-256 of the text with Unsealed in its place.

// Unsealed stands where the checksum will.
const Unsealed = "0000000000000000000000000000000000000000000000000000000000000000"

// ErrNoSeal is of a text without a checksum, as versions before this one wrote it;
// ErrSeal of one that is not as it was written.
var (
	ErrNoSeal = errors.New("it has no checksum, as those of older versions")
	ErrSeal   = errors.New("it is not as it was written: its checksum is another")
)

// sealField is the field as EncodeJSON indents it. A quote inside of a text has a
// backslash before it, so nothing else in the text reads like this.
func sealField(sum string) []byte { return []byte(`"checksum": "` + sum + `"`) }

// Seal puts the checksum of a text into its field "checksum", which must hold
// Unsealed.
func Seal(text []byte) []byte {
	sum := sha256.Sum256(text)
	return bytes.Replace(text, sealField(Unsealed), sealField(hex.EncodeToString(sum[:])), 1)
}

// CheckSeal returns an error unless a text has the checksum that was read from it.
func CheckSeal(text []byte, read string) error {
	if read == "" {
		return ErrNoSeal
	}
	field := sealField(read)
	if len(read) != len(Unsealed) || strings.Trim(read, "0123456789abcdef") != "" || bytes.Count(text, field) != 1 {
		return ErrSeal
	}
	if sum := sha256.Sum256(bytes.Replace(text, field, sealField(Unsealed), 1)); hex.EncodeToString(sum[:]) != read {
		return ErrSeal
	}
	return nil
}

// unsealed refuses a file for an error of CheckSeal. what names what it should be,
// with its article.
func unsealed(path, what string, err error) error {
	e := &data.InputError{Path: path, Found: what + " that is damaged, or was edited (" + err.Error() + ")", Wanted: "want it as simtool wrote it", Err: err}
	if errors.Is(err, ErrNoSeal) {
		e.Found, e.Wanted = what+" without a checksum, as older versions wrote them", "want what this version writes"
	}
	return e
}

// DecodeSealed decodes a text of JSON that Seal was called with into a value whose
// checksum read returns. what names it, with its article. Errors are
// *data.InputError.
func DecodeSealed(path, what string, text []byte, into any, read func() string) error {
	if err := DecodeJSON(text, into, false); err != nil {
		return &data.InputError{Path: path, Found: "not " + what + " (" + err.Error() + ")", Wanted: "want it as simtool wrote it", Err: err}
	}
	if err := CheckSeal(text, read()); err != nil {
		return unsealed(path, what, err)
	}
	return nil
}
