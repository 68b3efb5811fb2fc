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
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    public VariableResolver(String document) {
        this.document = document;
    }

    /** All variables so far; later expressions win over earlier ones of the same key. */
    public Map<String, String> variables() {
        return variables;
    }

    /** What could not be evaluated and why; the plugin logs these. */
    public List<String> warnings() {
        return warnings;
    }

    /** Resolves one expression: {@code key}, {@code value}, {@code expressionType}, {@code regexpFilter}, {@code defaultValue}. */
    public void resolve(Map<?, ?> expression) {
        String key = text(expression, "key");
        Map<String, String> found = new LinkedHashMap<>();
        if (!document.isEmpty() && !text(expression, "value").isEmpty()) {
            try {
                if (text(expression, "expressionType").equalsIgnoreCase("XPath")) {
                    xpath(key, expression, found);
                } else {
                    jsonPath(key, expression, found);
                }
            } catch (PathNotFoundException missing) {
                found.clear();
            } catch (JsonPathException | IllegalArgumentException | XPathExpressionException | SAXException | IOException
                    | ParserConfigurationException | TransformerException e) {
                warnings.add("Unable to resolve " + key + ": " + e.getMessage());
                found.clear();
            }
        }
        if (found.isEmpty() || found.getOrDefault(key, "x").isEmpty()) {
            found.put(key, text(expression, "defaultValue"));
        }
        variables.putAll(found);
    }

    private void jsonPath(String key, Map<?, ?> expression, Map<String, String> found) {
        String path = text(expression, "value");
        new JsonFlattener(found, text(expression, "regexpFilter")).flatten(key, JsonPath.read(document, path));
        if (path.trim().equals("$")) {
            found.put(key, document);
        }
    }

    private void xpath(String key, Map<?, ?> expression, Map<String, String> found)
            throws ParserConfigurationException, SAXException, IOException, XPathExpressionException, TransformerException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        // A webhook's body comes from anywhere: no entities, no files.
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Object nodes = XPathFactory.newInstance().newXPath().evaluate(text(expression, "value"),
                factory.newDocumentBuilder().parse(new InputSource(new StringReader(document))), XPathConstants.NODESET);
        new XmlFlattener(found, text(expression, "regexpFilter")).flatten(key, (NodeList) nodes);
    }

    private static String text(Map<?, ?> expression, String field) {
        Object value = expression.get(field);
        return value == null ? "" : value.toString();
    }
}
