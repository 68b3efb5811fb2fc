package org.jenkinsci.plugins.pipeline.utility.steps.fs;

import java.io.Serializable;
import java.util.Map;

/** A file as {@code findFiles} finds it. */
public final class FileWrapper implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String name;
    private final String path;
    private final boolean directory;
    private final long length;
    private final long lastModified;

    /** @param facts the server's: name, path (a folder's ends with a slash), directory, length in bytes, lastModified in milliseconds */
    public FileWrapper(Map<String, Object> facts) {
        name = (String) facts.get("name");
        path = (String) facts.get("path");
        directory = (Boolean) facts.get("directory");
        length = ((Number) facts.get("length")).longValue();
        lastModified = ((Number) facts.get("lastModified")).longValue();
    }

    public String getName() {
        return name;
    }

    public String getPath() {
        return path;
    }

    public boolean isDirectory() {
        return directory;
    }

    public long getLength() {
        return length;
    }

    public long getLastModified() {
        return lastModified;
    }

    @Override
    public String toString() {
        return path;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FileWrapper && ((FileWrapper) other).path.equals(path);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }
}
