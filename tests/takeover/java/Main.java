import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import javax.net.ssl.HttpsURLConnection;

/** java.net.http.HttpClient, or with the argument "urlconnection" HttpsURLConnection. "direct" ignores proxies. */
public class Main {
    private static final String CREDENTIALS = "Basic " + Base64.getEncoder()
            .encodeToString((System.getenv("STYTCH_PROJECT_ID") + ":" + System.getenv("STYTCH_SECRET")).getBytes());
    private static final URI ORGANIZATIONS = URI.create("https://test.stytch.com/v1/b2b/organizations");
    private static final String BODY = "{\"organization_name\": \"Acme\", \"organization_slug\": \"acme\"}";

    public static void main(String[] arguments) throws Exception {
        String answer = arguments[0].equals("urlconnection") ? urlConnection() : httpClient(arguments[0]);
        System.out.println(answer.replaceAll(".*\"organization_name\":\"([^\"]*)\".*", "$1"));
    }

    private static String httpClient(String how) throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder();
        if (how.equals("direct")) builder.proxy(HttpClient.Builder.NO_PROXY);
        HttpRequest request = HttpRequest.newBuilder(ORGANIZATIONS).header("Authorization", CREDENTIALS)
                .POST(HttpRequest.BodyPublishers.ofString(BODY)).build();
        return builder.build().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private static String urlConnection() throws Exception {
        HttpsURLConnection connection = (HttpsURLConnection) ORGANIZATIONS.toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Authorization", CREDENTIALS);
        connection.setDoOutput(true);
        try (OutputStream body = connection.getOutputStream()) {
            body.write(BODY.getBytes());
        }
        return new String(connection.getInputStream().readAllBytes());
    }
}
