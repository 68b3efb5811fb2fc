package hudson.plugins.git;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The commits since the build before, the newest first: what {@code currentBuild.changeSets} holds. */
public final class GitChangeSetList implements Iterable<GitChangeSet>, Serializable {
    private static final long serialVersionUID = 1L;
    private final ArrayList<GitChangeSet> logs = new ArrayList<>();

    /** @param changes PROTOCOL.md's {@code changes} */
    public GitChangeSetList(List<Map<String, Object>> changes) {
        changes.forEach(change -> logs.add(new GitChangeSet(change)));
    }

    public GitChangeSet[] getItems() {
        return logs.toArray(new GitChangeSet[0]);
    }

    public List<GitChangeSet> getLogs() {
        return logs;
    }

    public boolean isEmptySet() {
        return logs.isEmpty();
    }

    public String getKind() {
        return "git";
    }

    @Override
    public Iterator<GitChangeSet> iterator() {
        return logs.iterator();
    }
}
