package jenkinslight.runner.language;

import com.cloudbees.groovy.cps.Block;
import com.cloudbees.groovy.cps.Continuation;
import com.cloudbees.groovy.cps.Env;
import com.cloudbees.groovy.cps.LValue;
import com.cloudbees.groovy.cps.LValueBlock;
import com.cloudbees.groovy.cps.Next;
import java.io.Serializable;

/** What stands left of an assignment; unlike groovy-cps 1.31's own, it hands on what it was given as the assignment's value. */
public final class AssignmentTarget extends LValueBlock {
    private static final long serialVersionUID = 1L;

    private final Block target;

    public AssignmentTarget(LValueBlock target) {
        this.target = target.asLValue();
    }

    @Override
    protected Next evalLValue(Env env, Continuation next) {
        return target.eval(env, new Found(next));
    }

    /** The place was found. */
    private record Found(Continuation next) implements Continuation {
        private static final long serialVersionUID = 1L;

        @Override
        public Next receive(Object place) {
            return next.receive(new Place((LValue) place));
        }
    }

    private record Place(LValue place) implements LValue, Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public Next get(Continuation next) {
            return place.get(next);
        }

        @Override
        public Next set(Object value, Continuation next) {
            return place.set(value, new Assigned(value, next));
        }
    }

    /** The place has its value. */
    private record Assigned(Object value, Continuation next) implements Continuation {
        private static final long serialVersionUID = 1L;

        @Override
        public Next receive(Object nothing) {
            return next.receive(value);
        }
    }
}
