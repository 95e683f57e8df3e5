/** What `--help` prints: only what works. */
export const help = `packetwalk: Kubernetes networking, hop by hop

usage: packetwalk COMMAND -f FILE… [options]

  trace   walk one request, every branch
            --from SRC --to DST [--protocol TCP|UDP|SCTP|ICMP] [--via NODE|destination]
            [--host H] [--method M] [--header NAME=VALUE]… [--source-ip IP] [--source-port N]
            [--pick all|SEED] [--detail outcome|hops|rules] [--service-upstream]
          or many: --probes FILE (a JSON array of probes) [--sequence]
  get     print objects as kubectl does, computed ones included
            KIND [NAME] [-n NAMESPACE] [-o wide|yaml|json]
  show    print what a node or Pod holds, in the native tool's own text
            NODE|NS/POD interfaces|routes|neighbours|fdb|iptables|ipsets|conntrack|resolv.conf
            (conntrack: [--probes FILE] walks these first)
  link    print a share link of the input, or with --decode URL what a link holds

  -f FILE    a file, a folder (read recursively), or - for standard input; may be repeated
  -o         text (default) or json
  -h, --help this text

  SRC  pod/NS/NAME  deployment/NS/NAME  node/NAME  external  external/IP
  DST  pod/NS/NAME:PORT  deployment/NS/NAME:PORT  service/NS/NAME:PORT  node/NAME:PORT
       IP:PORT  [IPv6]:PORT  NAME:PORT  http(s)://HOST[:PORT]/PATH

exit status: 0 done, 1 the input has errors, 2 unusable arguments
`;
