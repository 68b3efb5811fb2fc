package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MapEntryExpression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.TupleExpression;
import org.codehaus.groovy.ast.expr.VariableExpression;
import org.codehaus.groovy.ast.stmt.BlockStatement;
import org.codehaus.groovy.ast.stmt.ExpressionStatement;
import org.codehaus.groovy.ast.stmt.Statement;

/** How Declarative's syntax looks in Groovy's syntax tree: {@code name args { … }} are calls with a closure. */
final class Ast {
    private Ast() {}

    /** The call a statement is, or null. */
    static MethodCallExpression call(Statement statement) {
        if (!(statement instanceof ExpressionStatement)) {
            return null;
        }
        Expression expression = ((ExpressionStatement) statement).getExpression();
        return expression instanceof MethodCallExpression ? (MethodCallExpression) expression : null;
    }

    /** The name of a call without an object, or null: {@code a {…} b {…}} on one line reads as a call on an object. */
    static String name(MethodCallExpression call) {
        Expression object = call.getObjectExpression();
        return object instanceof VariableExpression && ((VariableExpression) object).getName().equals("this") ? call.getMethodAsString() : null;
    }

    /** As {@link #name}; a call that has none is reported and gets the name {@code error}, as in Jenkins. */
    static String name(MethodCallExpression call, ModelErrors errors) {
        String name = name(call);
        if (name != null) {
            return name;
        }
        Expression object = call.getObjectExpression();
        boolean onVariable = object instanceof VariableExpression && !((VariableExpression) object).isThisExpression();
        errors.form(onVariable ? "Method calls on objects not allowed outside \"script\" blocks." : "Expected a symbol", call);
        return "error";
    }

    /** A call's arguments, the block included. */
    static List<Expression> arguments(MethodCallExpression call) {
        return call.getArguments() instanceof TupleExpression ? ((TupleExpression) call.getArguments()).getExpressions()
                : Collections.singletonList(call.getArguments());
    }

    /** A call's arguments without its block. */
    static List<Expression> values(MethodCallExpression call) {
        List<Expression> values = new ArrayList<>(arguments(call));
        if (!values.isEmpty() && values.get(values.size() - 1) instanceof ClosureExpression) {
            values.remove(values.size() - 1);
        }
        return values;
    }

    /** The block that a call without an object ends in, or null. */
    static ClosureExpression body(MethodCallExpression call) {
        if (call == null || name(call) == null || arguments(call).isEmpty()) {
            return null;
        }
        List<Expression> arguments = arguments(call);
        Expression last = arguments.get(arguments.size() - 1);
        return last instanceof ClosureExpression ? (ClosureExpression) last : null;
    }

    /** The statements of a call's block, as a list that may be changed; none without a block. */
    static List<Statement> statements(MethodCallExpression call) {
        return statements(body(call));
    }

    /** The statements of a block. */
    static List<Statement> statements(ClosureExpression body) {
        if (body == null || body.getCode() == null) {
            return Collections.emptyList();
        }
        return body.getCode() instanceof BlockStatement ? ((BlockStatement) body.getCode()).getStatements()
                : Collections.singletonList(body.getCode());
    }

    /** The text of a string or of a bare name, or null for any other expression. */
    static String literal(Expression expression) {
        if (expression instanceof ConstantExpression && ((ConstantExpression) expression).getValue() instanceof String) {
            return (String) ((ConstantExpression) expression).getValue();
        }
        return expression instanceof VariableExpression ? ((VariableExpression) expression).getName() : null;
    }

    /** The named arguments of a call. */
    static List<MapEntryExpression> named(MethodCallExpression call) {
        List<MapEntryExpression> entries = new ArrayList<>();
        for (Expression argument : arguments(call)) {
            if (argument instanceof MapExpression) {
                entries.addAll(((MapExpression) argument).getMapEntryExpressions());
            }
        }
        return entries;
    }
}
