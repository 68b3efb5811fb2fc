package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.VariableExpression;
import org.codehaus.groovy.ast.stmt.Statement;

/** Checks the directives that pipelines, stages and matrices have in common. */
final class DirectiveValidator {
    private static final List<String> POST = List.of("always", "changed", "fixed", "regression", "aborted", "success", "unsuccessful", "unstable",
            "failure", "notBuilt", "cleanup");
    private static final Set<String> NESTED_WHEN = Set.of("not", "allOf", "anyOf");
    private static final Set<String> WHEN_FLAGS = Set.of("beforeAgent", "beforeInput", "beforeOptions");
    private static final Set<String> WHEN = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private static final Set<String> AGENTS = new TreeSet<>(List.of("any", "docker", "dockerfile", "label", "node", "none"));
    private static final Set<String> PARAMETERS = new TreeSet<>(List.of("booleanParam", "choice", "credentials", "file", "password", "run", "string",
            "text"));
    private static final Set<String> INPUT = Set.of("message", "id", "ok", "submitter", "submitterParameter", "parameters");

    static {
        WHEN.addAll(List.of("allOf", "anyOf", "branch", "buildingTag", "changelog", "changeRequest", "changeset", "environment", "equals",
                "expression", "isRestartedRun", "not", "tag", "triggeredBy"));
    }

    private final ModelErrors errors;

    DirectiveValidator(ModelErrors errors) {
        this.errors = errors;
    }

    /** Checks what there is. @param top whether of the pipeline itself */
    void validate(Map<String, MethodCallExpression> sections, boolean top) {
        sections.forEach((name, section) -> {
            switch (name) {
                case "agent":
                    agent(section);
                    break;
                case "environment":
                    new EnvironmentRewriter(errors).rewrite(section);
                    break;
                case "when":
                    when(section);
                    break;
                case "post":
                    post(section);
                    break;
                case "parameters":
                    parameters(section);
                    break;
                case "tools":
                    calls(section, "No tools specified", "Expected to find 'someTool \"someVersion\"'");
                    break;
                case "options":
                    unique(section, "Expected an option", "Duplicate option name: ");
                    break;
                case "triggers":
                    unique(section, "Expected a trigger", "Duplicate trigger name: ");
                    break;
                case "input":
                    input(section);
                    break;
                default:
                    break;
            }
        });
    }

    private void agent(MethodCallExpression agent) {
        List<Expression> values = Ast.values(agent);
        if (Ast.body(agent) == null) {
            boolean bare = values.size() == 1 && values.get(0) instanceof VariableExpression
                    && Set.of("any", "none").contains(((VariableExpression) values.get(0)).getName());
            if (!bare) {
                errors.add("Only \"agent none\", \"agent any\" or \"agent {...}\" are allowed.", agent);
            }
            return;
        }
        List<Statement> types = Ast.statements(agent);
        if (types.isEmpty()) {
            errors.add("No agent type specified. Must be one of " + AGENTS, agent);
        }
        if (types.size() > 1) {
            errors.add("Only one agent type is allowed per agent section", agent);
        }
        for (Statement statement : types) {
            MethodCallExpression type = Ast.call(statement);
            String name = type == null ? errors.text(statement) : type.getMethodAsString();
            if (type == null && !Set.of("any", "none").contains(name)) {
                errors.add("Expected to find 'key \"value\"'", statement);
            } else if (!AGENTS.contains(name)) {
                errors.add("Invalid agent type \"" + name + "\" specified. Must be one of " + AGENTS, statement);
            }
        }
    }

    private void when(MethodCallExpression when) {
        int conditions = 0;
        for (Statement statement : Ast.statements(when)) {
            MethodCallExpression condition = Ast.call(statement);
            if (condition == null) {
                errors.add("Expected a when condition", statement);
                continue;
            }
            String name = condition.getMethodAsString();
            if (WHEN_FLAGS.contains(name)) {
                continue;
            }
            conditions++;
            if (!WHEN.contains(name)) {
                errors.add("Unknown conditional " + name + ". Valid conditionals are: " + String.join(", ", WHEN), condition);
            } else if (NESTED_WHEN.contains(name)) {
                nestedWhen(name, condition);
            }
        }
        if (conditions == 0 && when.getMethodAsString().equals("when")) {
            errors.add("Empty when closure, remove the property or add some content.", when);
        }
    }

    private void nestedWhen(String name, MethodCallExpression condition) {
        int children = Ast.statements(condition).size();
        if (name.equals("not") && children != 1) {
            errors.add("Nested when condition \"not\" requires exactly 1 child condition(s).", condition);
        } else if (children == 0) {
            errors.add("Nested when condition \"" + name + "\" requires at least one child condition.", condition);
        }
        when(condition);
    }

    private void post(MethodCallExpression post) {
        if (Ast.statements(post).isEmpty()) {
            errors.add("post can not be empty", post);
        }
        Set<String> seen = new HashSet<>();
        for (Statement statement : Ast.statements(post)) {
            MethodCallExpression condition = Ast.call(statement);
            if (condition == null || Ast.body(condition) == null) {
                errors.add("The 'post' section can only contain build condition names with code blocks. Valid condition names are " + POST,
                        statement);
            } else if (!POST.contains(condition.getMethodAsString())) {
                errors.add("Invalid condition \"" + condition.getMethodAsString() + "\" - valid conditions are " + POST, condition);
            } else if (!seen.add(condition.getMethodAsString())) {
                errors.add("Duplicate build condition name: \"" + condition.getMethodAsString() + "\"", condition);
            } else {
                new StageValidator(errors).steps(condition);
            }
        }
    }

    private void parameters(MethodCallExpression parameters) {
        for (MethodCallExpression parameter : calls(parameters, "parameters can not be empty", "Expected a build parameter definition")) {
            if (!PARAMETERS.contains(parameter.getMethodAsString())) {
                errors.add("Invalid parameter type \"" + parameter.getMethodAsString() + "\". Valid parameter types: " + PARAMETERS, parameter);
            }
        }
    }

    private void input(MethodCallExpression input) {
        Set<String> fields = new HashSet<>();
        for (MethodCallExpression field : calls(input, "No message specified for input", "Expected to find 'someKey \"someValue\"'")) {
            fields.add(field.getMethodAsString());
            if (!INPUT.contains(field.getMethodAsString())) {
                errors.add("Not a valid field for input: \"" + field.getMethodAsString() + "\"", field);
            }
        }
        if (!fields.isEmpty() && !fields.contains("message")) {
            errors.add("No message specified for input", input);
        }
    }

    private void unique(MethodCallExpression section, String expected, String duplicate) {
        Set<String> names = new HashSet<>();
        for (MethodCallExpression call : calls(section, section.getMethodAsString() + " can not be empty", expected)) {
            if (!names.add(call.getMethodAsString())) {
                errors.add(duplicate + "\"" + call.getMethodAsString() + "\"", call);
            }
        }
    }

    private List<MethodCallExpression> calls(MethodCallExpression section, String empty, String expected) {
        List<MethodCallExpression> calls = new ArrayList<>();
        if (Ast.statements(section).isEmpty()) {
            errors.add(empty, section);
        }
        for (Statement statement : Ast.statements(section)) {
            MethodCallExpression call = Ast.call(statement);
            if (call == null) {
                errors.add(expected, statement);
            } else {
                calls.add(call);
            }
        }
        return calls;
    }
}
