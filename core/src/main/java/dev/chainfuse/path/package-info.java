/** The packet path of the host, one class a stage. Start at {@code PacketPath}. */
@NullMarked
package dev.chainfuse.path;

import org.jspecify.annotations.NullMarked;
