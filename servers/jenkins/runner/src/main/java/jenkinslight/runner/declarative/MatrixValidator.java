package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.codehaus.groovy.ast.ASTNode;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.GStringExpression;
import org.codehaus.groovy.ast.expr.MapExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.syntax.SyntaxException;

/** Checks {@code matrix} with its axes and excludes. */
final class MatrixValidator {
    private static final List<String> INSIDE = List.of("axes", "excludes", "stages");

    private final ModelErrors errors;
    private final DirectiveValidator directives;
    private final StageValidator stages;

    MatrixValidator(ModelErrors errors, DirectiveValidator directives, StageValidator stages) {
        this.errors = errors;
        this.directives = directives;
        this.stages = stages;
    }

    void validate(Statement where, MethodCallExpression matrix) {
        if (Ast.body(matrix) == null) {
            errors.form("Expected a block for matrix", where);
            return;
        }
        Map<String, List<SyntaxException>> found = new HashMap<>();
        for (Statement statement : Ast.statements(matrix)) {
            MethodCallExpression section = Ast.call(statement);
            if (section == null) {
                errors.form("Not a valid section definition: \"" + errors.text(where) + "\". Some extra configuration is required.", statement);
                continue;
            }
            String name = Ast.name(section, errors);
            if (found.containsKey(name)) {
                errors.form("Multiple occurrences of the " + name + " section", statement);
            }
            found.computeIfAbsent(name, first -> new ArrayList<>()).addAll(errors.senseOf(() -> section(name, statement, section)));
        }
        errors.tell(found, StageValidator.AROUND);
        for (String required : new String[] {"axes", "stages"}) {
            if (!found.containsKey(required)) {
                errors.sense("Missing required section \"" + required + "\"", where);
            }
        }
        errors.tell(found, INSIDE);
    }

    private void section(String name, Statement statement, MethodCallExpression section) {
        switch (name) {
            case "axes":
                axes(statement, section, false);
                break;
            case "excludes":
                excludes(statement, section);
                break;
            case "stages":
                stages.stages(statement, section, name, true);
                break;
            default:
                if (!directives.ofStage(name, statement, section)) {
                    errors.form("Undefined section \"" + name + "\"", statement);
                }
        }
    }

    private void excludes(Statement where, MethodCallExpression excludes) {
        List<Statement> statements = Ast.statements(excludes);
        if (Ast.body(excludes) == null) {
            errors.form("Expected a block for excludes", where);
        } else if (statements.isEmpty()) {
            errors.sense("No exclude directives specified", where);
        }
        for (Statement statement : statements) {
            MethodCallExpression exclude = Ast.call(statement);
            if (Ast.body(exclude) == null) {
                errors.form("Expected a block for exclude", statement);
            } else {
                axes(statement, exclude, true);
            }
        }
    }

    private void axes(Statement where, MethodCallExpression axes, boolean excluding) {
        if (Ast.body(axes) == null) {
            errors.form("Expected a block for axes", where);
            return;
        }
        List<String> names = new ArrayList<>();
        List<ASTNode> places = new ArrayList<>();
        List<SyntaxException> inside = errors.senseOf(() -> Ast.statements(axes).forEach(statement -> {
            Expression name = axis(statement, Ast.call(statement), excluding);
            if (name != null && Ast.literal(name) != null) {
                names.add(Ast.literal(name));
                places.add(name);
            }
        }));
        if (Ast.statements(axes).isEmpty()) {
            errors.sense("No axis directives specified", where);
        }
        for (String twice : StageValidator.repeated(names)) {
            errors.sense("Duplicate axis name: \"" + twice + "\"", places.get(names.indexOf(twice)));
        }
        errors.tell(inside);
    }

    /** Returns what the axis gives as its name, or null. */
    private Expression axis(Statement where, MethodCallExpression axis, boolean excluding) {
        if (Ast.body(axis) == null) {
            errors.form("Expected a block for axis", where);
        }
        Set<String> seen = new HashSet<>();
        Expression name = null;
        List<Expression> values = new ArrayList<>();
        for (Statement statement : Ast.statements(axis)) {
            MethodCallExpression field = Ast.call(statement);
            if (field == null) {
                errors.form("Not a valid section definition: \"" + errors.text(where) + "\". Some extra configuration is required.", statement);
                continue;
            }
            String key = Ast.name(field, errors);
            if (!seen.add(key)) {
                errors.form("Multiple occurrences of the " + key + " section", statement);
            }
            if (excluding && seen.contains("values") && seen.contains("notValues")) {
                errors.form("Exclude axis must contain either \"values\" or \"notValues\"", statement);
            }
            if (key.equals("name")) {
                name = nameOf(statement, Ast.arguments(field));
            } else if (key.equals("values") || excluding && key.equals("notValues")) {
                new ArgumentValidator(errors).form(field);
                values.addAll(Ast.arguments(field));
            } else {
                errors.form("Undefined section \"" + key + "\"", statement);
            }
        }
        check(where, seen, name, values);
        return name;
    }

    private Expression nameOf(Statement where, List<Expression> arguments) {
        if (arguments.size() != 1) {
            errors.form((arguments.isEmpty() ? "No argument" : "Too many arguments") + " for field \"name\"", where);
            return null;
        }
        if (Ast.literal(arguments.get(0)) == null) {
            errors.form("Expected string literal", arguments.get(0));
        }
        return arguments.get(0);
    }

    private void check(Statement where, Set<String> seen, Expression name, List<Expression> values) {
        if (!seen.contains("name")) {
            errors.sense("Missing required section \"name\"", where);
        } else if (name != null && Ast.literal(name) != null && !EnvironmentRewriter.isIdentifier(Ast.literal(name))) {
            errors.sense(EnvironmentRewriter.noIdentifier(Ast.literal(name)), name);
        }
        if (values.isEmpty()) {
            errors.sense("Missing required section \"values\"", where);
        }
        List<String> texts = values.stream().map(this::value).collect(Collectors.toList());
        for (String twice : StageValidator.repeated(texts)) {
            errors.sense("Duplicate axis value: \"" + twice + "\"", values.get(texts.indexOf(twice)));
        }
        for (Expression value : values) {
            if (!(value instanceof ConstantExpression)) {
                errors.sense("Expected string literal but got " + value(value), value);
            }
        }
    }

    /** What the plugin takes a value for: any expression for what stands in a string's braces. */
    private String value(Expression value) {
        if (value instanceof ConstantExpression) {
            return value.getText();
        }
        return value instanceof GStringExpression || value instanceof MapExpression ? errors.text(value) : "${" + errors.text(value) + "}";
    }
}
