package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkinslight.runner.language.Signature;
import org.codehaus.groovy.ast.ASTNode;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MapEntryExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;

/** Checks blocks of steps: outside {@code script}, a step is a call by name, and so is each one in its block. */
final class StepValidator {
    private static final Map<String, String> BLOCKED = Map.of(
            "stage", "The stage step cannot be used in Declarative Pipelines",
            "properties", "The properties step cannot be used in Declarative Pipelines",
            "parallel", "The parallel step can only be used as the only top-level step in a stage's step block");

    /** What is no argument of an option, a trigger or a parameter. */
    static final Map<String, String> BLOCKED_AS_ARGUMENTS = new LinkedHashMap<>(BLOCKED);

    static {
        BLOCKED_AS_ARGUMENTS.put("node", "The node step cannot be called as an argument to a method in Declarative Pipelines");
    }

    private final ModelErrors errors;

    StepValidator(ModelErrors errors) {
        this.errors = errors;
    }

    /**
     * Checks the section {@code steps}, which may hold the step parallel alone.
     *
     * @param nested whether its stage is inside {@code parallel} or {@code matrix}
     * @return whether there is a branch; the step parallel may have none
     */
    boolean ofStage(MethodCallExpression section, boolean nested) {
        List<Statement> statements = Ast.statements(section);
        MethodCallExpression only = statements.size() == 1 ? Ast.call(statements.get(0)) : null;
        if (only != null && "parallel".equals(Ast.name(only))) {
            return branches(only, nested);
        }
        block(Ast.body(section), section);
        return true;
    }

    /** Checks a block of steps. @param where what an empty one is reported at, if it has no place of its own */
    void block(ClosureExpression body, ASTNode where) {
        List<Statement> statements = Ast.statements(body);
        if (statements.isEmpty()) {
            errors.sense("No steps specified for branch", body == null ? where : body.getCode().getLineNumber() > 0 ? body.getCode() : body);
        }
        statements.forEach(this::step);
    }

    private boolean branches(MethodCallExpression parallel, boolean nested) {
        List<ClosureExpression> branches = new ArrayList<>();
        for (MapEntryExpression branch : Ast.named(parallel)) {
            boolean failFast = "failFast".equals(Ast.literal(branch.getKeyExpression()));
            Expression value = branch.getValueExpression();
            if (failFast && !(value instanceof ConstantExpression && ((ConstantExpression) value).getValue() instanceof Boolean)) {
                errors.form("Expected a boolean with failFast", branch.getKeyExpression());
            } else if (!failFast && !(value instanceof ClosureExpression)) {
                errors.form("Expected closure or failFast", branch.getKeyExpression());
            } else if (!failFast) {
                block((ClosureExpression) value, value);
                branches.add((ClosureExpression) value);
            }
        }
        if (nested && branches.size() > 1) {
            errors.sense(StageValidator.NESTED, branches.get(0).getCode());
        }
        return !branches.isEmpty();
    }

    private void step(Statement statement) {
        MethodCallExpression call = Ast.call(statement);
        if (call == null) {
            errors.form("Expected a step", statement);
            return;
        }
        String name = Ast.name(call, errors);
        if (name.equals("script")) {
            if (Ast.body(call) == null) {
                errors.form("Script step without a block", statement);
            }
            return;
        }
        if (BLOCKED.containsKey(name)) {
            errors.sense("Invalid step \"" + name + "\" used - not allowed in this context - " + BLOCKED.get(name), statement);
        }
        errors.arguments(Ast.values(call));
        Signature signature = Signature.of(name);
        if (signature != null) {
            new ArgumentValidator(errors).validate(name, signature, call, statement);
        }
        if (Ast.body(call) != null) {
            Ast.statements(call).forEach(this::step);
        }
    }
}
