package hudson.model;

/** A build's parameters, which scripts ask a raw build for; there is none. */
public class ParametersAction {
    ParametersAction() {}
}
