package jenkinslight.runner.declarative;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.lang.model.SourceVersion;
import org.codehaus.groovy.ast.Parameter;
import org.codehaus.groovy.ast.VariableScope;
import org.codehaus.groovy.ast.expr.ArgumentListExpression;
import org.codehaus.groovy.ast.expr.BinaryExpression;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.GStringExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.VariableExpression;
import org.codehaus.groovy.ast.stmt.BlockStatement;
import org.codehaus.groovy.ast.stmt.ExpressionStatement;
import org.codehaus.groovy.ast.stmt.ReturnStatement;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.syntax.Types;

/**
 * Turns {@code X = expression} inside {@code environment} into {@code variable('X', { -> expression })}: evaluated when the environment is needed, and never an
 * assignment to a variable of the script that has the same name. A credential is marked: {@code variable('X', true, { -> credentials('id') })}.
 */
final class EnvironmentRewriter {
    private final ModelErrors errors;

    EnvironmentRewriter(ModelErrors errors) {
        this.errors = errors;
    }

    void rewrite(Statement where, MethodCallExpression environment) {
        if (Ast.body(environment) == null) {
            errors.form("Expected a block for environment", where);
            return;
        }
        List<Statement> statements = Ast.statements(environment);
        Set<String> names = new HashSet<>();
        boolean broken = false;
        for (int i = 0; i < statements.size(); i++) {
            BinaryExpression assignment = assignment(statements.get(i));
            if (assignment == null) {
                broken = true;
                noAssignment(statements.get(i));
            } else {
                check(assignment, names);
                statements.set(i, lazy(assignment, statements.get(i)));
            }
        }
        if (!broken) {
            new EnvironmentOrder(statements).sort();
        }
        if (broken) {
            errors.form("Expected name=value pairs", where);
        }
        if (names.isEmpty()) {
            errors.sense("No variables specified for environment", where);
        }
    }

    private void noAssignment(Statement statement) {
        if (!(statement instanceof ExpressionStatement)) {
            return;
        }
        String text = errors.text(((ExpressionStatement) statement).getExpression());
        if (text.contains("=")) {
            errors.form(noIdentifier(text.split("=")[0].trim()), ((ExpressionStatement) statement).getExpression());
        } else {
            errors.form("\"" + text + "\" is not a valid environment expression. Use \"key = value\" pairs with valid Java/shell keys.",
                    ((ExpressionStatement) statement).getExpression());
        }
    }

    private void check(BinaryExpression assignment, Set<String> names) {
        Expression left = assignment.getLeftExpression();
        String name = Ast.literal(left);
        if (name == null) {
            errors.form("Expected string literal", left);
            return;
        }
        if (!names.add(name)) {
            errors.form("Duplicate environment variable name: \"" + name + "\"", left);
            return;
        }
        value(assignment.getRightExpression());
        if (!isIdentifier(name)) {
            errors.sense(noIdentifier(name), left);
        }
    }

    private void value(Expression value) {
        if (value instanceof BinaryExpression) {
            if (((BinaryExpression) value).getOperation().getType() == Types.PLUS) {
                part(((BinaryExpression) value).getLeftExpression());
                part(((BinaryExpression) value).getRightExpression());
            } else {
                errors.form("Environment variable values can only be joined together with ‘+’s.", value);
            }
        } else if (value instanceof MethodCallExpression) {
            errors.value(value);
            if (isCredential(value)) {
                Ast.arguments((MethodCallExpression) value).stream().filter(argument -> !isText(argument)).forEach(argument ->
                        errors.form("Internal function call parameters must be strings.", value));
            }
        } else if (isText(value)) {
            errors.value(value);
        } else {
            errors.form("Environment variable values must either be single quoted, double quoted, or function calls.", value);
        }
    }

    private void part(Expression part) {
        if (part instanceof BinaryExpression) {
            value(part);
        } else if (isText(part)) {
            errors.value(part);
        } else {
            errors.form("Environment variable values to be concatenated together must be single or double quoted.", part);
        }
    }

    private static boolean isText(Expression value) {
        return value instanceof ConstantExpression || value instanceof GStringExpression;
    }

    /** True for what can be the name of a variable of the environment. */
    static boolean isIdentifier(String name) {
        return SourceVersion.isIdentifier(name) && name.matches("[a-zA-Z_]+[a-zA-Z0-9_]*");
    }

    /** What Jenkins says of other names. */
    static String noIdentifier(String name) {
        return "\"" + name + "\" is not a valid identifier and cannot be used for an environment variable. Identifiers must start with a letter or"
                + " underscore and can contain only letters, numbers or underscores.";
    }

    private static BinaryExpression assignment(Statement statement) {
        Expression expression = statement instanceof ExpressionStatement ? ((ExpressionStatement) statement).getExpression() : null;
        boolean assigns = expression instanceof BinaryExpression && ((BinaryExpression) expression).getOperation().getType() == Types.EQUAL;
        return assigns ? (BinaryExpression) expression : null;
    }

    private static boolean isCredential(Expression value) {
        return value instanceof MethodCallExpression && ((MethodCallExpression) value).isImplicitThis()
                && "credentials".equals(((MethodCallExpression) value).getMethodAsString());
    }

    private static Statement lazy(BinaryExpression assignment, Statement original) {
        Statement result = new ReturnStatement(new PlainNavigation().transform(assignment.getRightExpression()));
        ClosureExpression closure = new ClosureExpression(new Parameter[0], new BlockStatement(new Statement[] {result}, new VariableScope()));
        closure.setVariableScope(new VariableScope());
        closure.setSourcePosition(assignment);
        ArgumentListExpression arguments = new ArgumentListExpression();
        arguments.addExpression(new ConstantExpression(String.valueOf(Ast.literal(assignment.getLeftExpression()))));
        if (isCredential(assignment.getRightExpression())) {
            arguments.addExpression(ConstantExpression.PRIM_TRUE);
        }
        arguments.addExpression(closure);
        MethodCallExpression call = new MethodCallExpression(VariableExpression.THIS_EXPRESSION, "variable", arguments);
        call.setImplicitThis(true);
        call.setSourcePosition(assignment);
        ExpressionStatement statement = new ExpressionStatement(call);
        statement.setSourcePosition(original);
        return statement;
    }
}
