package jenkinslight.runner.declarative;

import org.codehaus.groovy.ast.ASTNode;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.control.messages.SyntaxErrorMessage;
import org.codehaus.groovy.syntax.SyntaxException;

/** Collects errors of a Declarative model as the compiler's own, so that all are reported at once with line, column and caret. */
final class ModelErrors {
    private final SourceUnit source;

    ModelErrors(SourceUnit source) {
        this.source = source;
    }

    void add(String message, ASTNode where) {
        SyntaxException error = new SyntaxException(message, where.getLineNumber(), where.getColumnNumber());
        source.getErrorCollector().addErrorAndContinue(new SyntaxErrorMessage(error, source));
    }

    /** The source text of a node's first line. */
    String text(ASTNode node) {
        String line = source.getSample(node.getLineNumber(), 0, null);
        if (line == null) {
            return "";
        }
        String firstLine = line.split("\n")[0];
        int start = Math.min(Math.max(node.getColumnNumber() - 1, 0), firstLine.length());
        return firstLine.substring(start).trim();
    }
}
