package jenkinslight.runner.declarative;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.codehaus.groovy.ast.ASTNode;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.BlockStatement;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.control.messages.SyntaxErrorMessage;
import org.codehaus.groovy.syntax.SyntaxException;

/**
 * Collects errors of a Declarative model as the compiler's own, so that they are reported at once with line, column and caret. As in Jenkins those
 * of the model's form come first, then those of its sense.
 */
final class ModelErrors {
    private final SourceUnit source;
    private final List<SyntaxException> ofSense = new ArrayList<>();

    ModelErrors(SourceUnit source) {
        this.source = source;
    }

    /** The model's form is wrong. */
    void form(String message, ASTNode where) {
        report(error(message, where));
    }

    /** The form is right, what it says is not. */
    void sense(String message, ASTNode where) {
        ofSense.add(error(message, where));
    }

    /** Checks an expression that stands for a value: what looks like a variable of a shell is none, and whole numbers have an end. */
    void value(Expression value) {
        if (value instanceof ConstantExpression) {
            Object constant = ((ConstantExpression) value).getValue();
            if (constant instanceof BigInteger && ((BigInteger) constant).bitLength() >= Long.SIZE) {
                form("BigIntegers cannot be used as constants in Declarative. The maximum value for an integer is 9,223,372,036,854,775,807"
                        + " and the minimum value for an integer is -9,223,372,036,854,775,808.", value);
            }
        } else if (value instanceof MethodCallExpression && text(value).startsWith("${")) {
            String text = text(value);
            form(text + " cannot be used as a value directly. Did you mean \"" + text + "\"? (add quotes)", value);
        }
    }

    /** Reports the errors of sense too. */
    void close() {
        ofSense.forEach(this::report);
        ofSense.clear();
    }

    private static SyntaxException error(String message, ASTNode where) {
        return new SyntaxException(message, where.getLineNumber(), where.getColumnNumber(), where.getLastLineNumber(), where.getLastColumnNumber());
    }

    private void report(SyntaxException error) {
        source.getErrorCollector().addErrorAndContinue(new SyntaxErrorMessage(error, source));
    }

    /** The source text of a node. */
    String text(ASTNode node) {
        int lastLine = node.getLastLineNumber();
        int lastColumn = node.getLastColumnNumber();
        if (node instanceof BlockStatement) {
            for (Statement statement : ((BlockStatement) node).getStatements()) {
                if (statement.getLastLineNumber() > lastLine) {
                    lastLine = statement.getLastLineNumber();
                    lastColumn = statement.getLastColumnNumber();
                }
            }
        }
        StringBuilder text = new StringBuilder();
        for (int number = node.getLineNumber(); number <= lastLine; number++) {
            String line = source.getSource().getLine(number, null);
            if (line == null) {
                break;
            }
            String part = number == lastLine ? line.substring(0, Math.min(line.length(), Math.max(0, lastColumn - 1))) : line;
            text.append(number == node.getLineNumber() ? part.substring(Math.min(part.length(), node.getColumnNumber() - 1)) : part).append('\n');
        }
        return text.toString().trim();
    }
}
