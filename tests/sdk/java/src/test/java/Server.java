import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import com.stytch.java.b2b.StytchB2BClient;
import com.stytch.java.common.OptionalClientConfig;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

/** The server and the project of the environment, for the tests in both languages. */
final class Server {
  private static final String BASE_URL = System.getenv("STYTCH_ENV").replaceAll("/$", "");
  private static final String PROJECT_ID = System.getenv("STYTCH_PROJECT_ID");
  private static final String SECRET = System.getenv("STYTCH_SECRET");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @SuppressWarnings("rawtypes")
  private static final JsonAdapter<Map> JSON = new Moshi.Builder().build().adapter(Map.class);

  private Server() {}

  static StytchB2BClient newClient() {
    return newClient(SECRET);
  }

  static StytchB2BClient newClient(String secret) {
    return new StytchB2BClient(PROJECT_ID, secret, new OptionalClientConfig(BASE_URL, BASE_URL));
  }

  /** Returns a client as the documentation creates it. */
  static StytchB2BClient documentedClient() {
    var client = new StytchB2BClient(System.getenv("STYTCH_PROJECT_ID"), System.getenv("STYTCH_SECRET"),
        new OptionalClientConfig(/* apiBaseUrl */ System.getenv("STYTCH_ENV")));
    return client;
  }

  static String unique(String prefix) {
    return prefix + "-" + UUID.randomUUID().toString().substring(0, 13);
  }

  static String tokenFor(String to) throws IOException, InterruptedException {
    return (String) message(to).get("token");
  }

  static String codeFor(String to) throws IOException, InterruptedException {
    return (String) message(to).get("code");
  }

  private static Map<?, ?> message(String to) throws IOException, InterruptedException {
    return control("GET", "/messages/latest?to=" + URLEncoder.encode(to, UTF_8));
  }

  /** Calls the server's own API. */
  static Map<?, ?> control(String method, String path) throws IOException, InterruptedException {
    HttpResponse<String> response = send(method, "/_mock/api" + path, "");
    assertEquals(200, response.statusCode(), response.body());
    return JSON.fromJson(response.body());
  }

  /** Follows the redirects of a browser, which has cookies. The last one leads to the app, which isn't there. */
  static String tokenByRedirects(String url) throws IOException, InterruptedException {
    HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    String target = url;
    while (target.startsWith(BASE_URL)) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(target)).build();
      HttpResponse<Void> response = browser.send(request, HttpResponse.BodyHandlers.discarding());
      target = response.headers().firstValue("location").orElseThrow();
    }
    return target.replaceAll(".*[?&]token=([^&]*).*", "$1");
  }

  /** Posts JSON, for an answer that the SDK can't read. */
  static Map<?, ?> post(String path, Map<String, String> fields) throws IOException, InterruptedException {
    return JSON.fromJson(send("POST", path, JSON.toJson(fields)).body());
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    String credentials = PROJECT_ID + ":" + SECRET;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(BASE_URL + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)))
            .header("Content-Type", "application/json")
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
