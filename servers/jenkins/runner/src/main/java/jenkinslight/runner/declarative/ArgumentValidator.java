package jenkinslight.runner.declarative;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkinslight.runner.language.Signature;
import jenkinslight.runner.language.Signature.Parameter;
import org.codehaus.groovy.ast.ASTNode;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MapEntryExpression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;

/** Checks the arguments of steps against what they take, as the plugin's ModelValidatorImpl: names, types of literals, what is missing. */
final class ArgumentValidator {
    private final ModelErrors errors;

    ArgumentValidator(ModelErrors errors) {
        this.errors = errors;
    }

    void validate(String name, Signature signature, MethodCallExpression call, Statement where) {
        List<Expression> arguments = Ast.values(call);
        if (arguments.size() > 1) {
            errors.sense("Arguments to \"" + name + "\" must be explicitly named.", where);
        } else if (arguments.isEmpty() || arguments.get(0) instanceof MapExpression && !isDescribable((MapExpression) arguments.get(0))) {
            named(signature, Ast.named(call), Ast.body(call) != null, where);
        } else if (signature.sole() != null) {
            type(arguments.get(0), signature.sole(), false);
        } else if (Ast.body(call) == null) {
            errors.sense("Step does not take a single required parameter - use named parameters instead", where);
        }
    }

    /** The form of what a directive holds: neither it nor a call among its arguments is given a closure. */
    void form(MethodCallExpression call) {
        for (Expression argument : Ast.arguments(call)) {
            if (argument instanceof MapExpression) {
                for (MapEntryExpression entry : ((MapExpression) argument).getMapEntryExpressions()) {
                    errors.key(entry.getKeyExpression());
                    formOf(entry.getValueExpression(), entry);
                }
            } else {
                formOf(argument, call);
            }
        }
    }

    private void formOf(Expression argument, ASTNode where) {
        if (argument instanceof ClosureExpression) {
            errors.form("Method call arguments", where);
        } else if (argument instanceof MethodCallExpression) {
            Ast.name((MethodCallExpression) argument, errors);
            form((MethodCallExpression) argument);
        } else {
            errors.value(argument);
        }
    }

    /**
     * Checks the sense of what a directive holds: {@code buildDiscarder(logRotator(…))}; of named arguments none must be given. A call among the
     * arguments is looked at twice, as an argument and as a call, and Jenkins tells twice what is wrong with it.
     */
    void ofDirective(MethodCallExpression call, ASTNode where) {
        element(call, where);
        Stream.concat(Ast.arguments(call).stream(), Ast.named(call).stream().map(MapEntryExpression::getValueExpression))
                .filter(MethodCallExpression.class::isInstance).map(MethodCallExpression.class::cast).forEach(inner -> {
                    ofDirective(inner, inner);
                    blocked(inner);
                });
    }

    private void element(MethodCallExpression call, ASTNode where) {
        Signature signature = Signature.ofDirective(String.valueOf(Ast.name(call)));
        if (signature == null) {
            return;
        }
        List<Expression> arguments = Ast.arguments(call);
        if (!Ast.named(call).isEmpty()) {
            arguments.stream().filter(argument -> !(argument instanceof MapExpression))
                    .forEach(argument -> errors.sense("Cannot mix named and unnamed arguments", where));
            Ast.named(call).forEach(entry -> entryOfDirective(signature, entry));
        } else if (arguments.size() > 1) {
            errors.sense("Arguments to \"" + Ast.name(call) + "\" must be explicitly named.", where);
        } else {
            unnamed(signature, call, where);
        }
    }

    private void unnamed(Signature signature, MethodCallExpression call, ASTNode where) {
        List<Expression> arguments = Ast.arguments(call);
        List<Parameter> required = signature.parameters().stream().filter(Parameter::required).collect(Collectors.toList());
        if (required.size() != arguments.size()) {
            errors.sense("\"" + Ast.name(call) + "\" should have " + required.size() + " arguments but has " + arguments.size() + " arguments instead.",
                    where);
        } else if (!arguments.isEmpty()) {
            valueOfDirective(required.get(0), arguments.get(0), false);
        }
    }

    /** What a method called in an argument may not be: steps, which have places of their own. */
    private void blocked(MethodCallExpression call) {
        String why = StepValidator.BLOCKED_AS_ARGUMENTS.get(String.valueOf(Ast.name(call)));
        if (why != null) {
            errors.sense("Invalid step \"" + Ast.name(call) + "\" used - not allowed in this context - " + why, call);
        }
    }

    private void entryOfDirective(Signature signature, MapEntryExpression entry) {
        String key = String.valueOf(Ast.literal(entry.getKeyExpression()));
        Parameter parameter = signature.parameter(key);
        if (parameter == null) {
            unknown(signature, key, entry.getKeyExpression());
        } else {
            valueOfDirective(parameter, entry.getValueExpression(), true);
        }
    }

    private void valueOfDirective(Parameter parameter, Expression value, boolean withName) {
        if (value instanceof MethodCallExpression) {
            element((MethodCallExpression) value, value);
            blocked((MethodCallExpression) value);
        } else {
            type(value, parameter, withName);
        }
    }

    private void unknown(Signature signature, String key, ASTNode where) {
        List<String> known = signature.parameters().stream().map(Parameter::name).collect(Collectors.toList());
        errors.sense("Invalid parameter \"" + key + "\", did you mean \"" + Known.nearest(key, known) + "\"?", where);
    }

    /** {@code [$class: 'GitSCM', …]} is a value. */
    private static boolean isDescribable(MapExpression map) {
        return map.getMapEntryExpressions().stream().anyMatch(entry -> "$class".equals(Ast.literal(entry.getKeyExpression())));
    }

    private void named(Signature signature, List<MapEntryExpression> entries, boolean hasBlock, Statement where) {
        boolean valid = true;
        for (MapEntryExpression entry : entries) {
            String key = Ast.literal(entry.getKeyExpression());
            Parameter parameter = key == null ? null : signature.parameter(key);
            if (parameter == null && signature.sole() != null && signature.sole().type() == null) {
                // The names of the one thing that it takes: checkout branches: …, userRemoteConfigs: …
                return;
            }
            if (parameter == null) {
                unknown(signature, String.valueOf(key), entry.getKeyExpression());
                valid = false;
            } else {
                boolean only = entries.size() == 1 && parameter == signature.sole() && !hasBlock;
                valid &= type(entry.getValueExpression(), parameter, !only);
            }
        }
        for (Parameter parameter : signature.parameters()) {
            boolean missing = parameter.required() && entries.stream().noneMatch(entry -> parameter.name().equals(Ast.literal(entry.getKeyExpression())));
            if (valid && missing) {
                errors.sense("Missing required parameter: \"" + parameter.name() + "\"", where);
            }
        }
    }

    /** A literal must be of the parameter's type: texts, numbers and truths are not made of each other. */
    private boolean type(Expression value, Parameter parameter, boolean withName) {
        if (!(value instanceof ConstantExpression) || parameter.type() == null) {
            return true;
        }
        Object constant = ((ConstantExpression) value).getValue();
        if (constant == null || fits(constant, parameter.type())) {
            return true;
        }
        String expected = "Expecting \"" + parameter.type() + "\"" + (withName ? " for parameter \"" + parameter.name() + "\"" : "");
        errors.sense(expected + " but got \"" + constant + "\" of type " + constant.getClass() + " instead", (ASTNode) value);
        return false;
    }

    private static boolean fits(Object constant, Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).anyMatch(each -> each.toString().equals(constant));
        }
        if (type == String.class) {
            return !(constant instanceof Integer || constant instanceof Boolean);
        }
        if (type == int.class) {
            return !(constant instanceof String || constant instanceof Boolean);
        }
        // What Groovy casts: anything to a boolean, numbers to each other, a text of one letter to a number.
        boolean toBoolean = type == boolean.class || type == Boolean.class;
        return toBoolean || constant instanceof Number || constant instanceof String && ((String) constant).length() == 1;
    }
}
