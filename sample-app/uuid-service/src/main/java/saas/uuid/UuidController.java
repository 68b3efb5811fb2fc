package saas.uuid;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/**
 * Hands out random UUIDs: one, or as many as are asked for.
 */
@RestController
class UuidController {

    /** The most UUIDs in one answer, which is then some 40 kB. */
    static final int MOST = 1000;

    record Uuids(int count, List<UUID> uuids) {
    }

    private static final class CountOutOfBounds extends RuntimeException {
    }

    @GetMapping("/uuid")
    Uuids uuid(@RequestParam(defaultValue = "1") int count) {
        if (count < 1 || count > MOST) {
            throw new CountOutOfBounds();
        }
        return new Uuids(count, Stream.generate(UUID::randomUUID).limit(count).toList());
    }

    /** Answers with a problem as in RFC 9457, whether the count is no number at all or one too small or too great. */
    @ExceptionHandler({MethodArgumentTypeMismatchException.class, CountOutOfBounds.class})
    ResponseEntity<ProblemDetail> refuse() {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, "count must be a whole number from 1 to " + MOST);
        return ResponseEntity.badRequest().contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem);
    }
}
