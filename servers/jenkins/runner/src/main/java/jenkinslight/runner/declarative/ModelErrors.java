package jenkinslight.runner.declarative;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.codehaus.groovy.ast.ASTNode;
import org.codehaus.groovy.ast.expr.BinaryExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.GStringExpression;
import org.codehaus.groovy.ast.expr.MapEntryExpression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.stmt.BlockStatement;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.control.SourceUnit;
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

    /** What a check finds against the sense, taken out so that it can be told at its place among the others: {@link #tell}. */
    List<SyntaxException> senseOf(Runnable check) {
        int before = ofSense.size();
        check.run();
        List<SyntaxException> tail = ofSense.subList(before, ofSense.size());
        List<SyntaxException> found = new ArrayList<>(tail);
        tail.clear();
        return found;
    }

    /** Tells what was found. */
    void tell(List<SyntaxException> found) {
        ofSense.addAll(found);
    }

    /** Tells what was found in sections, in the order in which the plugin looks at them. */
    void tell(Map<String, List<SyntaxException>> found, List<String> order) {
        order.forEach(name -> tell(found.getOrDefault(name, List.of())));
    }

    /** Checks the unnamed or named arguments of a step or a condition; {@code [$class: …]} is one value. */
    void arguments(List<Expression> arguments) {
        if (arguments.size() != 1 || !(arguments.get(0) instanceof MapExpression)) {
            arguments.forEach(this::value);
            return;
        }
        List<MapEntryExpression> entries = ((MapExpression) arguments.get(0)).getMapEntryExpressions();
        if (entries.stream().noneMatch(entry -> "$class".equals(Ast.literal(entry.getKeyExpression())))) {
            entries.forEach(entry -> {
                key(entry.getKeyExpression());
                value(entry.getValueExpression());
            });
        }
    }

    /** Checks an expression that stands for a name. */
    void key(Expression key) {
        if (Ast.literal(key) == null) {
            form("Expected string literal", key);
        }
    }

    /** Checks an expression that stands for a value: what looks like a variable of a shell is none, and whole numbers have an end. */
    void value(Expression value) {
        if (value instanceof ConstantExpression) {
            Object constant = ((ConstantExpression) value).getValue();
            if (constant instanceof BigInteger && ((BigInteger) constant).bitLength() >= Long.SIZE) {
                form("BigIntegers cannot be used as constants in Declarative. The maximum value for an integer is 9,223,372,036,854,775,807"
                        + " and the minimum value for an integer is -9,223,372,036,854,775,808.", value);
            }
        } else if (!(value instanceof GStringExpression) && text(value).startsWith("${")) {
            String text = value instanceof BinaryExpression ? joined((BinaryExpression) value) : text(value);
            form(text + " cannot be used as a value directly. Did you mean \"" + text + "\"? (add quotes)", value);
        }
    }

    private String joined(BinaryExpression value) {
        Expression left = value.getLeftExpression();
        return (left instanceof BinaryExpression ? joined((BinaryExpression) left) : text(left)) + value.getOperation().getText()
                + text(value.getRightExpression());
    }

    /** Reports the errors of sense too. */
    void close() {
        ofSense.forEach(this::report);
        ofSense.clear();
    }

    private static SyntaxException error(String message, ASTNode where) {
        return new SyntaxException(message, where.getLineNumber(), where.getColumnNumber(), where.getLastLineNumber(), where.getLastColumnNumber());
    }

    /** The compiler stops at its tenth error, here as there. */
    private void report(SyntaxException error) {
        source.getErrorCollector().addError(error, source);
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
