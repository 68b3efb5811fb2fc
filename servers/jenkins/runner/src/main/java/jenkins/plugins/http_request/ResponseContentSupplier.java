package jenkins.plugins.http_request;

import java.util.Map;
import jenkinslight.runner.language.Fields;

/** What {@code httpRequest} answers with; scripts name the class in their methods' signatures. */
public final class ResponseContentSupplier extends Fields {
    private static final long serialVersionUID = 1L;

    /** @param facts the server's: status, content, headers, charset */
    public ResponseContentSupplier(Map<String, Object> facts, String text) {
        super(facts, text);
    }
}
