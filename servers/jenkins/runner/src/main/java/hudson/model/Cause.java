package hudson.model;

/** Why a build runs: the classes that scripts name to {@code currentBuild.getBuildCauses}. */
public class Cause {
    Cause() {}

    /** Started by a user. */
    public static class UserIdCause extends Cause {}

    /** Started by another build. */
    public static class UpstreamCause extends Cause {}

    /** Started over the remote API. */
    public static class RemoteCause extends Cause {}
}
