package jenkinslight.runner.engine;

import groovy.lang.GroovyClassLoader;
import groovy.lang.MetaClass;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import jenkinslight.runner.protocol.Channel;
import org.codehaus.groovy.reflection.ClassInfo;

/**
 * Keeps what every build needs. Groovy holds what it knows of a class by soft references, which SoftRefLRUPolicyMSPerMB=0 clears with each
 * collection, and finding it out anew took most of a build's time; and the first build would pay for loading the compiler.
 */
public final class Warmth {
    private static final String PIPELINE = "pipeline { agent none\n environment { A = 'b' }\n"
            + "stages { stage('s') { steps { script { for (i in [1, 2]) { echo \"${env.A}\" }; sleep time: 1, unit: 'MILLISECONDS' } } } } }";
    private static final Set<MetaClass> KEPT = Collections.newSetFromMap(new IdentityHashMap<>());

    private Warmth() {}

    /** Runs a small pipeline for nobody, so that the compiler and the library are loaded, and what keeps a build's state. */
    public static void bring() throws IOException {
        Path folder = Files.createTempDirectory("warm-up");
        Map<String, Object> request = Map.of("build", "warm-up", "script", PIPELINE, "state", folder.resolve("program.dat").toString());
        new Build(new BuildRequest(request), new Channel(OutputStream.nullOutputStream()), ended -> remove(folder)).start();
    }

    private static void remove(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            System.err.println("A temporary folder remains: " + e);
        }
    }

    /** Holds on to what is known by now of all classes but those of builds. */
    static void keep() {
        synchronized (KEPT) {
            for (ClassInfo info : ClassInfo.getAllClassInfo()) {
                Class<?> type = info.getTheClass();
                MetaClass known = info.getMetaClassForClass();
                if (type != null && known != null && !(type.getClassLoader() instanceof GroovyClassLoader)) {
                    KEPT.add(known);
                }
            }
        }
    }
}
