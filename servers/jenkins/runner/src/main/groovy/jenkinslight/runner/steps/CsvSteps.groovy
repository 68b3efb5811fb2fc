package jenkinslight.runner.steps

import jenkinslight.runner.engine.Build
import jenkinslight.runner.engine.ServerCall
import jenkinslight.runner.language.PipelineScript
import jenkinslight.runner.language.StepArguments

/** readCSV and writeCSV: here, since their records are objects of the plugin's library. */
class CsvSteps implements Serializable {
    private static final long serialVersionUID = 1L

    final Build build

    CsvSteps(Build build) {
        this.build = build
    }

    Object readCSV(StepArguments arguments, PipelineScript script) {
        build.note('readCSV')
        Object file = arguments.get('file', null)
        String text = arguments.named('text', null)
        if (file != null && text != null) {
            throw new IllegalArgumentException("Only one of 'file' or 'text' arguments can be provided to readCSV.")
        }
        if (file == null && text == null) {
            throw new IllegalArgumentException('At least one of file or text needs to be provided to readCSV.')
        }
        if (text == null) {
            text = build.call(new ServerCall('readFile', [file: file], [], false))
        }
        return Csv.read(text, arguments.named('format', null))
    }

    Object writeCSV(StepArguments arguments, PipelineScript script) {
        build.note('writeCSV')
        Object records = arguments.named('records', null)
        if (records == null) {
            throw new IllegalArgumentException('You have to provide a list of records to save for writeCSV.')
        }
        if (!arguments.named('file', null)) {
            throw new IllegalArgumentException('You have to provide a file for writeCSV.')
        }
        String text = Csv.write(records, arguments.named('format', null))
        return build.call(new ServerCall('writeFile', [file: arguments.named('file', null), text: text], [], false))
    }
}
