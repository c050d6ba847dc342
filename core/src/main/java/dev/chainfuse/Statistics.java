package dev.chainfuse;

/**
 * Figures of a session.
 *
 * @param packets handed in
 * @param shortWay of them, packets that the flow cache took
 * @param journeys ways that the flow cache knows
 * @param connections in the table, unconfirmed ones included
 * @param connectionMaximum most that may be
 * @param inserted connections confirmed
 * @param insertFailed connections that clashed when they were to be confirmed
 * @param invalid packets that tracking found to be INVALID
 * @param tableFull packets dropped because the table was full
 * @param earlyDropped connections evicted to make room
 * @param clashesResolved packets that joined another's connection at confirmation
 * @param logged packets that LOG rules saw
 */
public record Statistics(
    long packets,
    long shortWay,
    int journeys,
    int connections,
    int connectionMaximum,
    long inserted,
    long insertFailed,
    long invalid,
    long tableFull,
    long earlyDropped,
    long clashesResolved,
    long logged) {}
