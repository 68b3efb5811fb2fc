package org.eclipse.jgit.transport;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a repository, {@code https://host/a/b.git}, {@code git@host:a/b.git} or a path. */
public final class URIish implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Pattern FULL = Pattern.compile("([a-zA-Z][a-zA-Z0-9+-]*)://(?:([^/@:]*)(?::[^/@]*)?@)?([^/:]*)(?::(\\d+))?(/.*)?");
    private static final Pattern SCP = Pattern.compile("(?:([^/@:]+)@)?([^/:]+):(.*)");

    private final String address;
    private String scheme;
    private String user;
    private String host;
    private int port = -1;
    private String path;

    public URIish(String address) {
        this.address = address;
        Matcher full = FULL.matcher(address);
        Matcher scp = SCP.matcher(address);
        path = address;
        if (full.matches()) {
            scheme = full.group(1);
            user = full.group(2);
            host = full.group(3).isEmpty() ? null : full.group(3);
            port = full.group(4) == null ? -1 : Integer.parseInt(full.group(4));
            path = full.group(5) == null ? "" : full.group(5);
        } else if (scp.matches()) {
            user = scp.group(1);
            host = scp.group(2);
            path = scp.group(3);
        }
    }

    /** Null for a path and for {@code user@host:path}. */
    public String getScheme() {
        return scheme;
    }

    public String getUser() {
        return user;
    }

    /** Null for a path. */
    public String getHost() {
        return host;
    }

    /** -1 unless the address names one. */
    public int getPort() {
        return port;
    }

    public String getPath() {
        return path;
    }

    /** What a clone's folder is called: the last part of the path without {@code .git}. */
    public String getHumanishName() {
        String[] parts = path.replaceAll("/+$", "").split("/");
        String last = parts[parts.length - 1];
        return last.equals(".git") && parts.length > 1 ? parts[parts.length - 2] : last.replaceAll("\\.git$", "");
    }

    @Override
    public String toString() {
        return address;
    }
}
