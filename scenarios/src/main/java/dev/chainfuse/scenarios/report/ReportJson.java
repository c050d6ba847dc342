package dev.chainfuse.scenarios.report;

import dev.chainfuse.scenarios.show.InterfaceTraffic;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** A report as JSON. What depends on the machine is all under {@code measured}. */
public final class ReportJson {
  private static final JsonFactory FACTORY = JsonFactory.builder().build();

  private ReportJson() {}

  /** One report. */
  public static String write(Report report) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = generator(text)) {
      report(json, report);
    }
    return text.append('\n').toString();
  }

  /** A list of reports. */
  public static String write(List<Report> reports) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = generator(text)) {
      json.writeStartArray();
      reports.forEach(report -> report(json, report));
      json.writeEndArray();
    }
    return text.append('\n').toString();
  }

  private static JsonGenerator generator(StringWriter text) {
    ObjectWriteContext context =
        new ObjectWriteContext.Base() {
          @Override
          public tools.jackson.core.PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
          }

          @Override
          public boolean hasPrettyPrinter() {
            return true;
          }
        };
    return FACTORY.createGenerator(context, text);
  }

  private static void report(JsonGenerator json, Report report) {
    json.writeStartObject();
    json.writeStringProperty("title", report.title());
    json.writeStringProperty("about", report.about());
    json.writeStringProperty("host", report.host());
    json.writeStringProperty("engine", report.engine());
    if (report.seed() != null) {
      json.writeNumberProperty("seed", report.seed());
    }
    strings(json, "apply", report.apply());
    json.writeNumberProperty("virtualNanos", report.virtualNanos());
    json.writeNumberProperty("framesIn", report.framesIn());
    json.writeNumberProperty("framesOut", report.framesOut());
    reach(json, report.reach());
    expectations(json, report.expectations());
    drops(json, report.drops());
    rules(json, report.rules());
    counts(json, "outcomes", report.outcomes());
    counts(json, "reasons", report.reasons());
    counts(json, "connections", report.connections());
    interfaces(json, report.interfaces());
    timeline(json, report.series());
    strings(json, "notes", report.notes());
    latency(json, report.latency());
    json.writeEndObject();
  }

  private static void reach(JsonGenerator json, List<Report.Reach> rows) {
    json.writeArrayPropertyStart("reach");
    for (Report.Reach row : rows) {
      json.writeStartObject();
      json.writeStringProperty("traffic", row.traffic());
      json.writeStringProperty("from", row.from());
      json.writeStringProperty("to", row.to());
      json.writeStringProperty("what", row.what());
      json.writeNumberProperty("flows", row.flows());
      json.writeNumberProperty("reached", row.reached());
      json.writeStringProperty("result", row.result());
      json.writeNumberProperty("meanNanos", row.meanNanos());
      counts(json, "failures", row.reasons());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void expectations(JsonGenerator json, List<Report.Checked> all) {
    json.writeArrayPropertyStart("expectations");
    for (Report.Checked checked : all) {
      json.writeStartObject();
      json.writeStringProperty("place", checked.place());
      json.writeStringProperty("expected", checked.text());
      json.writeBooleanProperty("met", checked.met());
      json.writeStringProperty("actual", checked.actual());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void drops(JsonGenerator json, List<Report.Drop> drops) {
    json.writeArrayPropertyStart("drops");
    for (Report.Drop drop : drops) {
      json.writeStartObject();
      json.writeStringProperty("by", drop.decision());
      json.writeStringProperty("rule", drop.rule());
      json.writeNumberProperty("packets", drop.packets());
      counts(json, "sources", drop.sources());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void rules(JsonGenerator json, List<Report.RuleCount> rules) {
    json.writeArrayPropertyStart("rules");
    for (Report.RuleCount rule : rules) {
      json.writeStartObject();
      json.writeStringProperty("table", rule.table());
      json.writeStringProperty("chain", rule.chain());
      json.writeStringProperty("text", rule.text());
      json.writeStringProperty("place", rule.place());
      json.writeNumberProperty("packets", rule.packets());
      json.writeNumberProperty("bytes", rule.bytes());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void interfaces(JsonGenerator json, Map<String, InterfaceTraffic> interfaces) {
    json.writeObjectPropertyStart("interfaces");
    interfaces.forEach(
        (name, traffic) -> {
          json.writeObjectPropertyStart(name);
          json.writeNumberProperty("rxPackets", traffic.rxPackets());
          json.writeNumberProperty("rxBytes", traffic.rxBytes());
          json.writeNumberProperty("rxDropped", traffic.rxDropped());
          json.writeNumberProperty("txPackets", traffic.txPackets());
          json.writeNumberProperty("txBytes", traffic.txBytes());
          json.writeEndObject();
        });
    json.writeEndObject();
  }

  private static void timeline(JsonGenerator json, Report.Timeline series) {
    json.writeObjectPropertyStart("series");
    json.writeNumberProperty("widthNanos", series.widthNanos());
    series
        .counts()
        .forEach(
            (name, row) -> {
              long[] numbers = row.stream().mapToLong(Long::longValue).toArray();
              json.writeName(name);
              json.writeArray(numbers, 0, numbers.length);
            });
    json.writeEndObject();
  }

  private static void latency(JsonGenerator json, Report.Latency latency) {
    json.writeObjectPropertyStart("measured");
    json.writeStringProperty("label", latency.label());
    json.writeNumberProperty("packets", latency.packets());
    json.writeNumberProperty("batches", latency.batches());
    json.writeNumberProperty("meanNanos", latency.meanNanos());
    json.writeNumberProperty("mostNanos", latency.mostNanos());
    counts(json, "percentilesOfBatchMeans", latency.percentiles());
    json.writeEndObject();
  }

  private static void counts(JsonGenerator json, String name, Map<String, Long> counts) {
    json.writeObjectPropertyStart(name);
    counts.forEach(json::writeNumberProperty);
    json.writeEndObject();
  }

  private static void strings(JsonGenerator json, String name, List<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }
}
