package saas.uuid;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication(proxyBeanMethods = false)
public class UuidServiceApplication {

    /** One line an event: time, level, logger, message and, where there is one, the stack trace. */
    private static final String LOG_LINE = "%1$tFT%1$tT.%1$tL %4$-7s %3$s: %5$s%6$s%n";

    public static void main(String[] args) {
        System.setProperty("java.util.logging.SimpleFormatter.format", LOG_LINE);
        SpringApplication.run(UuidServiceApplication.class, args);
    }
}
