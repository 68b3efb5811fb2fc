package jenkinslight.runner.declarative;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.codehaus.groovy.ast.ClassNode;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.Statement;
import org.codehaus.groovy.classgen.GeneratorContext;
import org.codehaus.groovy.control.CompilePhase;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.control.customizers.CompilationCustomizer;
import org.codehaus.groovy.syntax.SyntaxException;

/**
 * Checks the {@code pipeline { }} of a script while it is compiled, so that errors of the model are told before anything runs, in
 * Jenkins' words and at its places (pipeline-model-definition: ModelParser and ModelValidatorImpl).
 */
public final class ModelValidator extends CompilationCustomizer {
    /** Sections of early versions, and what Jenkins says to them. */
    private static final Map<String, String> GONE = Map.of(
            "properties", "The ‘properties’ section has been renamed as of version 0.8. Use ‘options’ instead.",
            "wrappers", "The 'wrappers' section has been removed as of version 0.8. Use 'options' instead.",
            "jobProperties", "The ‘jobProperties’ section has been renamed as of version 0.7. Use ‘properties’ instead.",
            "notifications", "The ‘notifications’ section has been removed as of version 0.6. Use ‘post’ for all post-build actions.",
            "postBuild", "The ‘postBuild’ section has been renamed as of version 0.6. Use ‘post’ for all post-build actions.");

    private final Map<String, List<String>> installed;

    /** @param installed the names of the tools that there are, by type; null if that is not known */
    public ModelValidator(Map<String, List<String>> installed) {
        super(CompilePhase.CONVERSION);
        this.installed = installed;
    }

    @Override
    public void call(SourceUnit source, GeneratorContext context, ClassNode classNode) {
        if (!classNode.isScript()) {
            return;
        }
        List<Statement> pipelines = Pipelines.of(source.getAST());
        for (Statement pipeline : pipelines) {
            ModelErrors errors = new ModelErrors(source);
            new Pipeline(errors, installed).validate(pipeline, Ast.call(pipeline));
            errors.close();
        }
        if (pipelines.isEmpty()) {
            source.getAST().getStatementBlock().getStatements().forEach(statement -> nested(statement, source));
        }
        Pipelines.leaveOthers(source.getAST(), pipelines);
    }

    /** A pipeline within another block is none. */
    private static void nested(Statement statement, SourceUnit source) {
        MethodCallExpression call = Ast.call(statement);
        if (Ast.body(call) != null) {
            if ("pipeline".equals(Ast.name(call))) {
                new ModelErrors(source).form("pipeline block must be at the top-level, not within another block.", statement);
            }
            Ast.statements(call).forEach(inner -> nested(inner, source));
        }
    }

    /** One {@code pipeline} block. */
    private static final class Pipeline {
        /** Sections in the order in which the plugin looks at their sense. */
        private static final List<String> ORDER = List.of("stages", "post", "environment", "agent", "tools", "options", "parameters", "triggers",
                "libraries");
        private final ModelErrors errors;
        private final DirectiveValidator directives;
        private final StageValidator stages;

        Pipeline(ModelErrors errors, Map<String, List<String>> installed) {
            this.errors = errors;
            directives = new DirectiveValidator(errors, installed);
            stages = new StageValidator(errors, directives);
        }

        void validate(Statement pipeline, MethodCallExpression call) {
            Map<String, List<SyntaxException>> found = new HashMap<>();
            for (Statement statement : Ast.statements(call)) {
                MethodCallExpression section = Ast.call(statement);
                if (section == null) {
                    errors.form("Not a valid section definition: \"" + errors.text(statement) + "\". Some extra configuration is required.",
                            statement);
                    continue;
                }
                String name = Ast.name(section, errors);
                if (found.containsKey(name)) {
                    errors.form("Multiple occurrences of the " + name + " section", statement);
                }
                found.computeIfAbsent(name, first -> new ArrayList<>()).addAll(errors.senseOf(() -> section(name, statement, section)));
            }
            for (String required : new String[] {"stages", "agent"}) {
                if (!found.containsKey(required)) {
                    errors.sense("Missing required section \"" + required + "\"", pipeline);
                }
            }
            errors.tell(found, ORDER);
        }

        private void section(String name, Statement statement, MethodCallExpression section) {
            if (GONE.containsKey(name)) {
                errors.form(GONE.get(name), statement);
            } else if (name.equals("stages")) {
                stages.stages(statement, section, "stages", false);
            } else if (!directives.ofPipeline(name, statement, section)) {
                errors.form("Undefined section \"" + name + "\"", statement);
            }
        }
    }
}
