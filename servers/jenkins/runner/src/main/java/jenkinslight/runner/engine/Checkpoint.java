package jenkinslight.runner.engine;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import jenkinslight.runner.language.Libraries;
import jenkinslight.runner.language.ScriptCompiler;

/**
 * A build's state in a file: its libraries and the sources of its scripts, then all that hangs on the {@link Build}. The classes of the scripts are compiled
 * anew when it is read, from the same sources, so that the state's objects fit them. Like Jenkins' {@code program.dat}.
 */
final class Checkpoint {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE = PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString("rw-------"));

    private Checkpoint() {}

    /**
     * Writes the state.
     *
     * @param file a file that does not exist
     * @throws NotSerializableException for a value of the script's that has no serial form; its message names the class
     */
    static void write(Build build, Path file) throws IOException {
        byte[] state = Threads.deep(() -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(build.libraries().folders());
                out.writeObject(build.compiler().sources());
                out.writeObject(build);
            }
            return bytes.toByteArray();
        });
        Files.deleteIfExists(file);
        Files.createFile(file, PRIVATE);
        Files.write(file, state, StandardOpenOption.WRITE);
    }

    /**
     * Reads a state and compiles its scripts.
     *
     * @param compiler compiles them; the build's from now on
     * @throws IOException the file can't be read, or is of another version of the runner
     */
    static Build read(Path file, ScriptCompiler compiler) throws IOException {
        return Threads.deep(() -> {
            try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file)); Reader in = new Reader(bytes, compiler)) {
                Libraries.exposeTo(compiler, (List<String>) in.readObject());
                compiler.parseAgain((List<ScriptCompiler.Source>) in.readObject());
                return (Build) in.readObject();
            }
        });
    }

    /** Finds the classes of the build's scripts. */
    private static final class Reader extends ObjectInputStream {
        private final ScriptCompiler compiler;

        Reader(InputStream in, ScriptCompiler compiler) throws IOException {
            super(in);
            this.compiler = compiler;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, compiler.classLoader());
            } catch (ClassNotFoundException e) {
                return super.resolveClass(description);
            }
        }
    }
}
