import com.stytch.java.b2b.models.sessions.AuthenticateRequest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.nio.file.Files
import java.nio.file.Path

/** The last step of the story: the server has been restarted on the same database. */
class RestartTest {
    @Test
    fun restart() =
        step("restart", Server.documentedClient()) { client ->
            val jwt = Files.readString(Path.of(System.getenv("STORY_JWT")))
            val local = client.sessions.authenticateJwtLocal(jwt, null).ok()!!
            val remote = client.sessions.authenticate(AuthenticateRequest(sessionJWT = jwt)).ok().memberSession
            assertEquals(remote.memberSessionId, local.memberSessionId)
        }
}
