package app;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.web.client.RestClient;

@SpringBootTest
@AutoConfigureMockMvc
class LoginTest {
    static final String SERVER = System.getenv().getOrDefault("STYTCH_ENV", "http://localhost:4700");
    static final String PROJECT = "project-test-" + UUID.randomUUID();
    static final String SECRET = "secret-test-mockstytch";

    static final RestClient MOCK = RestClient.builder()
            .baseUrl(SERVER + "/_mock/api")
            .defaultHeaders(headers -> headers.setBasicAuth(PROJECT, SECRET))
            .build();

    @Autowired
    MockMvc app;

    // The project of this class. It is created by its first request.
    @DynamicPropertySource
    static void stytch(DynamicPropertyRegistry registry) {
        registry.add("STYTCH_PROJECT_ID", () -> PROJECT);
        registry.add("STYTCH_SECRET", () -> SECRET);
        registry.add("STYTCH_ENV", () -> SERVER);
    }

    @Test
    void linkLogsInOnce() throws Exception {
        app.perform(post("/login").param("email_address", "ada@acme.example")).andExpect(status().isOk());
        Map<?, ?> mail = MOCK.get().uri("/messages/latest?to=ada@acme.example&wait=5").retrieve().body(Map.class);
        var link = get("/authenticate?" + URI.create((String) mail.get("link")).getQuery());
        var session = new MockHttpSession();

        app.perform(link.session(session)).andExpect(status().isOk());
        app.perform(post("/organizations").session(session).param("organization_name", "Acme"));
        app.perform(get("/me").session(session))
                .andExpect(jsonPath("$.email_address").value("ada@acme.example"))
                .andExpect(jsonPath("$.organization_slug").value("acme"));

        app.perform(link).andExpect(status().isUnauthorized()); // it works once
    }
}
