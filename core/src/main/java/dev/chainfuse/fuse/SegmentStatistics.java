package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.TableName;
import java.util.List;

/**
 * What one segment became.
 *
 * @param chain its chain
 * @param firstRule index of its first rule in the chain, from 1
 * @param rules how many rules it has
 * @param structure the structure in words
 * @param hitLists how many hit lists it tells apart; 0 if it has none
 * @param bytes size of its arrays
 * @param depth steps of a look-up: fields and joins of a decision table, rules of a scan
 * @param fields the fields that it reads
 */
public record SegmentStatistics(
    TableName table,
    String chain,
    int firstRule,
    int rules,
    String structure,
    int hitLists,
    long bytes,
    int depth,
    List<Field> fields) {
  public SegmentStatistics {
    fields = List.copyOf(fields);
  }
}
