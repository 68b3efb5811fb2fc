package hudson.plugins.git;

import hudson.model.User;
import hudson.scm.EditType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A commit that came since the build before, with the git plugin's properties and getters. */
public final class GitChangeSet implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Map<String, Object> facts;

    GitChangeSet(Map<String, Object> facts) {
        this.facts = facts;
    }

    private String text(String name) {
        Object value = facts.get(name);
        return value == null ? "" : value.toString();
    }

    public String getCommitId() {
        return text("commitId");
    }

    public String getId() {
        return getCommitId();
    }

    public String getRevision() {
        return getCommitId();
    }

    /** The first line. */
    public String getMsg() {
        return text("message");
    }

    /** The whole message. */
    public String getComment() {
        return facts.get("comment") == null ? getMsg() + "\n" : text("comment");
    }

    /** Named by what stands before the @ of the address, as the plugin names who has no account. */
    public User getAuthor() {
        String address = getAuthorEmail();
        return new User(address.isEmpty() ? "unknown" : address.split("@")[0]);
    }

    public String getAuthorName() {
        return text("author");
    }

    public String getAuthorEmail() {
        return text("email");
    }

    /** {@code 2026-01-31 23:59:59 +0100}. */
    public String getDate() {
        return text("date");
    }

    /** In milliseconds. */
    public long getTimestamp() {
        return ((Number) facts.get("timestamp")).longValue();
    }

    public List<String> getAffectedPaths() {
        List<String> names = new ArrayList<>();
        getAffectedFiles().forEach(path -> names.add(path.getPath()));
        return names;
    }

    public List<Path> getAffectedFiles() {
        List<Path> paths = new ArrayList<>();
        ((List<Map<String, Object>>) facts.getOrDefault("paths", List.of())).forEach(path -> paths.add(new Path(path)));
        return paths;
    }

    public List<Path> getPaths() {
        return getAffectedFiles();
    }

    /** A file that the commit touched. */
    public static final class Path implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String path;
        private final EditType editType;

        Path(Map<String, Object> facts) {
            path = (String) facts.get("file");
            editType = EditType.of((String) facts.get("editType"));
        }

        public String getPath() {
            return path;
        }

        public EditType getEditType() {
            return editType;
        }
    }
}
