package jenkinslight.runner.language;

import org.codehaus.groovy.ast.ClassCodeVisitorSupport;
import org.codehaus.groovy.ast.ClassHelper;
import org.codehaus.groovy.ast.ClassNode;
import org.codehaus.groovy.ast.expr.ArgumentListExpression;
import org.codehaus.groovy.ast.expr.ClassExpression;
import org.codehaus.groovy.ast.expr.ClosureListExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.stmt.ForStatement;
import org.codehaus.groovy.classgen.GeneratorContext;
import org.codehaus.groovy.control.CompilePhase;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.control.customizers.CompilationCustomizer;

/** Wraps the collection of every for-in loop, since groovy-cps fetches that iterator around the Invoker. */
public final class ForInRewriter extends CompilationCustomizer {
    public ForInRewriter() {
        super(CompilePhase.CONVERSION);
    }

    @Override
    public void call(SourceUnit source, GeneratorContext context, ClassNode classNode) {
        new ClassCodeVisitorSupport() {
            @Override
            protected SourceUnit getSourceUnit() {
                return source;
            }

            @Override
            public void visitForLoop(ForStatement loop) {
                Expression collection = loop.getCollectionExpression();
                if (!(collection instanceof ClosureListExpression)) {
                    MethodCallExpression wrapped = new MethodCallExpression(new ClassExpression(ClassHelper.make(GuardedInvoker.class)),
                            "iterable", new ArgumentListExpression(collection));
                    wrapped.setImplicitThis(false);
                    wrapped.setSourcePosition(collection);
                    loop.setCollectionExpression(wrapped);
                }
                super.visitForLoop(loop);
            }
        }.visitClass(classNode);
    }
}
