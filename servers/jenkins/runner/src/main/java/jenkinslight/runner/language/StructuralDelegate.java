package jenkinslight.runner.language;

/**
 * The delegate of a block whose calls are directives, whatever their names: Groovy would answer {@code equals expected: …} or {@code sleep …} by
 * methods that every object has.
 */
public interface StructuralDelegate {
    /** A call inside the block. */
    Object invokeMethod(String name, Object args);
}
