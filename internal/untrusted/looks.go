package untrusted

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// HeadSize is the number of leading bytes that LooksLike can make use of.
const HeadSize = 512

// signatures are leading bytes that tell a kind of file for certain.
var signatures = []struct{ magic, what string }{
	{"\x1f\x8b", "gzip data"},
	{"BZh", "bzip2 data"},
	{"\xfd7zXZ\x00", "xz data"},
	{"\x28\xb5\x2f\xfd", "zstd data"},
	{"7z\xbc\xaf\x27\x1c", "a 7-zip archive"},
	{"PK\x03\x04", "a zip archive (numpy .npz, PyTorch .pt and Keras .keras files are zip archives)"},
	{"PK\x05\x06", "an empty zip archive"},
	{"\x93NUMPY", "a numpy .npy array"},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file (Keras .h5)"},
	{"GGUF", "a GGUF model"},
	{"\x12\x01\x00\x00\x00\x00\x00\x00", "an MXNet .params file"},
	{"\x00\x00\x00\x00\x00\x00\x01\x12", "an MXNet .params file with its bytes in the opposite order"},
	{"\x0a\x23\xd7\xce", "a RecordIO file (.rec)"},
	{"\x00\x00\x08\x01", "an idx file of labels"},
	{"\x00\x00\x08\x03", "an idx file of images"},
	{"\x89PNG\r\n\x1a\n", "a PNG picture"},
	{"\xff\xd8\xff", "a JPEG picture"},
	{"GIF8", "a GIF picture"},
	{"%PDF-", "a PDF document"},
	{"\x7fELF", "an ELF program"},
	{"version https://git-lfs", "a git-lfs pointer (the file itself was not fetched: git lfs pull)"},
	{"<?xml", "an XML document (storage servers answer with one when a file is not there)"},
}

// LooksLike says in a few words what kind of file begins with head, such as "an HTML page", or "" when it has no idea.
// Give it HeadSize bytes, or all of a smaller file.
func LooksLike(head []byte) string {
	if len(head) == 0 {
		return "an empty file"
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.magic)) {
			return s.what
		}
	}
	switch {
	case len(head) >= 262 && string(head[257:262]) == "ustar":
		return "a tar archive"
	case isSafetensors(head):
		return "a safetensors file"
	case isPickle(head):
		return "a Python pickle (PyTorch or numpy objects)"
	case len(bytes.Trim(head, "\x00")) == 0:
		return "zeros (perhaps its contents never reached the disk)"
	}
	return looksLikeText(head)
}

// A safetensors file is a length (u64, little-endian) and a JSON object.
func isSafetensors(head []byte) bool {
	return len(head) >= 10 && head[8] == '{' && (head[9] == '"' || head[9] == '}' || head[9] == ' ') &&
		binary.LittleEndian.Uint64(head) < 1<<32
}

// Pickle protocols 2 to 5 begin with PROTO and the number, and go on with FRAME or with the first object.
func isPickle(head []byte) bool {
	return len(head) >= 3 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 && bytes.IndexByte([]byte("\x95}]()cK\x8a\x8c"), head[2]) >= 0
}

func looksLikeText(head []byte) string {
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if !printable(text) {
		return ""
	}
	lower := bytes.ToLower(text)
	switch {
	case len(text) == 0:
		return "blank text"
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")), bytes.HasPrefix(lower, []byte("<head")):
		return "an HTML page (a server's answer in place of the file?)"
	case text[0] == '{' || text[0] == '[':
		return "JSON text"
	}
	return "text that begins with " + quoteStart(text)
}

func printable(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return len(b) < utf8.UTFMax && !utf8.FullRune(b) // cut in the middle of its last letter
		}
		if !unicode.IsPrint(r) && r != '\n' && r != '\t' && r != '\r' && r != '\f' {
			return false
		}
		b = b[n:]
	}
	return true
}

// quoteStart quotes the first words of a text, no more than fit into an error message.
func quoteStart(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 {
		text = text[:i]
	}
	r := []rune(string(text))
	if len(r) > 24 {
		return strconv.Quote(string(r[:24]) + "…")
	}
	return strconv.Quote(string(r))
}
