package jenkinslight.runner.webhook;

import java.io.StringWriter;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** XML nodes as variables, by the Generic Webhook Trigger plugin's rules. */
final class XmlFlattener {
    private final Found found;

    XmlFlattener(Found found) {
        this.found = found;
    }

    /** Adds {@code key} as XML text (a lone leaf: its text) and every leaf below; several nodes are numbered. */
    void flatten(String key, NodeList nodes) throws TransformerException {
        found.putWhole(key, nodes.getLength() == 0 ? "" : xml(nodes.item(0)));
        for (int i = 0; i < nodes.getLength(); i++) {
            leaves(key, nodes.getLength() == 1 ? key : key + "_" + i, nodes.item(i));
        }
    }

    private void leaves(String key, String keyOfChildren, Node node) {
        if (isLeaf(node)) {
            found.put(key, node.getTextContent());
            return;
        }
        for (int i = 0; i < node.getChildNodes().getLength(); i++) {
            Node child = node.getChildNodes().item(i);
            String childKey = keyOfChildren + "_" + child.getNodeName();
            // Elements alternate with the white space between them, which the plugin doesn't count.
            leaves(childKey, childKey + "_" + i / 2, child);
        }
    }

    private static boolean isLeaf(Node node) {
        boolean carrier = node.getNodeType() == Node.ELEMENT_NODE || node.getNodeType() == Node.ATTRIBUTE_NODE;
        return carrier && node.getChildNodes().getLength() == 1 && node.getFirstChild().getNodeType() == Node.TEXT_NODE;
    }

    private static String xml(Node node) throws TransformerException {
        if (node.getNodeType() == Node.ATTRIBUTE_NODE) {
            return node.getNodeValue();
        }
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        transformer.setOutputProperty(OutputKeys.INDENT, "yes");
        StringWriter text = new StringWriter();
        transformer.transform(new DOMSource(node), new StreamResult(text));
        return text.toString();
    }
}
