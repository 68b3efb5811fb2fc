package jenkinslight.runner.language;

import org.codehaus.groovy.ast.ClassNode;
import org.codehaus.groovy.ast.CodeVisitorSupport;
import org.codehaus.groovy.ast.MethodNode;
import org.codehaus.groovy.ast.Parameter;
import org.codehaus.groovy.ast.expr.VariableExpression;
import org.codehaus.groovy.classgen.Verifier;

/**
 * Makes Groovy's overloads for parameters with default values before the CPS transformation rather than after it, so that the values may
 * come from steps.
 */
final class DefaultArguments extends Verifier {
    void expand(ClassNode classNode) {
        setClassNode(classNode);
        addDefaultParameterMethods(classNode);
        for (MethodNode method : classNode.getMethods()) {
            if (Boolean.TRUE.equals(method.getNodeMetaData(DEFAULT_PARAMETER_GENERATED))) {
                resolve(method);
            }
        }
    }

    /** Groovy's own later phases need no link from a generated name to its parameter; the transformer does. */
    private static void resolve(MethodNode method) {
        method.getCode().visit(new CodeVisitorSupport() {
            @Override
            public void visitVariableExpression(VariableExpression variable) {
                for (Parameter parameter : method.getParameters()) {
                    if (variable.getAccessedVariable() == null && variable.getName().equals(parameter.getName())) {
                        variable.setAccessedVariable(parameter);
                    }
                }
            }
        });
    }
}
