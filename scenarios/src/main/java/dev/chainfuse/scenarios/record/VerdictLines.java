package dev.chainfuse.scenarios.record;

import dev.chainfuse.Decision;
import dev.chainfuse.Emissions;
import dev.chainfuse.Engine;
import dev.chainfuse.PacketBatch;
import dev.chainfuse.host.Interface;
import dev.chainfuse.host.Topology;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.scenarios.InputException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes {@code verdicts.jsonl}: a line for each packet that came in, in order, and a line for each
 * frame that left later, with the number of the packet that caused it.
 */
final class VerdictLines implements AutoCloseable {
  private static final HexFormat HEX = HexFormat.of();

  private final Path file;
  private final JsonGenerator json;
  private final Engine engine;
  private final Topology topology;
  private final long originNanos;
  private long lines;

  VerdictLines(Path file, Engine engine, long originNanos) {
    this.file = file;
    this.engine = engine;
    this.originNanos = originNanos;
    topology = engine.host().topology();
    try {
      OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
      json =
          JsonFactory.builder()
              .rootValueSeparator("\n")
              .build()
              .createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The verdict on packet {@code i}, with the emissions of a range as further frames. */
  void packet(PacketBatch batch, int i, Emissions emissions, int from, int to) {
    try {
      json.writeStartObject();
      json.writeNumberProperty("n", batch.sequence(i));
      json.writeNumberProperty("ts", originNanos + batch.timeNanos(i));
      int in = batch.inInterface(i);
      json.writeStringProperty("in", in == PacketBatch.LOCAL ? "local" : topology.at(in).name());
      json.writeStringProperty("verdict", name(batch.action(i)));
      json.writeArrayPropertyStart("out");
      int before = from + batch.framesBefore(i);
      for (int e = from; e < before; e++) {
        emission(emissions, e);
      }
      if (batch.egress(i) >= 0) {
        frame(batch.egress(i), batch.data(), batch.offset(i), batch.length(i));
      }
      for (int e = before; e < to; e++) {
        emission(emissions, e);
      }
      json.writeEndArray();
      if (batch.reason(i) != DropReason.NONE) {
        drop(batch, i);
      }
      json.writeEndObject();
      lines++;
    } catch (JacksonException e) {
      throw failed(e);
    }
  }

  /** A frame that left later than the packet that caused it. */
  void later(Emissions emissions, int e) {
    try {
      json.writeStartObject();
      json.writeNumberProperty("ts", originNanos + emissions.timeNanos(e));
      if (emissions.cause(e) >= 0) {
        json.writeNumberProperty("cause", emissions.cause(e));
      }
      json.writeArrayPropertyStart("out");
      emission(emissions, e);
      json.writeEndArray();
      json.writeEndObject();
      lines++;
    } catch (JacksonException x) {
      throw failed(x);
    }
  }

  private void emission(Emissions emissions, int e) {
    frame(emissions.egress(e), emissions.data(), emissions.offset(e), emissions.length(e));
  }

  private void frame(int egress, byte[] data, int at, int bytes) {
    Interface device = topology.at(egress);
    json.writeStartObject();
    json.writeStringProperty("if", EgressDevices.above(topology, device).name());
    if (device.isPort()) {
      json.writeStringProperty("port", device.name());
    }
    json.writeStringProperty("frame", HEX.formatHex(data, at, at + bytes));
    json.writeEndObject();
  }

  private void drop(PacketBatch batch, int i) {
    Decision decision = engine.decision(batch.ruleId(i));
    json.writeObjectPropertyStart("drop");
    TableName table = decision.table();
    if (table == null) {
      json.writeStringProperty("reason", batch.reason(i).text());
    } else {
      Hook hook = batch.hook(i);
      if (hook != null) {
        json.writeStringProperty("hook", hook.name());
      }
      json.writeStringProperty("table", table.text());
      json.writeStringProperty("chain", decision.chain());
      if (decision.kind() == Decision.Kind.RULE) {
        json.writeNumberProperty("rule", decision.index());
      } else {
        json.writeBooleanProperty("policy", true);
      }
    }
    json.writeEndObject();
  }

  /** {@code invalid-frame}. */
  static String name(Action action) {
    return action.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private InputException failed(Exception e) {
    return new InputException(file + ": cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      if (lines > 0) {
        json.writeRaw('\n');
      }
      json.close();
    } catch (JacksonException e) {
      throw failed(e);
    }
  }
}
