package org.eclipse.jgit.transport;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/** A remote with its name, address and refspecs; {@code scm.repositories} has these. */
public final class RemoteConfig implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String name;
    private final String url;
    private final String refspecs;

    public RemoteConfig(String name, String url, String refspecs) {
        this.name = name;
        this.url = url;
        this.refspecs = refspecs;
    }

    public String getName() {
        return name;
    }

    public List<URIish> getURIs() {
        return List.of(new URIish(url));
    }

    /** As texts. */
    public List<String> getFetchRefSpecs() {
        return Arrays.asList(refspecs.trim().split("\\s+"));
    }
}
