package jenkinslight.runner.steps;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/** CSV by the library whose classes scripts name in {@code readCSV} and {@code writeCSV}: records and formats are its own. */
public final class Csv {
    private Csv() {}

    /** The records of a text. @param format a CSVFormat, or null for the default one */
    public static List<CSVRecord> read(String text, Object format) throws IOException {
        try (CSVParser parser = formatOr(format).parse(new StringReader(text))) {
            return new ArrayList<>(parser.getRecords());
        }
    }

    /** Records as text. */
    public static String write(Iterable<?> records, Object format) throws IOException {
        StringBuilder text = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(text, formatOr(format))) {
            printer.printRecords(records);
        }
        return text.toString();
    }

    private static CSVFormat formatOr(Object format) {
        return format == null ? CSVFormat.DEFAULT : (CSVFormat) format;
    }
}
