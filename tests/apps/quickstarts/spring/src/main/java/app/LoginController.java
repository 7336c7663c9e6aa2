package app;

import com.stytch.java.b2b.StytchB2BClient;
import com.stytch.java.b2b.models.discoveryintermediatesessions.ExchangeRequest;
import com.stytch.java.b2b.models.discoveryorganizations.CreateRequest;
import com.stytch.java.b2b.models.magiclinksemail.LoginOrSignupRequest;
import com.stytch.java.b2b.models.magiclinksemaildiscovery.SendRequest;
import com.stytch.java.b2b.models.organizations.GetRequest;
import com.stytch.java.b2b.models.organizations.Organization;
import com.stytch.java.b2b.models.organizationsmembers.GetResponse;
import com.stytch.java.b2b.models.sessions.AuthenticateRequest;
import com.stytch.java.b2b.models.sessions.MemberSession;
import com.stytch.java.b2b.models.sessions.RevokeRequest;
import com.stytch.java.common.StytchException;
import com.stytch.java.common.StytchResult;
import jakarta.servlet.http.HttpSession;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.SessionAttribute;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

@Controller
class LoginController {
    static final int MINUTES = 60; // how long a session lasts

    private final StytchB2BClient stytch;

    LoginController(StytchB2BClient stytch) {
        this.stytch = stytch;
    }

    @GetMapping("/")
    String home(HttpSession session, Model page) throws StytchException {
        var current = current(session);
        if (current == null) {
            page.addAttribute("action", "/login").addAttribute("title", "Log in or sign up");
            return "login";
        }
        page.addAttribute("organization", current.getOrganization()).addAttribute("member", current.getMember());
        return "member";
    }

    @PostMapping("/login")
    String login(@RequestParam("email_address") String email) throws StytchException {
        call(stytch.getMagicLinks().getEmail().getDiscovery().sendCompletable(new SendRequest(email, redirectUrl())));
        return "sent";
    }

    @GetMapping("/organizations/{slug}")
    String organizationPage(@PathVariable String slug, Model page) throws StytchException {
        page.addAttribute("action", "/organizations/" + slug + "/login");
        page.addAttribute("title", "Log in to " + organization(slug).getOrganizationName());
        return "login";
    }

    @PostMapping("/organizations/{slug}/login")
    String loginToOrganization(@PathVariable String slug, @RequestParam("email_address") String email)
            throws StytchException {
        String id = organization(slug).getOrganizationId();
        var request = new LoginOrSignupRequest(id, email, redirectUrl(), redirectUrl());
        call(stytch.getMagicLinks().getEmail().loginOrSignupCompletable(request));
        return "sent";
    }

    @GetMapping(path = "/authenticate", params = "stytch_token_type=discovery")
    String authenticate(@RequestParam String token, HttpSession session, Model page) throws StytchException {
        var request = new com.stytch.java.b2b.models.magiclinksdiscovery.AuthenticateRequest(token);
        var found = call(stytch.getMagicLinks().getDiscovery().authenticateCompletable(request));
        session.setAttribute("intermediateSessionToken", found.getIntermediateSessionToken());
        page.addAttribute("found", found);
        return "organizations";
    }

    @GetMapping(path = "/authenticate", params = "stytch_token_type=multi_tenant_magic_links")
    String authenticateInOrganization(@RequestParam String token, HttpSession session) throws StytchException {
        var request = new com.stytch.java.b2b.models.magiclinks.AuthenticateRequest(token, null, null, null, MINUTES);
        return loggedIn(session, call(stytch.getMagicLinks().authenticateCompletable(request)).getSessionJWT());
    }

    @PostMapping("/organizations/{id}")
    String chooseOrganization(
            @PathVariable String id, @SessionAttribute String intermediateSessionToken, HttpSession session)
            throws StytchException {
        var request = new ExchangeRequest(intermediateSessionToken, id, MINUTES);
        var login = call(stytch.getDiscovery().getIntermediateSessions().exchangeCompletable(request));
        return loggedIn(session, login.getSessionJWT());
    }

    @PostMapping("/organizations")
    String createOrganization(
            @RequestParam("organization_name") String name,
            @SessionAttribute String intermediateSessionToken,
            HttpSession session)
            throws StytchException {
        var request = new CreateRequest(intermediateSessionToken, MINUTES, Map.of(), name);
        var login = call(stytch.getDiscovery().getOrganizations().createCompletable(request));
        return loggedIn(session, login.getSessionJWT());
    }

    @GetMapping("/me")
    ResponseEntity<Map<String, String>> me(HttpSession session) throws StytchException {
        var current = current(session);
        if (current == null) {
            return ResponseEntity.status(401).body(Map.of("error", "Log in first."));
        }
        String slug = current.getOrganization().getOrganizationSlug();
        String email = current.getMember().getEmailAddress();
        return ResponseEntity.ok(Map.of("email_address", email, "organization_slug", slug));
    }

    @PostMapping("/logout")
    String logout(@SessionAttribute(required = false) String jwt, HttpSession session) throws StytchException {
        if (jwt != null) {
            call(stytch.getSessions().revokeCompletable(new RevokeRequest(null, null, jwt), null));
        }
        session.invalidate();
        return "redirect:/";
    }

    @ExceptionHandler
    ModelAndView refused(StytchException.Response refusal) {
        var page = new ModelAndView("refused", Map.of("message", refusal.getReason().getErrorMessage()));
        page.setStatus(HttpStatusCode.valueOf(refusal.getReason().getStatusCode()));
        return page;
    }

    /** Returns the member and the organization, or null if the visitor isn't logged in. */
    private GetResponse current(HttpSession session) throws StytchException {
        if (!(session.getAttribute("jwt") instanceof String jwt)) {
            return null;
        }
        try {
            var checked = check(jwt, session);
            var request = new com.stytch.java.b2b.models.organizationsmembers.GetRequest(
                    checked.getOrganizationId(), checked.getMemberId());
            return call(stytch.getOrganizations().getMembers().getCompletable(request));
        } catch (StytchException.Response ended) {
            return null;
        }
    }

    /** The SDK checks the JWT itself; when the JWT has expired, the API is asked, which returns a new one. */
    private MemberSession check(String jwt, HttpSession session) throws StytchException {
        var local = stytch.getSessions().authenticateJwtLocalCompletable(jwt, null, null, 0).join();
        if (local instanceof StytchResult.Success<MemberSession> checked) {
            return checked.getValue();
        }
        var found = call(stytch.getSessions().authenticateCompletable(new AuthenticateRequest(null, null, jwt)));
        session.setAttribute("jwt", found.getSessionJWT());
        return found.getMemberSession();
    }

    private Organization organization(String slug) throws StytchException {
        return call(stytch.getOrganizations().getCompletable(new GetRequest(slug))).getOrganization();
    }

    private static String loggedIn(HttpSession session, String sessionJwt) {
        session.removeAttribute("intermediateSessionToken");
        session.setAttribute("jwt", sessionJwt);
        return "redirect:/";
    }

    private static String redirectUrl() {
        return ServletUriComponentsBuilder.fromCurrentContextPath().path("/authenticate").toUriString();
    }

    private static <T> T call(CompletableFuture<StytchResult<T>> request) throws StytchException {
        var result = request.join();
        if (result instanceof StytchResult.Error refused) {
            throw refused.getException();
        }
        return ((StytchResult.Success<T>) result).getValue();
    }
}
