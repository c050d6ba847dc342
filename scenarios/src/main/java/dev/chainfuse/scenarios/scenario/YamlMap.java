package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.scenarios.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A mapping of a YAML file that is read key by key. Every key that is asked for is known; {@link
 * #done} refuses all others. Errors are collected, so that one go reports them all.
 */
final class YamlMap {
  private final YamlErrors errors;
  private final Node node;
  private final String what;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Node> keys = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  YamlMap(YamlErrors errors, Node node, String what) {
    this.errors = errors;
    this.node = node;
    this.what = what;
    if (!(node instanceof MappingNode mapping)) {
      errors.add(node, what + " must be a mapping of keys to values");
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        errors.add(tuple.getKeyNode(), "a key must be a word");
      } else if (values.put(key.getValue(), tuple.getValueNode()) != null) {
        errors.add(key, "key '" + key.getValue() + "' comes twice");
      } else {
        keys.put(key.getValue(), key);
      }
    }
  }

  YamlErrors errors() {
    return errors;
  }

  int line() {
    return YamlErrors.line(node);
  }

  /** Names of all keys, for mappings whose keys are free. */
  Set<String> names() {
    return values.keySet();
  }

  boolean has(String key) {
    known.add(key);
    return values.containsKey(key);
  }

  @Nullable Node node(String key) {
    known.add(key);
    return values.get(key);
  }

  /** Reports a value. */
  void wrong(String key, String problem) {
    Node value = values.get(key);
    errors.add(value == null ? node : value, key + ": " + problem);
  }

  /** The text of a value that need not be there. */
  String text(String key, String otherwise) {
    Node value = node(key);
    return value == null ? otherwise : scalar(key, value);
  }

  /** The text of a value that must be there. */
  String required(String key) {
    Node value = node(key);
    if (value == null) {
      errors.add(node, what + " needs the key '" + key + "'");
      return "";
    }
    return scalar(key, value);
  }

  private String scalar(String key, Node value) {
    if (value instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    errors.add(value, key + " must be a single value");
    return "";
  }

  /** A value that is read by {@code parser}, which may refuse by IllegalArgumentException. */
  <T> T value(String key, T otherwise, Function<String, T> parser) {
    Node value = node(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return parser.apply(scalar(key, value));
    } catch (IllegalArgumentException e) {
      wrong(key, String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  /** As the other, for a value that must be there. */
  <T> T requiredValue(String key, T ifWrong, Function<String, T> parser) {
    if (!has(key)) {
      required(key);
      return ifWrong;
    }
    return value(key, ifWrong, parser);
  }

  /** A list of single values; one value alone stands for a list of one. */
  List<String> texts(String key) {
    Node value = node(key);
    List<String> texts = new ArrayList<>();
    if (value instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> texts.add(scalar(key, item)));
    } else if (value != null) {
      texts.add(scalar(key, value));
    }
    return texts;
  }

  /** A list of mappings. */
  List<YamlMap> maps(String key, String itemName) {
    Node value = node(key);
    List<YamlMap> maps = new ArrayList<>();
    if (value instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> maps.add(new YamlMap(errors, item, itemName)));
    } else if (value != null) {
      errors.add(value, key + " must be a list; begin each item with '- '");
    }
    return maps;
  }

  /** A mapping from free names to mappings. */
  Map<String, YamlMap> named(String key, String itemName) {
    Node value = node(key);
    Map<String, YamlMap> named = new LinkedHashMap<>();
    if (value != null) {
      YamlMap map = new YamlMap(errors, value, key);
      map.values.forEach(
          (name, item) -> named.put(name, new YamlMap(errors, item, itemName + " '" + name + "'")));
    }
    return named;
  }

  /** Refuses every key that nobody asked for. */
  void done() {
    keys.forEach(
        (key, keyNode) -> {
          if (!known.contains(key)) {
            errors.add(
                keyNode,
                "unknown key '" + key + "' in " + what + "; " + Nearest.advice(key, known));
          }
        });
  }

  /**
   * @throws InputException if anything was reported
   */
  void finish() {
    errors.throwIfAny();
  }
}
