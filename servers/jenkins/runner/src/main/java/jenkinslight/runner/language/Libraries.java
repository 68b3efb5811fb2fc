package jenkinslight.runner.language;

import java.io.File;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import jenkinslight.runner.engine.Build;

/** A build's shared libraries: folders with {@code src/} (classes) and {@code vars/} (global variables), which the server has laid out. */
public final class Libraries implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<String> folders = new ArrayList<>();
    private final Map<String, PipelineScript> variables = new ConcurrentHashMap<>();

    /** Makes a library's classes and variables known to the build's scripts; a second time does nothing. */
    public void add(String folder, ScriptCompiler compiler) {
        if (!folders.contains(folder)) {
            folders.add(folder);
            expose(folder, compiler);
        }
    }

    /** The libraries' folders, in the order in which they came. */
    public List<String> folders() {
        return folders;
    }

    /** Makes classes known to a compiler that was made anew for a build that is taken up again. */
    public static void exposeTo(ScriptCompiler compiler, List<String> folders) {
        folders.forEach(folder -> expose(folder, compiler));
    }

    private static void expose(String folder, ScriptCompiler compiler) {
        compiler.addFolder(new File(folder, "src"));
        compiler.addFolder(new File(folder, "vars"));
    }

    /** True when a library has {@code vars/name.groovy}. */
    boolean define(String name) {
        return folders.stream().anyMatch(folder -> new File(folder, "vars/" + name + ".groovy").isFile());
    }

    /** The names of all global variables. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (String folder : folders) {
            String[] files = new File(folder, "vars").list((parent, file) -> file.endsWith(".groovy"));
            for (String file : files == null ? new String[0] : files) {
                names.add(file.substring(0, file.length() - ".groovy".length()));
            }
        }
        return names;
    }

    /** The one object that stands for a global variable throughout the build, as in Jenkins; it sees the main script's variables. */
    PipelineScript variable(String name, Build build) {
        PipelineScript variable = variables.get(name);
        if (variable == null) {
            variable = build.compiler().instance(name, build);
            variable.setBinding(build.mainBinding());
            variables.put(name, variable);
        }
        return variable;
    }
}
