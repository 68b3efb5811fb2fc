package jenkinslight.runner.language;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Spans of time as Jenkins reads and prints them. */
public final class Spans {
    private Spans() {}

    /** Milliseconds of {@code time: 5, unit: 'MINUTES'}. */
    public static long millis(Object time, Object unit) {
        TimeUnit timeUnit = TimeUnit.valueOf(String.valueOf(unit).toUpperCase(Locale.ROOT));
        return timeUnit.toMillis(Long.parseLong(String.valueOf(time)));
    }

    /** The two largest units: {@code 1 hr 0 min}, {@code 5 min 0 sec}, {@code 1.5 sec}, {@code 20 ms}. */
    public static String text(long millis) {
        long seconds = millis / 1000;
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (days > 0) {
            return days + (days == 1 ? " day " : " days ") + hours % 24 + " hr";
        }
        if (hours > 0) {
            return hours + " hr " + minutes % 60 + " min";
        }
        if (minutes > 0) {
            return minutes + " min " + seconds % 60 + " sec";
        }
        if (seconds >= 10) {
            return seconds + " sec";
        }
        if (seconds > 0) {
            long tenths = millis % 1000 / 100;
            return seconds + (tenths == 0 ? "" : "." + tenths) + " sec";
        }
        return millis >= 100 ? millis / 10 / 100f + " sec" : millis + " ms";
    }
}
