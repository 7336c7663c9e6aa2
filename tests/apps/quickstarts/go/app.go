// Log in with links by e-mail: Stytch's Go SDK in an app with net/http.
package main

import (
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"os"
	"time"

	"github.com/stytchauth/stytch-go/v18/stytch/b2b/b2bstytchapi"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/discovery/intermediatesessions"
	create "github.com/stytchauth/stytch-go/v18/stytch/b2b/discovery/organizations"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks/discovery"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks/email"
	emaildiscovery "github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks/email/discovery"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/organizations"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/organizations/members"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/sessions"
	"github.com/stytchauth/stytch-go/v18/stytch/stytcherror"
)

const minutes = 60 // how long a session lasts

//go:embed pages.html
var files embed.FS
var pages = template.Must(template.ParseFS(files, "pages.html"))

type app struct{ client *b2bstytchapi.API }

// New returns the app's routes. In production STYTCH_ENV isn't set, and the SDK chooses its URL.
func New() (http.Handler, error) {
	var options []b2bstytchapi.Option
	if url := os.Getenv("STYTCH_ENV"); url != "" {
		options = append(options, b2bstytchapi.WithBaseURI(url))
	}
	client, err := b2bstytchapi.NewClient(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"), options...)
	if err != nil {
		return nil, err
	}
	a := app{client}
	routes := http.NewServeMux()
	routes.Handle("GET /{$}", handler(a.home))
	routes.Handle("POST /login", handler(a.logIn))
	routes.Handle("GET /organizations/{slug}", handler(a.organizationPage))
	routes.Handle("POST /organizations/{slug}/login", handler(a.logInToOrganization))
	routes.Handle("GET /authenticate", handler(a.authenticate))
	routes.Handle("POST /organizations/{id}", handler(a.chooseOrganization))
	routes.Handle("POST /organizations", handler(a.createOrganization))
	routes.Handle("GET /me", handler(a.me))
	routes.Handle("POST /logout", handler(a.logOut))
	return routes, nil
}

// handler shows an error of the API as a page with its status.
type handler func(http.ResponseWriter, *http.Request) error

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	var refused stytcherror.Error
	if errors.As(err, &refused) {
		w.WriteHeader(refused.StatusCode)
		err = pages.ExecuteTemplate(w, "error", refused.ErrorMessage)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (a app) home(w http.ResponseWriter, r *http.Request) error {
	found, err := a.currentMember(w, r)
	if err != nil {
		return pages.ExecuteTemplate(w, "login", map[string]string{"Title": "Log in or sign up", "Action": "/login"})
	}
	return pages.ExecuteTemplate(w, "member", found)
}

func (a app) logIn(w http.ResponseWriter, r *http.Request) error {
	address := r.FormValue("email_address")
	_, err := a.client.MagicLinks.Email.Discovery.Send(r.Context(), &emaildiscovery.SendParams{
		EmailAddress:         address,
		DiscoveryRedirectURL: redirectURL(r),
	})
	if err != nil {
		return err
	}
	return pages.ExecuteTemplate(w, "sent", address)
}

func (a app) organizationPage(w http.ResponseWriter, r *http.Request) error {
	found, err := a.client.Organizations.Get(r.Context(), &organizations.GetParams{OrganizationID: r.PathValue("slug")})
	if err != nil {
		return err
	}
	return pages.ExecuteTemplate(w, "login", map[string]string{
		"Title":  "Log in to " + found.Organization.OrganizationName,
		"Action": "/organizations/" + found.Organization.OrganizationSlug + "/login",
	})
}

func (a app) logInToOrganization(w http.ResponseWriter, r *http.Request) error {
	found, err := a.client.Organizations.Get(r.Context(), &organizations.GetParams{OrganizationID: r.PathValue("slug")})
	if err != nil {
		return err
	}
	address := r.FormValue("email_address")
	_, err = a.client.MagicLinks.Email.LoginOrSignup(r.Context(), &email.LoginOrSignupParams{
		OrganizationID:    found.Organization.OrganizationID,
		EmailAddress:      address,
		LoginRedirectURL:  redirectURL(r),
		SignupRedirectURL: redirectURL(r),
	})
	if err != nil {
		return err
	}
	return pages.ExecuteTemplate(w, "sent", address)
}

func (a app) authenticate(w http.ResponseWriter, r *http.Request) error {
	token := r.FormValue("token")
	switch r.FormValue("stytch_token_type") {
	case "discovery":
		found, err := a.client.MagicLinks.Discovery.Authenticate(r.Context(), &discovery.AuthenticateParams{
			DiscoveryMagicLinksToken: token,
		})
		if err != nil {
			return err
		}
		setCookie(w, "intermediate_session_token", found.IntermediateSessionToken, minutes*60)
		return pages.ExecuteTemplate(w, "organizations", found)
	case "multi_tenant_magic_links":
		login, err := a.client.MagicLinks.Authenticate(r.Context(), &magiclinks.AuthenticateParams{
			MagicLinksToken:        token,
			SessionDurationMinutes: minutes,
		})
		if err != nil {
			return err
		}
		return loggedIn(w, r, login.SessionJWT)
	}
	w.WriteHeader(http.StatusBadRequest)
	return pages.ExecuteTemplate(w, "error", "This app has no login with such a link.")
}

func (a app) chooseOrganization(w http.ResponseWriter, r *http.Request) error {
	login, err := a.client.Discovery.IntermediateSessions.Exchange(r.Context(), &intermediatesessions.ExchangeParams{
		IntermediateSessionToken: cookie(r, "intermediate_session_token"),
		OrganizationID:           r.PathValue("id"),
		SessionDurationMinutes:   minutes,
	})
	if err != nil {
		return err
	}
	return loggedIn(w, r, login.SessionJWT)
}

func (a app) createOrganization(w http.ResponseWriter, r *http.Request) error {
	login, err := a.client.Discovery.Organizations.Create(r.Context(), &create.CreateParams{
		IntermediateSessionToken: cookie(r, "intermediate_session_token"),
		OrganizationName:         r.FormValue("organization_name"),
		SessionDurationMinutes:   minutes,
	})
	if err != nil {
		return err
	}
	return loggedIn(w, r, login.SessionJWT)
}

func (a app) me(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	found, err := a.currentMember(w, r)
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return json.NewEncoder(w).Encode(map[string]string{"error": "Log in first."})
	}
	return json.NewEncoder(w).Encode(map[string]string{
		"email_address":     found.Member.EmailAddress,
		"organization_slug": found.Organization.OrganizationSlug,
	})
}

func (a app) logOut(w http.ResponseWriter, r *http.Request) error {
	if jwt := cookie(r, "session_jwt"); jwt != "" {
		if _, err := a.client.Sessions.Revoke(r.Context(), &sessions.RevokeParams{SessionJWT: jwt}); err != nil {
			return err
		}
	}
	setCookie(w, "session_jwt", "", -1)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// currentMember returns the visitor's member and organization. The SDK checks the JWT itself; when the JWT has expired,
// it asks the API.
func (a app) currentMember(w http.ResponseWriter, r *http.Request) (*members.GetResponse, error) {
	found, err := a.client.Sessions.AuthenticateJWT(r.Context(), &sessions.AuthenticateJWTParams{
		MaxTokenAge: 5 * time.Minute,
		Body:        &sessions.AuthenticateParams{SessionJWT: cookie(r, "session_jwt")},
	})
	if err != nil {
		return nil, err
	}
	if found.SessionJWT != "" { // the API has returned a new one
		setCookie(w, "session_jwt", found.SessionJWT, minutes*60)
	}
	return a.client.Organizations.Members.Get(r.Context(), &members.GetParams{
		OrganizationID: found.MemberSession.OrganizationID,
		MemberID:       found.MemberSession.MemberID,
	})
}

func loggedIn(w http.ResponseWriter, r *http.Request, sessionJWT string) error {
	setCookie(w, "intermediate_session_token", "", -1)
	setCookie(w, "session_jwt", sessionJWT, minutes*60)
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func redirectURL(r *http.Request) string { return "http://" + r.Host + "/authenticate" }

func cookie(r *http.Request, name string) string {
	if found, err := r.Cookie(name); err == nil {
		return found.Value
	}
	return ""
}

func setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, MaxAge: maxAge, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
