package dev.chainfuse.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian loads and stores in byte arrays. */
public final class Bytes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Bytes() {}

  /** The byte at {@code at}, 0 to 255. */
  public static int getByte(byte[] data, int at) {
    return data[at] & 0xff;
  }

  /** The 16-bit word at {@code at}, 0 to 65,535. */
  public static int getShort(byte[] data, int at) {
    return (short) SHORT.get(data, at) & 0xffff;
  }

  public static int getInt(byte[] data, int at) {
    return (int) INT.get(data, at);
  }

  public static long getLong(byte[] data, int at) {
    return (long) LONG.get(data, at);
  }

  /** The 48-bit word (a MAC address) at {@code at}. */
  public static long getMac(byte[] data, int at) {
    return (long) getShort(data, at) << 32 | getInt(data, at + 2) & 0xffff_ffffL;
  }

  public static void putShort(byte[] data, int at, int value) {
    SHORT.set(data, at, (short) value);
  }

  public static void putInt(byte[] data, int at, int value) {
    INT.set(data, at, value);
  }

  public static void putLong(byte[] data, int at, long value) {
    LONG.set(data, at, value);
  }

  /** Stores the low 48 bits of {@code mac}. */
  public static void putMac(byte[] data, int at, long mac) {
    putShort(data, at, (int) (mac >>> 32));
    putInt(data, at + 2, (int) mac);
  }
}
