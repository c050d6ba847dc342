/** JMH benchmarks, a class a question, and the filter sets that they are run on. */
@NullMarked
package dev.chainfuse.bench;

import org.jspecify.annotations.NullMarked;
