package hudson.plugins.git;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/** A repository that a job builds; {@code scm.userRemoteConfigs} has these. */
public final class UserRemoteConfig implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Map<String, Object> settings;

    UserRemoteConfig(Map<String, Object> settings) {
        this.settings = settings;
    }

    public String getUrl() {
        return (String) settings.get("url");
    }

    /** Null unless the job names one. */
    public String getName() {
        return (String) settings.get("name");
    }

    /** Null unless the job names one. */
    public String getRefspec() {
        return (String) settings.get("refspec");
    }

    /** Null for a repository that is open to all. */
    public String getCredentialsId() {
        return (String) settings.get("credentialsId");
    }

    /** What {@code checkout} takes. */
    public Map<String, Object> asMap() {
        return new LinkedHashMap<>(settings);
    }

    @Override
    public String toString() {
        return getRefspec() + " => " + getUrl() + " (" + getName() + ")";
    }
}
