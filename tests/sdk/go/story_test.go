package suite

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchauth/stytch-go/v18/stytch/b2b/b2bstytchapi"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/discovery/intermediatesessions"
	discovered "github.com/stytchauth/stytch-go/v18/stytch/b2b/discovery/organizations"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks"
	linkdiscovery "github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks/discovery"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks/email"
	emaildiscovery "github.com/stytchauth/stytch-go/v18/stytch/b2b/magiclinks/email/discovery"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/oauth"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/organizations"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/organizations/members"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/otp/sms"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/passwords"
	passwordemail "github.com/stytchauth/stytch-go/v18/stytch/b2b/passwords/email"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/passwords/existingpassword"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/rbac"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/recoverycodes"
	scim "github.com/stytchauth/stytch-go/v18/stytch/b2b/scim/connection"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/sessions"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/sso"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/sso/oidc"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/sso/saml"
	"github.com/stytchauth/stytch-go/v18/stytch/b2b/totps"
	"github.com/stytchauth/stytch-go/v18/stytch/consumer/m2m"
	"github.com/stytchauth/stytch-go/v18/stytch/consumer/m2m/clients"
	"github.com/stytchauth/stytch-go/v18/stytch/consumer/m2m/clients/secrets"
	"github.com/stytchauth/stytch-go/v18/stytch/methodoptions"
	"github.com/stytchauth/stytch-go/v18/stytch/stytcherror"
)

const jwtLifetime = 5 * time.Minute

// TestStory tells the steps of STORY.md, except for restart.
func TestStory(t *testing.T) {
	for name, tell := range map[string]func(*testing.T){
		"organizations":      tellOrganizations,
		"members":            tellMembers,
		"discovery":          tellDiscovery,
		"organization_login": tellOrganizationLogin,
		"sessions":           tellSessions,
		"local_jwt":          tellLocalJWT,
		"mfa":                tellMFA,
		"passwords":          tellPasswords,
		"sso":                tellSSO,
		"scim":               tellSCIM,
		"m2m":                tellM2M,
		"rbac":               tellRBAC,
		"acting_as_a_member": tellActingAsAMember,
		"refusals":           tellRefusals,
		"twenty_logins":      tellTwentyLogins,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			step(t, name, tell)
		})
	}
}

// TestRestart runs in a process of its own.
func TestRestart(t *testing.T) { step(t, "restart", tellRestart) }

func newOrganization(client *b2bstytchapi.API, settings organizations.CreateParams) organizations.Organization {
	settings.OrganizationName, settings.OrganizationSlug = "Acme", unique("acme")
	return must(client.Organizations.Create(ctx, &settings)).Organization
}

func newMember(client *b2bstytchapi.API, acme organizations.Organization, roles ...string) organizations.Member {
	return must(client.Organizations.Members.Create(ctx, &members.CreateParams{
		OrganizationID: acme.OrganizationID, EmailAddress: unique("ada") + "@acme.test", Roles: roles,
	})).Member
}

func sendLink(client *b2bstytchapi.API, acme organizations.Organization, address string) *email.LoginOrSignupResponse {
	return must(client.MagicLinks.Email.LoginOrSignup(ctx, &email.LoginOrSignupParams{
		OrganizationID: acme.OrganizationID, EmailAddress: address,
	}))
}

func useLink(client *b2bstytchapi.API, token string, claims map[string]any) *magiclinks.AuthenticateResponse {
	return must(client.MagicLinks.Authenticate(ctx, &magiclinks.AuthenticateParams{
		MagicLinksToken: token, SessionCustomClaims: claims,
	}))
}

func logIn(
	client *b2bstytchapi.API, acme organizations.Organization, ada organizations.Member, claims map[string]any,
) *magiclinks.AuthenticateResponse {
	sendLink(client, acme, ada.EmailAddress)
	return useLink(client, latestMessage(ada.EmailAddress).Token, claims)
}

func totp(secret string) string {
	key := must(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(secret, "=")))
	mac := hmac.New(sha1.New, key)
	binary.Write(mac, binary.BigEndian, time.Now().Unix()/30)
	digest := mac.Sum(nil)
	number := binary.BigEndian.Uint32(digest[digest[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", number%1_000_000)
}

func tellOrganizations(t *testing.T) {
	client, _ := projectClient(t)
	slug := unique("acme")
	metadata := map[string]any{"plan": "pro"}
	created := must(client.Organizations.Create(ctx, &organizations.CreateParams{
		OrganizationName: "Acme", OrganizationSlug: slug, OrganizationExternalID: slug + "-1", TrustedMetadata: metadata,
	})).Organization
	equal(t, created.OrganizationName, "Acme")
	for _, key := range []string{created.OrganizationID, slug, slug + "-1"} {
		got := must(client.Organizations.Get(ctx, &organizations.GetParams{OrganizationID: key}))
		equal(t, got.Organization.OrganizationID, created.OrganizationID)
	}
	must(client.Organizations.Update(ctx, &organizations.UpdateParams{
		OrganizationID: created.OrganizationID, OrganizationName: "New",
	}))
	found := must(client.Organizations.Search(ctx, &organizations.SearchParams{
		Query: filter("organization_slugs", slug),
	})).Organizations
	equal(t, len(found), 1)
	equal(t, found[0].OrganizationName, "New")
	equal(t, found[0].TrustedMetadata, metadata)
	must(client.Organizations.Delete(ctx, &organizations.DeleteParams{OrganizationID: created.OrganizationID}))
	refused(t, 404, "organization_not_found")(
		client.Organizations.Get(ctx, &organizations.GetParams{OrganizationID: created.OrganizationID}))
}

func tellMembers(t *testing.T) {
	client, _ := projectClient(t)
	acme, api := newOrganization(client, organizations.CreateParams{}), client.Organizations.Members
	address, externalID, metadata := unique("ada")+"@acme.test", unique("ada"), map[string]any{"a": "b"}
	ada := must(api.Create(ctx, &members.CreateParams{
		OrganizationID: acme.OrganizationID, EmailAddress: address, Name: "Ada", ExternalID: externalID,
		UntrustedMetadata: metadata,
	})).Member
	for _, key := range []members.GetParams{{MemberID: ada.MemberID}, {MemberID: externalID}, {EmailAddress: address}} {
		key.OrganizationID = acme.OrganizationID
		got := must(api.Get(ctx, &key)).Member
		equal(t, got.MemberID, ada.MemberID)
		equal(t, got.Name, "Ada")
		equal(t, got.ExternalID, externalID)
		equal(t, got.UntrustedMetadata, metadata)
	}
	renamed := must(api.Update(ctx, &members.UpdateParams{
		OrganizationID: acme.OrganizationID, MemberID: ada.MemberID, Name: "A. L.",
	}))
	equal(t, renamed.Member.Name, "A. L.")
	found := must(api.Search(ctx, &members.SearchParams{
		OrganizationIds: []string{acme.OrganizationID}, Query: filter("member_emails", address),
	}))
	equal(t, len(found.Members), 1)
	equal(t, found.Members[0].MemberID, ada.MemberID)
	logIn(client, acme, ada, nil)
	must(api.Delete(ctx, &members.DeleteParams{OrganizationID: acme.OrganizationID, MemberID: ada.MemberID}))
	again := must(api.Reactivate(ctx, &members.ReactivateParams{
		OrganizationID: acme.OrganizationID, MemberID: ada.MemberID,
	})).Member
	equal(t, again.Status, "active")
	equal(t, again.EmailAddress, address)
}

func tellDiscovery(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{})
	ada := newMember(client, acme)
	must(client.MagicLinks.Email.Discovery.Send(ctx, &emaildiscovery.SendParams{EmailAddress: ada.EmailAddress}))
	found := must(client.MagicLinks.Discovery.Authenticate(ctx, &linkdiscovery.AuthenticateParams{
		DiscoveryMagicLinksToken: latestMessage(ada.EmailAddress).Token,
	}))
	equal(t, len(found.DiscoveredOrganizations), 1)
	equal(t, found.DiscoveredOrganizations[0].Organization.OrganizationID, acme.OrganizationID)
	equal(t, found.DiscoveredOrganizations[0].Membership.Type, "active_member")
	made := must(client.Discovery.Organizations.Create(ctx, &discovered.CreateParams{
		IntermediateSessionToken: found.IntermediateSessionToken, OrganizationName: "Navy",
		OrganizationSlug: unique("navy"),
	}))
	var roles []string
	for _, role := range made.Member.Roles {
		roles = append(roles, role.RoleID)
	}
	contains(t, roles, "stytch_admin")
	differ(t, made.Organization.OrganizationID, acme.OrganizationID)
	equal(t, made.MemberSession.OrganizationID, made.Organization.OrganizationID)
	over := must(client.Sessions.Exchange(ctx, &sessions.ExchangeParams{
		OrganizationID: acme.OrganizationID, SessionToken: made.SessionToken,
	}))
	equal(t, over.MemberSession.OrganizationID, acme.OrganizationID)
}

func tellOrganizationLogin(t *testing.T) {
	client, _ := projectClient(t)
	domain := unique("acme") + ".test"
	acme := newOrganization(client, organizations.CreateParams{
		EmailJITProvisioning: "RESTRICTED", EmailAllowedDomains: []string{domain}, EmailInvites: "ALL_ALLOWED",
	})
	address, invited := "ada@"+domain, unique("bob")+"@other.test"
	equal(t, sendLink(client, acme, address).MemberCreated, true)
	login := useLink(client, latestMessage(address).Token, nil)
	equal(t, login.MemberAuthenticated, true)
	equal(t, login.Member.Status, "active")
	invitation := must(client.MagicLinks.Email.Invite(ctx, &email.InviteParams{
		OrganizationID: acme.OrganizationID, EmailAddress: invited,
	}))
	equal(t, invitation.Member.Status, "invited")
	equal(t, useLink(client, latestMessage(invited).Token, nil).Member.Status, "active")
	again := sendLink(client, acme, address)
	equal(t, again.MemberCreated, false)
	equal(t, again.Member.Status, "active")
}

func tellSessions(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{})
	other := newOrganization(client, organizations.CreateParams{})
	ada := newMember(client, acme)
	must(client.Organizations.Members.Create(ctx, &members.CreateParams{
		OrganizationID: other.OrganizationID, EmailAddress: ada.EmailAddress,
	}))
	login := logIn(client, acme, ada, map[string]any{"plan": "pro"})
	id := login.MemberSession.MemberSessionID
	byToken := must(client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{SessionToken: login.SessionToken}))
	equal(t, byToken.MemberSession.MemberSessionID, id)
	equal(t, byToken.MemberSession.CustomClaims, map[string]any{"plan": "pro"})
	byJWT := must(client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{
		SessionJWT: login.SessionJWT, SessionCustomClaims: map[string]any{"plan": "team"},
	}))
	equal(t, byJWT.MemberSession.MemberSessionID, id)
	equal(t, byJWT.MemberSession.CustomClaims, map[string]any{"plan": "team"})
	listed := must(client.Sessions.Get(ctx, &sessions.GetParams{
		OrganizationID: acme.OrganizationID, MemberID: ada.MemberID,
	})).MemberSessions
	equal(t, len(listed), 1)
	equal(t, listed[0].MemberSessionID, id)
	over := must(client.Sessions.Exchange(ctx, &sessions.ExchangeParams{
		OrganizationID: other.OrganizationID, SessionToken: login.SessionToken,
	}))
	equal(t, over.MemberSession.OrganizationID, other.OrganizationID)
	must(client.Sessions.Revoke(ctx, &sessions.RevokeParams{SessionToken: login.SessionToken}))
	refused(t, 404, "session_not_found")(
		client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{SessionToken: login.SessionToken}))
	jwt := logIn(client, acme, ada, nil).SessionJWT
	if err := os.WriteFile(os.Getenv("STORY_JWT"), []byte(jwt), 0o600); err != nil {
		t.Fatal(err)
	}
}

func tellLocalJWT(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{})
	ada := newMember(client, acme)
	claims := map[string]any{"plan": "pro"}
	first := logIn(client, acme, ada, claims).SessionJWT
	client, last := projectClient(t)
	verify := func(jwt string, claims map[string]any) {
		t.Helper()
		before := last.count.Load()
		local := must(client.Sessions.AuthenticateJWTLocal(ctx, jwt, jwtLifetime, nil))
		short := must(client.Sessions.AuthenticateJWT(ctx, &sessions.AuthenticateJWTParams{
			MaxTokenAge: jwtLifetime, Body: &sessions.AuthenticateParams{SessionJWT: jwt},
		}))
		filled := map[string]any{}
		long := must(client.Sessions.AuthenticateJWTWithClaims(
			ctx, jwtLifetime, &sessions.AuthenticateParams{SessionJWT: jwt}, filled))
		equal(t, last.count.Load(), before) // the last two fall back to a request if the JWT isn't valid
		equal(t, filled, claims)
		for _, session := range []sessions.MemberSession{*local, short.MemberSession, long.MemberSession} {
			equal(t, session.MemberID, ada.MemberID)
			equal(t, session.OrganizationID, acme.OrganizationID)
			equal(t, session.CustomClaims, claims)
		}
	}
	verify(first, claims)
	control("POST", "/keys/rotate")
	second := logIn(client, acme, ada, nil).SessionJWT
	differ(t, strings.Split(first, ".")[0], strings.Split(second, ".")[0]) // the header has the id of the key
	client, last = projectClient(t)
	verify(first, claims)
	verify(second, map[string]any{})
	parts := strings.Split(second, ".")
	start := "A"
	if strings.HasPrefix(parts[2], start) {
		start = "B"
	}
	changed := parts[0] + "." + parts[1] + "." + start + parts[2][1:]
	body := &sessions.AuthenticateParams{SessionJWT: changed}
	_, local := client.Sessions.AuthenticateJWTLocal(ctx, changed, jwtLifetime, nil)
	_, short := client.Sessions.AuthenticateJWT(ctx, &sessions.AuthenticateJWTParams{MaxTokenAge: jwtLifetime, Body: body})
	_, long := client.Sessions.AuthenticateJWTWithClaims(ctx, jwtLifetime, body, nil)
	for _, err := range []error{local, short, long} {
		if err == nil {
			t.Error("a changed signature was accepted")
		}
	}
}

func tellMFA(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{MFAPolicy: "REQUIRED_FOR_ALL"})
	ada, bob := newMember(client, acme), newMember(client, acme)
	login := logIn(client, acme, ada, nil)
	equal(t, login.MemberAuthenticated, false)
	equal(t, login.SessionToken, "")
	phone := "+14155550123"
	must(client.OTPs.Sms.Send(ctx, &sms.SendParams{
		OrganizationID: acme.OrganizationID, MemberID: ada.MemberID, MFAPhoneNumber: phone,
		IntermediateSessionToken: login.IntermediateSessionToken,
	}))
	texted := must(client.OTPs.Sms.Authenticate(ctx, &sms.AuthenticateParams{
		OrganizationID: acme.OrganizationID, MemberID: ada.MemberID, Code: latestMessage(phone).Code,
		IntermediateSessionToken: login.IntermediateSessionToken,
	}))
	differ(t, texted.SessionToken, "")
	equal(t, len(texted.MemberSession.AuthenticationFactors), 2)

	intermediate := logIn(client, acme, bob, nil).IntermediateSessionToken
	created := must(client.TOTPs.Create(ctx, &totps.CreateParams{
		OrganizationID: acme.OrganizationID, MemberID: bob.MemberID, IntermediateSessionToken: intermediate,
	}))
	done := must(client.TOTPs.Authenticate(ctx, &totps.AuthenticateParams{
		OrganizationID: acme.OrganizationID, MemberID: bob.MemberID, Code: totp(created.Secret),
		IntermediateSessionToken: intermediate,
	}))
	var factors []string
	for _, factor := range done.MemberSession.AuthenticationFactors {
		factors = append(factors, string(factor.Type))
	}
	contains(t, factors, "totp")
	differ(t, len(created.RecoveryCodes), 0)
	recovered := must(client.RecoveryCodes.Recover(ctx, &recoverycodes.RecoverParams{
		OrganizationID: acme.OrganizationID, MemberID: bob.MemberID, RecoveryCode: created.RecoveryCodes[0],
		IntermediateSessionToken: logIn(client, acme, bob, nil).IntermediateSessionToken,
	}))
	differ(t, recovered.SessionToken, "")
}

func tellPasswords(t *testing.T) {
	client, _ := projectClient(t)
	weak := must(client.Passwords.StrengthCheck(ctx, &passwords.StrengthCheckParams{Password: "password"}))
	equal(t, weak.ValidPassword, false)
	acme := newOrganization(client, organizations.CreateParams{})
	ada := newMember(client, acme)
	first, second := unique("correct horse"), unique("battery staple")
	signIn := func(password string) (*passwords.AuthenticateResponse, error) {
		return client.Passwords.Authenticate(ctx, &passwords.AuthenticateParams{
			OrganizationID: acme.OrganizationID, EmailAddress: ada.EmailAddress, Password: password,
		})
	}
	must(client.Passwords.Email.ResetStart(ctx, &passwordemail.ResetStartParams{
		OrganizationID: acme.OrganizationID, EmailAddress: ada.EmailAddress,
	}))
	must(client.Passwords.Email.Reset(ctx, &passwordemail.ResetParams{
		PasswordResetToken: latestMessage(ada.EmailAddress).Token, Password: first,
	}))
	differ(t, must(signIn(first)).SessionToken, "")
	refused(t, 401, "unauthorized_credentials")(signIn("wrong horse 1"))
	must(client.Passwords.ExistingPassword.Reset(ctx, &existingpassword.ResetParams{
		OrganizationID: acme.OrganizationID, EmailAddress: ada.EmailAddress, ExistingPassword: first, NewPassword: second,
	}))
	differ(t, must(signIn(second)).SessionToken, "")
	refused(t, 401, "unauthorized_credentials")(signIn(first))
}

func tellSSO(t *testing.T) {
	client, _ := projectClient(t)
	id := newOrganization(client, organizations.CreateParams{}).OrganizationID
	samlID := must(client.SSO.SAML.CreateConnection(ctx, &saml.CreateConnectionParams{
		OrganizationID: id, DisplayName: "SAML",
	})).Connection.ConnectionID
	oidcID := must(client.SSO.OIDC.CreateConnection(ctx, &oidc.CreateConnectionParams{
		OrganizationID: id, DisplayName: "OIDC",
	})).Connection.ConnectionID
	must(client.SSO.SAML.UpdateConnection(ctx, &saml.UpdateConnectionParams{
		OrganizationID: id, ConnectionID: samlID, DisplayName: "Okta",
	}))
	must(client.SSO.OIDC.UpdateConnection(ctx, &oidc.UpdateConnectionParams{
		OrganizationID: id, ConnectionID: oidcID, DisplayName: "Entra",
	}))
	list := func() (names []string) {
		listed := must(client.SSO.GetConnections(ctx, &sso.GetConnectionsParams{OrganizationID: id}))
		for _, connection := range listed.SAMLConnections {
			names = append(names, connection.DisplayName)
		}
		for _, connection := range listed.OIDCConnections {
			names = append(names, connection.DisplayName)
		}
		return names
	}
	equal(t, list(), []string{"Okta", "Entra"})
	for _, connectionID := range []string{samlID, oidcID} {
		must(client.SSO.DeleteConnection(ctx, &sso.DeleteConnectionParams{OrganizationID: id, ConnectionID: connectionID}))
	}
	equal(t, len(list()), 0)

	globex, address := newOrganization(client, organizations.CreateParams{}).OrganizationID, unique("ada")+"@acme.test"
	var idp struct {
		ConnectionID string `json:"connection_id"`
		StartURL     string `json:"start_url"`
	}
	made := control("POST", "/identity-providers", map[string]string{"organization_id": globex, "type": "oidc"})
	if err := json.Unmarshal(made, &idp); err != nil {
		t.Fatal(err)
	}
	control("POST", "/next-identity", map[string]string{
		"provider": "oidc", "email": address, "connection_id": idp.ConnectionID,
	})
	login := must(client.SSO.Authenticate(ctx, &sso.AuthenticateParams{SSOToken: tokenByRedirects(idp.StartURL)}))
	equal(t, login.Member.EmailAddress, address)
	equal(t, login.MemberAuthenticated, true)
	equal(t, len(login.MemberSession.AuthenticationFactors), 1)
	equal(t, string(login.MemberSession.AuthenticationFactors[0].Type), "sso")
}

func tellSCIM(t *testing.T) {
	client, _ := projectClient(t)
	id := newOrganization(client, organizations.CreateParams{}).OrganizationID
	okta := scim.CreateRequestIdentityProviderOkta
	made := must(client.SCIM.Connection.Create(ctx, &scim.CreateParams{
		OrganizationID: id, DisplayName: "Okta", IdentityProvider: &okta,
	})).Connection
	equal(t, made.IdentityProvider, "okta")
	differ(t, made.BearerToken, "")
	started := must(client.SCIM.Connection.RotateStart(ctx, &scim.RotateStartParams{
		OrganizationID: id, ConnectionID: made.ConnectionID,
	}))
	differ(t, started.Connection.NextBearerToken, "")
	must(client.SCIM.Connection.RotateComplete(ctx, &scim.RotateCompleteParams{
		OrganizationID: id, ConnectionID: made.ConnectionID,
	}))
	got := must(client.SCIM.Connection.Get(ctx, &scim.GetParams{OrganizationID: id}))
	equal(t, got.Connection.ConnectionID, made.ConnectionID)
	deleted := must(client.SCIM.Connection.Delete(ctx, &scim.DeleteParams{
		OrganizationID: id, ConnectionID: made.ConnectionID,
	}))
	equal(t, deleted.ConnectionID, made.ConnectionID)
}

func tellM2M(t *testing.T) {
	client, _ := projectClient(t)
	made := must(client.M2M.Clients.Create(ctx, &clients.CreateParams{
		Scopes: []string{"read:users", "write:users"},
	})).M2MClient
	token := must(client.M2M.Token(ctx, &m2m.TokenParams{
		ClientID: made.ClientID, ClientSecret: made.ClientSecret, Scopes: []string{"read:users"},
	}))
	claims := must(client.M2M.AuthenticateToken(ctx, &m2m.AuthenticateTokenParams{
		AccessToken: token.AccessToken, RequiredScopes: []string{"read:users"},
	}))
	equal(t, claims.ClientID, made.ClientID)
	equal(t, claims.Scopes, []string{"read:users"})
	started := must(client.M2M.Clients.Secrets.RotateStart(ctx, &secrets.RotateStartParams{ClientID: made.ClientID}))
	must(client.M2M.Clients.Secrets.Rotate(ctx, &secrets.RotateParams{ClientID: made.ClientID}))
	must(client.M2M.Token(ctx, &m2m.TokenParams{
		ClientID: made.ClientID, ClientSecret: started.M2MClient.NextClientSecret,
	}))
	_, err := client.M2M.Token(ctx, &m2m.TokenParams{ClientID: made.ClientID, ClientSecret: made.ClientSecret})
	var refusal stytcherror.OAuth2Error
	if !errors.As(err, &refusal) {
		t.Fatalf("not an OAuth error: %v", err)
	}
	equal(t, refusal.ErrorType, "invalid_client")
	inactive := clients.UpdateRequestStatusInactive
	updated := must(client.M2M.Clients.Update(ctx, &clients.UpdateParams{ClientID: made.ClientID, Status: &inactive}))
	equal(t, updated.M2MClient.Status, "inactive")
}

func tellRBAC(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{})
	check := &sessions.AuthorizationCheck{
		OrganizationID: acme.OrganizationID, ResourceID: "stytch.organization", Action: "update.info.name",
	}
	admin := logIn(client, acme, newMember(client, acme, "stytch_admin"), nil)
	allowed := must(client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{
		SessionToken: admin.SessionToken, AuthorizationCheck: check,
	}))
	equal(t, allowed.Verdict.Authorized, true)
	local := must(client.Sessions.AuthenticateJWTLocal(ctx, admin.SessionJWT, jwtLifetime, check))
	equal(t, local.MemberID, admin.MemberID)
	other := logIn(client, acme, newMember(client, acme), nil)
	refused(t, 403, "session_authorization_error")(client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{
		SessionToken: other.SessionToken, AuthorizationCheck: check,
	}))
	_, err := client.Sessions.AuthenticateJWTLocal(ctx, other.SessionJWT, jwtLifetime, check)
	var refusal stytcherror.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("not an error of the SDK: %v", err)
	}
	equal(t, refusal.ErrorType, "session_authorization_error")
	var roles []string
	for _, role := range must(client.RBAC.Policy(ctx, &rbac.PolicyParams{})).Policy.Roles {
		roles = append(roles, role.RoleID)
	}
	contains(t, roles, "stytch_member")
	contains(t, roles, "stytch_admin")
}

func tellActingAsAMember(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{})
	ada := newMember(client, acme)
	self := methodoptions.Authorization{SessionToken: logIn(client, acme, ada, nil).SessionToken}
	renamed := must(client.Organizations.Members.Update(ctx,
		&members.UpdateParams{OrganizationID: acme.OrganizationID, MemberID: ada.MemberID, Name: "A. L."},
		&members.UpdateRequestOptions{Authorization: self},
	))
	equal(t, renamed.Member.Name, "A. L.")
	refused(t, 403, "session_authorization_error")(client.Organizations.Delete(ctx,
		&organizations.DeleteParams{OrganizationID: acme.OrganizationID},
		&organizations.DeleteRequestOptions{Authorization: self},
	))
}

func tellRefusals(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{})
	ada := newMember(client, acme)
	id, unknown := acme.OrganizationID, "11111111-1111-4111-8111-111111111111"
	sendLink(client, acme, ada.EmailAddress)
	used := latestMessage(ada.EmailAddress).Token
	useLink(client, used, nil)
	hash := md5.Sum([]byte("hunter2"))
	must(client.Passwords.Migrate(ctx, &passwords.MigrateParams{
		OrganizationID: id, EmailAddress: ada.EmailAddress, Hash: hex.EncodeToString(hash[:]),
		HashType: passwords.MigrateRequestHashTypeMd5,
	}))

	api, people, links := client.Organizations, client.Organizations.Members, client.MagicLinks
	refused(t, 404, "organization_not_found")(
		api.Get(ctx, &organizations.GetParams{OrganizationID: "organization-test-" + unknown}))
	refused(t, 400, "organization_slug_already_used")(
		api.Create(ctx, &organizations.CreateParams{OrganizationName: "Acme", OrganizationSlug: acme.OrganizationSlug}))
	refused(t, 400, "invalid_organization_slug")(
		api.Create(ctx, &organizations.CreateParams{OrganizationName: "Acme", OrganizationSlug: "a b"}))
	refused(t, 400, "invalid_organization_mfa_policy")(
		api.Update(ctx, &organizations.UpdateParams{OrganizationID: id, MFAPolicy: "SOMETIMES"}))
	refused(t, 400, "user_search_invalid_cursor")(api.Search(ctx, &organizations.SearchParams{Cursor: "x"}))
	refused(t, 400, "user_search_invalid_limit")(api.Search(ctx, &organizations.SearchParams{Limit: 5000}))
	refused(t, 400, "invalid_email")(
		people.Create(ctx, &members.CreateParams{OrganizationID: id, EmailAddress: "ada"}))
	refused(t, 400, "duplicate_member_email")(
		people.Create(ctx, &members.CreateParams{OrganizationID: id, EmailAddress: ada.EmailAddress}))
	refused(t, 404, "member_not_found")(
		people.Get(ctx, &members.GetParams{OrganizationID: id, MemberID: "member-test-" + unknown}))
	refused(t, 400, "invalid_token")(links.Authenticate(ctx, &magiclinks.AuthenticateParams{MagicLinksToken: "x"}))
	refused(t, 401, "unable_to_auth_magic_link")(
		links.Authenticate(ctx, &magiclinks.AuthenticateParams{MagicLinksToken: used}))
	refused(t, 400, "invalid_token")(
		links.Discovery.Authenticate(ctx, &linkdiscovery.AuthenticateParams{DiscoveryMagicLinksToken: "x"}))
	refused(t, 400, "invalid_session_token")(
		client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{SessionToken: "x"}))
	refused(t, 400, "no_session_arguments")(client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{}))
	refused(t, 404, "intermediate_session_not_found")(
		client.Discovery.IntermediateSessions.Exchange(ctx, &intermediatesessions.ExchangeParams{
			IntermediateSessionToken: "x", OrganizationID: id,
		}))
	refused(t, 400, "no_session_arguments")(client.OTPs.Sms.Authenticate(ctx, &sms.AuthenticateParams{
		OrganizationID: id, MemberID: ada.MemberID, Code: "000000",
	}))
	refused(t, 401, "unauthorized_credentials")(client.Passwords.Authenticate(ctx, &passwords.AuthenticateParams{
		OrganizationID: id, EmailAddress: ada.EmailAddress, Password: "wrong",
	}))
	refused(t, 400, "invalid_token")(client.OAuth.Authenticate(ctx, &oauth.AuthenticateParams{OAuthToken: "x"}))
	refused(t, 400, "invalid_token")(client.SSO.Authenticate(ctx, &sso.AuthenticateParams{SSOToken: "x"}))
	stranger, _ := newClient(t, projectID, "wrong")
	refused(t, 401, "unauthorized_credentials")(stranger.Organizations.Search(ctx, &organizations.SearchParams{}))
}

func tellTwentyLogins(t *testing.T) {
	client, _ := projectClient(t)
	acme := newOrganization(client, organizations.CreateParams{})
	tokens := make([]string, 20)
	for i := range tokens {
		address := newMember(client, acme).EmailAddress
		sendLink(client, acme, address)
		tokens[i] = latestMessage(address).Token
	}
	logins, problems := make([]*magiclinks.AuthenticateResponse, len(tokens)), make([]error, len(tokens))
	var all sync.WaitGroup
	for i, token := range tokens {
		all.Add(1)
		go func() {
			defer all.Done()
			logins[i], problems[i] = client.MagicLinks.Authenticate(ctx, &magiclinks.AuthenticateParams{MagicLinksToken: token})
		}()
	}
	all.Wait()
	ids := map[string]bool{}
	for i, login := range logins {
		if problems[i] != nil {
			t.Fatal(problems[i])
		}
		differ(t, login.SessionToken, "")
		ids[login.MemberSession.MemberSessionID] = true
	}
	equal(t, len(ids), 20)
}

func tellRestart(t *testing.T) {
	client, err := b2bstytchapi.NewClient(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"),
		b2bstytchapi.WithBaseURI(os.Getenv("STYTCH_ENV")))
	if err != nil {
		t.Fatal(err)
	}
	jwt := string(must(os.ReadFile(os.Getenv("STORY_JWT"))))
	local := must(client.Sessions.AuthenticateJWTLocal(ctx, jwt, jwtLifetime, nil))
	remote := must(client.Sessions.Authenticate(ctx, &sessions.AuthenticateParams{SessionJWT: jwt}))
	equal(t, local.MemberSessionID, remote.MemberSession.MemberSessionID)
}
