package jenkinslight.runner.declarative

import hudson.model.Result
import jenkinslight.runner.engine.Failures
import jenkinslight.runner.language.FinishedRun
import jenkinslight.runner.language.PipelineScript

/** The section {@code post}: its conditions in Jenkins' order, each judged when its turn comes. */
class PostActions extends Part {
    private static final long serialVersionUID = 1L
    static final String STAGE = 'Declarative: Post Actions'

    PostActions(PipelineScript script) {
        super(script)
    }

    /** Runs the pipeline's actions, in a stage of their own if any is due. */
    void ofPipeline(Directive post, Throwable error) {
        Section actions = read(post)
        if (isAnyDue(actions, error)) {
            flow.inStage(STAGE, { -> run(actions, false, error) })
        }
    }

    /** Runs a stage's actions. @param error what its steps failed with, or null */
    void ofStage(Directive post, Throwable error) {
        Section actions = read(post)
        if (isAnyDue(actions, error)) {
            build.echo('Post stage')
            run(actions, true, error)
        }
    }

    /** Without regard to the stage's own warnings, as in Jenkins: they matter once any action is due without them. */
    private boolean isAnyDue(Section actions, Throwable error) {
        for (action in actions.all()) {
            if (isDue(action.name, outcome(error, Result.SUCCESS), outcome(error, Result.SUCCESS))) {
                return true
            }
        }
        return false
    }

    /** A failing action doesn't keep the others from running; its failure is raised at the end. */
    private void run(Section actions, boolean ofStage, Throwable given) {
        Throwable error = given
        for (name in Known.POST) {
            Directive action = actions.find(name)
            Result own = outcome(error, ofStage ? build.scope.stage().warning() : Result.SUCCESS)
            if (action != null && isDue(name, own, outcome(error, Result.SUCCESS))) {
                Result original = build.result()
                try {
                    build.show(own)
                    needingNode(action.body)
                } catch (Throwable failure) {
                    build.echo('Error when executing ' + name + ' post condition:')
                    build.echo(Failures.trace(failure))
                    error = error == null ? failure : error
                } finally {
                    // What an action itself set stays.
                    if (build.result() == own) {
                        build.show(original)
                    }
                }
            }
        }
        if (error != null && given == null) {
            throw error
        }
    }

    /** What it comes to by now: the build's result, a failure, or what steps said of the stage. An action sees it as currentBuild's result. */
    private Result outcome(Throwable error, Result warning) {
        return build.currentResult().combine(error == null ? warning : Failures.result(error))
    }

    /** @param own the outcome with the stage's warnings, which only conditions that compare with no other build regard */
    private boolean isDue(String name, Result own, Result overall) {
        switch (name) {
            case 'always':
            case 'cleanup':
                return true
            case 'changed':
                return previous() == null || previous() != overall
            case 'fixed':
                return overall == Result.SUCCESS && (previous() in [Result.FAILURE, Result.UNSTABLE])
            case 'regression':
                return previous() != null && overall.isWorseThan(previous())
            case 'unsuccessful':
                return own != Result.SUCCESS
            case 'notBuilt':
                return own == Result.NOT_BUILT
            default:
                return own.toString() == name.toUpperCase()
        }
    }

    private Result previous() {
        FinishedRun run = script.currentBuild.previousBuild
        return run == null || run.result == null ? null : Result.fromString(run.result)
    }
}
