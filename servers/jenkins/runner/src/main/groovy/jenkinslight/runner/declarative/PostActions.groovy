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
        if (isAnyDue(actions, false, error)) {
            flow.inStage(STAGE, { -> run(actions, false, error) })
        }
    }

    /** Runs a stage's actions. @param error what its steps failed with, or null */
    void ofStage(Directive post, Throwable error) {
        Section actions = read(post)
        if (isAnyDue(actions, true, error)) {
            build.echo('Post stage')
            run(actions, true, error)
        }
    }

    private boolean isAnyDue(Section actions, boolean ofStage, Throwable error) {
        for (action in actions.all()) {
            if (isDue(action.name, ofStage, error)) {
                return true
            }
        }
        return false
    }

    /** A failing action doesn't keep the others from running; its failure is raised at the end. */
    private void run(Section actions, boolean ofStage, Throwable error) {
        Throwable first = null
        for (name in Known.POST) {
            Directive action = actions.find(name)
            if (action != null && isDue(name, ofStage, error == null ? first : error)) {
                Result original = build.result()
                try {
                    build.show(logicalResult(error == null ? first : error))
                    steps(action.body)
                } catch (Throwable failure) {
                    build.echo('Error when executing ' + name + ' post condition:')
                    build.printFailure(failure)
                    first = first == null ? failure : first
                } finally {
                    // What an action itself set stays.
                    if (build.result() == logicalResult(error == null ? first : error, original)) {
                        build.show(original)
                    }
                }
            }
        }
        if (first != null) {
            throw first
        }
    }

    /** What the build would come to by now; an action sees it as currentBuild's result. */
    private Result logicalResult(Throwable error, Result soFar = build.result()) {
        Result known = soFar == null ? Result.SUCCESS : soFar
        return error == null ? known : known.combine(Failures.result(error))
    }

    private boolean isDue(String name, boolean ofStage, Throwable error) {
        Result ofBuild = build.currentResult()
        Result result = error == null ? ofBuild : ofBuild.combine(Failures.result(error))
        if (ofStage && error == null && ofBuild == Result.FAILURE) {
            // An earlier stage's failure, caught there, isn't this one's.
            result = Result.SUCCESS
        }
        switch (name) {
            case 'always':
            case 'cleanup':
                return true
            case 'changed':
                return previous() == null || previous() != result
            case 'fixed':
                return result == Result.SUCCESS && (previous() in [Result.FAILURE, Result.UNSTABLE])
            case 'regression':
                return previous() != null && result.isWorseThan(previous())
            case 'unsuccessful':
                return result != Result.SUCCESS
            case 'notBuilt':
                return result == Result.NOT_BUILT
            default:
                return result.toString() == name.toUpperCase()
        }
    }

    private Result previous() {
        FinishedRun run = script.currentBuild.previousBuild
        return run == null || run.result == null ? null : Result.fromString(run.result)
    }
}
