package dataset

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gomx-org/gomx/internal/untrusted"
)

// transfer is one file on its way from one server into a .part file.
type transfer struct {
	*config
	file *file
	url  string
	path string
	out  *os.File
	have int64 // bytes in the .part file
}

// permanent marks an error that the same server would give again.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// run fetches until the file is whole and right. What is wrong is removed; what is only incomplete stays for later.
func (t *transfer) run(ctx context.Context) (err error) {
	if t.out, err = os.OpenFile(t.path, os.O_RDWR|os.O_CREATE, 0o666); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, t.out.Close())
		if t.have == 0 {
			_ = os.Remove(t.path)
		}
	}()
	if t.have, err = t.out.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	resumed := t.have > 0
	for {
		if err := t.fill(ctx); err != nil {
			return err
		}
		err := t.verify()
		if err == nil {
			return t.out.Sync()
		}
		if e := t.restart(); e != nil {
			return e
		}
		if !resumed {
			return err
		}
		resumed = false // what was there before may have been of another file: once more from the start
	}
}

// verify checks the sum of the whole file.
func (t *transfer) verify() error {
	sum, err := sumFile(t.path)
	if err == nil && sum != t.file.packed {
		err = fmt.Errorf("its contents are wrong: SHA-256 %s, want %s", sum, t.file.packed)
	}
	return err
}

// fill makes requests until all bytes are there. A connection that breaks is taken up again where it broke, after a
// pause; a server is given up after some attempts without a single byte.
func (t *transfer) fill(ctx context.Context) error {
	for failures := 0; t.have != t.file.size; {
		before := t.have
		err := t.request(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || t.have > before {
			failures = 0
		}
		if err == nil {
			continue
		}
		failures++
		if errors.As(err, new(permanent)) || failures >= t.attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(t.pause << (failures - 1)):
		}
	}
	return nil
}

// request asks for what is missing and adds it to the file.
func (t *transfer) request(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(t.stall, func() { cancel(fmt.Errorf("nothing came for %v", t.stall)) })
	defer watch.Stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url, nil)
	if err != nil {
		return permanent{err}
	}
	req.Header.Set("Accept-Encoding", "identity") // the file is wanted as it is, and by its bytes
	if t.have > t.file.size {
		if err := t.restart(); err != nil {
			return permanent{err}
		}
	}
	if t.have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", t.have))
	}
	res, err := t.client.Do(req)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer res.Body.Close()
	if err := t.accept(res); err != nil {
		return err
	}
	if err := t.receive(bufio.NewReaderSize(res.Body, 1<<16), watch); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	return nil
}

// unreachable shortens the error of a request, which repeats the address.
func unreachable(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return permanent{err}
	}
	return err
}

// accept looks at the head of an answer and makes the file fit it.
func (t *transfer) accept(res *http.Response) error {
	switch code := res.StatusCode; {
	case code == http.StatusPartialContent && strings.HasPrefix(res.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", t.have)):
		return nil
	case code == http.StatusPartialContent:
		return errors.Join(fmt.Errorf("the server answered with the range %q, wanted from byte %d", res.Header.Get("Content-Range"), t.have), t.restart())
	case code == http.StatusOK:
		if n := res.ContentLength; n >= 0 && n != t.file.size {
			return permanent{fmt.Errorf("it has %d bytes, want %d%s", n, t.file.size, looks(res.Body))}
		}
		return t.restart() // the server knows no ranges, or none was asked for
	case code == http.StatusRequestedRangeNotSatisfiable:
		return errors.Join(errors.New(res.Status), t.restart())
	case code == http.StatusRequestTimeout || code == http.StatusTooManyRequests || code >= 500:
		return errors.New(res.Status)
	default:
		return permanent{errors.New(res.Status)}
	}
}

// looks says what an answer looks like that cannot be the file.
func looks(r io.Reader) string {
	head, _ := untrusted.ReadN(r, untrusted.HeadSize, 0) // an error says less than what came before it
	if what := untrusted.LooksLike(head); what != "" {
		return ": it looks like " + what
	}
	return ""
}

func (t *transfer) restart() error {
	t.have = 0
	if err := t.out.Truncate(0); err != nil {
		return err
	}
	_, err := t.out.Seek(0, io.SeekStart)
	return err
}

// receive adds the body to the file, no more than is missing.
func (t *transfer) receive(body *bufio.Reader, watch *time.Timer) error {
	if head, _ := body.Peek(2); t.have == 0 && len(head) == 2 && !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return permanent{errors.New("it is not a gzip file" + looks(body))}
	}
	buf := make([]byte, 1<<16)
	for t.have < t.file.size {
		n, err := body.Read(buf[:min(int64(len(buf)), t.file.size-t.have)])
		watch.Reset(t.stall)
		if _, werr := t.out.Write(buf[:n]); werr != nil {
			return permanent{werr}
		}
		if t.have += int64(n); n > 0 {
			t.progress(t.file.name+gz, t.have, t.file.size)
		}
		if err == io.EOF && t.have < t.file.size {
			return fmt.Errorf("the connection ended after %d of %d bytes", t.have, t.file.size)
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("the connection broke after %d of %d bytes: %w", t.have, t.file.size, err)
		}
	}
	return nil
}
