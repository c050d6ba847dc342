package dev.chainfuse.rules.text;

import dev.chainfuse.rules.TableName;
import java.util.Arrays;
import java.util.List;

/** Reads names of tables. */
final class TableNames {
  private TableNames() {}

  static TableName parse(Token name) {
    for (TableName table : TableName.values()) {
      if (table.text().equals(name.text())) {
        return table;
      }
    }
    for (TableName table : TableName.values()) {
      if (table.text().equalsIgnoreCase(name.text())) {
        throw new LineException(
            name.column(),
            "there is no table '" + name.text() + "': names of tables are lower-case",
            "write " + table.text());
      }
    }
    List<String> known = Arrays.stream(TableName.values()).map(TableName::text).toList();
    throw new LineException(
        name.column(),
        "there is no table '" + name.text() + "'",
        Suggestion.of(name.text(), known, "the tables are "));
  }
}
