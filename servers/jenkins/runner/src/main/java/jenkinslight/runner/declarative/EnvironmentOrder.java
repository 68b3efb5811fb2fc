package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.codehaus.groovy.ast.CodeVisitorSupport;
import org.codehaus.groovy.ast.expr.PropertyExpression;
import org.codehaus.groovy.ast.expr.VariableExpression;
import org.codehaus.groovy.ast.stmt.Statement;

/** Puts the variables of an {@code environment} block behind those that their values name: in Jenkins they may stand in any order. */
final class EnvironmentOrder {
    private final List<Statement> statements;
    private final Map<String, Statement> byName = new LinkedHashMap<>();
    private final List<Statement> sorted = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    /** @param statements the calls that {@link EnvironmentRewriter} made, which are sorted in place */
    EnvironmentOrder(List<Statement> statements) {
        this.statements = statements;
        statements.forEach(statement -> byName.put(Ast.literal(Ast.arguments(Ast.call(statement)).get(0)), statement));
    }

    void sort() {
        if (byName.size() == statements.size()) {
            byName.keySet().forEach(this::add);
            for (int i = 0; i < sorted.size(); i++) {
                statements.set(i, sorted.get(i));
            }
        }
    }

    private void add(String name) {
        if (seen.add(name)) {
            Statement statement = byName.get(name);
            named(statement).stream().filter(byName::containsKey).forEach(this::add);
            sorted.add(statement);
        }
    }

    /** What a value names, plainly or as a property of {@code env}. */
    private static Set<String> named(Statement statement) {
        Set<String> names = new HashSet<>();
        statement.visit(new CodeVisitorSupport() {
            @Override
            public void visitVariableExpression(VariableExpression variable) {
                names.add(variable.getName());
            }

            @Override
            public void visitPropertyExpression(PropertyExpression property) {
                if ("env".equals(Ast.literal(property.getObjectExpression()))) {
                    names.add(property.getPropertyAsString());
                }
                super.visitPropertyExpression(property);
            }
        });
        return names;
    }
}
