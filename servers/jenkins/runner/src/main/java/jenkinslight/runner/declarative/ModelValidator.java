package jenkinslight.runner.declarative;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.codehaus.groovy.ast.ClassNode;
import org.codehaus.groovy.ast.MethodNode;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.BlockStatement;
import org.codehaus.groovy.ast.stmt.IfStatement;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.classgen.GeneratorContext;
import org.codehaus.groovy.control.CompilePhase;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.control.customizers.CompilationCustomizer;

/**
 * Checks every {@code pipeline { }} of a script while it is compiled, so that errors of the model are told before anything runs, in
 * Jenkins' words.
 */
public final class ModelValidator extends CompilationCustomizer {
    private static final Set<String> SECTIONS = Set.of("agent", "stages", "post", "environment", "tools", "options", "parameters", "triggers",
            "libraries");

    public ModelValidator() {
        super(CompilePhase.CONVERSION);
    }

    @Override
    public void call(SourceUnit source, GeneratorContext context, ClassNode classNode) {
        if (!classNode.isScript()) {
            return;
        }
        pipelines(source.getAST().getStatementBlock(), source);
        // A library's variable may be a whole pipeline: def call() { pipeline { … } }
        for (MethodNode method : source.getAST().getMethods()) {
            pipelines(method.getCode(), source);
        }
    }

    /** Those among statements, in the branches of conditions too. */
    private static void pipelines(Statement statement, SourceUnit source) {
        if (statement instanceof BlockStatement) {
            ((BlockStatement) statement).getStatements().forEach(inner -> pipelines(inner, source));
        } else if (statement instanceof IfStatement) {
            pipelines(((IfStatement) statement).getIfBlock(), source);
            pipelines(((IfStatement) statement).getElseBlock(), source);
        } else if (Ast.call(statement) != null) {
            MethodCallExpression call = Ast.call(statement);
            if (call.getMethodAsString().equals("pipeline") && Ast.body(call) != null) {
                pipeline(call, new ModelErrors(source));
            }
        }
    }

    private static void pipeline(MethodCallExpression pipeline, ModelErrors errors) {
        Map<String, MethodCallExpression> sections = sections(pipeline, errors);
        for (String required : new String[] {"stages", "agent"}) {
            if (!sections.containsKey(required)) {
                errors.add("Missing required section \"" + required + "\"", pipeline);
            }
        }
        StageValidator stages = new StageValidator(errors);
        new DirectiveValidator(errors).validate(sections, true);
        if (sections.containsKey("stages")) {
            stages.stages(sections.get("stages"), false);
        }
    }

    private static Map<String, MethodCallExpression> sections(MethodCallExpression pipeline, ModelErrors errors) {
        Map<String, MethodCallExpression> sections = new LinkedHashMap<>();
        for (Statement statement : Ast.statements(pipeline)) {
            MethodCallExpression section = Ast.call(statement);
            if (section == null) {
                errors.add("Not a valid section definition: \"" + errors.text(statement) + "\". Some extra configuration is required.", statement);
            } else if (!SECTIONS.contains(section.getMethodAsString())) {
                errors.add("Undefined section \"" + section.getMethodAsString() + "\"", section);
            } else if (sections.put(section.getMethodAsString(), section) != null) {
                errors.add("Multiple occurrences of the " + section.getMethodAsString() + " section", section);
            }
        }
        return sections;
    }
}
