package dev.chainfuse.scenarios.differential;

/**
 * What is left when all frames are through.
 *
 * @param nanos when the connections were read
 * @param counters as {@code iptables-save -c} prints them; of rules that iptables-nft loaded only
 *     the counters and the chain, because it prints some rules in other words
 * @param connections as {@code conntrack -L} prints them
 */
record FinalState(long nanos, String counters, String connections) {}
