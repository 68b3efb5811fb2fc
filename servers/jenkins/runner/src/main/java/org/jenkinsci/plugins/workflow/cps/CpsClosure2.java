package org.jenkinsci.plugins.workflow.cps;

import com.cloudbees.groovy.cps.Block;
import com.cloudbees.groovy.cps.Env;
import com.cloudbees.groovy.cps.impl.CpsClosure;
import java.util.List;
import org.codehaus.groovy.runtime.InvokerHelper;

/**
 * A closure of a script, under the name that messages give it. What Groovy lets every object print goes to the script, whose methods print
 * to the build's log; {@code print} and {@code println} are steps, which the invoker finds before.
 */
public class CpsClosure2 extends CpsClosure {
    private static final long serialVersionUID = 1L;

    public CpsClosure2(Object owner, Object thisObject, List<String> parameters, Block body, Env capture) {
        super(owner, thisObject, parameters, body, capture);
    }

    public void printf(String format, Object value) {
        InvokerHelper.invokeMethod(getOwner(), "printf", new Object[] {format, value});
    }

    public void printf(String format, Object[] values) {
        InvokerHelper.invokeMethod(getOwner(), "printf", new Object[] {format, values});
    }
}
