package jenkinslight.runner.protocol;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The way to the server: one JSON object a line, whole lines only, whichever thread sends. */
public final class Channel {
    private final OutputStream out;

    public Channel(OutputStream out) {
        this.out = new BufferedOutputStream(out, 1 << 16);
    }

    /**
     * Sends one message.
     *
     * @param type the message's {@code type}
     * @param namesAndValues the other fields, alternating
     */
    public void send(String type, Object... namesAndValues) {
        Map<String, Object> message = Json.object("type", type);
        message.putAll(Json.object(namesAndValues));
        byte[] line = (Json.format(message) + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (out) {
            try {
                out.write(line);
                out.flush();
            } catch (IOException serverGone) {
                // Without a server nothing here has a purpose; its own checkpoints tell what was running.
                Runtime.getRuntime().halt(0);
            }
        }
    }
}
