package jenkinslight.runner.declarative

import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.steps.Skipped

/** What is shown of a stage that isn't run: why not, and the same of the stages inside it. */
class Skipping extends Part {
    private static final long serialVersionUID = 1L

    final Stages stages

    Skipping(PipelineScript script, Stages stages) {
        super(script)
        this.stages = stages
    }

    /**
     * Skips a stage, which is open.
     *
     * @param name the stage that is said to be skipped: for a sequence within another it is the outer one's, as in Jenkins
     * @param why what is said of it
     * @param earlier the failure that is the reason, or null for another one; branches end with it
     */
    Object skip(String name, Section sections, String why, Throwable earlier) {
        build.echo('Stage "' + name + '" ' + why)
        build.note('getContext')
        if (sections.has('stages')) {
            for (stage in read(sections.find('stages')).all()) {
                flow.inStage(stages.nameOf(stage), inner(name, stage, why, earlier))
            }
        } else if (sections.has('parallel') || sections.has('matrix')) {
            branches(sections, why, earlier)
        }
        return Skipped.STAGE
    }

    private Closure inner(String name, Directive stage, String why, Throwable earlier) {
        return { -> skip(name, read(stage.body), why, earlier) }
    }

    private void branches(Section sections, String why, Throwable earlier) {
        Map bodies = [:]
        if (sections.has('parallel')) {
            for (stage in read(sections.find('parallel')).all()) {
                String name = stages.nameOf(stage)
                bodies.put(name, branch(name, read(stage.body), why, earlier))
            }
        } else {
            Section matrix = read(sections.find('matrix'))
            for (cell in stages.branches.cells(matrix)) {
                String name = stages.branches.cellName(cell)
                bodies.put(name, branch(name, matrix, why, earlier))
            }
        }
        try {
            flow.forked(bodies, false)
        } catch (Throwable failure) {
            if (failure != earlier) {
                throw failure
            }
        }
    }

    private Closure branch(String name, Section sections, String why, Throwable earlier) {
        return flow.branch(name, { ->
            flow.inStage(name, { -> skip(name, sections, why, earlier) })
            if (earlier != null) {
                throw earlier
            }
            return null
        })
    }
}
