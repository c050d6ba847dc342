/* kernelhost: lets this machine's kernel play a host, one frame at a time.
 *
 * usage: kernelhost CPU
 *
 * It makes two network namespaces that only its own descriptors hold, so that they are gone when it
 * is, however it ends: "host", the host under test, and "far", where the other ends of the host's
 * cables are. Commands come on stdin, one a line; hexadecimal bytes; every answer ends in a line
 * with a single dot.
 *
 *   SH host|far N      N bytes of shell script follow; it runs inside that namespace, where
 *                      $HOST_NS is the path of the other one
 *                        R STATUS N, then N bytes of what it printed
 *   PLAIN host|far     every device there does its own checksums and cutting, as ethtool -K sets
 *   PORTS NAME...      far ends, numbered from 0 from now on
 *   SEND PORT US HEX   after US microseconds the frame enters the host by that port; port -1: the
 *                      bytes are an IPv4 packet that a program of the host sends
 *                        T NANOS      CLOCK_MONOTONIC when it was sent
 *                        O PORT HEX   a frame that came out of the host
 *                        L HEX        an IPv4 packet that reached the end of INPUT
 *                        D tick       a tick passed before it was sent
 *                        E TEXT       the kernel refused to send it
 *   NOW                  T NANOS
 *
 * How it knows that the kernel is done. veth hands a frame to the backlog queue of the CPU that
 * sends, and this process never leaves its CPU. A marked frame through a cable of our own queues up
 * behind everything that is in that backlog. A packet passes through the backlog at most once on
 * its way in, once on its way out and once through loopback; so after as many marked frames in turn
 * nothing is under way.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { PASSES = 4, MAX_PORTS = 64, MARKED_TYPE = 0x88b5, LOG_GROUP = 7, TICK = 4000000 };

static int far_ns, host_ns;
static int wire = -1, delivered = -1, raw = -1;
static int ports[MAX_PORTS], port_count, marked_cable;
static uint64_t mark;
static unsigned char bytes[140000];

static void fail(const char *what) {
    fprintf(stderr, "kernelhost: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void print_hex(const unsigned char *p, int n) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < n; i++) {
        putchar(digits[p[i] >> 4]);
        putchar(digits[p[i] & 15]);
    }
    putchar('\n');
}

static int digit(int c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

static int parse_hex(const char *s, unsigned char *p) {
    int n = 0;
    for (; s[0] > ' ' && s[1] > ' '; s += 2) p[n++] = digit(s[0]) << 4 | digit(s[1]);
    return n;
}

static int new_namespace(void) {
    if (unshare(CLONE_NEWNET)) fail("cannot make a network namespace");
    int fd = open("/proc/self/ns/net", O_RDONLY);
    if (fd < 0) fail("/proc/self/ns/net");
    return fd;
}

static void enter(int ns) {
    if (setns(ns, CLONE_NEWNET)) fail("setns");
}

/* Packets that reach the end of INPUT come through the netfilter log. */
static void log_request(int fd, int attribute, const void *value, int size) {
    struct {
        struct nlmsghdr header;
        struct nfgenmsg family;
        struct nlattr attribute;
        char value[32];
    } m;
    memset(&m, 0, sizeof m);
    m.attribute.nla_type = attribute;
    m.attribute.nla_len = NLA_HDRLEN + size;
    memcpy(m.value, value, size);
    m.header.nlmsg_len = NLMSG_LENGTH(sizeof m.family) + NLA_ALIGN(m.attribute.nla_len);
    m.header.nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
    m.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    m.family.res_id = htons(LOG_GROUP);
    if (send(fd, &m, m.header.nlmsg_len, 0) < 0) fail("netfilter log");
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[256];
    } answer;
    if (recv(fd, &answer, sizeof answer, 0) < 0) fail("netfilter log");
    if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error) {
        errno = -answer.error.error;
        fail("netfilter log");
    }
}

static void open_log(void) {
    int size = 32 << 20;
    uint32_t at_once = htonl(1);
    struct nfulnl_msg_config_cmd bind_group = {.command = NFULNL_CFG_CMD_BIND};
    struct nfulnl_msg_config_mode whole = {.copy_range = htonl(0xffff), .copy_mode = NFULNL_COPY_PACKET};
    struct sockaddr_nl any = {.nl_family = AF_NETLINK};
    delivered = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (delivered < 0 || bind(delivered, (void *)&any, sizeof any)) fail("netlink socket");
    setsockopt(delivered, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    log_request(delivered, NFULA_CFG_CMD, &bind_group, sizeof bind_group);
    log_request(delivered, NFULA_CFG_MODE, &whole, sizeof whole);
    log_request(delivered, NFULA_CFG_QTHRESH, &at_once, sizeof at_once);
}

static void print_delivered(void) {
    for (;;) {
        int n = recv(delivered, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EAGAIN) return;
            fail("netfilter log");
        }
        for (struct nlmsghdr *m = (void *)bytes; NLMSG_OK(m, (unsigned)n); m = NLMSG_NEXT(m, n)) {
            if (m->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) continue;
            char *p = (char *)NLMSG_DATA(m) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
            char *end = (char *)m + m->nlmsg_len;
            while (p + NLA_HDRLEN <= end) {
                struct nlattr *a = (void *)p;
                if (a->nla_len < NLA_HDRLEN) break;
                if ((a->nla_type & NLA_TYPE_MASK) == NFULA_PAYLOAD) {
                    fputs("L ", stdout);
                    print_hex((unsigned char *)p + NLA_HDRLEN, a->nla_len - NLA_HDRLEN);
                }
                p += NLA_ALIGN(a->nla_len);
            }
        }
    }
}

static void open_sockets(void) {
    int one = 1, size = 32 << 20;
    enter(host_ns);
    open_log();
    raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (raw < 0) fail("raw socket");
    setsockopt(raw, SOL_SOCKET, SO_BROADCAST, &one, sizeof one);
    enter(far_ns);
    wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
    if (wire < 0) fail("packet socket");
    if (setsockopt(wire, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one))
        fail("packet socket (Linux 4.20 or newer is needed)");
    setsockopt(wire, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    marked_cable = if_nametoindex("mark0");
    if (!marked_cable) fail("mark0");
}

/* Waits until nothing is under way; prints the frames that came out meanwhile. */
static void settle(int print) {
    for (int pass = 0; pass < PASSES; pass++) {
        unsigned char frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2};
        struct sockaddr_ll to = {
            .sll_family = AF_PACKET, .sll_ifindex = marked_cable, .sll_protocol = htons(MARKED_TYPE)};
        frame[12] = MARKED_TYPE >> 8;
        frame[13] = MARKED_TYPE & 255;
        mark++;
        memcpy(frame + 14, &mark, sizeof mark);
        if (sendto(wire, frame, sizeof frame, 0, (void *)&to, sizeof to) < 0) fail("marked frame");
        for (;;) {
            struct sockaddr_ll from;
            socklen_t size = sizeof from;
            int n = recvfrom(wire, bytes, sizeof bytes, 0, (void *)&from, &size);
            if (n < 0) fail("packet socket");
            if (n >= 22 && bytes[12] == MARKED_TYPE >> 8 && bytes[13] == (MARKED_TYPE & 255)) {
                if (!memcmp(bytes + 14, &mark, sizeof mark)) break;
                continue;
            }
            for (int i = 0; print && i < port_count; i++)
                if (ports[i] == from.sll_ifindex) {
                    printf("O %d ", i);
                    print_hex(bytes, n);
                }
        }
    }
}

/* Stays clear of the edges of a tick, so that both sides of a comparison count the same ticks. */
static void avoid_tick_edge(void) {
    uint64_t phase;
    do phase = now() % TICK; while (phase < 150000 || phase > TICK - 150000);
}

static void send_frame(int port, long wait, const char *hex) {
    static unsigned char frame[70000];
    int n = parse_hex(hex, frame), result;
    if (wait > 0) {
        struct timespec t = {wait / 1000000, wait % 1000000 * 1000};
        nanosleep(&t, NULL);
    }
    settle(1);
    avoid_tick_edge();
    uint64_t sent = now();
    printf("T %llu\n", (unsigned long long)sent);
    if (port < 0) {
        struct sockaddr_in to = {.sin_family = AF_INET};
        memcpy(&to.sin_addr, frame + 16, 4);
        result = sendto(raw, frame, n, 0, (void *)&to, sizeof to);
    } else {
        struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = ports[port]};
        if (n >= 14) memcpy(&to.sll_protocol, frame + 12, 2);
        result = sendto(wire, frame, n, 0, (void *)&to, sizeof to);
    }
    if (now() / TICK != sent / TICK) puts("D tick");
    if (result < 0) printf("E %s\n", strerror(errno));
    settle(1);
    print_delivered();
}

static void run_script(int ns, int size) {
    char path[64];
    char *script = malloc(size + 1);
    if (fread(script, 1, size, stdin) != (size_t)size) fail("script cut short");
    snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), ns == far_ns ? host_ns : far_ns);
    FILE *text = tmpfile(), *printed = tmpfile();
    if (!text || !printed) fail("temporary file");
    fwrite(script, 1, size, text);
    fflush(text);
    rewind(text);
    free(script);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        enter(ns);
        setenv("HOST_NS", path, 1);
        dup2(fileno(text), 0);
        dup2(fileno(printed), 1);
        dup2(fileno(printed), 2);
        execl("/bin/sh", "sh", "-e", (char *)0);
        _exit(127);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) fail("wait");
    fclose(text);
    fseek(printed, 0, SEEK_END);
    long length = ftell(printed);
    rewind(printed);
    printf("R %d %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 255, length);
    for (int c; (c = getc(printed)) != EOF;) putchar(c);
    fclose(printed);
}

/* Devices that leave checksums or cutting to the next one would show frames that no cable carries. */
static void make_plain(int ns) {
    static const int off[] = {ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_SGSO, ETHTOOL_STSO, ETHTOOL_SGRO};
    enter(ns);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct if_nameindex *names = if_nameindex();
    if (fd < 0 || !names) fail("devices");
    for (struct if_nameindex *i = names; i->if_index; i++)
        for (unsigned k = 0; strcmp(i->if_name, "lo") && k < sizeof off / sizeof *off; k++) {
            struct ethtool_value value = {.cmd = off[k]};
            struct ifreq request = {.ifr_data = (void *)&value};
            strncpy(request.ifr_name, i->if_name, IFNAMSIZ - 1);
            /* What a device cannot do it need not leave. */
            if (ioctl(fd, SIOCETHTOOL, &request) && errno != EOPNOTSUPP) fail(i->if_name);
        }
    if_freenameindex(names);
    close(fd);
}

static void name_ports(char *names) {
    if (wire < 0) open_sockets();
    port_count = 0;
    for (char *name = strtok(names, " \n"); name && port_count < MAX_PORTS; name = strtok(NULL, " \n"))
        if (!(ports[port_count++] = if_nametoindex(name))) fail(name);
    settle(0);
}

int main(int argc, char **argv) {
    static char line[160000];
    cpu_set_t cpu;
    if (argc != 2) {
        fprintf(stderr, "usage: kernelhost CPU\n");
        return 2;
    }
    CPU_ZERO(&cpu);
    CPU_SET(atoi(argv[1]), &cpu);
    if (sched_setaffinity(0, sizeof cpu, &cpu)) fail("cannot stay on one CPU");
    /* Others must not come between reading the clock and sending. */
    if (setpriority(PRIO_PROCESS, 0, -20)) fail("priority");
    host_ns = new_namespace();
    far_ns = new_namespace();
    while (fgets(line, sizeof line, stdin)) {
        int port, size, at = 0;
        long wait;
        char where[8];
        if (sscanf(line, "SEND %d %ld %n", &port, &wait, &at) == 2) send_frame(port, wait, line + at);
        else if (sscanf(line, "SH %7s %d", where, &size) == 2)
            run_script(where[0] == 'h' ? host_ns : far_ns, size);
        else if (!strncmp(line, "PLAIN", 5)) make_plain(line[6] == 'h' ? host_ns : far_ns);
        else if (!strncmp(line, "PORTS", 5)) name_ports(line + 5);
        else if (!strncmp(line, "NOW", 3)) printf("T %llu\n", (unsigned long long)now());
        else {
            fprintf(stderr, "kernelhost: what is this: %s", line);
            return 2;
        }
        puts(".");
        fflush(stdout);
    }
    return 0;
}
