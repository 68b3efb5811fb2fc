package saas.uuid;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells which environment, which version and which pod answers.
 */
@RestController
class StatusController {

    record Status(String demoValue, String version, String pod) {
    }

    private final Status status;

    StatusController(
            @Value("${demo.value}") String demoValue,
            @Value("${uuid.version}") String version,
            @Value("${HOSTNAME:unknown}") String pod) {
        this.status = new Status(demoValue, version, pod);
    }

    @GetMapping("/status")
    Status status() {
        return this.status;
    }
}
