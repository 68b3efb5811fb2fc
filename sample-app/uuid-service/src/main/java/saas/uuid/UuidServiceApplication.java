package saas.uuid;

import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.util.ClassUtils;

@SpringBootApplication(proxyBeanMethods = false)
public class UuidServiceApplication {

    /** One line an event: time, level, logger, message and, where there is one, the stack trace. */
    private static final String LOG_LINE = "%1$tFT%1$tT.%1$tL %4$-7s %3$s: %5$s%6$s%n";

    public static void main(String[] args) {
        System.setProperty("java.util.logging.SimpleFormatter.format", LOG_LINE);
        if (preparedAtBuildTime()) {
            System.setProperty(AotDetector.AOT_ENABLED, "true");
        }
        SpringApplication.run(UuidServiceApplication.class, args);
    }

    /**
     * Tells whether the profile saas worked the beans out when the jar was built, and this is not that build itself.
     */
    private static boolean preparedAtBuildTime() {
        return !Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)
                && ClassUtils.isPresent(UuidServiceApplication.class.getName() + "__ApplicationContextInitializer", null);
    }
}
