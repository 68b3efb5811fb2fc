package jenkinslight.runner.webhook;

import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.PathNotFoundException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Resolves the expressions of Generic Webhook Trigger against one request's body. */
public final class VariableResolver {
    private final String document;
    private final boolean flattens;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    /** @param flattens whether lists and objects give a variable for each of their leaves too */
    public VariableResolver(String document, boolean flattens) {
        this.document = document;
        this.flattens = flattens;
    }

    /** All variables so far; later expressions win over earlier ones of the same key. */
    public Map<String, String> variables() {
        return variables;
    }

    /** What could not be evaluated and why; the plugin logs these. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * Resolves one expression: {@code key}, {@code value}, {@code expressionType}, {@code regexpFilter}, {@code defaultValue}. One of
     * the type {@code Value} stands for itself, as a header's does. What is not found and has no default gives no variable.
     */
    public void resolve(Map<?, ?> expression) {
        String key = text(expression, "key");
        String type = text(expression, "expressionType");
        Map<String, String> found = evaluate(key, type, expression);
        boolean missing = found.isEmpty() || found.getOrDefault(key, "x").isEmpty();
        if (missing && expression.get("defaultValue") != null) {
            found.put(key, text(expression, "defaultValue"));
        }
        variables.putAll(found);
    }

    private Map<String, String> evaluate(String key, String type, Map<?, ?> expression) {
        Found found = new Found(text(expression, "regexpFilter"));
        String value = text(expression, "value");
        try {
            if (type.equalsIgnoreCase("Value")) {
                found.put(key, value);
            } else if (document.isEmpty() || value.isEmpty()) {
                return found.values();
            } else if (type.equalsIgnoreCase("XPath")) {
                new XmlFlattener(found).flatten(key, nodes(value));
            } else {
                jsonPath(key, value, found);
            }
            return found.values();
        } catch (PathNotFoundException absent) {
            return new LinkedHashMap<>();
        } catch (JsonPathException | IllegalArgumentException | Filter.TooSlowException | XPathExpressionException | SAXException
                | IOException | ParserConfigurationException | TransformerException e) {
            warnings.add("Unable to resolve " + key + ": " + e.getMessage());
        } catch (StackOverflowError e) {
            warnings.add("Unable to resolve " + key + ": the body is nested too deeply");
        }
        return new LinkedHashMap<>();
    }

    private void jsonPath(String key, String path, Found found) {
        Object value = JsonPath.read(document, path);
        JsonFlattener flattener = new JsonFlattener(found);
        if (flattens) {
            flattener.flatten(key, value);
        } else if (value != null) {
            flattener.whole(key, value);
        }
        if (path.trim().equals("$")) {
            found.putWhole(key, document);
        }
    }

    private NodeList nodes(String path) throws ParserConfigurationException, SAXException, IOException, XPathExpressionException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        // A webhook's body comes from anywhere: no entities, no files.
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return (NodeList) XPathFactory.newInstance().newXPath().evaluate(path,
                factory.newDocumentBuilder().parse(new InputSource(new StringReader(document))), XPathConstants.NODESET);
    }

    private static String text(Map<?, ?> expression, String field) {
        Object value = expression.get(field);
        return value == null ? "" : value.toString();
    }
}
