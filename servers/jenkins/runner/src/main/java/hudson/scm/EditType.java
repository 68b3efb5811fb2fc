package hudson.scm;

import java.io.Serializable;

/** What a commit did to a file. */
public final class EditType implements Serializable {
    private static final long serialVersionUID = 1L;
    public static final EditType ADD = new EditType("add", "The file was added");
    public static final EditType EDIT = new EditType("edit", "The file was modified");
    public static final EditType DELETE = new EditType("delete", "The file was removed");

    private final String name;
    private final String description;

    private EditType(String name, String description) {
        this.name = name;
        this.description = description;
    }

    public String getName() {
        return name;
    }

    public String getDescription() {
        return description;
    }

    /** The type of that name. */
    public static EditType of(String name) {
        return name.equals("add") ? ADD : name.equals("delete") ? DELETE : EDIT;
    }

    private Object readResolve() {
        return of(name);
    }
}
