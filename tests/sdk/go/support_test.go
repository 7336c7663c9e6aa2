// Package suite tests a server with the official Go SDK. The environment names the server and the project.
package suite

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stytchauth/stytch-go/v18/stytch/b2b/b2bstytchapi"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/organizations"
	"github.com/stytchauth/stytch-go/v18/stytch/stytcherror"
)

var (
	ctx       = context.Background()
	baseURL   = strings.TrimSuffix(os.Getenv("STYTCH_ENV"), "/")
	projectID = os.Getenv("STYTCH_PROJECT_ID")
	secret    = os.Getenv("STYTCH_SECRET")
	noting    sync.Mutex
)

// newClient returns a client of a project. The recorder keeps the body of the last response.
func newClient(t *testing.T, projectID, secret string) (*b2bstytchapi.API, *recorder) {
	t.Helper()
	last := &recorder{}
	client, err := b2bstytchapi.NewClient(projectID, secret,
		b2bstytchapi.WithBaseURI(baseURL),
		b2bstytchapi.WithFraudBaseURI(baseURL),
		b2bstytchapi.WithHTTPClient(&http.Client{Transport: last}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return client, last
}

// projectClient returns a client of the project in the environment.
func projectClient(t *testing.T) (*b2bstytchapi.API, *recorder) {
	t.Helper()
	return newClient(t, projectID, secret)
}

// recorder counts the requests of a client, and keeps the body of the last response.
type recorder struct {
	count atomic.Int32
	body  atomic.Pointer[[]byte]
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.count.Add(1)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	r.body.Store(&body)
	return response, err
}

// step tells a step, and notes its name when it has passed. An error that must panicked with fails only this step.
func step(t *testing.T, name string, tell func(*testing.T)) {
	defer func() {
		if problem := recover(); problem != nil {
			t.Fatalf("%v\n%s", problem, debug.Stack())
		}
	}()
	tell(t)
	if t.Failed() {
		return
	}
	noting.Lock()
	defer noting.Unlock()
	file := must(os.OpenFile(os.Getenv("STORY_STEPS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600))
	defer file.Close()
	must(file.WriteString(name + "\n"))
}

// must returns what a call returned. It panics with the error of the call, if there is one.
func must[R any](result R, err error) R {
	if err != nil {
		panic(err)
	}
	return result
}

// refused returns a check of what a call returned: the SDK's typed error.
func refused(t *testing.T, status int, errorType string) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		var refusal stytcherror.Error
		if !errors.As(err, &refusal) {
			t.Fatalf("expected the refusal %s: %v", errorType, err)
		}
		equal(t, fmt.Sprint(refusal.StatusCode, " ", refusal.ErrorType), fmt.Sprint(status, " ", errorType))
		differ(t, refusal.RequestID, "")
		differ(t, refusal.ErrorURL, "")
	}
}

func equal[V any](t *testing.T, got, want V) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %#v instead of %#v", got, want)
	}
}

func differ[V any](t *testing.T, got, unwanted V) {
	t.Helper()
	if reflect.DeepEqual(got, unwanted) {
		t.Fatalf("got %#v", got)
	}
}

func contains(t *testing.T, list []string, item string) {
	t.Helper()
	for _, one := range list {
		if one == item {
			return
		}
	}
	t.Fatalf("%q isn't in %q", item, list)
}

func unique(prefix string) string {
	random := make([]byte, 6)
	must(rand.Read(random))
	return fmt.Sprintf("%s-%x", prefix, random)
}

func filter(name, value string) *organizations.SearchQuery {
	return &organizations.SearchQuery{
		Operator: organizations.SearchQueryOperatorAND,
		Operands: []map[string]any{{"filter_name": name, "filter_value": []string{value}}},
	}
}

type message struct{ Token, Code string }

func latestMessage(to string) (latest message) {
	text := control("GET", "/messages/latest?to="+url.QueryEscape(to))
	if err := json.Unmarshal(text, &latest); err != nil {
		panic(err)
	}
	return latest
}

// tokenByRedirects follows the redirects of a browser, which has cookies. The last one leads to the app, which isn't there.
func tokenByRedirects(target string) string {
	browser := &http.Client{
		Jar:           must(cookiejar.New(nil)),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for strings.HasPrefix(target, baseURL) {
		response := must(browser.Get(target))
		response.Body.Close()
		target = response.Header.Get("Location")
	}
	return must(url.Parse(target)).Query().Get("token")
}

// control sends a request to the API that only the mock has. The fields are the JSON of its body.
func control(method, path string, fields ...map[string]string) []byte {
	var content []byte
	for _, sent := range fields {
		content = must(json.Marshal(sent))
	}
	request := must(http.NewRequest(method, baseURL+"/_mock/api"+path, bytes.NewReader(content)))
	request.SetBasicAuth(projectID, secret)
	response := must(http.DefaultClient.Do(request))
	defer response.Body.Close()
	body := must(io.ReadAll(response.Body))
	if response.StatusCode != http.StatusOK {
		panic(fmt.Errorf("%s %s: %s: %s", method, path, response.Status, body))
	}
	return body
}
