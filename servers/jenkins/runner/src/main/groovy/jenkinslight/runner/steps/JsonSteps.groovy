package jenkinslight.runner.steps

import jenkinslight.runner.engine.Build
import jenkinslight.runner.engine.ServerCall
import jenkinslight.runner.language.JsonObjects
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.language.StepArguments

/** readJSON and writeJSON: here, since scripts call the methods of the library's objects. */
class JsonSteps implements Serializable {
    private static final long serialVersionUID = 1L

    final Build build

    JsonSteps(Build build) {
        this.build = build
    }

    Object readJSON(StepArguments arguments, PipelineScript script) {
        build.note('readJSON')
        String text = build.call(new ServerCall('readJSON', arguments.named, arguments.positional, false))
        if (text == null) {
            return null
        }
        Object json = JsonObjects.read(text)
        return arguments.named('returnPojo', false) ? JsonObjects.plain(json) : json
    }

    Object writeJSON(StepArguments arguments, PipelineScript script) {
        build.note('writeJSON')
        Object json = arguments.get('json', null)
        if (json == null) {
            throw new IllegalArgumentException('You have to provide a JSON object to save for writeJSON.')
        }
        Object file = arguments.named('file', null)
        boolean returnText = arguments.named('returnText', false) as boolean
        if (returnText && file != null) {
            throw new IllegalArgumentException('You cannot provide both returnText and file to writeJSON.')
        }
        if (!returnText && !file) {
            throw new IllegalArgumentException('You have to provide either file or returnText to writeJSON.')
        }
        int pretty = arguments.named('pretty', 0) as int
        String text = pretty > 0 ? JsonObjects.of(json).toString(pretty) : JsonObjects.of(json).toString()
        if (returnText) {
            return text
        }
        return build.call(new ServerCall('writeFile', [file: file, text: text], [], false))
    }
}
