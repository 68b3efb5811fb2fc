package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.codehaus.groovy.ast.ASTNode;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.syntax.SyntaxException;

/** Checks {@code stages}, {@code parallel} and each {@code stage} with all that is in it. */
final class StageValidator {
    static final String NESTED = "\"matrix\" or \"parallel\" cannot be nested inside another \"matrix\" or \"parallel\".";
    /** Sections in the order in which the plugin looks at their sense: these, then what the stage holds at all, then those. */
    static final List<String> AROUND = List.of("agent", "when", "post", "tools", "environment", "options", "input");
    private static final List<String> INSIDE = List.of("steps", "parallel", "matrix", "stages");
    private static final String[] CONTENTS = {"matrix", "parallel", "stages", "steps"};

    private final ModelErrors errors;
    private final DirectiveValidator directives;
    private final StepValidator steps;
    private final MatrixValidator matrices;

    StageValidator(ModelErrors errors, DirectiveValidator directives) {
        this.errors = errors;
        this.directives = directives;
        this.steps = new StepValidator(errors);
        this.matrices = new MatrixValidator(errors, directives, this);
    }

    /**
     * Checks the stages of a block.
     *
     * @param what the section's name: stages or parallel
     * @param nested whether they are inside {@code parallel} or {@code matrix}
     */
    void stages(Statement where, MethodCallExpression block, String what, boolean nested) {
        if (Ast.body(block) == null) {
            errors.form("Expected a block for " + what, where);
        }
        List<String> names = new ArrayList<>();
        List<SyntaxException> inside = errors.senseOf(() -> Ast.statements(block).forEach(statement -> {
            String name = stage(statement, nested || what.equals("parallel"));
            if (name != null) {
                names.add(name);
            }
        }));
        names(where, names);
        errors.tell(inside);
        if (what.equals("parallel")) {
            // The plugin looks at those once as stages and once as parallel ones, and tells both times.
            names(where, names);
        }
    }

    private void names(Statement where, List<String> names) {
        if (names.isEmpty()) {
            errors.sense("No stages specified", where);
        }
        for (String twice : repeated(names)) {
            errors.sense("Duplicate stage name: \"" + twice + "\"", where);
        }
    }

    /** What is there more than once. */
    static Set<String> repeated(List<String> names) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new LinkedHashSet<>();
        names.forEach(name -> {
            if (!seen.add(name)) {
                twice.add(name);
            }
        });
        return twice;
    }

    /** Returns the stage's name, or null for something that is none. */
    private String stage(Statement statement, boolean nested) {
        MethodCallExpression stage = Ast.call(statement);
        if (stage == null || !"stage".equals(Ast.name(stage)) || Ast.body(stage) == null) {
            errors.form("Expected a stage", statement);
            return null;
        }
        List<Expression> arguments = Ast.arguments(stage);
        String name = Ast.literal(arguments.get(0));
        if (name == null) {
            errors.form("Expected string literal", arguments.get(0));
            name = "error";
        }
        if (arguments.size() < 2 || !(arguments.get(1) instanceof ClosureExpression)) {
            errors.form("Stage does not have a block", statement);
            return name;
        }
        Map<String, List<SyntaxException>> found = new HashMap<>();
        Map<String, ASTNode> sections = sections(statement, (ClosureExpression) arguments.get(1), nested, found);
        errors.tell(found, AROUND);
        contents(statement, name, sections, nested);
        errors.tell(found, INSIDE);
        return name;
    }

    private Map<String, ASTNode> sections(Statement stage, ClosureExpression body, boolean nested, Map<String, List<SyntaxException>> found) {
        Map<String, ASTNode> sections = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (Statement statement : Ast.statements(body)) {
            MethodCallExpression section = Ast.call(statement);
            if (section == null) {
                errors.form("Not a valid stage section definition: \"" + errors.text(statement) + "\". Some extra configuration is required.",
                        stage);
                continue;
            }
            String name = Ast.name(section, errors);
            if (!seen.add(name)) {
                errors.form("Multiple occurrences of the " + name + " section", stage);
            }
            found.computeIfAbsent(name, first -> new ArrayList<>()).addAll(errors.senseOf(() -> {
                if (section(name, stage, statement, section, nested)) {
                    sections.put(name, statement);
                }
            }));
        }
        return sections;
    }

    /** Checks a section; returns false for steps that are none. */
    private boolean section(String name, Statement stage, Statement statement, MethodCallExpression section, boolean nested) {
        switch (name) {
            case "steps":
                return steps.ofStage(section, nested);
            case "stages":
                stages(statement, section, name, nested);
                break;
            case "parallel":
                stages(statement, section, name, true);
                break;
            case "matrix":
                matrices.validate(statement, section);
                break;
            case "failFast":
                flag(section);
                break;
            default:
                if (!directives.ofStage(name, statement, section)) {
                    errors.form("Unknown stage section \"" + name
                            + "\". Starting with version 0.5, steps in a stage must be in a ‘steps’ block.", stage);
                }
        }
        return true;
    }

    private void flag(MethodCallExpression call) {
        List<Expression> arguments = Ast.arguments(call);
        boolean bool = !arguments.isEmpty() && arguments.get(0) instanceof ConstantExpression
                && ((ConstantExpression) arguments.get(0)).getValue() instanceof Boolean;
        if (!bool) {
            errors.form("Expected a boolean with " + Ast.name(call), call.getMethod());
        }
    }

    private void contents(Statement stage, String name, Map<String, ASTNode> sections, boolean nested) {
        int found = 0;
        for (String content : CONTENTS) {
            found += sections.containsKey(content) ? 1 : 0;
        }
        boolean forks = sections.containsKey("parallel") || sections.containsKey("matrix");
        if (nested && forks) {
            errors.sense(NESTED, sections.getOrDefault("matrix", sections.get("parallel")));
        } else if (found > 1) {
            errors.sense("Only one of \"matrix\", \"parallel\", \"stages\", or \"steps\" allowed for stage \"" + name + "\"", stage);
        } else if (found == 0) {
            errors.sense("Expected one of \"steps\", \"stages\", or \"parallel\" for stage \"" + name + "\"", stage);
        } else if (forks) {
            for (String forbidden : new String[] {"agent", "tools"}) {
                if (sections.containsKey(forbidden)) {
                    errors.sense("\"" + forbidden + "\" is not allowed in stage \"" + name + "\" as it contains parallel or matrix stages",
                            sections.get(forbidden));
                }
            }
        }
    }
}
