package jenkinslight.runner.protocol;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import jenkinslight.runner.engine.Warmth;

/** The process: reads messages from stdin until it ends, answers on stdout. */
public final class Main {
    private static final String VERSION = "1";

    private Main() {}

    public static void main(String[] args) throws IOException {
        Channel channel = new Channel(new FileOutputStream(FileDescriptor.out));
        // stdout belongs to the protocol; what a script prints to System.out must not break it.
        System.setOut(System.err);
        Dispatcher dispatcher = new Dispatcher(channel);
        channel.send("ready", "version", VERSION);
        Warmth.bring();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            dispatcher.receive(line);
        }
        Runtime.getRuntime().halt(0);
    }
}
