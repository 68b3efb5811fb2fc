package jenkinslight.runner.engine;

import hudson.AbortException;
import hudson.model.Result;
import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkinslight.runner.steps.SkippedBlock;
import org.codehaus.groovy.control.MultipleCompilationErrorsException;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;

/** Exceptions as Jenkins tells them: in the log, as a result, over the protocol. */
public final class Failures {
    private Failures() {}

    /** An exception of a class that only the server knows. */
    public static final class ServerException extends Exception {
        private static final long serialVersionUID = 1L;
        private final String type;

        ServerException(String type, String message) {
            super(message);
            this.type = type;
        }

        @Override
        public String toString() {
            return getMessage() == null ? type : type + ": " + getMessage();
        }
    }

    /** The exception a step's {@code error} reply means. */
    static Throwable fromServer(Map<?, ?> error) {
        String type = String.valueOf(error.get("type"));
        String message = error.get("message") == null ? null : String.valueOf(error.get("message"));
        if (type.equals(FlowInterruptedException.class.getName())) {
            return Interruptions.of(error.get("result"), message, !Boolean.FALSE.equals(error.get("actual")));
        }
        if (type.equals(AbortException.class.getName()) || error.get("type") == null) {
            return new AbortException(message);
        }
        if (type.equals(SkippedBlock.class.getName())) {
            return new SkippedBlock();
        }
        return known(type, message);
    }

    /** An exception that scripts can catch by its class, if there is such a class here. */
    private static Throwable known(String type, String message) {
        try {
            Class<?> found = Class.forName(type);
            if (Exception.class.isAssignableFrom(found)) {
                return (Throwable) found.getConstructor(String.class).newInstance(message);
            }
        } catch (ReflectiveOperationException e) {
            return new ServerException(type, message);
        }
        return new ServerException(type, message);
    }

    /** The result that an uncaught exception gives a build. */
    public static Result result(Throwable failure) {
        return failure instanceof FlowInterruptedException ? ((FlowInterruptedException) failure).getResult() : Result.FAILURE;
    }

    /** True for what a step says that needs a node, or what only a node has, and is in none. */
    public static boolean lacksNode(Throwable failure) {
        return className(failure).endsWith(".MissingContextVariableException")
                && (failure.getMessage().contains("hudson.FilePath") || failure.getMessage().contains("hudson.Launcher"));
    }

    /** True for what a stop, a timeout or failFast raised. */
    public static boolean isInterruption(Throwable failure) {
        return failure instanceof FlowInterruptedException;
    }

    /** As Jenkins prints an uncaught exception: one line for what is meant for users, else class, message and the script's frames. */
    public static String print(Throwable failure) {
        if (failure instanceof AbortException) {
            return "ERROR: " + failure.getMessage();
        }
        if (failure instanceof FlowInterruptedException) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof NotSerializableException) {
            // So Jenkins' marshalling begins; what it says of the way to the object, Java's doesn't know.
            return "an exception which occurred:\n\tin the build's state\nCaused: " + header(failure);
        }
        StringBuilder text = new StringBuilder();
        tell(text, failure, List.of());
        return text.toString();
    }

    /**
     * What caused it comes first, as core's Functions.printThrowable has it.
     *
     * @param outer the frames of what it caused, which are not told again
     */
    private static void tell(StringBuilder text, Throwable failure, List<String> outer) {
        String header = header(failure);
        List<String> frames = frames(failure);
        Throwable cause = failure.getCause();
        if (cause != null) {
            tell(text, cause, frames);
            text.append("\nCaused: ");
            String told = ": " + cause;
            header = header.endsWith(told) ? header.substring(0, header.length() - told.length()) : header;
        }
        int own = frames.size();
        for (int left = outer.size(); own > 0 && left > 0 && frames.get(own - 1).equals(outer.get(left - 1)); left--) {
            own--;
        }
        text.append(header);
        frames.subList(0, own).forEach(frame -> text.append("\n\tat ").append(frame));
    }

    /** The exception's class and message with the script's frames, whatever it is. */
    public static String trace(Throwable failure) {
        StringBuilder text = new StringBuilder(header(failure));
        frames(failure).forEach(frame -> text.append("\n\tat ").append(frame));
        return text.toString();
    }

    private static String header(Throwable failure) {
        String name = className(failure);
        // Jenkins wraps exceptions of Groovy's own classes on their way into the log.
        boolean proxied = name.startsWith("groovy.lang.") || name.startsWith("org.codehaus.groovy.runtime.");
        String message = failure.getLocalizedMessage();
        return (proxied ? "hudson.remoting.ProxyException: " : "") + name + (message == null ? "" : ": " + message);
    }

    private static String className(Throwable failure) {
        if (failure instanceof MultipleCompilationErrorsException) {
            return MultipleCompilationErrorsException.class.getName();
        }
        return failure instanceof ServerException ? ((ServerException) failure).type : failure.getClass().getName();
    }

    /** The frames of the script, innermost first: {@code WorkflowScript.run(WorkflowScript:3)}. */
    static List<String> frames(Throwable failure) {
        List<String> frames = new ArrayList<>();
        if (failure instanceof MultipleCompilationErrorsException) {
            return frames;
        }
        for (StackTraceElement frame : failure.getStackTrace()) {
            String file = frame.getFileName();
            if (frame.getLineNumber() > 0 && file != null && !file.endsWith(".java") && !frame.getClassName().startsWith("jenkinslight.")
                    && !frame.getClassName().startsWith("sun.") && !frame.getClassName().startsWith("org.codehaus.")) {
                String line = frame.toString();
                if (frames.isEmpty() || !frames.get(frames.size() - 1).equals(line)) {
                    frames.add(line);
                }
            }
        }
        return frames;
    }

    /** The protocol's {@code error} object. */
    public static Map<String, Object> describe(Throwable failure) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("class", className(failure));
        error.put("message", failure.getMessage());
        error.put("trace", frames(failure));
        return error;
    }
}
