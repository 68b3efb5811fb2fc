package hudson.plugins.git;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.transport.RemoteConfig;

/** The variable {@code scm}: where the job's script comes from, with the git plugin's properties and getters. */
public final class GitSCM implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Map<String, Object> described;

    /** @param described PROTOCOL.md's {@code scm} */
    public GitSCM(Map<String, Object> described) {
        this.described = described;
    }

    public List<BranchSpec> getBranches() {
        List<BranchSpec> branches = new ArrayList<>();
        maps("branches").forEach(branch -> branches.add(new BranchSpec((String) branch.get("name"))));
        return branches;
    }

    public List<UserRemoteConfig> getUserRemoteConfigs() {
        List<UserRemoteConfig> remotes = new ArrayList<>();
        maps("userRemoteConfigs").forEach(remote -> remotes.add(new UserRemoteConfig(remote)));
        return remotes;
    }

    /** The remotes with what is left out filled in, as the plugin makes them of {@link #getUserRemoteConfigs}. */
    public List<RemoteConfig> getRepositories() {
        List<RemoteConfig> repositories = new ArrayList<>();
        for (UserRemoteConfig remote : getUserRemoteConfigs()) {
            String name = remote.getName() != null ? remote.getName() : repositories.isEmpty() ? "origin" : "origin" + repositories.size();
            String refspec = remote.getRefspec() != null ? remote.getRefspec() : "+refs/heads/*:refs/remotes/" + name + "/*";
            repositories.add(new RemoteConfig(name, remote.getUrl(), refspec));
        }
        return repositories;
    }

    /** The remote of that name, or null. */
    public RemoteConfig getRepositoryByName(String name) {
        return getRepositories().stream().filter(repository -> repository.getName().equals(name)).findFirst().orElse(null);
    }

    /** As they are written in scripts, so that a checkout takes them together with others: {@code [$class: 'LocalBranch']}. */
    public List<Map<String, Object>> getExtensions() {
        return new ArrayList<>(maps("extensions"));
    }

    public List<Object> getSubmoduleCfg() {
        return new ArrayList<>();
    }

    public boolean isDoGenerateSubmoduleConfigurations() {
        return false;
    }

    /** No web view of the repository is configured. */
    public Object getBrowser() {
        return null;
    }

    /** Null: the default one. */
    public String getGitTool() {
        return null;
    }

    /** What tells repositories apart. */
    public String getKey() {
        StringBuilder key = new StringBuilder("git");
        getUserRemoteConfigs().forEach(remote -> key.append(' ').append(remote.getUrl()));
        return key.toString();
    }

    /** What {@code checkout} takes. */
    public Map<String, Object> asMap() {
        return new LinkedHashMap<>(described);
    }

    private List<Map<String, Object>> maps(String name) {
        return (List<Map<String, Object>>) described.getOrDefault(name, List.of());
    }
}
