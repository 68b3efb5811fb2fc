package jenkinslight.runner.engine;

import com.cloudbees.groovy.cps.Continuable;
import groovy.lang.Binding;
import groovy.lang.Closure;
import hudson.model.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import jenkinslight.runner.language.Libraries;
import jenkinslight.runner.language.PipelineScript;
import jenkinslight.runner.language.ScriptCompiler;
import jenkinslight.runner.language.Values;
import jenkinslight.runner.protocol.Channel;

/**
 * One running build: its state, and what the language's code may do to it. Everything but what is transient is serialisable, script and
 * suspended code included, so that a build can outlive its JVM.
 */
public final class Build extends BuildVariables {
    private static final long serialVersionUID = 1L;

    private final Scheduler scheduler = new Scheduler(this);
    private final Libraries libraries = new Libraries();
    private Binding mainBinding;
    private transient BuildRequest request;
    private transient Keeper keeper;
    private transient Mailbox mailbox;
    private transient Questions questions;
    private transient Consumer<Build> onEnd;
    private transient AtomicBoolean ended;
    private transient boolean turnIsQueued;
    private transient ScriptCompiler compiler;

    /**
     * @param request what to run
     * @param channel the way to the server
     * @param onEnd told once, when the build has ended
     */
    public Build(BuildRequest request, Channel channel, Consumer<Build> onEnd) {
        super(channel, request.env, request.assigned);
        equip(request, onEnd, new ScriptCompiler(request.tools));
    }

    /**
     * A build whose state an earlier JVM kept; {@link #takeUp} makes it go on.
     *
     * @throws IOException its state can't be read
     */
    public static Build restored(BuildRequest request, Channel channel, Consumer<Build> onEnd) throws IOException {
        ScriptCompiler compiler = new ScriptCompiler(request.tools);
        Build build = Checkpoint.read(request.state, compiler);
        build.connect(channel);
        build.variables().give(request.env);
        request.blocks.forEach((call, variables) -> build.variables().enter(Integer.parseInt(call), (Map<?, ?>) variables));
        build.equip(request, onEnd, compiler);
        return build;
    }

    private void equip(BuildRequest asked, Consumer<Build> whenEnded, ScriptCompiler ownCompiler) {
        request = asked;
        onEnd = whenEnded;
        mailbox = new Mailbox(Threads.builds());
        questions = new Questions();
        ended = new AtomicBoolean();
        compiler = ownCompiler;
        keeper = new Keeper(asked.state);
    }

    @Override
    public String id() {
        return request.build;
    }

    @Override
    public BuildRequest request() {
        return request;
    }

    // --- messages from the server; any thread ---

    /** Compiles and starts the script. */
    public void start() {
        mailbox.execute(() -> {
            try {
                request.libraries.forEach(folder -> libraries.add(String.valueOf(folder), compiler));
                PipelineScript script = compiler.compile(request.script, ScriptCompiler.MAIN, this);
                mainBinding = script.getBinding();
                log("pipeline", "[Pipeline] Start of Pipeline");
                scheduler.start(script);
            } catch (Throwable failure) {
                worsen(Result.FAILURE);
                log("error", Failures.print(failure));
                end(failure);
            }
            takeTurn();
        });
    }

    /** Goes on where the state was kept. */
    public void takeUp() {
        mailbox.execute(() -> {
            number(false);
            scheduler.takeUp();
            log("text", "Ready to run at " + new Date());
            tell("resumed");
            number(true);
            takeTurn();
        });
    }

    /** Hands over a {@code reply}. */
    public void reply(int call, Map<String, Object> reply) {
        mailbox.execute(() -> {
            if (reply.get("result") instanceof String) {
                worsen(Result.fromString((String) reply.get("result")));
            }
            scheduler.reply(call, reply);
            takeTurn();
        });
    }

    /** Hands over an {@code answer}. */
    public void answer(int question, Object value) {
        questions.answer(question, value);
    }

    /** Jenkins' {@code Executor.interrupt}, so its first click on stop: every head; {@code finally} and {@code post} still run. */
    public void stop(String cause, String result) {
        mailbox.execute(() -> {
            if (!hasEnded()) {
                keeper.change();
                log("text", cause);
                scheduler.interruptAll(Interruptions.of(result, cause));
                takeTurn();
            }
        });
    }

    /** Ends the build at once, whatever it does. */
    public void kill(String cause) {
        show(Result.ABORTED);
        end(Interruptions.of(null, cause));
    }

    /** True after {@code end} was sent. */
    @Override
    public boolean hasEnded() {
        return ended.get();
    }

    private void takeTurn() {
        if (!turnIsQueued && !hasEnded()) {
            turnIsQueued = true;
            mailbox.execute(() -> {
                turnIsQueued = false;
                try {
                    if (scheduler.runSlice()) {
                        takeTurn();
                    } else if (!hasEnded()) {
                        settle();
                    }
                } catch (RuntimeException | Error broken) {
                    // Neither the script's failure nor the server's: the build must still come to an end.
                    finish(broken);
                }
            });
        }
    }

    private void settle() {
        Throwable hindrance = keeper.settle(this);
        if (hindrance != null) {
            scheduler.fail(hindrance);
            takeTurn();
        }
    }

    /** Ids of the calls that the server still owes an answer to. */
    List<Integer> pendingCalls() {
        return scheduler.pendingCalls();
    }

    /** Puts off what must not happen before the state is kept. */
    Keeper keeper() {
        return keeper;
    }

    ScheduledFuture<?> later(long millis, Runnable action) {
        return Threads.after(millis, () -> mailbox.execute(() -> {
            if (!hasEnded()) {
                action.run();
                takeTurn();
            }
        }));
    }

    void finish(Throwable failure) {
        if (failure != null) {
            worsenBy(failure);
        }
        endMarked(failure);
        log("pipeline", "[Pipeline] End of Pipeline");
        if (failure != null) {
            log("error", Failures.print(failure));
        }
        end(failure);
    }

    private void end(Throwable failure) {
        if (ended.compareAndSet(false, true)) {
            // Forgotten first: the server may use the id again as soon as it reads the end.
            onEnd.accept(this);
            sendLast("end", "result", currentResult().toString(), "error", failure == null ? null : Failures.describe(failure),
                    "assigned", variables().assigned());
            compiler.close();
            Warmth.keep();
        }
    }

    // --- what the language's code uses; only while one of the build's heads runs ---

    /** The scope of the running code. */
    @Override
    public Scope getScope() {
        Head head = scheduler.running();
        return head == null ? Scope.root() : head.scope;
    }

    /** Enters or leaves a block, for the running head. */
    public void setScope(Scope scope) {
        scheduler.running().scope = scope;
    }

    /** What the running head has recorded of the structural block that it reads. */
    public ArrayList<Object> getNotes() {
        return scheduler.running().notes;
    }

    /** Begins to read another block, or goes back to the one around it. */
    public void setNotes(ArrayList<Object> notes) {
        scheduler.running().notes = notes;
    }

    public ScriptCompiler compiler() {
        return compiler;
    }

    /** The shared libraries that the build has so far. */
    public Libraries libraries() {
        return libraries;
    }

    /** The variables of the main script. */
    public Binding mainBinding() {
        return mainBinding;
    }

    /** Runs a step on the server; returns (in CPS code) its value, for a block step the variables of its inside. */
    public Object call(ServerCall call) {
        return Continuable.suspend(call.name(), call);
    }

    /** Runs branches; returns (in CPS code) their values by name. */
    public Object fork(Map<String, Closure> branches, boolean failFast) {
        return Continuable.suspend("parallel", new Fork(branches, failFast));
    }

    /** Lets the other heads go on first. */
    public Object yield() {
        return Continuable.suspend("yield", new Suspension.Yield());
    }

    /** Waits. @param quiet false to tell after a restart how long it still takes */
    public Object sleep(long millis, boolean quiet) {
        return Continuable.suspend("sleep", new Suspension.Sleep(millis, quiet));
    }

    /** Starts the clock of a {@code timeout}. */
    public Deadline deadline(long millis, boolean onActivity) {
        Deadline deadline = new Deadline(millis, onActivity);
        arm(deadline);
        return deadline;
    }

    @Override
    void arm(Deadline deadline) {
        deadline.extend();
        scheduler.start(deadline);
    }

    /** Stops the clock of a {@code timeout} that was left. */
    public void lift(Deadline deadline) {
        deadline.arm(null);
    }

    public List<Object> causes() {
        return request.causes;
    }

    /** Asks the server about a build and waits for what it says; null for nothing. */
    public Object ask(String what, String job, int number) {
        return Values.fromServer(questions.ask(this, what, job, number));
    }
}
