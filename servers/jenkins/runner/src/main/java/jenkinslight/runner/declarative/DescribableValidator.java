package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.MapEntryExpression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.ExpressionStatement;
import org.codehaus.groovy.ast.stmt.Statement;

/** Checks the sections whose entries are written {@code name(…)}: {@code options}, {@code triggers} and {@code parameters}. */
final class DescribableValidator {
    private final ModelErrors errors;

    DescribableValidator(ModelErrors errors) {
        this.errors = errors;
    }

    /** One entry. */
    private static final class Call {
        final String name;
        final Statement where;
        final MethodCallExpression expression;

        Call(String name, Statement where, MethodCallExpression expression) {
            this.name = name;
            this.where = where;
            this.expression = expression;
        }
    }

    /** Checks {@code options}. @param known what may stand there */
    void options(Statement where, MethodCallExpression options, Set<String> known) {
        List<Call> calls = calls(where, options, "options", "Options", "Expected an option");
        empty(where, options, "options");
        repeated(calls, "Duplicate option name: ", where);
        for (Call option : calls) {
            if (!known.contains(option.name)) {
                errors.sense("Invalid option type \"" + option.name + "\". Valid option types: " + known, option.where);
            }
        }
        for (Call option : calls) {
            mixed(option);
            if (option.name.equals("parameters") || option.name.equals("triggers")) {
                errors.sense("The \"" + option.name + "\" job property can't be used in the \"options\" directive. Use the \"" + option.name
                        + " {...}\" directive instead.", option.where);
            }
            preserved(option);
            arguments(option);
        }
    }

    /** Of how many builds {@code preserveStashes} keeps the stashes. */
    private void preserved(Call option) {
        if (!option.name.equals("preserveStashes")) {
            return;
        }
        for (MapEntryExpression entry : Ast.named(option.expression)) {
            Object count = entry.getValueExpression() instanceof ConstantExpression ? ((ConstantExpression) entry.getValueExpression()).getValue() : null;
            boolean outside = count instanceof Integer && ((Integer) count < 1 || (Integer) count > 50);
            if (outside && "buildCount".equals(Ast.literal(entry.getKeyExpression()))) {
                errors.sense("The number of builds to preserve must be between 1 and 50.", option.where);
            }
        }
    }

    /** Checks {@code triggers}. */
    void triggers(Statement where, MethodCallExpression triggers) {
        List<Call> calls = calls(where, triggers, "triggers", "Triggers", "Expected a trigger");
        empty(where, triggers, "triggers");
        repeated(calls, "Duplicate trigger name: ", where);
        calls.forEach(trigger -> entry(trigger, "trigger", Known.TRIGGERS));
    }

    /** Checks {@code parameters} of a pipeline. */
    void parameters(Statement where, MethodCallExpression parameters) {
        List<Call> calls = calls(where, parameters, "parameters", "Build parameters", "Expected a build parameter definition");
        empty(where, parameters, "parameters");
        calls.forEach(parameter -> entry(parameter, "parameter", Known.PARAMETERS));
    }

    /** Checks {@code parameters} of {@code input}, which may be empty. */
    void parametersOfInput(Statement where, MethodCallExpression parameters) {
        calls(where, parameters, "parameters", "Build parameters", "Expected a build parameter definition")
                .forEach(parameter -> entry(parameter, "parameter", Known.PARAMETERS));
    }

    private void entry(Call call, String kind, Set<String> known) {
        if (!known.contains(call.name)) {
            errors.sense("Invalid " + kind + " type \"" + call.name + "\". Valid " + kind + " types: " + known, call.where);
        } else {
            mixed(call);
        }
        arguments(call);
    }

    private void arguments(Call call) {
        new ArgumentValidator(errors).ofDirective(call.expression, call.where);
    }

    private void mixed(Call call) {
        long maps = Ast.arguments(call.expression).stream().filter(argument -> argument instanceof MapExpression).count();
        if (maps > 0 && maps < Ast.arguments(call.expression).size()) {
            errors.sense("Cannot mix named and unnamed arguments", call.where);
        }
    }

    private void empty(Statement where, MethodCallExpression section, String name) {
        if (Ast.statements(section).isEmpty()) {
            errors.sense(name + " can not be empty", where);
        }
    }

    private void repeated(List<Call> calls, String message, Statement where) {
        List<String> names = new ArrayList<>();
        calls.forEach(call -> names.add(call.name));
        StageValidator.repeated(names).forEach(twice -> errors.sense(message + "\"" + twice + "\"", where));
    }

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
                calls.add(new Call(Ast.name(call, errors), statement, call));
                new ArgumentValidator(errors).form(call);
            }
        }
        return calls;
    }
}
