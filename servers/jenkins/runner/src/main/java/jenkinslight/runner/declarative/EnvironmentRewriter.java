package jenkinslight.runner.declarative;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.codehaus.groovy.ast.Parameter;
import org.codehaus.groovy.ast.VariableScope;
import org.codehaus.groovy.ast.expr.ArgumentListExpression;
import org.codehaus.groovy.ast.expr.BinaryExpression;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
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

    void rewrite(MethodCallExpression environment) {
        List<Statement> statements = Ast.statements(environment);
        if (statements.isEmpty()) {
            errors.add("No variables specified for environment", environment);
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < statements.size(); i++) {
            BinaryExpression assignment = assignment(statements.get(i));
            if (assignment == null) {
                errors.add("\"" + errors.text(statements.get(i))
                        + "\" is not a valid environment expression. Use \"key = value\" pairs with valid Java/shell keys.", statements.get(i));
                continue;
            }
            if (!names.add(assignment.getLeftExpression().getText())) {
                errors.add("Duplicate environment variable name: \"" + assignment.getLeftExpression().getText() + "\"", assignment);
            }
            statements.set(i, lazy(assignment, statements.get(i)));
        }
    }

    private static BinaryExpression assignment(Statement statement) {
        Expression expression = statement instanceof ExpressionStatement ? ((ExpressionStatement) statement).getExpression() : null;
        if (!(expression instanceof BinaryExpression)) {
            return null;
        }
        BinaryExpression binary = (BinaryExpression) expression;
        boolean assigns = binary.getOperation().getType() == Types.ASSIGN && binary.getLeftExpression() instanceof VariableExpression;
        return assigns ? binary : null;
    }

    private static boolean isCredential(Expression value) {
        return value instanceof MethodCallExpression && ((MethodCallExpression) value).isImplicitThis()
                && "credentials".equals(((MethodCallExpression) value).getMethodAsString());
    }

    private static Statement lazy(BinaryExpression assignment, Statement original) {
        Statement result = new ReturnStatement(assignment.getRightExpression());
        ClosureExpression closure = new ClosureExpression(new Parameter[0], new BlockStatement(new Statement[] {result}, new VariableScope()));
        closure.setVariableScope(new VariableScope());
        closure.setSourcePosition(assignment);
        ArgumentListExpression arguments = new ArgumentListExpression();
        arguments.addExpression(new ConstantExpression(assignment.getLeftExpression().getText()));
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
