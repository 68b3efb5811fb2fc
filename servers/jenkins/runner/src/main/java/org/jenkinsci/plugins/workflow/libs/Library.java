package org.jenkinsci.plugins.workflow.libs;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** {@code @Library('name@version')}: read from the script before it is compiled (LibraryScan); without a meaning of its own at run time. */
@Retention(RetentionPolicy.SOURCE)
public @interface Library {
    /** Libraries, each {@code name} or {@code name@version}. */
    String[] value();

    /** Whether the library's changes count as the build's. */
    boolean changelog() default true;
}
