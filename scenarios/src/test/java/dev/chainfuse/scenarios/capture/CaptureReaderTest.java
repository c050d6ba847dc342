package dev.chainfuse.scenarios.capture;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.scenarios.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptureReaderTest {
  private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

  @TempDir Path directory;

  private record Packet(long nanos, LinkType linkType, long wireBytes, byte[] bytes) {}

  @ParameterizedTest
  @CsvSource({
    "a1b2c3d4, big, 5000000007000",
    "a1b2c3d4, little, 5000000007000",
    "a1b23c4d, big, 5000000000007",
    "a1b23c4d, little, 5000000000007"
  })
  void pcapTimesAreReadInBothUnitsAndByteOrders(String magic, String order, long nanos)
      throws IOException {
    ByteBuffer file = pcap(Integer.parseUnsignedInt(magic, 16), order(order), 1);
    pcapPacket(file, 5_000, 7, 3, 3);
    List<Packet> packets = read(file);
    assertEquals(1, packets.size());
    assertEquals(nanos, packets.get(0).nanos);
    assertArrayEquals(new byte[] {0, 1, 2}, packets.get(0).bytes);
    assertEquals(LinkType.ETHERNET, packets.get(0).linkType);
  }

  @Test
  void aSnappedPacketKeepsItsLengthOnTheWire() throws IOException {
    ByteBuffer file = pcap(0xa1b2c3d4, LITTLE, 228);
    pcapPacket(file, 1, 0, 3, 1_500);
    Packet packet = read(file).get(0);
    assertEquals(1_500, packet.wireBytes);
    assertEquals(3, packet.bytes.length);
    assertEquals(LinkType.IPV4, packet.linkType);
  }

  @Test
  void whatTheWriterWroteIsReadBack() {
    Path file = directory.resolve("written.pcap");
    try (CaptureWriter writer = new CaptureWriter(file, LinkType.ETHERNET)) {
      writer.write(1_795_517_520_714_613_043L, new byte[] {9, 1, 2, 3}, 1, 3);
      writer.write(1_795_517_520_714_613_044L, new byte[2_000], 0, 2_000);
    }
    List<Packet> packets = read(file);
    assertEquals(1_795_517_520_714_613_043L, packets.get(0).nanos);
    assertArrayEquals(new byte[] {1, 2, 3}, packets.get(0).bytes);
    assertEquals(2_000, packets.get(1).bytes.length);
  }

  @Test
  void pcapngSectionsMayDifferInByteOrderAndNumberTheirInterfacesAnew() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (ByteOrder order : List.of(LITTLE, ByteOrder.BIG_ENDIAN)) {
      file.write(section(order));
      file.write(block(order, 0x0bad, new byte[8]));
      file.write(interfaceBlock(order, 1, new byte[0]));
      file.write(interfaceBlock(order, 228, option(order, 9, new byte[] {9})));
      file.write(packetBlock(order, 0, 5_000_000, 3));
      file.write(packetBlock(order, 1, 5_000_000, 4));
    }
    List<Packet> packets = read(write(file.toByteArray()));
    assertEquals(4, packets.size());
    assertEquals(5_000_000_000L, packets.get(0).nanos);
    assertEquals(5_000_000, packets.get(1).nanos);
    assertEquals(LinkType.IPV4, packets.get(3).linkType);
    assertEquals(4, packets.get(3).bytes.length);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, 1500, 1500000000",
    "138, 0, 1536, 1500000000",
    "12, 0, 1500000000001, 1500000000",
    "6, 100, 1, 100000001000"
  })
  void pcapngTimesHonourResolutionAndOffset(int resolution, long offset, long time, long nanos)
      throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(section(LITTLE));
    ByteArrayOutputStream options = new ByteArrayOutputStream();
    options.write(option(LITTLE, 2, "eth0 with a name".getBytes(US_ASCII)));
    options.write(option(LITTLE, 9, new byte[] {(byte) resolution}));
    options.write(option(LITTLE, 14, ByteBuffer.allocate(8).order(LITTLE).putLong(offset).array()));
    file.write(interfaceBlock(LITTLE, 1, options.toByteArray()));
    file.write(packetBlock(LITTLE, 0, time, 1));
    assertEquals(nanos, read(write(file.toByteArray())).get(0).nanos);
  }

  @Test
  void errorsNameFileAndByte() throws IOException {
    ByteBuffer cut = pcap(0xa1b2c3d4, LITTLE, 1);
    pcapPacket(cut, 1, 0, 3, 3);
    byte[] bytes = written(cut, cut.position() - 1);
    assertError(bytes, "capture: byte 42: the file ends within a packet: 2 of 3 bytes are there");

    ByteBuffer huge = pcap(0xa1b2c3d4, LITTLE, 1);
    huge.putInt(1).putInt(0).putInt(-1).putInt(-1);
    assertError(
        written(huge, huge.position()),
        "capture: byte 24: a packet of 4294967295 bytes; at most 262144 are possible");

    assertError(
        written(pcap(0xa1b2c3d4, LITTLE, 113), 24),
        "capture: byte 24: link type 113 is not read; Ethernet (1) and plain IPv4 (228) are."
            + " Capture on the device itself, not on 'any'");
    assertError(new byte[0], "capture: byte 0: the file is empty, not a capture file");
    assertError(
        "#!/bin/sh\n".getBytes(US_ASCII),
        "capture: byte 0: begins with 23212f62, which is neither pcap nor pcapng; write captures"
            + " with tcpdump -w");
  }

  @Test
  void anyDamageIsReadOrRefusedWithoutRunningOutOfMemory() throws IOException {
    ByteArrayOutputStream ng = new ByteArrayOutputStream();
    ng.write(section(LITTLE));
    ng.write(interfaceBlock(LITTLE, 1, option(LITTLE, 9, new byte[] {9})));
    ng.write(packetBlock(LITTLE, 0, 5, 60));
    ng.write(packetBlock(LITTLE, 0, 6, 60));
    ByteBuffer old = pcap(0xa1b2c3d4, LITTLE, 1);
    pcapPacket(old, 1, 0, 60, 60);
    pcapPacket(old, 2, 0, 60, 60);
    List<byte[]> files = List.of(ng.toByteArray(), written(old, old.position()));
    int[] refused = new int[1];
    Seeds.each(
        400,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          byte[] file = files.get(random.nextInt(2)).clone();
          for (int i = random.nextInt(4); i >= 0; i--) {
            file[random.nextInt(file.length)] = (byte) random.nextInt();
          }
          file = Arrays.copyOf(file, random.nextInt(file.length / 2, file.length + 1));
          try {
            assertTrue(read(write(file)).size() <= 2);
          } catch (InputException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("capture: byte "), e.getMessage());
            refused[0]++;
          }
        });
    assertTrue(refused[0] > 0 || Long.getLong("seed") != null);
  }

  private void assertError(byte[] bytes, String message) throws IOException {
    Path file = write(bytes);
    InputException error = assertThrows(InputException.class, () -> read(file));
    assertEquals(directory + "/" + message, error.getMessage());
    assertFalse(String.valueOf(error.getMessage()).contains("\n"));
  }

  private Path write(byte[] bytes) {
    Path file = directory.resolve("capture");
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<Packet> read(ByteBuffer file) {
    return read(write(written(file, file.position())));
  }

  private static List<Packet> read(Path file) {
    List<Packet> packets = new ArrayList<>();
    try (CaptureReader reader = CaptureReader.open(file)) {
      while (reader.next()) {
        packets.add(
            new Packet(
                reader.nanos(),
                reader.linkType(),
                reader.wireBytes(),
                Arrays.copyOf(reader.data(), reader.capturedBytes())));
      }
    }
    return packets;
  }

  private static byte[] written(ByteBuffer file, int bytes) {
    byte[] copy = new byte[bytes];
    file.duplicate().flip().get(copy);
    return copy;
  }

  private static ByteOrder order(String name) {
    return name.equals("big") ? ByteOrder.BIG_ENDIAN : LITTLE;
  }

  private static ByteBuffer pcap(int magic, ByteOrder order, int linkType) {
    return ByteBuffer.allocate(4_096)
        .order(order)
        .putInt(magic)
        .putShort((short) 2)
        .putShort((short) 4)
        .putLong(0)
        .putInt(65_535)
        .putInt(linkType);
  }

  private static void pcapPacket(ByteBuffer to, int seconds, int fraction, int bytes, int onWire) {
    to.putInt(seconds).putInt(fraction).putInt(bytes).putInt(onWire);
    for (int i = 0; i < bytes; i++) {
      to.put((byte) i);
    }
  }

  private static byte[] section(ByteOrder order) {
    return block(
        order,
        0x0a0d0d0a,
        ByteBuffer.allocate(16)
            .order(order)
            .putInt(0x1a2b3c4d)
            .putShort((short) 1)
            .putShort((short) 0)
            .putLong(-1)
            .array());
  }

  private static byte[] interfaceBlock(ByteOrder order, int linkType, byte[] options) {
    return block(
        order,
        1,
        ByteBuffer.allocate(8 + options.length)
            .order(order)
            .putShort((short) linkType)
            .putShort((short) 0)
            .putInt(0)
            .put(options)
            .array());
  }

  private static byte[] option(ByteOrder order, int code, byte[] value) {
    return ByteBuffer.allocate(4 + (value.length + 3 & ~3))
        .order(order)
        .putShort((short) code)
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  private static byte[] packetBlock(ByteOrder order, int from, long time, int bytes) {
    return block(
        order,
        6,
        ByteBuffer.allocate(20 + bytes)
            .order(order)
            .putInt(from)
            .putInt((int) (time >>> 32))
            .putInt((int) time)
            .putInt(bytes)
            .putInt(bytes)
            .put(new byte[bytes])
            .array());
  }

  private static byte[] block(ByteOrder order, int type, byte[] body) {
    int length = 12 + (body.length + 3 & ~3);
    ByteBuffer block = ByteBuffer.allocate(length).order(order);
    block.putInt(type).putInt(length).put(body);
    return block.putInt(length - 4, length).array();
  }
}
