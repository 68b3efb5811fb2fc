package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.List;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.control.CompilationFailedException;
import org.codehaus.groovy.control.CompilationUnit;
import org.codehaus.groovy.control.CompilerConfiguration;
import org.codehaus.groovy.control.Phases;

/** What can be told of a Declarative pipeline without running it: the names of its own stages, which a build may be restarted from. */
public final class Outline {
    private Outline() {}

    /** The names in order; null when the script has no {@code pipeline} block, or doesn't parse. */
    public static List<String> stages(String source) {
        CompilationUnit unit = new CompilationUnit(new CompilerConfiguration());
        unit.addSource("WorkflowScript", source);
        try {
            unit.compile(Phases.CONVERSION);
        } catch (CompilationFailedException broken) {
            return null;
        }
        for (Object module : unit.getAST().getModules()) {
            for (Statement statement : ((org.codehaus.groovy.ast.ModuleNode) module).getStatementBlock().getStatements()) {
                MethodCallExpression call = Ast.call(statement);
                if (call != null && "pipeline".equals(Ast.name(call)) && Ast.body(call) != null) {
                    return namesIn(call);
                }
            }
        }
        return null;
    }

    private static List<String> namesIn(MethodCallExpression pipeline) {
        List<String> names = new ArrayList<>();
        for (Statement section : Ast.statements(pipeline)) {
            MethodCallExpression call = Ast.call(section);
            if (call != null && "stages".equals(Ast.name(call))) {
                for (Statement stage : Ast.statements(call)) {
                    add(names, Ast.call(stage));
                }
            }
        }
        return names;
    }

    private static void add(List<String> names, MethodCallExpression stage) {
        List<Expression> values = stage == null ? List.of() : Ast.values(stage);
        if (!values.isEmpty()) {
            names.add(values.get(0).getText());
        }
    }
}
