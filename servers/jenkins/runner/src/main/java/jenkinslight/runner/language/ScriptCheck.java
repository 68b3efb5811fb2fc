package jenkinslight.runner.language;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.codehaus.groovy.control.MultipleCompilationErrorsException;
import org.codehaus.groovy.control.messages.Message;
import org.codehaus.groovy.control.messages.SyntaxErrorMessage;
import org.codehaus.groovy.syntax.SyntaxException;

/** What is wrong with a Jenkinsfile, found by compiling it: syntax errors, and errors of a Declarative model. */
public final class ScriptCheck {
    private final List<Map<String, Object>> errors = new ArrayList<>();
    private String text;

    private ScriptCheck() {}

    /** Compiles the script, runs nothing. @param tools the names of the tools that there are, by type, or null */
    public static ScriptCheck of(String source, Map<String, List<String>> tools) {
        ScriptCheck check = new ScriptCheck();
        ScriptCompiler compiler = new ScriptCompiler(tools);
        try {
            compiler.parse(source, ScriptCompiler.MAIN);
        } catch (MultipleCompilationErrorsException e) {
            check.text = e.getMessage();
            for (Object message : e.getErrorCollector().getErrors()) {
                check.add((Message) message);
            }
        } finally {
            compiler.close();
        }
        return check;
    }

    private void add(Message message) {
        Map<String, Object> error = new LinkedHashMap<>();
        if (message instanceof SyntaxErrorMessage) {
            SyntaxException cause = ((SyntaxErrorMessage) message).getCause();
            error.put("line", cause.getLine());
            error.put("column", cause.getStartColumn());
            error.put("message", cause.getOriginalMessage());
        } else {
            error.put("line", null);
            error.put("column", null);
            error.put("message", String.valueOf(message));
        }
        errors.add(error);
    }

    /** Each with line, column and message. */
    public List<Map<String, Object>> errors() {
        return errors;
    }

    /** All of it as Jenkins prints it; null without errors. */
    public String text() {
        return text;
    }
}
