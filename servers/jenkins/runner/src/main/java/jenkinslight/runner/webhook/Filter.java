package jenkinslight.runner.webhook;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A job's regular expression over text from outside, which must not keep a processor busy for longer than two seconds. */
public final class Filter {
    private static final long LIMIT_NANOS = 2_000_000_000L;

    private Filter() {}

    /** A text that took too long; Java's engine backtracks without end over some patterns. */
    public static final class TooSlowException extends RuntimeException {
        TooSlowException(String pattern) {
            super("the pattern takes more than two seconds over this text: " + pattern);
        }
    }

    /**
     * Whether the pattern is found in the text.
     *
     * @throws PatternSyntaxException it is no pattern
     * @throws TooSlowException it took too long
     */
    public static boolean matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(new Timed(text, pattern, System.nanoTime() + LIMIT_NANOS)).find();
    }

    /**
     * The text without what the pattern finds; an empty pattern takes nothing.
     *
     * @throws PatternSyntaxException it is no pattern
     * @throws TooSlowException it took too long
     */
    static String remove(String pattern, String text) {
        if (pattern == null || pattern.isEmpty()) {
            return text;
        }
        return Pattern.compile(pattern).matcher(new Timed(text, pattern, System.nanoTime() + LIMIT_NANOS)).replaceAll("");
    }

    /** A text that looks at the clock now and then while it is read. */
    private static final class Timed implements CharSequence {
        private static final int EVERY = 1 << 12;
        private final String text;
        private final String pattern;
        private final long deadline;
        private int reads;

        Timed(String text, String pattern, long deadline) {
            this.text = text;
            this.pattern = pattern;
            this.deadline = deadline;
        }

        @Override
        public char charAt(int index) {
            if (++reads % EVERY == 0 && System.nanoTime() > deadline) {
                throw new TooSlowException(pattern);
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
