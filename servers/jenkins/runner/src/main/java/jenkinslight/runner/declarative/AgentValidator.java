package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.List;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;

/** Checks the directive {@code agent}. */
final class AgentValidator {
    private static final List<String> BARE = List.of("any", "none");

    private final ModelErrors errors;

    AgentValidator(ModelErrors errors) {
        this.errors = errors;
    }

    void validate(Statement where, MethodCallExpression agent) {
        List<Statement> types = Ast.statements(agent);
        if (Ast.body(agent) == null) {
            bare(where, Ast.arguments(agent));
        } else if (types.isEmpty()) {
            errors.form("Expected an agent", where);
            noType(where);
        } else if (types.size() > 1) {
            errors.form("Only one agent type is allowed per agent section", where);
            noType(where);
        } else if (Ast.call(types.get(0)) == null) {
            errors.form("Expected an agent", where);
            noType(where);
        } else {
            type(Ast.call(types.get(0)));
        }
    }

    private void bare(Statement where, List<Expression> arguments) {
        if (arguments.isEmpty()) {
            errors.form("No argument for agent", where);
            noType(where);
        } else {
            bareName(where, arguments);
        }
    }

    private void bareName(Statement where, List<Expression> arguments) {
        if (arguments.size() == 1) {
            errors.key(arguments.get(0));
        }
        if (arguments.size() > 1 || !BARE.contains(String.valueOf(Ast.literal(arguments.get(0))))) {
            errors.form("Only \"agent none\", \"agent any\" or \"agent {...}\" are allowed.", where);
            noType(where);
        }
    }

    private void noType(Statement where) {
        errors.sense("No agent type specified. Must be one of " + Known.AGENT_TYPES, where);
    }

    private void type(MethodCallExpression type) {
        List<Expression> arguments = Ast.arguments(type);
        String name = Ast.literal(type.getMethod());
        if (arguments.isEmpty()) {
            errors.form("No argument for map key \"" + name + "\"", type.getMethod());
        } else if (arguments.size() > 1) {
            errors.form("Too many arguments for map key \"" + name + "\"", type.getMethod());
        }
        if (BARE.contains(name)) {
            return;
        }
        Ast.values(type).forEach(errors::value);
        List<String> known = Known.AGENTS.get(name);
        if (known == null) {
            errors.sense("Invalid agent type \"" + name + "\" specified. Must be one of " + Known.AGENT_TYPES, type.getMethod());
        } else if (Ast.body(type) != null) {
            settings(type, name.equals("label") ? "node" : name, known);
        }
    }

    private void settings(MethodCallExpression type, String name, List<String> known) {
        List<MethodCallExpression> settings = calls(Ast.body(type));
        boolean requires = !name.equals("dockerfile");
        if (requires && settings.stream().noneMatch(setting -> known.get(0).equals(Ast.literal(setting.getMethod())))) {
            errors.sense("Missing required parameter for agent type \"" + name + "\": " + known.get(0), type.getMethod());
        }
        for (MethodCallExpression setting : settings) {
            String key = Ast.literal(setting.getMethod());
            if (!known.contains(key)) {
                errors.sense("Invalid config option \"" + key + "\" for agent type \"" + name + "\". Valid config options are " + known,
                        setting.getMethod());
            }
        }
    }

    private List<MethodCallExpression> calls(ClosureExpression body) {
        List<MethodCallExpression> calls = new ArrayList<>();
        for (Statement statement : Ast.statements(body)) {
            MethodCallExpression call = Ast.call(statement);
            if (call == null) {
                errors.form("Expected to find ‘someKey \"someValue\"’", body);
            } else {
                int arguments = Ast.arguments(call).size();
                if (arguments != 1) {
                    errors.form((arguments == 0 ? "No argument" : "Too many arguments") + " for map key \"" + Ast.literal(call.getMethod()) + "\"",
                            call.getMethod());
                }
                Ast.arguments(call).forEach(errors::value);
                calls.add(call);
            }
        }
        return calls;
    }
}
