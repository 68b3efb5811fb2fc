package jenkinslight.runner.language;

import org.codehaus.groovy.control.ErrorCollector;
import org.codehaus.groovy.control.MultipleCompilationErrorsException;

/** What the compiler says of a script, without the compiler: a build may stand still while it holds this. */
final class CompilationErrors extends MultipleCompilationErrorsException {
    private static final long serialVersionUID = 1L;
    private final String message;

    CompilationErrors(MultipleCompilationErrorsException errors) {
        super(new ErrorCollector(null));
        message = errors.getMessage();
        setStackTrace(errors.getStackTrace());
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** By Groovy's name, as with Jenkins' CpsCompilationErrorsException. */
    @Override
    public String toString() {
        return MultipleCompilationErrorsException.class.getName() + ": " + message;
    }
}
