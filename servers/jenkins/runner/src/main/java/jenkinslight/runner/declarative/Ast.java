package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.TupleExpression;
import org.codehaus.groovy.ast.stmt.BlockStatement;
import org.codehaus.groovy.ast.stmt.ExpressionStatement;
import org.codehaus.groovy.ast.stmt.Statement;

/** How Declarative's syntax looks in Groovy's syntax tree: {@code name args { … }} are calls with a closure. */
final class Ast {
    private Ast() {}

    /** The call a statement is, or null. One on an object, as {@code a {…} b {…}} on one line reads, isn't one of ours. */
    static MethodCallExpression call(Statement statement) {
        MethodCallExpression call = anyCall(statement);
        return call != null && call.isImplicitThis() && call.getMethodAsString() != null ? call : null;
    }

    /** As {@link #call}, on objects too. */
    static MethodCallExpression anyCall(Statement statement) {
        if (!(statement instanceof ExpressionStatement)) {
            return null;
        }
        Expression expression = ((ExpressionStatement) statement).getExpression();
        return expression instanceof MethodCallExpression ? (MethodCallExpression) expression : null;
    }

    /** A call's arguments, the block included. */
    static List<Expression> arguments(MethodCallExpression call) {
        return call.getArguments() instanceof TupleExpression ? ((TupleExpression) call.getArguments()).getExpressions()
                : Collections.singletonList(call.getArguments());
    }

    /** A call's arguments without its block. */
    static List<Expression> values(MethodCallExpression call) {
        List<Expression> values = new ArrayList<>(arguments(call));
        values.removeIf(argument -> argument instanceof ClosureExpression);
        return values;
    }

    /** A call's block, or null. */
    static ClosureExpression body(MethodCallExpression call) {
        for (Expression argument : arguments(call)) {
            if (argument instanceof ClosureExpression) {
                return (ClosureExpression) argument;
            }
        }
        return null;
    }

    /** The statements of a call's block, as a list that may be changed; none without a block. */
    static List<Statement> statements(MethodCallExpression call) {
        ClosureExpression body = body(call);
        if (body == null) {
            return Collections.emptyList();
        }
        return body.getCode() instanceof BlockStatement ? ((BlockStatement) body.getCode()).getStatements()
                : Collections.singletonList(body.getCode());
    }
}
