package jenkinslight.runner.declarative;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MapEntryExpression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.syntax.SyntaxException;

/** Checks the directive {@code when}. */
final class WhenValidator {
    private static final Set<String> FLAGS = Set.of("beforeAgent", "beforeInput", "beforeOptions");

    private final ModelErrors errors;

    WhenValidator(ModelErrors errors) {
        this.errors = errors;
    }

    void validate(Statement where, MethodCallExpression when) {
        boolean empty = true;
        for (Statement statement : Ast.statements(when)) {
            MethodCallExpression call = Ast.call(statement);
            if (call == null) {
                errors.form("Expected a when condition", where);
            } else if (FLAGS.contains(String.valueOf(Ast.name(call)))) {
                flag(call);
            } else {
                empty = false;
                condition(statement);
            }
        }
        if (empty) {
            errors.sense("Empty when closure, remove the property or add some content.", where);
        }
    }

    private void flag(MethodCallExpression flag) {
        List<Expression> arguments = Ast.arguments(flag);
        boolean bool = !arguments.isEmpty() && arguments.get(0) instanceof ConstantExpression
                && ((ConstantExpression) arguments.get(0)).getValue() instanceof Boolean;
        if (!bool) {
            errors.form("Expected a boolean with " + Ast.name(flag), flag.getMethod());
        }
    }

    private void condition(Statement statement) {
        MethodCallExpression call = Ast.call(statement);
        if (call == null) {
            errors.form("Expected a when condition", statement);
            return;
        }
        String name = Ast.name(call, errors);
        if (name.equals("expression")) {
            if (Ast.body(call) == null) {
                errors.form("When step without a block", statement);
            }
            return;
        }
        errors.arguments(Ast.values(call));
        List<SyntaxException> inside = errors.senseOf(() -> Ast.statements(call).forEach(this::condition));
        Integer children = Known.WHEN.get(name);
        if (children == null) {
            errors.sense("Unknown conditional " + name + ". Valid conditionals are: "
                    + new TreeSet<>(Known.WHEN.keySet()).stream().collect(Collectors.joining(", ")), statement);
        } else if (children != 0) {
            nested(name, children, statement, call, inside);
        } else if (!Ast.statements(call).isEmpty()) {
            errors.sense("No children when conditions are allowed for when condition \"" + name + "\".", statement);
        } else {
            parameters(name, statement, call);
        }
        errors.tell(inside);
    }

    private void nested(String name, int children, Statement statement, MethodCallExpression call, List<SyntaxException> inside) {
        int found = Ast.statements(call).size();
        if (!Ast.values(call).isEmpty()) {
            errors.sense("No additional arguments are allowed for children when condition \"" + name + "\".", statement);
        } else if (children < 0 && found == 0) {
            errors.sense("Nested when condition \"" + name + "\" requires at least one child condition.", statement);
        } else if (children > 0 && found != children) {
            errors.sense("Nested when condition \"" + name + "\" requires exactly " + children + " child condition(s).", statement);
        } else if (children > 0) {
            // The plugin looks at the child of such a condition here and, as at any other's, later, and tells both times.
            errors.tell(inside);
        }
    }

    private void parameters(String name, Statement statement, MethodCallExpression call) {
        List<String> known = Known.WHEN_PARAMETERS.get(name);
        List<String> required = known.stream().filter(p -> p.startsWith("*")).map(p -> p.substring(1)).collect(Collectors.toList());
        List<String> all = known.stream().map(p -> p.replace("*", "")).collect(Collectors.toList());
        List<Expression> arguments = Ast.arguments(call);
        if (arguments.size() > 1) {
            errors.sense("Arguments to \"" + name + "\" must be explicitly named.", statement);
        } else if (arguments.isEmpty() || arguments.get(0) instanceof MapExpression) {
            named(name, statement, Ast.named(call), all, required);
        } else if (required.size() != 1 && !name.equals("tag")) {
            errors.sense("Step does not take a single required parameter - use named parameters instead", statement);
        } else {
            text(name, arguments.get(0), statement);
        }
    }

    private void named(String name, Statement statement, List<MapEntryExpression> entries, List<String> all, List<String> required) {
        boolean valid = true;
        for (MapEntryExpression entry : entries) {
            String key = String.valueOf(Ast.literal(entry.getKeyExpression()));
            if (!all.contains(key)) {
                errors.sense("Invalid parameter \"" + key + "\", did you mean \"" + Known.nearest(key, all) + "\"?", entry.getKeyExpression());
                valid = false;
            } else if (key.equals("pattern")) {
                text(name, entry.getValueExpression(), statement);
            }
        }
        for (String parameter : required) {
            if (valid && entries.stream().noneMatch(entry -> parameter.equals(Ast.literal(entry.getKeyExpression())))) {
                errors.sense("Missing required parameter: \"" + parameter + "\"", statement);
            }
        }
        if (name.equals("changelog") && entries.stream().noneMatch(entry -> "pattern".equals(Ast.literal(entry.getKeyExpression())))) {
            errors.sense("Changelog is missing required parameter \"pattern\".", statement);
        }
    }

    /** The pattern of a condition: a string, for changelog an expression that Java can read. */
    private void text(String condition, Expression value, Statement statement) {
        if (!(value instanceof ConstantExpression)) {
            return;
        }
        Object constant = ((ConstantExpression) value).getValue();
        if (constant instanceof Integer || constant instanceof Boolean) {
            errors.sense("Expecting \"class java.lang.String\" but got \"" + constant + "\" of type " + constant.getClass() + " instead", value);
        } else if (condition.equals("changelog")) {
            try {
                Pattern.compile(String.valueOf(constant));
            } catch (PatternSyntaxException broken) {
                errors.sense("\"" + constant + "\" is not a valid regular expression. " + broken.getMessage(), statement);
            }
        }
    }
}
