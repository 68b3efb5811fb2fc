package saas.uuid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Talks to the service over HTTP, as a pod's clients do. It is started once for all tests.
 */
class UuidServiceTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() {
        service = SpringApplication.run(UuidServiceApplication.class, "--server.port=0", "--demo.value=test");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void givesOneUuid() throws Exception {
        assertEquals(1, uuids("/uuid").size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, UuidController.MOST})
    void givesAsManyDifferentUuidsAsAskedFor(int count) throws Exception {
        List<UUID> uuids = uuids("/uuid?count=" + count);
        assertEquals(count, uuids.size());
        assertEquals(count, new HashSet<>(uuids).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "2147483648", "1.5", "many", "%20"})
    void refusesACountThatIsNoneAndSaysWhy(String count) throws Exception {
        HttpResponse<String> response = get("/uuid?count=" + count);
        assertEquals(400, response.statusCode());
        assertEquals("application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
        assertEquals("count must be a whole number from 1 to 1000", json(response).get("detail").getAsString());
    }

    @Test
    void tellsTheEnvironmentsValueAndTheVersionOfThePom() throws Exception {
        JsonObject status = json(get("/status"));
        assertEquals("test", status.get("demoValue").getAsString());
        assertEquals(pomVersion(), status.get("version").getAsString());
        assertTrue(status.has("pod"));
    }

    @Test
    void isLiveAndReadyOnceStarted() throws Exception {
        assertEquals(200, get("/livez").statusCode());
        assertEquals(200, get("/readyz").statusCode());
    }

    @Test
    void isNotReadyWhileItRefusesTrafficYetStaysLive() throws Exception {
        AvailabilityChangeEvent.publish(service, ReadinessState.REFUSING_TRAFFIC);
        try {
            assertEquals(503, get("/readyz").statusCode());
            assertEquals(200, get("/livez").statusCode());
        } finally {
            AvailabilityChangeEvent.publish(service, ReadinessState.ACCEPTING_TRAFFIC);
        }
    }

    @Test
    void isNotLiveWhenBroken() throws Exception {
        AvailabilityChangeEvent.publish(service, LivenessState.BROKEN);
        try {
            assertEquals(503, get("/livez").statusCode());
        } finally {
            AvailabilityChangeEvent.publish(service, LivenessState.CORRECT);
        }
    }

    @Test
    void anUnknownPathIsNotFound() throws Exception {
        assertEquals(404, get("/nothing-here").statusCode());
    }

    private static List<UUID> uuids(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        assertEquals(200, response.statusCode());
        UuidController.Uuids answer = new Gson().fromJson(response.body(), UuidController.Uuids.class);
        assertEquals(answer.count(), answer.uuids().size());
        return answer.uuids();
    }

    private static JsonObject json(HttpResponse<String> response) {
        return new Gson().fromJson(response.body(), JsonObject.class);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        String port = service.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String pomVersion() throws IOException {
        Matcher version = Pattern.compile("<artifactId>uuid-service</artifactId>.*?<version>(.+?)</version>", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("pom.xml")));
        assertTrue(version.find());
        return version.group(1);
    }
}
