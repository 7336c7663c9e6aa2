package suite

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stytchauth/stytch-go/v18/stytch/methodoptions"
)

type preparedCall struct {
	Operation    string
	ProjectID    string `json:"project_id"`
	Secret       string
	Fields       json.RawMessage
	SessionToken string `json:"session_token"`
	SessionJWT   string `json:"session_jwt"`
}

// forms are operations whose parameters in the SDK have no names for JSON, because the SDK sends a form.
var forms = map[string]bool{"m2m.token": true, "idp.introspect_token_network": true}

// missingInTheSDK are properties of responses that the SDK's models don't have. The real API sends them, too.
var missingInTheSDK = []struct{ operation, property, reason string }{
	{"", "scim_active_connections", "Organization has only scim_active_connection"},
	{"organizations.get_connected_app", "request_id", "the response has no field for it"},
	{"scim.connection.get_groups", "request_id", "the response has no field for it"},
	{"sessions.get_jwks", "x5tS256", "JWK calls it x5t_s256"},
}

// TestEveryMethod calls every method of the SDK that a prepared call names. The response must decode into the SDK's
// model. It is then decoded once more, and must not have a property that the model doesn't have, except for the above.
func TestEveryMethod(t *testing.T) {
	text, err := os.ReadFile(os.Getenv("STYTCH_CALLS"))
	if err != nil {
		t.Fatal(err)
	}
	var calls []preparedCall
	if err := json.Unmarshal(text, &calls); err != nil {
		t.Fatal(err)
	}
	for _, call := range calls {
		t.Run(call.Operation, func(t *testing.T) { send(t, call) })
	}
}

func send(t *testing.T, call preparedCall) {
	client, last := newClient(t, call.ProjectID, call.Secret)
	names := strings.Split(call.Operation, ".")
	resource := reflect.ValueOf(client)
	for _, name := range names[:len(names)-1] {
		if resource = fieldOf(resource, name); !resource.IsValid() {
			t.Fatalf("the SDK has no %s", name)
		}
	}
	method := methodOf(resource, names[len(names)-1])
	if !method.IsValid() {
		t.Fatal("the SDK has no such method")
	}
	arguments := []reflect.Value{reflect.ValueOf(ctx)}
	for i := 1; i < method.Type().NumIn(); i++ {
		kind := method.Type().In(i)
		if method.Type().IsVariadic() && i == method.Type().NumIn()-1 {
			options := reflect.New(kind.Elem().Elem())
			options.Elem().FieldByName("Authorization").Set(reflect.ValueOf(
				methodoptions.Authorization{SessionToken: call.SessionToken, SessionJWT: call.SessionJWT}))
			arguments = append(arguments, options)
			continue
		}
		params := reflect.New(kind.Elem())
		fields := call.Fields
		if forms[call.Operation] {
			fields = withoutUnderscores(fields)
		}
		if err := json.Unmarshal(fields, params.Interface()); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, params)
	}
	results := method.Call(arguments)
	if err, _ := results[1].Interface().(error); err != nil {
		t.Fatal(err)
	}
	if forms[call.Operation] {
		return // the helper returns something else than the response
	}
	var body any
	if err := json.Unmarshal(*last.body.Load(), &body); err != nil {
		t.Fatal(err)
	}
	for _, missing := range missingInTheSDK {
		if missing.operation == "" || missing.operation == call.Operation {
			remove(body, missing.property)
		}
	}
	again := json.NewDecoder(bytes.NewReader(must(json.Marshal(body))))
	again.DisallowUnknownFields()
	if err := again.Decode(reflect.New(results[0].Type().Elem()).Interface()); err != nil {
		t.Error(err)
	}
}

// withoutUnderscores changes the names of fields, so that they are those of a struct in another case.
func withoutUnderscores(fields json.RawMessage) json.RawMessage {
	var values map[string]any
	if err := json.Unmarshal(fields, &values); err != nil {
		panic(err)
	}
	plainly := map[string]any{}
	for name, value := range values {
		plainly[plain(name)] = value
	}
	return must(json.Marshal(plainly))
}

// TestMethodsAreListed writes the name of every method of the SDK that takes a context to a file.
func TestMethodsAreListed(t *testing.T) {
	client, _ := projectClient(t)
	names := strings.Join(methods(reflect.ValueOf(client), ""), "\n")
	if err := os.WriteFile(os.Getenv("STYTCH_METHODS"), []byte(names), 0o600); err != nil {
		t.Fatal(err)
	}
}

func methods(resource reflect.Value, prefix string) (found []string) {
	for i := 0; i < resource.NumMethod(); i++ {
		method := resource.Type().Method(i)
		if prefix != "" && method.Type.NumIn() > 1 && method.Type.In(1).String() == "context.Context" {
			found = append(found, prefix+method.Name)
		}
	}
	kind := resource.Type().Elem()
	for i := 0; i < kind.NumField(); i++ {
		field := kind.Field(i)
		if isResource := field.Type.Kind() == reflect.Pointer && strings.HasSuffix(field.Type.String(), "Client"); isResource && field.IsExported() {
			found = append(found, methods(resource.Elem().Field(i), prefix+field.Name+".")...)
		}
	}
	return found
}

// remove deletes a property wherever it is.
func remove(value any, property string) {
	switch value := value.(type) {
	case map[string]any:
		delete(value, property)
		for _, inner := range value {
			remove(inner, property)
		}
	case []any:
		for _, inner := range value {
			remove(inner, property)
		}
	}
}

// fieldOf and methodOf ignore case and underscores: the SDK's names have abbreviations in capitals.
func fieldOf(value reflect.Value, name string) reflect.Value {
	return value.Elem().FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, plain(name)) })
}

func methodOf(value reflect.Value, name string) reflect.Value {
	for i := 0; i < value.NumMethod(); i++ {
		if strings.EqualFold(value.Type().Method(i).Name, plain(name)) {
			return value.Method(i)
		}
	}
	return reflect.Value{}
}

func plain(name string) string { return strings.ReplaceAll(name, "_", "") }
