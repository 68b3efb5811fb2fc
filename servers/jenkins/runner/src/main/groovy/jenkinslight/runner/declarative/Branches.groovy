package jenkinslight.runner.declarative

import jenkinslight.runner.language.PipelineScript

/** {@code parallel} and {@code matrix}: stages that run at once. */
class Branches extends Part {
    private static final long serialVersionUID = 1L

    final Stages stages

    Branches(PipelineScript script, Stages stages) {
        super(script)
        this.stages = stages
    }

    void parallel(List parallelStages, boolean failFast) {
        Map bodies = [:]
        for (stage in parallelStages) {
            String name = stages.nameOf(stage)
            bodies.put(name, flow.branch(name, oneStage(stage)))
        }
        flow.forked(bodies, failFast)
    }

    private Closure oneStage(Directive stage) {
        return { -> stages.sequence([stage]) }
    }

    void matrix(Section matrix, boolean failFast) {
        Map bodies = [:]
        for (cell in cells(matrix)) {
            String name = cellName(cell)
            bodies.put(name, flow.branch(name, inCell(name, cell, matrix)))
        }
        flow.forked(bodies, failFast)
    }

    private Closure inCell(String name, Map cell, Section matrix) {
        List variables = []
        for (axis in cell.entrySet()) {
            variables.add(axis.key + '=' + axis.value)
        }
        return { -> flow.inStage(name, { -> step('withEnv', [variables, { -> stages.execute(name, matrix) }]) }) }
    }

    /** The values of the axes in each cell that is not excluded. */
    List cells(Section matrix) {
        List excludes = []
        for (exclude in read(matrix.find('excludes')).all()) {
            excludes.add(axes(read(exclude)))
        }
        return combinations(axes(read(matrix.find('axes'))), excludes)
    }

    String cellName(Map cell) {
        List parts = []
        for (axis in cell.entrySet()) {
            parts.add(axis.key + ' = \'' + axis.value + '\'')
        }
        return 'Matrix - ' + parts.join(', ')
    }

    /** Axis name → Axis. */
    private Map axes(Section declared) {
        Map axes = [:]
        for (axis in declared.all()) {
            Section fields = read(axis)
            Directive values = fields.find('values') ?: fields.find('notValues')
            List texts = []
            for (value in values.arguments.positional) {
                texts.add(value.toString())
            }
            axes.put(fields.text('name'), [values: texts, not: values.name == 'notValues'])
        }
        return axes
    }

    /** Every combination of the axes' values that no exclude matches. */
    private List combinations(Map axes, List excludes) {
        List cells = [[:]]
        for (axis in axes.entrySet()) {
            List longer = []
            for (cell in cells) {
                for (value in axis.value.values) {
                    Map more = new LinkedHashMap(cell)
                    more.put(axis.key, value)
                    longer.add(more)
                }
            }
            cells = longer
        }
        List kept = []
        for (cell in cells) {
            if (!isExcluded(cell, excludes)) {
                kept.add(cell)
            }
        }
        return kept
    }

    private boolean isExcluded(Map cell, List excludes) {
        for (exclude in excludes) {
            boolean all = true
            for (axis in exclude.entrySet()) {
                boolean listed = axis.value.values.contains(cell.get(axis.key))
                all = all && (listed != axis.value.not)
            }
            if (all) {
                return true
            }
        }
        return false
    }
}
