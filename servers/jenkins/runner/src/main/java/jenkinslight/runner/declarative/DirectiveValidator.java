package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.GStringExpression;
import org.codehaus.groovy.ast.expr.MapEntryExpression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.ExpressionStatement;
import org.codehaus.groovy.ast.stmt.Statement;

/** Checks the directives of pipelines, stages and matrices. */
final class DirectiveValidator {
    private static final Set<String> INPUT = Set.of("message", "id", "ok", "submitter", "submitterParameter", "parameters");

    private final ModelErrors errors;
    private final Map<String, List<String>> installed;

    /** @param installed the names of the tools that there are, by type; null if that is not known */
    DirectiveValidator(ModelErrors errors, Map<String, List<String>> installed) {
        this.errors = errors;
        this.installed = installed;
    }

    /** Checks a directive of the pipeline itself; returns false for one that it can't have. */
    boolean ofPipeline(String name, Statement where, MethodCallExpression call) {
        switch (name) {
            case "parameters":
                parameters(where, call);
                return true;
            case "triggers":
                triggers(where, call);
                return true;
            case "libraries":
                libraries(where, call);
                return true;
            case "options":
                options(where, call, Known.OPTIONS);
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
                options(where, call, Known.STAGE_OPTIONS);
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
        for (Statement statement : Ast.statements(post)) {
            MethodCallExpression condition = Ast.call(statement);
            if (Ast.body(condition) == null) {
                errors.form("The ‘post’ section can only contain build condition names with code blocks. Valid condition names are " + Known.POST,
                        statement);
                continue;
            }
            String name = Ast.name(condition);
            names.add(name);
            if (!Known.POST.contains(name)) {
                errors.sense("Invalid condition \"" + name + "\" - valid conditions are " + Known.POST, statement);
            }
            new StepValidator(errors).block(Ast.body(condition), statement);
        }
        if (names.isEmpty()) {
            errors.sense("post can not be empty", where);
        }
        for (String twice : StageValidator.repeated(names)) {
            errors.sense("Duplicate build condition name: \"" + twice + "\"", where);
        }
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

    private void options(Statement where, MethodCallExpression options, Set<String> known) {
        List<String> names = new ArrayList<>();
        for (Call option : calls(where, options, "options", "Options", "Expected an option")) {
            names.add(option.name);
            if (option.name.equals("parameters") || option.name.equals("pipelineTriggers")) {
                String directive = option.name.equals("parameters") ? "parameters" : "triggers";
                errors.sense("The \"" + directive + "\" job property can't be used in the \"options\" directive. Use the \"" + directive
                        + " {...}\" directive instead.", option.where);
            } else if (!known.contains(option.name)) {
                errors.sense("Invalid option type \"" + option.name + "\". Valid option types: " + known, option.where);
            }
        }
        Ast.statements(options).forEach(this::preserved);
        empty(where, options, "options");
        for (String twice : StageValidator.repeated(names)) {
            errors.sense("Duplicate option name: \"" + twice + "\"", where);
        }
    }

    /** Of how many builds {@code preserveStashes} keeps the stashes. */
    private void preserved(Statement option) {
        MethodCallExpression call = Ast.call(option);
        if (call == null || !"preserveStashes".equals(Ast.name(call))) {
            return;
        }
        for (MapEntryExpression entry : Ast.named(call)) {
            Object count = entry.getValueExpression() instanceof ConstantExpression ? ((ConstantExpression) entry.getValueExpression()).getValue() : null;
            boolean outside = count instanceof Integer && ((Integer) count < 1 || (Integer) count > 50);
            if (outside && "buildCount".equals(Ast.literal(entry.getKeyExpression()))) {
                errors.sense("The number of builds to preserve must be between 1 and 50.", option);
            }
        }
    }

    private void triggers(Statement where, MethodCallExpression triggers) {
        List<String> names = new ArrayList<>();
        for (Call trigger : calls(where, triggers, "triggers", "Triggers", "Expected a trigger")) {
            names.add(trigger.name);
            if (!Known.TRIGGERS.contains(trigger.name)) {
                errors.sense("Invalid trigger type \"" + trigger.name + "\". Valid trigger types: " + Known.TRIGGERS, trigger.where);
            }
        }
        empty(where, triggers, "triggers");
        for (String twice : StageValidator.repeated(names)) {
            errors.sense("Duplicate trigger name: \"" + twice + "\"", where);
        }
    }

    private void parameters(Statement where, MethodCallExpression parameters) {
        for (Call parameter : calls(where, parameters, "parameters", "Build parameters", "Expected a build parameter definition")) {
            if (!Known.PARAMETERS.contains(parameter.name)) {
                errors.sense("Invalid parameter type \"" + parameter.name + "\". Valid parameter types: " + Known.PARAMETERS, parameter.where);
            }
        }
        empty(where, parameters, "parameters");
    }

    private void empty(Statement where, MethodCallExpression section, String name) {
        if (Ast.body(section) != null && Ast.statements(section).isEmpty()) {
            errors.sense(name + " can not be empty", where);
        }
    }

    private static final class Call {
        final String name;
        final Statement where;

        Call(String name, Statement where) {
            this.name = name;
            this.where = where;
        }
    }

    /** The calls of a section whose entries are written {@code name(…)}. */
    private List<Call> calls(Statement where, MethodCallExpression section, String name, String entries, String expected) {
        List<Call> calls = new ArrayList<>();
        if (Ast.body(section) == null) {
            errors.form("Expected a block for " + name, where);
        }
        for (Statement statement : Ast.statements(section)) {
            MethodCallExpression call = Ast.call(statement);
            if (call == null) {
                boolean map = statement instanceof ExpressionStatement && ((ExpressionStatement) statement).getExpression() instanceof MapExpression;
                errors.form(map ? entries + " cannot be defined as maps" : expected, statement);
            } else if (Ast.body(call) != null) {
                errors.form(entries + " definitions cannot have blocks", statement);
            } else {
                calls.add(new Call(Ast.name(call, errors), statement));
                if (!mixed(call, statement)) {
                    new ArgumentValidator(errors).ofDirective(call, statement);
                }
            }
        }
        return calls;
    }

    private boolean mixed(MethodCallExpression call, Statement where) {
        long maps = Ast.arguments(call).stream().filter(argument -> argument instanceof MapExpression).count();
        if (maps > 0 && maps < Ast.arguments(call).size()) {
            errors.sense("Cannot mix named and unnamed arguments", where);
            return true;
        }
        return false;
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
            } else if (Ast.arguments(lib).size() != 1 || !isText(Ast.arguments(lib).get(0))) {
                errors.form("Expected a \"lib(...)\" but got " + errors.text(lib), lib);
            }
        }
        empty(where, libraries, "libraries");
    }

    private static boolean isText(Expression expression) {
        return expression instanceof ConstantExpression || expression instanceof GStringExpression;
    }

    private void input(Statement where, MethodCallExpression input) {
        if (Ast.body(input) == null) {
            errors.form("Expected a block for input", where);
            return;
        }
        Set<String> seen = new HashSet<>();
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
                parameters(statement, field);
            } else {
                errors.value(Ast.arguments(field).get(0));
            }
        }
        if (!seen.contains("message")) {
            errors.sense("No message specified for input", where);
        }
    }
}
