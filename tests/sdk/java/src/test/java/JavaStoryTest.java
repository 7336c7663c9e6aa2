import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.stytch.java.b2b.StytchB2BClient;
import com.stytch.java.b2b.models.discovery.DiscoveredOrganization;
import com.stytch.java.b2b.models.magiclinks.AuthenticateResponse;
import com.stytch.java.b2b.models.magiclinksemail.LoginOrSignupRequest;
import com.stytch.java.b2b.models.magiclinksemaildiscovery.SendRequest;
import com.stytch.java.b2b.models.organizations.CreateRequest;
import com.stytch.java.b2b.models.organizations.Member;
import com.stytch.java.b2b.models.organizations.Organization;
import com.stytch.java.b2b.models.organizations.SearchRequest;
import com.stytch.java.b2b.models.sessions.AuthenticateRequest;
import com.stytch.java.b2b.models.sessions.ExchangeRequest;
import com.stytch.java.b2b.models.sessions.GetRequest;
import com.stytch.java.b2b.models.sessions.MemberSession;
import com.stytch.java.b2b.models.sessions.RevokeRequest;
import com.stytch.java.common.ErrorResponse;
import com.stytch.java.common.StytchException;
import com.stytch.java.common.StytchResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps of the story as Java users write them, with the SDK's futures. StoryTest has all steps. */
class JavaStoryTest {
  private final StytchB2BClient client = Server.newClient();

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void discovery() throws Exception {
    String organizationId = organization().getOrganizationId();
    String email = member(organizationId).getEmailAddress();
    ok(client.getMagicLinks().getEmail().getDiscovery().sendCompletable(new SendRequest(email)));
    var found =
        ok(
            client
                .getMagicLinks()
                .getDiscovery()
                .authenticateCompletable(
                    new com.stytch.java.b2b.models.magiclinksdiscovery.AuthenticateRequest(Server.tokenFor(email))));
    assertEquals(1, found.getDiscoveredOrganizations().size());
    DiscoveredOrganization discovered = found.getDiscoveredOrganizations().get(0);
    assertEquals(organizationId, discovered.getOrganization().getOrganizationId());
    assertEquals("active_member", discovered.getMembership().getType());

    var request =
        new com.stytch.java.b2b.models.discoveryorganizations.CreateRequest(
            found.getIntermediateSessionToken(), 60, Map.of(), "Navy", Server.unique("navy"));
    var made = ok(client.getDiscovery().getOrganizations().createCompletable(request));
    assertTrue(made.getMember().getRoles().stream().anyMatch(role -> role.getRoleId().equals("stytch_admin")));
    assertNotEquals(organizationId, made.getOrganization().getOrganizationId());
    assertEquals(made.getOrganization().getOrganizationId(), made.getMemberSession().getOrganizationId());
    var exchange = new ExchangeRequest(organizationId, made.getSessionToken());
    var over = ok(client.getSessions().exchangeCompletable(exchange));
    assertEquals(organizationId, over.getMemberSession().getOrganizationId());
  }

  @Test
  void sessions() throws Exception {
    String organizationId = organization().getOrganizationId();
    String otherId = organization().getOrganizationId();
    Member ada = member(organizationId);
    create(otherId, ada.getEmailAddress());
    AuthenticateResponse login = logIn(ada, Map.of("plan", "pro"));
    String token = login.getSessionToken();
    String sessionId = login.getMemberSession().getMemberSessionId();

    var byToken = new AuthenticateRequest(token);
    var byJwt = new AuthenticateRequest(null, null, login.getSessionJWT());
    for (var request : List.of(byToken, byJwt)) {
      MemberSession session = ok(client.getSessions().authenticateCompletable(request)).getMemberSession();
      assertEquals(sessionId, session.getMemberSessionId());
      assertEquals(Map.of("plan", "pro"), session.getCustomClaims());
    }
    var team = new AuthenticateRequest(token, null, null, Map.of("plan", "team"));
    var changed = ok(client.getSessions().authenticateCompletable(team)).getMemberSession();
    assertEquals(Map.of("plan", "team"), changed.getCustomClaims());
    var local = ok(client.getSessions().authenticateJwtLocalCompletable(login.getSessionJWT(), null, null, 0));
    assertEquals(ada.getMemberId(), local.getMemberId());

    var listed = ok(client.getSessions().getCompletable(new GetRequest(organizationId, ada.getMemberId())));
    assertEquals(
        List.of(sessionId), listed.getMemberSessions().stream().map(MemberSession::getMemberSessionId).toList());
    var over = ok(client.getSessions().exchangeCompletable(new ExchangeRequest(otherId, token)));
    assertEquals(otherId, over.getMemberSession().getOrganizationId());
    ok(client.getSessions().revokeCompletable(new RevokeRequest(null, token), null));
    refused(404, "session_not_found", client.getSessions().authenticateCompletable(new AuthenticateRequest(token)));
  }

  @Test
  void refusals() throws Exception {
    Organization acme = organization();
    var organizations = client.getOrganizations();
    var unknown =
        new com.stytch.java.b2b.models.organizations.GetRequest(
            "organization-test-11111111-1111-4111-8111-111111111111");
    refused(404, "organization_not_found", organizations.getCompletable(unknown));
    var taken = new CreateRequest("Acme", acme.getOrganizationSlug());
    refused(400, "organization_slug_already_used", organizations.createCompletable(taken));
    var spaced = new CreateRequest("Acme", "a b");
    refused(400, "invalid_organization_slug", organizations.createCompletable(spaced));
    refused(400, "user_search_invalid_cursor", organizations.searchCompletable(new SearchRequest("x")));
    refused(400, "user_search_invalid_limit", organizations.searchCompletable(new SearchRequest(null, 5000L)));
    var token = new com.stytch.java.b2b.models.magiclinks.AuthenticateRequest("x");
    refused(400, "invalid_token", client.getMagicLinks().authenticateCompletable(token));
    var session = new AuthenticateRequest();
    refused(400, "no_session_arguments", client.getSessions().authenticateCompletable(session));
    try (StytchB2BClient stranger = Server.newClient("wrong")) {
      var search = stranger.getOrganizations().searchCompletable(new SearchRequest());
      refused(401, "unauthorized_credentials", search);
    }
  }

  private Organization organization() throws Exception {
    var request = new CreateRequest("Acme", Server.unique("acme"));
    return ok(client.getOrganizations().createCompletable(request)).getOrganization();
  }

  private Member member(String organizationId) throws Exception {
    return create(organizationId, Server.unique("ada") + "@acme.test");
  }

  private Member create(String organizationId, String email) throws Exception {
    var request = new com.stytch.java.b2b.models.organizationsmembers.CreateRequest(organizationId, email);
    return ok(client.getOrganizations().getMembers().createCompletable(request, null)).getMember();
  }

  private AuthenticateResponse logIn(Member member, Map<String, Object> claims) throws Exception {
    var links = client.getMagicLinks();
    var request = new LoginOrSignupRequest(member.getOrganizationId(), member.getEmailAddress());
    ok(links.getEmail().loginOrSignupCompletable(request));
    String token = Server.tokenFor(member.getEmailAddress());
    return ok(
        links.authenticateCompletable(
            new com.stytch.java.b2b.models.magiclinks.AuthenticateRequest(token, null, null, null, null, claims)));
  }

  private static <T> T ok(CompletableFuture<StytchResult<T>> future) throws Exception {
    StytchResult<T> result = future.get(10, TimeUnit.SECONDS);
    if (result instanceof StytchResult.Success<T> success) {
      return success.getValue();
    }
    throw new AssertionError("not a success: " + result);
  }

  private static <T> void refused(int status, String type, CompletableFuture<StytchResult<T>> future) throws Exception {
    var result = assertInstanceOf(StytchResult.Error.class, future.get(10, TimeUnit.SECONDS));
    ErrorResponse error = assertInstanceOf(StytchException.Response.class, result.getException()).getReason();
    assertEquals(status, error.getStatusCode());
    assertEquals(type, error.getErrorType());
    assertFalse(error.getRequestId().isEmpty());
    assertFalse(error.getErrorUrl().isEmpty());
  }
}
