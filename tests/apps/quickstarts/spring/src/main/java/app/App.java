package app;

import com.stytch.java.b2b.StytchB2BClient;
import com.stytch.java.common.OptionalClientConfig;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class App {
    public static void main(String[] args) {
        SpringApplication.run(App.class, args);
    }

    // In production STYTCH_ENV isn't set, and the SDK chooses its URL.
    @Bean
    StytchB2BClient stytch(
            @Value("${STYTCH_PROJECT_ID}") String projectId,
            @Value("${STYTCH_SECRET}") String secret,
            @Value("${STYTCH_ENV:}") String baseUrl) {
        return new StytchB2BClient(projectId, secret, new OptionalClientConfig(/* apiBaseUrl */ baseUrl));
    }
}
