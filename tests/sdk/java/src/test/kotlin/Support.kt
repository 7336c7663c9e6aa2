// What the story and the restart share.

import com.stytch.java.b2b.StytchB2BClient
import com.stytch.java.common.StytchResult
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.APPEND
import java.nio.file.StandardOpenOption.CREATE

/** Notes that a step has passed. Each has a client of its own, because one of them rotates the signing keys. */
fun step(
    name: String,
    client: StytchB2BClient = Server.newClient(),
    body: suspend CoroutineScope.(StytchB2BClient) -> Unit,
) {
    client.use { runBlocking { body(it) } }
    Files.writeString(Path.of(System.getenv("STORY_STEPS")), "$name\n", CREATE, APPEND)
}

/** The value of a response that must be a success. */
fun <T> StytchResult<T>.ok(): T =
    when (this) {
        is StytchResult.Success -> value
        is StytchResult.Error -> throw AssertionError("not a success: $exception")
    }
