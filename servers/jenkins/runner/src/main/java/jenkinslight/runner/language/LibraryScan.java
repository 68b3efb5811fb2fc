package jenkinslight.runner.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.codehaus.groovy.ast.AnnotatedNode;
import org.codehaus.groovy.ast.AnnotationNode;
import org.codehaus.groovy.ast.ClassCodeVisitorSupport;
import org.codehaus.groovy.ast.ClassNode;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.ListExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.TupleExpression;
import org.codehaus.groovy.control.CompilationFailedException;
import org.codehaus.groovy.control.CompilationUnit;
import org.codehaus.groovy.control.CompilerConfiguration;
import org.codehaus.groovy.control.Phases;
import org.codehaus.groovy.control.SourceUnit;
import org.jenkinsci.plugins.workflow.libs.Library;

/**
 * The libraries that a script asks for before it runs: by {@code @Library} on anything that takes annotations, and by Declarative's
 * {@code libraries { lib('name') }}.
 */
public final class LibraryScan extends ClassCodeVisitorSupport {
    private static final Set<String> ANNOTATION = Set.of(Library.class.getName(), Library.class.getSimpleName());

    private final List<String> libraries = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private boolean inPipeline;
    private boolean inLibraries;

    private LibraryScan() {}

    /** Reads a script. One that does not parse asks for nothing: its own compilation tells what is wrong with it. */
    public static LibraryScan of(String source) {
        LibraryScan scan = new LibraryScan();
        CompilationUnit unit = new CompilationUnit(new CompilerConfiguration());
        unit.addSource(ScriptCompiler.MAIN, source);
        try {
            unit.compile(Phases.CONVERSION);
        } catch (CompilationFailedException broken) {
            return scan;
        }
        for (Object type : unit.getAST().getClasses()) {
            scan.visitClass((ClassNode) type);
        }
        return scan;
    }

    /** Each {@code name} or {@code name@version}, in order. */
    public List<String> libraries() {
        return libraries;
    }

    /** What is wrong with the annotations, in Jenkins' words. */
    public List<String> errors() {
        return errors;
    }

    @Override
    protected SourceUnit getSourceUnit() {
        return null;
    }

    @Override
    public void visitAnnotations(AnnotatedNode node) {
        for (AnnotationNode annotation : node.getAnnotations()) {
            if (ANNOTATION.contains(annotation.getClassNode().getName())) {
                Expression value = annotation.getMember("value");
                if (value == null) {
                    errors.add("@Library was missing a value");
                } else {
                    take(value);
                }
            }
        }
    }

    private void take(Expression value) {
        if (value instanceof ListExpression) {
            ((ListExpression) value).getExpressions().forEach(this::take);
        } else if (!(value instanceof ConstantExpression)) {
            errors.add("@Library value ‘" + value.getText() + "’ was not a constant; did you mean to use the ‘library’ step instead?");
        } else if (((ConstantExpression) value).getValue() instanceof String) {
            add(value.getText());
        } else {
            errors.add("@Library value ‘" + value.getText() + "’ was not a string");
        }
    }

    private void add(String library) {
        if (!libraries.contains(library)) {
            libraries.add(library);
        }
    }

    @Override
    public void visitMethodCallExpression(MethodCallExpression call) {
        String name = String.valueOf(call.getMethodAsString());
        if (inLibraries && name.equals("lib")) {
            ((TupleExpression) call.getArguments()).getExpressions().forEach(this::take);
        } else if (inPipeline && name.equals("libraries")) {
            inLibraries = true;
            super.visitMethodCallExpression(call);
            inLibraries = false;
        } else if (name.equals("pipeline")) {
            inPipeline = true;
            super.visitMethodCallExpression(call);
            inPipeline = false;
        } else {
            super.visitMethodCallExpression(call);
        }
    }

    @Override
    public void visitClosureExpression(ClosureExpression closure) {
        if (closure.getCode() != null) {
            closure.getCode().visit(this);
        }
    }
}
