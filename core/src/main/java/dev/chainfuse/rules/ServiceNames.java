package dev.chainfuse.rules;

import java.util.HashMap;
import java.util.Map;

/**
 * Names of TCP and UDP services, as {@code /etc/services} of a Debian system has them (IANA's
 * service name registry): ports below 1000 and those that rules use. Only for reading; numbers are
 * what gets printed.
 */
public final class ServiceNames {
  /** {@code name=port}, with {@code /t} or {@code /u} where only TCP or only UDP has it. */
  private static final String TABLE =
      """
      tcpmux=1/t echo=7 discard=9 null=9 sink=9 systat=11/t users=11/t daytime=13
      netstat=15/t qotd=17/t quote=17/t chargen=19 source=19 ttytst=19 ftp-data=20/t
      fsp=21/u fspd=21/u ftp=21/t ssh=22/t telnet=23/t mail=25/t smtp=25/t time=37
      timserver=37 nicname=43/t whois=43/t tacacs=49 domain=53 bootps=67/u bootpc=68/u
      tftp=69/u gopher=70/t finger=79/t http=80/t www=80/t kerberos=88 kerberos-sec=88
      kerberos5=88 krb5=88 iso-tsap=102/t tsap=102/t acr-nema=104/t dicom=104/t
      poppassd=106/t pop-3=110/t pop3=110/t portmapper=111 sunrpc=111 auth=113/t
      authentication=113/t ident=113/t tap=113/t nntp=119/t readnews=119/t untp=119/t
      ntp=123/u epmap=135/t loc-srv=135/t netbios-ns=137/u netbios-dgm=138/u
      netbios-ssn=139/t imap=143/t imap2=143/t snmp=161 snmp-trap=162 snmptrap=162
      cmip-man=163 cmip-agent=164 mailq=174/t xdmcp=177/u bgp=179/t smux=199/t qmtp=209/t
      wais=210/t z3950=210/t ipx=213/u ptp-event=319/u ptp-general=320/u pawserv=345/t
      zserv=346/t rpc2portmap=369 codaauth2=370 Clearcase=371/u clearcase=371/u ldap=389
      svrloc=427 https=443 snpp=444/t microsoft-ds=445/t kpasswd=464 smtps=465/t
      ssmtp=465/t submissions=465/t urd=465/t saft=487/t isakmp=500/u biff=512/u
      comsat=512/u exec=512/t login=513/t who=513/u whod=513/u cmd=514/t shell=514/t
      syslog=514 printer=515/t spooler=515/t talk=517/u ntalk=518/u route=520/u
      routed=520/u router=520/u gdomap=538 uucp=540/t uucpd=540/t klogin=543/t krcmd=544/t
      kshell=544/t dhcpv6-client=546/u dhcpv6-server=547/u afpovertcp=548/t rtsp=554
      nntps=563/t snntp=563/t submission=587/t nqs=607/t asf-rmcp=623/u qmqp=628/t
      ipp=631/t ldaps=636 ldp=646 tinc=655 silc=706/t kerberos-adm=749/t kdc=750
      kerberos-iv=750 kerberos4=750 kerberos-master=751 kerberos_master=751/u
      passwd-server=752/u passwd_server=752/u hprop=754/t krb-prop=754/t krb5_prop=754/t
      krb_prop=754/t moira-db=775/t moira_db=775/t moira-update=777/t moira_update=777/t
      moira-ureg=779/u moira_ureg=779/u spamd=783/t domain-s=853 supfilesrv=871/t
      rsync=873/t ftps-data=989/t ftps=990/t telnets=992/t imaps=993/t pop3s=995/t
      socks=1080/t rmiregistry=1099/t openvpn=1194 ms-sql-s=1433/t ms-sql-m=1434/u
      datametrics=1645 l2f=1701/u l2tp=1701/u radius=1812 radacct=1813 radius-acct=1813
      nfs=2049 cvspserver=2401/t gsiftp=2811/t mysql=3306/t ms-wbt-server=3389/t
      distcc=3632/t daap=3689/t svn=3690/t epmd=4369/t ipsec-nat-t=4500/u iax=4569/u
      munin=4949/t sip=5060 sip-tls=5061 xmpp-client=5222/t xmpp-server=5269/t
      postgres=5432/t postgresql=5432/t amqps=5671/t amqp=5672/t x11=6000/t x11-1=6001/t
      x11-2=6002/t redis=6379/t http-alt=8080/t webcache=8080/t tproxy=8081/t
      puppet=8140/t bacula-dir=9101/t bacula-fd=9102/t bacula-sd=9103/t git=9418/t
      zabbix-agent=10050/t zabbix-trapper=10051/t kamanda=10081/t fido=60179/t
      """;

  private static final Map<String, Integer> TCP = ports("/u");
  private static final Map<String, Integer> UDP = ports("/t");

  private ServiceNames() {}

  private static Map<String, Integer> ports(String excluded) {
    Map<String, Integer> out = new HashMap<>();
    for (String entry : TABLE.split("\\s+")) {
      if (!entry.isEmpty() && !entry.endsWith(excluded)) {
        int equals = entry.indexOf('=');
        int slash = entry.indexOf('/', equals);
        String port = entry.substring(equals + 1, slash < 0 ? entry.length() : slash);
        out.putIfAbsent(entry.substring(0, equals), Integer.valueOf(port));
      }
    }
    return out;
  }

  /**
   * The port of a service.
   *
   * @param protocol {@link dev.chainfuse.packet.Ipv4#TCP} or UDP; any other means whichever has it
   * @return 0 to 65535, or -1 if the name is unknown
   */
  public static int port(String name, int protocol) {
    Integer tcp = TCP.get(name);
    Integer udp = UDP.get(name);
    if (protocol == dev.chainfuse.packet.Ipv4.UDP) {
      return udp == null ? -1 : udp;
    }
    if (protocol == dev.chainfuse.packet.Ipv4.TCP) {
      return tcp == null ? -1 : tcp;
    }
    if (tcp != null) {
      return tcp;
    }
    return udp == null ? -1 : udp;
  }
}
