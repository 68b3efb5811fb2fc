package jenkinslight.runner.declarative

import jenkinslight.runner.language.PipelineScript

/** The directive {@code when}. */
class Conditions extends Part {
    private static final long serialVersionUID = 1L
    private static final List FLAGS = ['beforeAgent', 'beforeInput', 'beforeOptions']
    /** Fields of changeRequest and the variables that a multibranch job sets for them. */
    private static final Map CHANGE = [id: 'CHANGE_ID', target: 'CHANGE_TARGET', branch: 'CHANGE_BRANCH', fork: 'CHANGE_FORK', url: 'CHANGE_URL',
        title: 'CHANGE_TITLE', author: 'CHANGE_AUTHOR', authorDisplayName: 'CHANGE_AUTHOR_DISPLAY_NAME', authorEmail: 'CHANGE_AUTHOR_EMAIL']

    Conditions(PipelineScript script) {
        super(script)
    }

    /** True when all conditions of the directive hold; several at top level mean allOf. */
    boolean hold(Section when) {
        for (condition in when.all()) {
            if (!(condition.name in FLAGS) && !holds(condition)) {
                return false
            }
        }
        return true
    }

    private boolean holds(Directive condition) {
        switch (condition.name) {
            case 'expression':
                return steps(condition.body) as boolean
            case 'not':
                return !holds(read(condition).all()[0])
            case 'allOf':
                return hold(read(condition))
            case 'anyOf':
                return any(read(condition))
            case 'branch':
                return condition.arguments.text('pattern') != null &&
                    matches(build.environment().get('BRANCH_NAME') ?: build.environment().get('GIT_LOCAL_BRANCH'), condition, 'pattern')
            case 'tag':
                return matches(build.environment().get('TAG_NAME'), condition, 'pattern')
            case 'buildingTag':
                return build.environment().get('TAG_NAME') as boolean
            case 'environment':
                return environment(condition)
            case 'equals':
                return condition.arguments.named('expected', null) == condition.arguments.named('actual', null)
            case 'changeRequest':
                return changeRequest(condition)
            case 'changelog':
                return changelog(condition)
            case 'changeset':
                return changeset(condition)
            case 'triggeredBy':
                return triggeredBy(condition)
            case 'isRestartedRun':
                return Restart.stage(build) != null
            default:
                throw new IllegalArgumentException('Unknown conditional ' + condition.name)
        }
    }

    private boolean any(Section conditions) {
        for (condition in conditions.all()) {
            if (holds(condition)) {
                return true
            }
        }
        return false
    }

    private boolean matches(Object value, Directive condition, String argument) {
        return Patterns.matches(value as String, condition.arguments.text(argument), condition.arguments.named('comparator', null) as String)
    }

    private boolean environment(Directive condition) {
        String actual = build.environment().get(condition.arguments.text('name'))
        String expected = condition.arguments.named('value', '').toString()
        if (actual == null) {
            actual = ''
        }
        return condition.arguments.named('ignoreCase', false) ? actual.equalsIgnoreCase(expected) : actual == expected
    }

    private boolean changeRequest(Directive condition) {
        if (!build.environment().get('CHANGE_ID')) {
            return false
        }
        for (field in CHANGE.entrySet()) {
            String pattern = condition.arguments.named(field.key, null) as String
            String comparator = condition.arguments.named('comparator', 'EQUALS') as String
            if (pattern != null && !Patterns.matches(build.environment().get(field.value), pattern, comparator)) {
                return false
            }
        }
        return true
    }

    /** A commit's message that matches wholly, or one line of it that holds the pattern. */
    private boolean changelog(Directive condition) {
        String pattern = condition.arguments.text('pattern')
        for (change in changes()) {
            if (Patterns.matches(change.msg, pattern, 'REGEXP') || Patterns.matches(change.comment, '(?m)(?s)^[^\r\n]*?' + pattern + '[^\r\n]*?$', 'REGEXP')) {
                return true
            }
        }
        return false
    }

    /** A file's name, in capitals or not unless told so. */
    private boolean changeset(Directive condition) {
        boolean exact = condition.arguments.named('caseSensitive', false) as boolean
        String pattern = condition.arguments.text('pattern')
        String comparator = condition.arguments.named('comparator', null) as String
        for (change in changes()) {
            for (file in change.affectedPaths) {
                if (Patterns.matches(file as String, pattern, comparator, exact)) {
                    return true
                }
            }
        }
        return false
    }

    private List changes() {
        List all = []
        for (set in script.currentBuild.changeSets) {
            all.addAll(set.logs)
        }
        if (all.isEmpty()) {
            String reason = script.currentBuild.number <= 1 ? 'Probably because this is the first build.' : 'Have you run checkout?'
            step('echo', ['Warning, empty changelog. ' + reason])
        }
        return all
    }

    /** By a part of the cause's simple name, in capitals or not; a user's cause by its whole name, with detail by the user's id. */
    private boolean triggeredBy(Directive condition) {
        String wanted = condition.arguments.text('cause')
        String detail = condition.arguments.named('detail', null) as String
        for (cause in build.causes()) {
            String type = cause.get('class')
            String simple = type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1)
            boolean triggered = wanted == 'UserIdCause' && simple == wanted ? detail == null || detail == cause.userId
                : simple.matches('(?i)\\.*' + wanted + '.*')
            if (triggered) {
                return true
            }
        }
        return false
    }
}
