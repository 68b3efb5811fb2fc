package jenkinslight.runner.language;

import com.cloudbees.groovy.cps.CpsTransformer;
import java.util.List;
import org.codehaus.groovy.ast.ClassHelper;
import org.codehaus.groovy.ast.ClassNode;
import org.codehaus.groovy.ast.GroovyCodeVisitor;
import org.codehaus.groovy.ast.expr.ArgumentListExpression;
import org.codehaus.groovy.ast.expr.BinaryExpression;
import org.codehaus.groovy.ast.expr.CastExpression;
import org.codehaus.groovy.ast.expr.ClassExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.ExpressionTransformer;
import org.codehaus.groovy.ast.expr.GStringExpression;
import org.codehaus.groovy.ast.expr.ListExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.MethodPointerExpression;
import org.codehaus.groovy.ast.expr.NotExpression;
import org.codehaus.groovy.ast.expr.SpreadExpression;
import org.codehaus.groovy.ast.expr.SpreadMapExpression;
import org.codehaus.groovy.ast.expr.TupleExpression;
import org.codehaus.groovy.ast.expr.VariableExpression;
import org.codehaus.groovy.classgen.GeneratorContext;
import org.codehaus.groovy.control.LabelVerifier;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.runtime.InvokerHelper;
import org.codehaus.groovy.syntax.Types;

/**
 * groovy-cps 1.31, the last one on Maven Central, with what Jenkins' own copy (workflow-cps' lib) has learned since: an assignment has a value,
 * steps in methods' default values, spread arguments, {@code &&} and {@code ||} give a boolean, misplaced {@code break}s are told at compilation.
 */
final class PipelineTransformer extends CpsTransformer {
    private static final ClassNode TARGET = ClassHelper.make(AssignmentTarget.class);

    @Override
    public void call(SourceUnit source, GeneratorContext context, ClassNode classNode) {
        if (!classNode.isInterface()) {
            new LabelVerifier(source).visitClass(classNode);
            new DefaultArguments().expand(classNode);
        }
        super.call(source, context, classNode);
    }

    @Override
    public void visitBinaryExpression(BinaryExpression expression) {
        int operation = expression.getOperation().getType();
        Expression left = expression.getLeftExpression();
        Expression right = expression.getRightExpression();
        if (operation == Types.LOGICAL_AND || operation == Types.LOGICAL_OR) {
            right = new NotExpression(new NotExpression(right));
        } else if (Types.ofType(operation, Types.ASSIGNMENT_OPERATOR) && !(left instanceof TupleExpression)) {
            if (operation == Types.EQUAL && left instanceof VariableExpression && !ClassHelper.OBJECT_TYPE.equals(left.getType())) {
                right = positioned(new CastExpression(left.getType(), right), right);
            }
            left = new Target(left);
        }
        super.visitBinaryExpression(positioned(new BinaryExpression(left, expression.getOperation(), right), expression));
    }

    @Override
    public void visitListExpression(ListExpression list) {
        if (list.getExpressions().stream().anyMatch(SpreadExpression.class::isInstance)) {
            ArgumentListExpression items = new ArgumentListExpression(new ConstantExpression(""));
            list.getExpressions().forEach(items::addExpression);
            visit(helper(Spread.class, "list", items, list));
        } else {
            super.visitListExpression(list);
        }
    }

    @Override
    public void visitSpreadExpression(SpreadExpression spread) {
        visit(helper(Spread.class, "of", new ArgumentListExpression(spread.getExpression()), spread));
    }

    @Override
    public void visitSpreadMapExpression(SpreadMapExpression spread) {
        visit(helper(InvokerHelper.class, "spreadMap", new ArgumentListExpression(spread.getExpression()), spread));
    }

    @Override
    public void visitMethodPointerExpression(MethodPointerExpression pointer) {
        Expression name = pointer.getMethodName();
        if (name instanceof GStringExpression) {
            Expression text = positioned(new CastExpression(ClassHelper.STRING_TYPE, name), name);
            super.visitMethodPointerExpression(positioned(new MethodPointerExpression(pointer.getExpression(), text), pointer));
        } else {
            super.visitMethodPointerExpression(pointer);
        }
    }

    private static Expression helper(Class<?> type, String method, ArgumentListExpression arguments, Expression place) {
        MethodCallExpression call = new MethodCallExpression(new ClassExpression(ClassHelper.make(type)), method, arguments);
        call.setImplicitThis(false);
        return positioned(call, place);
    }

    private static <T extends Expression> T positioned(T made, Expression place) {
        made.setSourcePosition(place);
        return made;
    }

    /** What stands left of an assignment, to be wrapped in an {@link AssignmentTarget} when it is visited. */
    private final class Target extends Expression {
        private final Expression target;

        Target(Expression target) {
            this.target = target;
            setSourcePosition(target);
        }

        @Override
        public Expression transformExpression(ExpressionTransformer transformer) {
            return new Target(transformer.transform(target));
        }

        @Override
        public void visit(GroovyCodeVisitor visitor) {
            makeNode(TARGET, () -> PipelineTransformer.this.visit(List.of(target)));
        }
    }
}
