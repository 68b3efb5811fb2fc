package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.syntax.SyntaxException;

/** Checks the directives of pipelines, stages and matrices. */
final class DirectiveValidator {
    private static final Set<String> INPUT = Set.of("message", "id", "ok", "submitter", "submitterParameter", "parameters");

    private final ModelErrors errors;
    private final Map<String, List<String>> installed;
    private final DescribableValidator describables;

    /** @param installed the names of the tools that there are, by type; null if that is not known */
    DirectiveValidator(ModelErrors errors, Map<String, List<String>> installed) {
        this.errors = errors;
        this.installed = installed;
        this.describables = new DescribableValidator(errors);
    }

    /** Checks a directive of the pipeline itself; returns false for one that it can't have. */
    boolean ofPipeline(String name, Statement where, MethodCallExpression call) {
        switch (name) {
            case "parameters":
                describables.parameters(where, call);
                return true;
            case "triggers":
                describables.triggers(where, call);
                return true;
            case "libraries":
                libraries(where, call);
                return true;
            case "options":
                describables.options(where, call, Known.OPTIONS);
                return true;
            case "when":
            case "input":
                return false;
            default:
                return ofStage(name, where, call);
        }
    }

    /** Checks a directive of a stage or a matrix; returns false for one that it can't have. */
    boolean ofStage(String name, Statement where, MethodCallExpression call) {
        switch (name) {
            case "agent":
                new AgentValidator(errors).validate(where, call);
                return true;
            case "environment":
                new EnvironmentRewriter(errors).rewrite(where, call);
                return true;
            case "when":
                new WhenValidator(errors).validate(where, call);
                return true;
            case "post":
                post(where, call);
                return true;
            case "tools":
                tools(where, call);
                return true;
            case "options":
                describables.options(where, call, Known.STAGE_OPTIONS);
                return true;
            case "input":
                input(where, call);
                return true;
            default:
                return false;
        }
    }

    private void post(Statement where, MethodCallExpression post) {
        if (Ast.body(post) == null) {
            errors.form("Expected a block", where);
        }
        List<String> names = new ArrayList<>();
        List<SyntaxException> inside = errors.senseOf(() -> Ast.statements(post).forEach(statement -> condition(statement, names)));
        if (names.isEmpty()) {
            errors.sense("post can not be empty", where);
        }
        for (String twice : StageValidator.repeated(names)) {
            errors.sense("Duplicate build condition name: \"" + twice + "\"", where);
        }
        errors.tell(inside);
    }

    private void condition(Statement statement, List<String> names) {
        MethodCallExpression condition = Ast.call(statement);
        if (Ast.body(condition) == null) {
            errors.form("The ‘post’ section can only contain build condition names with code blocks. Valid condition names are " + Known.POST,
                    statement);
            return;
        }
        String name = Ast.name(condition);
        names.add(name);
        if (!Known.POST.contains(name)) {
            errors.sense("Invalid condition \"" + name + "\" - valid conditions are " + Known.POST, statement);
        }
        new StepValidator(errors).block(Ast.body(condition), statement);
    }

    private void tools(Statement where, MethodCallExpression tools) {
        if (Ast.body(tools) == null) {
            errors.form("Expected a block for tools", where);
            return;
        }
        for (Statement statement : Ast.statements(tools)) {
            MethodCallExpression tool = Ast.call(statement);
            if (tool == null) {
                errors.form("Expected to find ‘someTool \"someVersion\"’", where);
                continue;
            }
            errors.key(tool.getMethod());
            String name = Ast.literal(tool.getMethod());
            int arguments = Ast.arguments(tool).size();
            if (arguments != 1) {
                errors.form((arguments == 0 ? "No argument" : "Too many arguments") + " for tool \"" + name + "\"", tool.getMethod());
            } else if (!Known.TOOLS.contains(name)) {
                errors.sense("Invalid tool type \"" + name + "\". Valid tool types: " + Known.TOOLS, tool.getMethod());
            } else {
                errors.value(Ast.arguments(tool).get(0));
                installation(name, Ast.arguments(tool).get(0));
            }
        }
        if (Ast.statements(tools).isEmpty()) {
            errors.sense("No tools specified", where);
        }
    }

    private void installation(String type, Expression value) {
        String wanted = value instanceof ConstantExpression ? Ast.literal(value) : null;
        List<String> known = installed == null ? List.of() : installed.getOrDefault(type, List.of());
        if (installed != null && wanted != null && !known.contains(wanted)) {
            errors.sense("Tool type \"" + type + "\" does not have an install of \"" + wanted + "\" configured - did you mean \""
                    + Known.nearest(wanted, known) + "\"?", value);
        }
    }

    private void libraries(Statement where, MethodCallExpression libraries) {
        if (Ast.body(libraries) == null) {
            errors.form("Expected a block for libraries", where);
            return;
        }
        for (Statement statement : Ast.statements(libraries)) {
            MethodCallExpression lib = Ast.call(statement);
            if (lib == null || !"lib".equals(lib.getMethodAsString())) {
                errors.form("Expected a \"lib(...)\" but got " + errors.text(statement), where);
            } else if (Ast.body(lib) != null) {
                errors.form("Libraries definitions cannot have blocks", statement);
            } else {
                library(lib);
            }
        }
        if (Ast.statements(libraries).stream().noneMatch(statement -> isLibrary(Ast.call(statement)))) {
            errors.sense("libraries can not be empty", where);
        }
    }

    private void library(MethodCallExpression lib) {
        Ast.name(lib, errors);
        new ArgumentValidator(errors).form(lib);
        if (!isLibrary(lib)) {
            errors.form("Expected a \"lib(...)\" but got " + errors.text(lib), lib);
        }
    }

    /** One value is named. */
    private static boolean isLibrary(MethodCallExpression lib) {
        if (lib == null || !"lib".equals(lib.getMethodAsString()) || Ast.arguments(lib).size() != 1) {
            return false;
        }
        Expression value = Ast.arguments(lib).get(0);
        return !(value instanceof MapExpression || value instanceof MethodCallExpression || value instanceof ClosureExpression);
    }

    private void input(Statement where, MethodCallExpression input) {
        if (Ast.body(input) == null) {
            errors.form("Expected a block for input", where);
            return;
        }
        Set<String> seen = new HashSet<>();
        List<SyntaxException> inside = errors.senseOf(() -> fields(where, input, seen));
        if (!seen.contains("message")) {
            errors.sense("No message specified for input", where);
        }
        errors.tell(inside);
    }

    private void fields(Statement where, MethodCallExpression input, Set<String> seen) {
        for (Statement statement : Ast.statements(input)) {
            MethodCallExpression field = Ast.call(statement);
            if (field == null) {
                errors.form("Not a valid section definition: \"" + errors.text(statement) + "\". Some extra configuration is required.", where);
                continue;
            }
            String name = Ast.name(field, errors);
            if (!seen.add(name)) {
                errors.form("Multiple occurrences of the " + name + " section", where);
            }
            int arguments = Ast.arguments(field).size();
            if (arguments != 1) {
                errors.form((arguments == 0 ? "No argument" : "Too many arguments") + " for field \"" + name + "\"", field.getMethod());
            } else if (!INPUT.contains(name)) {
                errors.form("Not a valid field for input: \"" + name + "\"", field.getMethod());
            } else if (name.equals("parameters")) {
                describables.parametersOfInput(statement, field);
            } else {
                errors.value(Ast.arguments(field).get(0));
            }
        }
    }
}
