package jenkinslight.runner.language;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.codehaus.groovy.control.CompilationUnit;
import org.codehaus.groovy.control.CompilerConfiguration;

/** A step of our own build: compiles the runner's Groovy ahead, through the transformation that the scripts get. */
public final class LibraryCompiler {
    private LibraryCompiler() {}

    /** Arguments: the folder of sources, the folder for classes. */
    public static void main(String[] args) throws IOException {
        CompilerConfiguration configuration = new CompilerConfiguration();
        configuration.setTargetDirectory(new File(args[1]));
        ScriptCompiler.transformed(configuration);
        CompilationUnit unit = new CompilationUnit(configuration);
        try (Stream<Path> files = Files.walk(Path.of(args[0]))) {
            List<Path> sources = files.filter(f -> f.toString().endsWith(".groovy")).sorted().collect(Collectors.toList());
            sources.forEach(source -> unit.addSource(source.toFile()));
        }
        unit.compile();
    }
}
