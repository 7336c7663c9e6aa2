import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.Moshi;
import com.squareup.moshi.Types;
import com.stytch.java.b2b.StytchB2BClient;
import com.stytch.java.common.InstantAdapter;
import com.stytch.java.common.OptionalClientConfig;
import com.stytch.java.common.StytchResult;
import com.stytch.java.common.methodoptions.Authorization;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Calls every method of the SDK that a prepared call names. The response must decode into the SDK's model. */
class EveryMethodTest {
  private static final String BASE_URL = System.getenv("STYTCH_ENV").replaceAll("/$", "");
  private static final Moshi MOSHI = new Moshi.Builder().add(new InstantAdapter()).build();

  @TestFactory
  Stream<DynamicTest> everyMethod() throws Exception {
    String json = Files.readString(Path.of(System.getenv("STYTCH_CALLS")));
    JsonAdapter<List<Map<String, Object>>> calls =
        MOSHI.adapter(Types.newParameterizedType(List.class, Map.class));
    return calls.fromJson(json).stream()
        .map(call -> dynamicTest((String) call.get("operation"), () -> send(call)));
  }

  @Test
  void methodsAreListed() throws Exception {
    try (StytchB2BClient client = new StytchB2BClient("project-test-x", "secret")) {
      Files.write(Path.of(System.getenv("STYTCH_METHODS")), methods(client.getClass(), ""));
    }
  }

  /** The methods below a resource. Each that sends a request has a variant that returns a future. */
  private static Set<String> methods(Class<?> resource, String prefix) {
    Set<String> found = new TreeSet<>();
    for (Method method : resource.getMethods()) {
      String name = method.getName();
      if (name.endsWith("Completable")) {
        found.add(prefix + name.replaceAll("Completable$", ""));
      } else if (method.getReturnType().getName().matches("com\\.stytch\\.java\\.\\w+\\.api\\..*")
          && method.getParameterCount() == 0) {
        found.addAll(methods(method.getReturnType(), prefix + name.replaceAll("^get", "") + "."));
      }
    }
    return found;
  }

  private static void send(Map<String, Object> call) throws Exception {
    OptionalClientConfig config = new OptionalClientConfig(BASE_URL, BASE_URL);
    String projectId = (String) call.get("project_id");
    try (StytchB2BClient client = new StytchB2BClient(projectId, (String) call.get("secret"), config)) {
      List<String> names = List.of(((String) call.get("operation")).split("\\."));
      Object resource = client;
      for (String name : names.subList(0, names.size() - 1)) {
        resource = getter(resource, camelCase(name)).invoke(resource);
      }
      Method method = method(resource, camelCase(names.get(names.size() - 1)));
      List<Object> arguments = new ArrayList<>();
      for (Class<?> type : method.getParameterTypes()) {
        arguments.add(type.getSimpleName().endsWith("Options") ? options(type, call) : request(type, call));
      }
      CompletableFuture<?> future = (CompletableFuture<?>) method.invoke(resource, arguments.toArray());
      Object result = future.get(10, TimeUnit.SECONDS);
      assertInstanceOf(StytchResult.Success.class, result, result.toString());
    }
  }

  private static Object request(Class<?> type, Map<String, Object> call) {
    return MOSHI.adapter(type).fromJsonValue(call.get("fields"));
  }

  private static Object options(Class<?> type, Map<String, Object> call) throws Exception {
    Authorization authorization =
        new Authorization(emptyToNull(call.get("session_token")), emptyToNull(call.get("session_jwt")));
    return type.getConstructor(Authorization.class).newInstance(authorization);
  }

  private static String emptyToNull(Object text) {
    return "".equals(text) ? null : (String) text;
  }

  /** The getter of a resource. A method of the API can have the same name, but it has parameters. */
  private static Method getter(Object resource, String name) {
    return find(resource, "get" + name, method -> method.getParameterCount() == 0);
  }

  private static Method method(Object resource, String name) {
    return find(resource, name + "Completable", method -> true);
  }

  /** Finds a method by its name, in any case: the SDK has {@code getOAuth}, {@code getSAML} and {@code getM2m}. */
  private static Method find(Object resource, String name, Predicate<Method> condition) {
    Stream<Class<?>> types =
        Stream.concat(Stream.of(resource.getClass()), Arrays.stream(resource.getClass().getInterfaces()));
    return types
        .filter(type -> Modifier.isPublic(type.getModifiers()))
        .flatMap(type -> Arrays.stream(type.getMethods()))
        .filter(method -> method.getName().equalsIgnoreCase(name))
        .filter(condition)
        .findFirst()
        .orElseThrow(() -> new NoSuchMethodError(resource.getClass().getSimpleName() + "." + name));
  }

  private static String camelCase(String snakeCase) {
    return Pattern.compile("_(.)").matcher(snakeCase).replaceAll(match -> match.group(1).toUpperCase());
  }
}
