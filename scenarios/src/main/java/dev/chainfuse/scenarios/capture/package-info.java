/**
 * Capture files: reads pcap and pcapng, writes pcap with nanoseconds. Start at {@link
 * dev.chainfuse.scenarios.capture.CaptureReader}.
 *
 * <p>Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 */
@NullMarked
package dev.chainfuse.scenarios.capture;

import org.jspecify.annotations.NullMarked;
