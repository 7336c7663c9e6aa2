import com.stytch.java.b2b.StytchB2BClient
import com.stytch.java.b2b.models.discoveryintermediatesessions.ExchangeRequest as IntermediateExchange
import com.stytch.java.b2b.models.discoveryorganizations.CreateRequest as CreateDiscovered
import com.stytch.java.b2b.models.magiclinks.AuthenticateRequest as LinkAuthenticate
import com.stytch.java.b2b.models.magiclinks.AuthenticateResponse as LinkLogin
import com.stytch.java.b2b.models.magiclinksdiscovery.AuthenticateRequest as DiscoveryAuthenticate
import com.stytch.java.b2b.models.magiclinksemail.InviteRequest
import com.stytch.java.b2b.models.magiclinksemail.LoginOrSignupRequest
import com.stytch.java.b2b.models.magiclinksemaildiscovery.SendRequest as SendDiscovery
import com.stytch.java.b2b.models.oauth.AuthenticateRequest as OAuthAuthenticate
import com.stytch.java.b2b.models.organizations.CreateRequest as CreateOrganization
import com.stytch.java.b2b.models.organizations.DeleteRequest as DeleteOrganization
import com.stytch.java.b2b.models.organizations.DeleteRequestOptions as DeleteOrganizationOptions
import com.stytch.java.b2b.models.organizations.GetRequest as GetOrganization
import com.stytch.java.b2b.models.organizations.Member
import com.stytch.java.b2b.models.organizations.Organization
import com.stytch.java.b2b.models.organizations.SearchQuery
import com.stytch.java.b2b.models.organizations.SearchQueryOperator
import com.stytch.java.b2b.models.organizations.SearchRequest as SearchOrganizations
import com.stytch.java.b2b.models.organizations.UpdateRequest as UpdateOrganization
import com.stytch.java.b2b.models.organizationsmembers.CreateRequest as CreateMember
import com.stytch.java.b2b.models.organizationsmembers.DeleteRequest as DeleteMember
import com.stytch.java.b2b.models.organizationsmembers.GetRequest as GetMember
import com.stytch.java.b2b.models.organizationsmembers.ReactivateRequest as ReactivateMember
import com.stytch.java.b2b.models.organizationsmembers.SearchRequest as SearchMembers
import com.stytch.java.b2b.models.organizationsmembers.UpdateRequest as UpdateMember
import com.stytch.java.b2b.models.organizationsmembers.UpdateRequestOptions as UpdateMemberOptions
import com.stytch.java.b2b.models.otpsms.AuthenticateRequest as SmsAuthenticate
import com.stytch.java.b2b.models.otpsms.SendRequest as SendSms
import com.stytch.java.b2b.models.passwords.AuthenticateRequest as PasswordAuthenticate
import com.stytch.java.b2b.models.passwords.MigrateRequest as MigratePassword
import com.stytch.java.b2b.models.passwords.MigrateRequestHashType
import com.stytch.java.b2b.models.passwords.StrengthCheckRequest
import com.stytch.java.b2b.models.passwordsemail.ResetRequest as ResetByEmail
import com.stytch.java.b2b.models.passwordsemail.ResetStartRequest
import com.stytch.java.b2b.models.passwordsexistingpassword.ResetRequest as ResetByPassword
import com.stytch.java.b2b.models.rbac.PolicyRequest
import com.stytch.java.b2b.models.recoverycodes.RecoverRequest
import com.stytch.java.b2b.models.scimconnection.CreateRequest as CreateScim
import com.stytch.java.b2b.models.scimconnection.CreateRequestIdentityProvider
import com.stytch.java.b2b.models.scimconnection.DeleteRequest as DeleteScim
import com.stytch.java.b2b.models.scimconnection.GetRequest as GetScim
import com.stytch.java.b2b.models.scimconnection.RotateCompleteRequest
import com.stytch.java.b2b.models.scimconnection.RotateStartRequest
import com.stytch.java.b2b.models.sessions.AuthenticateRequest as SessionAuthenticate
import com.stytch.java.b2b.models.sessions.AuthorizationCheck
import com.stytch.java.b2b.models.sessions.ExchangeRequest as ExchangeSession
import com.stytch.java.b2b.models.sessions.GetRequest as GetSessions
import com.stytch.java.b2b.models.sessions.RevokeRequest
import com.stytch.java.b2b.models.sso.AuthenticateRequest as SsoAuthenticate
import com.stytch.java.b2b.models.sso.DeleteConnectionRequest
import com.stytch.java.b2b.models.sso.GetConnectionsRequest
import com.stytch.java.b2b.models.ssooidc.CreateConnectionRequest as CreateOidc
import com.stytch.java.b2b.models.ssooidc.UpdateConnectionRequest as UpdateOidc
import com.stytch.java.b2b.models.ssosaml.CreateConnectionRequest as CreateSaml
import com.stytch.java.b2b.models.ssosaml.UpdateConnectionRequest as UpdateSaml
import com.stytch.java.b2b.models.totps.AuthenticateRequest as TotpAuthenticate
import com.stytch.java.b2b.models.totps.CreateRequest as CreateTotp
import com.stytch.java.common.StytchException
import com.stytch.java.common.StytchResult
import com.stytch.java.common.methodoptions.Authorization
import com.stytch.java.consumer.models.m2m.AuthenticateTokenRequest
import com.stytch.java.consumer.models.m2m.TokenRequest
import com.stytch.java.consumer.models.m2mclients.CreateRequest as CreateM2M
import com.stytch.java.consumer.models.m2mclients.UpdateRequest as UpdateM2M
import com.stytch.java.consumer.models.m2mclients.UpdateRequestStatus
import com.stytch.java.consumer.models.m2mclientssecrets.RotateRequest as RotateSecret
import com.stytch.java.consumer.models.m2mclientssecrets.RotateStartRequest as RotateSecretStart
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.parallel.Execution
import org.junit.jupiter.api.parallel.ExecutionMode
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path
import java.security.MessageDigest
import java.time.Instant
import java.util.HexFormat
import javax.crypto.Mac
import javax.crypto.spec.SecretKeySpec

/** The conformance story with the official Java SDK, in Kotlin. Its last step is in RestartTest. */
@Execution(ExecutionMode.CONCURRENT)
class StoryTest {
    @Test
    fun organizations() =
        step("organizations") { client ->
            val organizations = client.organizations
            val slug = Server.unique("acme")
            val external = Server.unique("external")
            val metadata = mapOf("plan" to "pro")
            val created = client.organization(
                CreateOrganization("Acme", slug, organizationExternalId = external, trustedMetadata = metadata),
            )
            val id = created.organizationId
            for (key in listOf(id, slug, external)) {
                assertEquals(id, organizations.get(GetOrganization(key)).ok().organization.organizationId)
            }
            organizations.update(UpdateOrganization(id, "New")).ok()
            val query = query("organization_slugs", slug)
            val found = organizations.search(SearchOrganizations(query = query)).ok().organizations.single()
            assertEquals("New", found.organizationName)
            assertEquals(metadata, found.trustedMetadata)
            organizations.delete(DeleteOrganization(id)).ok()
            organizations.get(GetOrganization(id)).refused(404, "organization_not_found")
        }

    @Test
    fun members() =
        step("members") { client ->
            val members = client.organizations.members
            val acme = client.organization().organizationId
            val email = "${Server.unique("ada")}@acme.test"
            val external = Server.unique("ada")
            val metadata = mapOf("theme" to "dark")
            val fields = CreateMember(acme, email, "Ada", externalId = external, untrustedMetadata = metadata)
            val id = members.create(fields).ok().memberId
            val byId = members.get(GetMember(acme, id)).ok().member
            assertEquals(listOf(email, "Ada", external), listOf(byId.emailAddress, byId.name, byId.externalId))
            assertEquals(metadata, byId.untrustedMetadata)
            assertEquals(id, members.get(GetMember(acme, external)).ok().memberId)
            assertEquals(id, members.get(GetMember(acme, emailAddress = email)).ok().memberId)
            assertEquals("A. L.", members.update(UpdateMember(acme, id, "A. L.")).ok().member.name)
            val search = SearchMembers(listOf(acme), query = query("member_emails", email))
            assertEquals(id, members.search(search).ok().members.single().memberId)
            client.logIn(byId) // only a member with a verified address can be reactivated
            members.delete(DeleteMember(acme, id)).ok()
            val again = members.reactivate(ReactivateMember(acme, id)).ok().member
            assertEquals(listOf("active", email), listOf(again.status, again.emailAddress))
        }

    @Test
    fun discovery() =
        step("discovery") { client ->
            val acme = client.organization().organizationId
            val email = client.member(acme).emailAddress
            client.magicLinks.email.discovery.send(SendDiscovery(email)).ok()
            val found = client.magicLinks.discovery.authenticate(DiscoveryAuthenticate(Server.tokenFor(email))).ok()
            val discovered = found.discoveredOrganizations.single()
            assertEquals(acme, discovered.organization?.organizationId)
            assertEquals("active_member", discovered.membership?.type)
            val fields =
                CreateDiscovered(
                    found.intermediateSessionToken,
                    organizationName = "Navy",
                    organizationSlug = Server.unique("navy"),
                )
            val made = client.discovery.organizations.create(fields).ok()
            assertTrue(made.member.roles.any { it.roleId == "stytch_admin" })
            assertEquals(made.organization.organizationId, made.memberSession?.organizationId)
            assertNotEquals(acme, made.organization.organizationId)
            val over = client.sessions.exchange(ExchangeSession(acme, made.sessionToken)).ok()
            assertEquals(acme, over.memberSession?.organizationId)
        }

    @Test
    fun organizationLogin() =
        step("organization_login") { client ->
            val domain = "${Server.unique("acme")}.test"
            val settings =
                CreateOrganization(
                    "Acme",
                    Server.unique("acme"),
                    emailJITProvisioning = "RESTRICTED",
                    emailAllowedDomains = listOf(domain),
                    emailInvites = "ALL_ALLOWED",
                )
            val acme = client.organization(settings).organizationId
            val links = client.magicLinks
            val email = "ada@$domain"
            assertTrue(links.email.loginOrSignup(LoginOrSignupRequest(acme, email)).ok().memberCreated)
            val login = links.authenticate(LinkAuthenticate(Server.tokenFor(email))).ok()
            assertTrue(login.memberAuthenticated)
            assertEquals("active", login.member.status)
            assertEquals("active", client.organizations.members.get(GetMember(acme, login.memberId)).ok().member.status)
            val invited = "${Server.unique("bob")}@other.test"
            links.email.invite(InviteRequest(acme, invited)).ok()
            val accepted = links.authenticate(LinkAuthenticate(Server.tokenFor(invited))).ok()
            assertTrue(accepted.memberAuthenticated)
            assertEquals(invited, accepted.member.emailAddress)
            assertFalse(links.email.loginOrSignup(LoginOrSignupRequest(acme, email)).ok().memberCreated)
        }

    @Test
    fun sessions() =
        step("sessions") { client ->
            val sessions = client.sessions
            val acme = client.organization().organizationId
            val other = client.organization().organizationId
            val ada = client.member(acme)
            client.organizations.members.create(CreateMember(other, ada.emailAddress)).ok()
            val login = client.logIn(ada, mapOf("plan" to "pro"))
            val token = login.sessionToken
            val id = login.memberSession?.memberSessionId
            for (request in listOf(
                SessionAuthenticate(sessionToken = token),
                SessionAuthenticate(sessionJWT = login.sessionJWT),
            )) {
                val session = sessions.authenticate(request).ok().memberSession
                assertEquals(id, session.memberSessionId)
                assertEquals(mapOf("plan" to "pro"), session.customClaims)
            }
            val team = SessionAuthenticate(token, sessionCustomClaims = mapOf("plan" to "team"))
            assertEquals(mapOf("plan" to "team"), sessions.authenticate(team).ok().memberSession.customClaims)
            val listed = sessions.get(GetSessions(acme, ada.memberId)).ok().memberSessions
            assertEquals(id, listed.single().memberSessionId)
            val over = sessions.exchange(ExchangeSession(other, token)).ok()
            assertEquals(other, over.memberSession?.organizationId)
            sessions.revoke(RevokeRequest(sessionToken = token)).ok()
            sessions.authenticate(SessionAuthenticate(token)).refused(404, "session_not_found")
            Files.writeString(Path.of(System.getenv("STORY_JWT")), client.logIn(ada).sessionJWT)
        }

    @Test
    fun localJwt() =
        step("local_jwt") { client ->
            val ada = client.member(client.organization().organizationId)
            val first = client.logIn(ada, mapOf("plan" to "pro")).sessionJWT
            // authenticateJwt calls the server only if the JWT can't be verified locally.
            for (session in listOf(
                client.sessions.authenticateJwtLocal(first, null).ok()!!,
                client.sessions.authenticateJwt(first, null).ok()!!,
            )) {
                assertEquals(ada.memberId, session.memberId)
                assertEquals(ada.organizationId, session.organizationId)
                assertEquals("pro", session.customClaims?.get("plan"))
            }
            Server.control("POST", "/keys/rotate")
            val second = client.logIn(ada).sessionJWT
            assertNotEquals(first.substringBefore('.'), second.substringBefore('.')) // it names another key
            Server.newClient().use { other ->
                for (jwt in listOf(second, first)) {
                    assertEquals(ada.memberId, other.sessions.authenticateJwtLocal(jwt, null).ok()?.memberId)
                }
                val (header, claims, signature) = second.split(".")
                val changed = (if (signature[0] == 'A') "B" else "A") + signature.drop(1)
                val error = other.sessions.authenticateJwtLocal("$header.$claims.$changed", null)
                assertContains("InvalidJwtSignatureException", error.critical())
            }
        }

    @Test
    fun mfa() =
        step("mfa") { client ->
            val fields = CreateOrganization("Acme", Server.unique("acme"), mfaPolicy = "REQUIRED_FOR_ALL")
            val acme = client.organization(fields).organizationId
            val ada = client.member(acme)
            val login = client.logIn(ada)
            assertFalse(login.memberAuthenticated)
            assertEquals("", login.sessionToken)
            val phone = "+14155550123"
            val intermediate = login.intermediateSessionToken
            val sms = client.otps.sms
            sms.send(SendSms(acme, ada.memberId, phone, intermediateSessionToken = intermediate)).ok()
            val bySms = sms.authenticate(SmsAuthenticate(acme, ada.memberId, Server.codeFor(phone), intermediate)).ok()
            assertNotEquals("", bySms.sessionToken)
            assertEquals(2, bySms.memberSession?.authenticationFactors?.size)

            val bob = client.member(acme)
            val second = client.logIn(bob).intermediateSessionToken
            val totp = client.totps.create(CreateTotp(acme, bob.memberId, intermediateSessionToken = second)).ok()
            val code = presentCode(totp.secret)
            val byTotp = client.totps.authenticate(TotpAuthenticate(acme, bob.memberId, code, second)).ok()
            assertTrue(byTotp.memberSession!!.authenticationFactors.any { it.type.name == "TOTP" })
            val third = client.logIn(bob).intermediateSessionToken
            val recovery = RecoverRequest(acme, bob.memberId, totp.recoveryCodes.first(), third)
            val recovered = client.recoveryCodes.recover(recovery).ok()
            assertNotEquals("", recovered.sessionToken)
            assertEquals(bob.memberId, recovered.memberSession?.memberId)
        }

    @Test
    fun passwords() =
        step("passwords") { client ->
            val passwords = client.passwords
            assertFalse(passwords.strengthCheck(StrengthCheckRequest("password")).ok().validPassword)
            val acme = client.organization().organizationId
            val email = client.member(acme).emailAddress
            val first = Server.unique("correct horse")
            val second = Server.unique("battery staple")

            suspend fun authenticate(password: String) =
                passwords.authenticate(PasswordAuthenticate(acme, email, password))
            passwords.email.resetStart(ResetStartRequest(acme, email)).ok()
            passwords.email.reset(ResetByEmail(Server.tokenFor(email), first)).ok()
            assertNotEquals("", authenticate(first).ok().sessionToken)
            authenticate(Server.unique("wrong")).refused(401, "unauthorized_credentials")
            passwords.existingPassword.reset(ResetByPassword(email, first, second, acme)).ok()
            assertNotEquals("", authenticate(second).ok().sessionToken)
            authenticate(first).refused(401, "unauthorized_credentials")
        }

    @Test
    fun sso() =
        step("sso") { client ->
            val sso = client.sso
            val acme = client.organization().organizationId
            val saml = sso.saml.createConnection(CreateSaml(acme, "SAML")).ok().connection!!.connectionId
            val oidc = sso.oidc.createConnection(CreateOidc(acme, "OIDC")).ok().connection!!.connectionId
            sso.saml.updateConnection(UpdateSaml(acme, saml, displayName = "Okta")).ok()
            sso.oidc.updateConnection(UpdateOidc(acme, oidc, displayName = "Entra")).ok()
            val listed = sso.getConnections(GetConnectionsRequest(acme)).ok()
            assertEquals(listOf(saml to "Okta"), listed.samlConnections.map { it.connectionId to it.displayName })
            assertEquals(listOf(oidc to "Entra"), listed.oidcConnections.map { it.connectionId to it.displayName })
            for (connection in listOf(saml, oidc)) {
                sso.deleteConnection(DeleteConnectionRequest(acme, connection)).ok()
            }
            val left = sso.getConnections(GetConnectionsRequest(acme)).ok()
            assertTrue(left.samlConnections.isEmpty() && left.oidcConnections.isEmpty(), left.toString())

            val globex = client.organization().organizationId
            val address = Server.unique("ada") + "@acme.test"
            val idp = Server.post("/_mock/api/identity-providers", mapOf("organization_id" to globex, "type" to "oidc"))
            val connection = idp["connection_id"] as String
            val next = mapOf("provider" to "oidc", "email" to address, "connection_id" to connection)
            Server.post("/_mock/api/next-identity", next)
            val token = Server.tokenByRedirects(idp["start_url"] as String)
            val login = sso.authenticate(SsoAuthenticate(token)).ok()
            assertEquals(address, login.member.emailAddress)
            assertTrue(login.memberAuthenticated)
            assertEquals(listOf("SSO"), login.memberSession!!.authenticationFactors.map { it.type.name })
        }

    @Test
    fun scim() =
        step("scim") { client ->
            val connections = client.scim.connection
            val acme = client.organization().organizationId
            val fields = CreateScim(acme, identityProvider = CreateRequestIdentityProvider.OKTA)
            val created = connections.create(fields).ok().connection!!
            assertNotEquals("", created.bearerToken)
            val id = created.connectionId
            val rotation = connections.rotateStart(RotateStartRequest(acme, id)).ok().connection!!
            assertNotEquals("", rotation.nextBearerToken)
            connections.rotateComplete(RotateCompleteRequest(acme, id)).ok()
            val found = connections.get(GetScim(acme)).ok().connection!!
            assertEquals(listOf(id, "okta"), listOf(found.connectionId, found.identityProvider))
            assertEquals(id, connections.delete(DeleteScim(acme, id)).ok().connectionId)
        }

    @Test
    fun m2m() =
        step("m2m") { client ->
            val m2m = client.m2m
            val created = m2m.clients.create(CreateM2M(listOf("read:users", "write:users"))).ok().m2mClient
            val id = created.clientId
            val scopes = listOf("read:users")
            val token = m2m.token(TokenRequest(id, created.clientSecret, scopes)).ok().accessToken
            val claims = m2m.authenticateToken(AuthenticateTokenRequest(token, scopes)).ok()
            assertEquals(id, claims.clientId)
            assertEquals(scopes, claims.scopes)
            val next = m2m.clients.secrets.rotateStart(RotateSecretStart(id)).ok().m2mClient.nextClientSecret
            m2m.clients.secrets.rotate(RotateSecret(id)).ok()
            assertNotEquals("", m2m.token(TokenRequest(id, next)).ok().accessToken)
            // The SDK reads the body as its own kind of error, and has lost it when it then tries OAuth's.
            val refused = m2m.token(TokenRequest(id, created.clientSecret)).critical()
            assertContains("Unable to map error data", refused)
            val fields =
                mapOf("client_id" to id, "client_secret" to created.clientSecret, "grant_type" to "client_credentials")
            val path = "/v1/public/${System.getenv("STYTCH_PROJECT_ID")}/oauth2/token"
            assertEquals("invalid_client", Server.post(path, fields)["error"])
            val update = UpdateM2M(id, status = UpdateRequestStatus.INACTIVE)
            assertEquals("inactive", m2m.clients.update(update).ok().m2mClient.status)
        }

    @Test
    fun rbac() =
        step("rbac") { client ->
            val sessions = client.sessions
            val acme = client.organization().organizationId
            val check = AuthorizationCheck(acme, "stytch.organization", "update.info.name")
            val admin = client.logIn(client.member(acme, listOf("stytch_admin")))
            val other = client.logIn(client.member(acme))
            val remote = SessionAuthenticate(admin.sessionToken, authorizationCheck = check)
            assertTrue(sessions.authenticate(remote).ok().verdict!!.authorized)
            val local = sessions.authenticateJwtLocal(admin.sessionJWT, null, check).ok()
            assertEquals(admin.memberId, local?.memberId)
            sessions.authenticate(SessionAuthenticate(other.sessionToken, authorizationCheck = check))
                .refused(403, "session_authorization_error")
            val error = sessions.authenticateJwtLocal(other.sessionJWT, null, check).critical()
            assertContains("Permission denied", error)
            val roles = client.rbac.policy(PolicyRequest()).ok().policy!!.roles.map { it.roleId }
            assertTrue(roles.containsAll(listOf("stytch_member", "stytch_admin")), roles.toString())
        }

    @Test
    fun actingAsAMember() =
        step("acting_as_a_member") { client ->
            val organizations = client.organizations
            val acme = client.organization().organizationId
            val ada = client.member(acme)
            val self = Authorization(client.logIn(ada).sessionToken)
            val update = UpdateMember(acme, ada.memberId, "A. L.")
            val renamed = organizations.members.update(update, UpdateMemberOptions(self)).ok().member
            assertEquals("A. L.", renamed.name)
            organizations.delete(DeleteOrganization(acme), DeleteOrganizationOptions(self))
                .refused(403, "session_authorization_error")
        }

    @Test
    fun refusals() =
        step("refusals") { client ->
            val organizations = client.organizations
            val members = organizations.members
            val sessions = client.sessions
            val created = client.organization()
            val acme = created.organizationId
            val ada = client.member(acme)
            val email = ada.emailAddress
            val unknown = "11111111-1111-4111-8111-111111111111"
            client.logIn(ada)
            val used = Server.tokenFor(email)
            val hash = MessageDigest.getInstance("MD5").digest("hunter2".toByteArray())
            val password = HexFormat.of().formatHex(hash)
            client.passwords.migrate(MigratePassword(email, password, MigrateRequestHashType.MD_5, acme)).ok()

            organizations.get(GetOrganization("organization-test-$unknown"))
                .refused(404, "organization_not_found")
            organizations.create(CreateOrganization("Acme", created.organizationSlug))
                .refused(400, "organization_slug_already_used")
            organizations.create(CreateOrganization("Acme", "a b"))
                .refused(400, "invalid_organization_slug")
            organizations.update(UpdateOrganization(acme, mfaPolicy = "SOMETIMES"))
                .refused(400, "invalid_organization_mfa_policy")
            organizations.search(SearchOrganizations(cursor = "x"))
                .refused(400, "user_search_invalid_cursor")
            organizations.search(SearchOrganizations(limit = 5000))
                .refused(400, "user_search_invalid_limit")
            members.create(CreateMember(acme, "ada"))
                .refused(400, "invalid_email")
            members.create(CreateMember(acme, email))
                .refused(400, "duplicate_member_email")
            members.get(GetMember(acme, "member-test-$unknown"))
                .refused(404, "member_not_found")
            client.magicLinks.authenticate(LinkAuthenticate("x"))
                .refused(400, "invalid_token")
            client.magicLinks.authenticate(LinkAuthenticate(used))
                .refused(401, "unable_to_auth_magic_link")
            client.magicLinks.discovery.authenticate(DiscoveryAuthenticate("x"))
                .refused(400, "invalid_token")
            sessions.authenticate(SessionAuthenticate(sessionToken = "x"))
                .refused(400, "invalid_session_token")
            sessions.authenticate(SessionAuthenticate())
                .refused(400, "no_session_arguments")
            client.discovery.intermediateSessions.exchange(IntermediateExchange("x", acme))
                .refused(404, "intermediate_session_not_found")
            client.otps.sms.authenticate(SmsAuthenticate(acme, ada.memberId, "000000"))
                .refused(400, "no_session_arguments")
            client.passwords.authenticate(PasswordAuthenticate(acme, email, "wrong"))
                .refused(401, "unauthorized_credentials")
            client.oauth.authenticate(OAuthAuthenticate("x"))
                .refused(400, "invalid_token")
            client.sso.authenticate(SsoAuthenticate("x"))
                .refused(400, "invalid_token")
            Server.newClient("wrong").use { it.organizations.search(SearchOrganizations()) }
                .refused(401, "unauthorized_credentials")
        }

    @Test
    fun twentyLogins() =
        step("twenty_logins") { client ->
            val acme = client.organization().organizationId
            val people = List(20) { client.member(acme).emailAddress }
            val tokens =
                people.map { email ->
                    client.magicLinks.email.loginOrSignup(LoginOrSignupRequest(acme, email)).ok()
                    Server.tokenFor(email)
                }
            val requests = tokens.map { LinkAuthenticate(it) }
            val logins = requests.map { async { client.magicLinks.authenticate(it).ok() } }.awaitAll()
            assertTrue(logins.all { it.sessionToken.isNotEmpty() })
            assertEquals(20, logins.map { it.memberSession!!.memberSessionId }.toSet().size)
        }
}

private suspend fun StytchB2BClient.organization(
    fields: CreateOrganization = CreateOrganization("Acme", Server.unique("acme")),
): Organization = organizations.create(fields).ok().organization

private suspend fun StytchB2BClient.member(organizationId: String, roles: List<String> = emptyList()): Member {
    val fields = CreateMember(organizationId, "${Server.unique("ada")}@acme.test", roles = roles)
    return organizations.members.create(fields).ok().member
}

private suspend fun StytchB2BClient.logIn(member: Member, claims: Map<String, Any?> = emptyMap()): LinkLogin {
    magicLinks.email.loginOrSignup(LoginOrSignupRequest(member.organizationId, member.emailAddress)).ok()
    val token = Server.tokenFor(member.emailAddress)
    return magicLinks.authenticate(LinkAuthenticate(token, sessionCustomClaims = claims)).ok()
}

private fun query(filter: String, value: String) =
    SearchQuery(
        SearchQueryOperator.AND,
        listOf(mapOf("filter_name" to filter, "filter_value" to listOf(value))),
    )

private fun StytchResult<*>.refused(status: Int, type: String) {
    val result = assertInstanceOf(StytchResult.Error::class.java, this)
    val error = assertInstanceOf(StytchException.Response::class.java, result.exception, result.toString()).reason
    assertEquals(listOf(status, type), listOf(error.statusCode, error.errorType))
    assertFalse(error.requestId.isNullOrEmpty())
    assertFalse(error.errorUrl.isEmpty())
}

/** What the SDK says of something that it refused itself. */
private fun StytchResult<*>.critical(): String {
    val error = assertInstanceOf(StytchResult.Error::class.java, this)
    return assertInstanceOf(StytchException.Critical::class.java, error.exception).reason.toString()
}

private fun assertContains(part: String, text: String) = assertTrue(part in text, text)

/** The code of RFC 6238 for now. */
private fun presentCode(secret: String): String {
    val numbers = secret.map { "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(it) }
    val bits = numbers.joinToString("") { it.toString(2).padStart(5, '0') }
    val key = bits.chunked(8).filter { it.length == 8 }.map { it.toInt(2).toByte() }.toByteArray()
    val counter = ByteBuffer.allocate(8).putLong(Instant.now().epochSecond / 30).array()
    val digest = Mac.getInstance("HmacSHA1").apply { init(SecretKeySpec(key, "HmacSHA1")) }.doFinal(counter)
    val number = ByteBuffer.wrap(digest, digest.last().toInt() and 15, 4).getInt() and Int.MAX_VALUE
    return (number % 1_000_000).toString().padStart(6, '0')
}
