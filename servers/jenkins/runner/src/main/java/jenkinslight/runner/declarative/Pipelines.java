package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.codehaus.groovy.ast.CodeVisitorSupport;
import org.codehaus.groovy.ast.MethodNode;
import org.codehaus.groovy.ast.ModuleNode;
import org.codehaus.groovy.ast.expr.ArgumentListExpression;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.ExpressionStatement;
import org.codehaus.groovy.ast.stmt.Statement;

/**
 * Which {@code pipeline { }} blocks of a script are Declarative pipelines: the first one among its outermost statements, or else those anywhere in its
 * method {@code call}, as library variables have it. Any other, such as one within an {@code if}, is a plain block: its {@code agent any} is Groovy
 * there, and fails as such. (pipeline-model-definition: ModelParser.parse, PipelineStepFinder.)
 */
final class Pipelines {
    private static final String NAME = "pipeline";

    private Pipelines() {}

    /** The pipelines, in order. */
    static List<Statement> of(ModuleNode module) {
        for (Statement statement : module.getStatementBlock().getStatements()) {
            if (block(Ast.call(statement)) != null) {
                return List.of(statement);
            }
        }
        List<Statement> found = new ArrayList<>();
        module.getMethods().stream().filter(method -> method.getName().equals("call")).findFirst().ifPresent(call -> call.getCode().visit(within(found)));
        return found;
    }

    private static CodeVisitorSupport within(List<Statement> found) {
        return new CodeVisitorSupport() {
            @Override
            public void visitExpressionStatement(ExpressionStatement statement) {
                MethodCallExpression call = Ast.call(statement);
                if (block(call) != null && Ast.statements(call).stream().map(Pipelines::section).collect(Collectors.toSet()).containsAll(Set.of("agent", "stages"))) {
                    found.add(statement);
                } else {
                    super.visitExpressionStatement(statement);
                }
            }
        };
    }

    private static String section(Statement statement) {
        MethodCallExpression call = Ast.call(statement);
        return call == null ? "" : String.valueOf(Ast.name(call));
    }

    /** Makes plain blocks, which just run, of all that are not among {@code pipelines}. */
    static void leaveOthers(ModuleNode module, List<Statement> pipelines) {
        if (module.getMethods().stream().anyMatch(method -> method.getName().equals(NAME))) {
            return;
        }
        CodeVisitorSupport others = new CodeVisitorSupport() {
            @Override
            public void visitExpressionStatement(ExpressionStatement statement) {
                if (!pipelines.contains(statement)) {
                    super.visitExpressionStatement(statement);
                }
            }

            @Override
            public void visitMethodCallExpression(MethodCallExpression call) {
                ClosureExpression block = block(call);
                if (block != null) {
                    call.setObjectExpression(block);
                    call.setImplicitThis(false);
                    call.setMethod(new ConstantExpression("call"));
                    call.setArguments(new ArgumentListExpression());
                }
                super.visitMethodCallExpression(call);
            }
        };
        module.getStatementBlock().visit(others);
        for (MethodNode method : module.getMethods()) {
            method.getCode().visit(others);
        }
    }

    /** The block of {@code pipeline { }}, or null for any other call. */
    private static ClosureExpression block(MethodCallExpression call) {
        ClosureExpression block = Ast.body(call);
        return block != null && NAME.equals(Ast.name(call)) && Ast.arguments(call).size() == 1 ? block : null;
    }
}
