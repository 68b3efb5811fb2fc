package jenkinslight.runner.declarative;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.GStringExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.VariableExpression;
import org.codehaus.groovy.ast.stmt.ExpressionStatement;
import org.codehaus.groovy.ast.stmt.Statement;

/** Checks {@code stages}, {@code parallel} and {@code matrix} with all that is in them. */
final class StageValidator {
    private static final Set<String> SECTIONS = Set.of("agent", "steps", "stages", "parallel", "matrix", "post", "environment", "tools", "options",
            "when", "input", "failFast");
    private static final Set<String> MATRIX = Set.of("axes", "excludes", "stages", "agent", "post", "environment", "tools", "options", "when", "input");
    private static final String[] CONTENTS = {"matrix", "parallel", "stages", "steps"};

    private final ModelErrors errors;
    private final DirectiveValidator directives;
    private final Set<String> names = new HashSet<>();

    StageValidator(ModelErrors errors) {
        this.errors = errors;
        this.directives = new DirectiveValidator(errors);
    }

    /** Checks the stages of a block. @param nested whether they are inside {@code parallel} or {@code matrix} */
    void stages(MethodCallExpression block, boolean nested) {
        List<Statement> statements = Ast.statements(block);
        if (statements.isEmpty()) {
            errors.add("No stages specified", block);
        }
        for (Statement statement : statements) {
            MethodCallExpression stage = Ast.call(statement);
            if (stage == null || !stage.getMethodAsString().equals("stage")) {
                errors.add("Expected a stage", statement);
            } else {
                stage(stage, nested);
            }
        }
    }

    private void stage(MethodCallExpression stage, boolean nested) {
        List<Expression> values = Ast.values(stage);
        String name = values.isEmpty() ? "" : values.get(0).getText();
        if (values.isEmpty() || !(values.get(0) instanceof ConstantExpression || values.get(0) instanceof GStringExpression)) {
            errors.add("Expected a stage name but didn't find any", stage);
        } else if (!names.add(name)) {
            errors.add("Duplicate stage name: \"" + name + "\"", values.get(0));
        }
        if (Ast.body(stage) == null) {
            errors.add("Expected a block for stage", stage);
            return;
        }
        Map<String, MethodCallExpression> sections = sections(stage, SECTIONS);
        contents(stage, name, sections, nested);
        directives.validate(sections, false);
    }

    private void contents(MethodCallExpression stage, String name, Map<String, MethodCallExpression> sections, boolean nested) {
        int found = 0;
        for (String content : CONTENTS) {
            found += sections.containsKey(content) ? 1 : 0;
        }
        if (found == 0) {
            errors.add("Expected one of \"steps\", \"stages\", or \"parallel\" for stage \"" + name + "\"", stage);
        } else if (found > 1) {
            errors.add("Only one of \"matrix\", \"parallel\", \"stages\", or \"steps\" allowed for stage \"" + name + "\"", stage);
        }
        if (sections.containsKey("steps")) {
            steps(sections.get("steps"));
        }
        if (sections.containsKey("stages")) {
            stages(sections.get("stages"), nested);
        }
        if (sections.containsKey("parallel") || sections.containsKey("matrix")) {
            branches(stage, name, sections, nested);
        }
    }

    private void branches(MethodCallExpression stage, String name, Map<String, MethodCallExpression> sections, boolean nested) {
        if (nested) {
            errors.add("Parallel stages or branches can only be included in a top-level stage.", stage);
        }
        for (String forbidden : new String[] {"agent", "tools"}) {
            if (sections.containsKey(forbidden)) {
                errors.add("\"" + forbidden + "\" is not allowed in stage \"" + name + "\" as it contains parallel stages", stage);
            }
        }
        if (sections.containsKey("parallel")) {
            stages(sections.get("parallel"), true);
        }
        if (sections.containsKey("matrix")) {
            matrix(sections.get("matrix"));
        }
    }

    private void matrix(MethodCallExpression matrix) {
        Map<String, MethodCallExpression> sections = sections(matrix, MATRIX);
        for (String required : new String[] {"axes", "stages"}) {
            if (!sections.containsKey(required)) {
                errors.add("Missing required section \"" + required + "\"", matrix);
            }
        }
        if (sections.containsKey("stages")) {
            stages(sections.get("stages"), true);
        }
        directives.validate(sections, false);
    }

    private Map<String, MethodCallExpression> sections(MethodCallExpression block, Set<String> known) {
        Map<String, MethodCallExpression> sections = new LinkedHashMap<>();
        for (Statement statement : Ast.statements(block)) {
            MethodCallExpression section = Ast.call(statement);
            if (section == null) {
                errors.add("Not a valid stage section definition: \"" + errors.text(statement) + "\". Some extra configuration is required.",
                        statement);
            } else if (!known.contains(section.getMethodAsString())) {
                errors.add("Unknown stage section \"" + section.getMethodAsString()
                        + "\". Starting with version 0.5, steps in a stage must be in a ‘steps’ block.", section);
            } else if (sections.put(section.getMethodAsString(), section) != null) {
                errors.add("Multiple occurrences of the " + section.getMethodAsString() + " section", section);
            }
        }
        return sections;
    }

    /** Outside {@code script}, a step is a call by name; anything else is a mistake that Jenkins names so. */
    void steps(MethodCallExpression block) {
        if (Ast.statements(block).isEmpty()) {
            errors.add("No steps specified for branch", block);
        }
        for (Statement statement : Ast.statements(block)) {
            MethodCallExpression call = Ast.anyCall(statement);
            if (call == null && !isBareName(statement)) {
                errors.add("Expected a step", statement);
            } else if (call != null && !call.isImplicitThis()) {
                errors.add("Method calls on objects not allowed outside \"script\" blocks.", statement);
            }
        }
    }

    /** A string alone is a step of its own in Jenkins too ({@code echo} it isn't, but nothing breaks). */
    private static boolean isBareName(Statement statement) {
        if (!(statement instanceof ExpressionStatement)) {
            return false;
        }
        Expression expression = ((ExpressionStatement) statement).getExpression();
        return expression instanceof VariableExpression && ((VariableExpression) expression).isThisExpression();
    }
}
