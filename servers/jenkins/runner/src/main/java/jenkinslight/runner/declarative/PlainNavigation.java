package jenkinslight.runner.declarative;

import org.codehaus.groovy.ast.ClassCodeExpressionTransformer;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.PropertyExpression;
import org.codehaus.groovy.control.SourceUnit;

/** Makes a plain dot of {@code ?.} and {@code *.} in the values of {@code environment}, as the plugin's RuntimeASTTransformer, which writes them anew. */
final class PlainNavigation extends ClassCodeExpressionTransformer {
    @Override
    protected SourceUnit getSourceUnit() {
        return null;
    }

    @Override
    public Expression transform(Expression expression) {
        if (expression instanceof ClosureExpression) {
            ((ClosureExpression) expression).getCode().visit(this);
            return expression;
        }
        if (expression == null) {
            return null;
        }
        Expression transformed = expression.transformExpression(this);
        if (transformed instanceof MethodCallExpression) {
            ((MethodCallExpression) transformed).setSafe(false);
            ((MethodCallExpression) transformed).setSpreadSafe(false);
        }
        return transformed.getClass() == PropertyExpression.class ? plain((PropertyExpression) transformed) : transformed;
    }

    private static Expression plain(PropertyExpression property) {
        PropertyExpression plain = new PropertyExpression(property.getObjectExpression(), property.getProperty());
        plain.setImplicitThis(property.isImplicitThis());
        plain.setSourcePosition(property);
        return plain;
    }
}
