/**
 * Scenario files: YAML 1.2 that names a host, the stations around it, their traffic, and who is
 * expected to reach whom. Errors name file, line, key and the nearest valid key. Start at {@link
 * dev.chainfuse.scenarios.scenario.ScenarioReader}.
 */
@NullMarked
package dev.chainfuse.scenarios.scenario;

import org.jspecify.annotations.NullMarked;
