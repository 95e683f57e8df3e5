/**
 * Rules in and out of iptables' own text. Every right-hand side of the first table was printed by iptables-save 1.8.9 (nf_tables) after a Linux
 * kernel had taken the left-hand side.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidr, ipAddress } from '../net/address.ts';
import { hasSharedData, sharedText } from '../testing/sharedData.ts';
import { assembleNetfilter } from './assemble.ts';
import { parseIptablesSave } from './parse.ts';
import { renderIpset, renderIptablesSave, renderRestoreRule, renderRule, savedProbability } from './render.ts';
import type { Match, Rule, Target } from './ruleset.ts';

/** One rule of chain T, read from its text. */
function readRule(line: string, family: 'ipv4' | 'ipv6' = 'ipv4'): Rule {
  const parsed = parseIptablesSave(`*filter\n:T - [0:0]\n:U - [0:0]\n${line}\nCOMMIT\n`, family);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const [rule] = parsed.value.tables[family].get('filter')?.chains.get('T')?.rules ?? [];
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

describe('what iptables-save makes of a rule', () => {
  it.each([
    ['-A T -p udp --dport 4789 -j NOTRACK', '-A T -p udp -m udp --dport 4789 -j NOTRACK'],
    ['-A T -m rpfilter --validmark --invert -j DROP', '-A T -m rpfilter --validmark --invert -j DROP'],
    ['-A T -m rpfilter --loose -j DROP', '-A T -m rpfilter --loose -j DROP'],
    [
      '-A T -m conntrack --ctstate UNTRACKED,DNAT,SNAT,INVALID,NEW,RELATED,ESTABLISHED -j ACCEPT',
      '-A T -m conntrack --ctstate INVALID,NEW,RELATED,ESTABLISHED,UNTRACKED,SNAT,DNAT -j ACCEPT',
    ],
    ['-A T -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP', '-A T -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP'],
    ['-A T -p tcp -j REJECT --reject-with tcp-reset', '-A T -p tcp -j REJECT --reject-with tcp-reset'],
    ['-A T -j REJECT', '-A T -j REJECT --reject-with icmp-port-unreachable'],
    ['-A T -j REJECT --reject-with icmp-admin-prohibited', '-A T -j REJECT --reject-with icmp-admin-prohibited'],
    ['-A T -g U', '-A T -g U'],
    ['-A T', '-A T'],
    ['-A T ! -p tcp', '-A T ! -p tcp'],
    ['-A T ! -i eth0 ! -o cali+ -s 1.2.3.0/24 -p udp', '-A T -s 1.2.3.0/24 ! -i eth0 ! -o cali+ -p udp'],
    ['-A T -p tcp -m tcp --dport 1000:2000 ! --sport 30', '-A T -p tcp -m tcp ! --sport 30 --dport 1000:2000'],
    ['-A T -p tcp -m tcp ! --dport 1000:2000 --sport :30', '-A T -p tcp -m tcp --sport 0:30 ! --dport 1000:2000'],
    ['-A T -p tcp -m multiport --dports 80,443,1000:2000', '-A T -p tcp -m multiport --dports 80,443,1000:2000'],
    ['-A T -p tcp -m multiport ! --sports 80', '-A T -p tcp -m multiport ! --sports 80'],
    ['-A T -p sctp -m sctp ! --sport 80:90', '-A T -p sctp -m sctp ! --sport 80:90'],
    ['-A T -p sctp -m sctp', '-A T -p sctp -m sctp'],
    ['-A T -p icmp --icmp-type 8', '-A T -p icmp -m icmp --icmp-type 8'],
    ['-A T -p icmp -m icmp ! --icmp-type 3/4', '-A T -p icmp -m icmp ! --icmp-type 3/4'],
    ['-A T -p 4 -j DROP', '-A T -p ipencap -j DROP'],
    ['-A T -m mark --mark 1', '-A T -m mark --mark 0x1'],
    ['-A T -m mark --mark 0x0/0x80000', '-A T -m mark --mark 0x0/0x80000'],
    ['-A T -j MARK --set-mark 1', '-A T -j MARK --set-xmark 0x1/0xffffffff'],
    ['-A T -j MARK --and-mark 0xff', '-A T -j MARK --set-xmark 0x0/0xffffff00'],
    ['-A T -j MARK --or-mark 0x4000', '-A T -j MARK --set-xmark 0x4000/0x4000'],
    ['-A T -j MARK --xor-mark 0x4000', '-A T -j MARK --set-xmark 0x4000/0x0'],
    ['-A T -j MARK --set-mark 0x10/0x20', '-A T -j MARK --set-xmark 0x10/0x30'],
    [
      '-A T -m addrtype --dst-type LOCAL ! --src-type UNICAST --limit-iface-in',
      '-A T -m addrtype ! --src-type UNICAST --dst-type LOCAL --limit-iface-in',
    ],
    [
      '-A T -m addrtype ! --src-type LOCAL --limit-iface-out -j MASQUERADE',
      '-A T -m addrtype ! --src-type LOCAL --limit-iface-out -j MASQUERADE',
    ],
    [
      '-A T -m recent --name A --rcheck --seconds 10 -j U',
      '-A T -m recent --rcheck --seconds 10 --name A --mask 255.255.255.255 --rsource -j U',
    ],
    [
      String.raw`-A T -m comment --comment "it's \\ fine" -m comment --comment a-b_c9`,
      String.raw`-A T -m comment --comment "it\'s \\ fine" -m comment --comment a-b_c9`,
    ],
    ['-A T -m comment --comment ns5/svc5:p80', '-A T -m comment --comment "ns5/svc5:p80"'],
    ['-A T -m comment --comment ""', '-A T -m comment --comment ""'],
    ['-A T -m comment --comment é', '-A T -m comment --comment "é"'],
    ['-A T -m statistic --mode random --probability 0.2000000000', '-A T -m statistic --mode random --probability 0.20000000019'],
    ['-A T -m statistic --mode random --probability 0.3333333333', '-A T -m statistic --mode random --probability 0.33333333349'],
    ['-A T -m statistic --mode random --probability 0.1428571429', '-A T -m statistic --mode random --probability 0.14285714272'],
    ['-A T -m statistic --mode random --probability 0.0010000000', '-A T -m statistic --mode random --probability 0.00100000016'],
    ['-A T -j SNAT --to-source 1.2.3.4', '-A T -j SNAT --to-source 1.2.3.4'],
    ['-A T -p udp -j DNAT --to-destination 1.2.3.4:53', '-A T -p udp -j DNAT --to-destination 1.2.3.4:53'],
    ['-A T -m set ! --match-set s2 dst', '-A T -m set ! --match-set s2 dst'],
    ['-A T -m set --match-set s3 dst,dst -j ACCEPT', '-A T -m set --match-set s3 dst,dst -j ACCEPT'],
    [
      '-A T -m conntrack --ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts -j DROP',
      '-A T -m conntrack --ctstate INVALID -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j DROP',
    ],
    [
      '-A T -m comment --comment "ns1/svc1:p80 cluster IP" -m tcp -p tcp -d 172.30.0.44 --dport 80 ! -s 10.0.0.0/8 -j U',
      '-A T ! -s 10.0.0.0/8 -d 172.30.0.44/32 -p tcp -m comment --comment "ns1/svc1:p80 cluster IP" -m tcp --dport 80 -j U',
    ],
  ])('%s', (given, saved) => {
    expect(renderRule('T', readRule(given))).toBe(saved);
    expect(renderRule('T', readRule(saved))).toBe(saved);
  });

  it.each([
    ['-A T -s fd00::1 -p icmpv6 --icmpv6-type 1/4', '-A T -s fd00::1/128 -p ipv6-icmp -m icmp6 --icmpv6-type 1/4'],
    ['-A T -j REJECT', '-A T -j REJECT --reject-with icmp6-port-unreachable'],
    ['-A T -m recent --name A --set', '-A T -m recent --set --name A --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource'],
    ['-A T -p tcp -j DNAT --to-destination [fd00::1]:80', '-A T -p tcp -j DNAT --to-destination [fd00::1]:80'],
    ['-A T -j SNAT --to-source fd00::1', '-A T -j SNAT --to-source fd00::1'],
  ])('IPv6: %s', (given, saved) => {
    expect(renderRule('T', readRule(given, 'ipv6'), 'ipv6')).toBe(saved);
    expect(renderRule('T', readRule(saved, 'ipv6'), 'ipv6')).toBe(saved);
  });

  it('reads the share that was meant out of its rounded text', () => {
    for (const count of [2, 3, 5, 7, 100, 999]) {
      const rule = readRule(`-A T -m statistic --mode random --probability ${savedProbability(1 / count)}`);
      expect(rule.matches).toEqual([{ kind: 'statisticRandom', probability: 1 / count }]);
    }
  });

  it('reads a bare comment of several words up to the next option', () => {
    expect(readRule('-A T -m comment --comment kubernetes service portals -j U')).toEqual({
      matches: [{ kind: 'comment', text: 'kubernetes service portals' }],
      target: { kind: 'jump', chain: 'U' },
    });
  });
});

describe('what cannot be read is said, with its line', () => {
  it.each([
    ['*filter\n:T - [0:0]\n-A T -m time --timestart 1 -j DROP\nCOMMIT', 3, 'match time is not modelled'],
    ['*filter\n:T - [0:0]\n-A T -j DSCP\nCOMMIT', 3, 'DSCP is neither a chain of this table nor a target that is modelled'],
    ['*filter\n:T - [0:0]\n-A T -m mark\nCOMMIT', 3, 'match mark needs --mark'],
    ['*filter\n:T - [0:0]\n-A T --dport 80\nCOMMIT', 3, 'option --dport is not modelled'],
    ['*filter\n:T - [0:0]\n-A T -s nowhere\nCOMMIT', 3, 'nowhere is no address'],
    ['*filter\n:T - [0:0]\n-A T -p gre\nCOMMIT', 3, 'protocol gre is not modelled'],
    ['*filter\n:T - [0:0]\n-A T -p tcp -m tcp --dport 70000\nCOMMIT', 3, '70000 is no port'],
    ['*filter\n-A NOWHERE -j DROP\nCOMMIT', 2, 'chain NOWHERE is not declared'],
    ['*filter\n:T ACCEPT [0:0]\nCOMMIT', 2, 'chain T cannot have a policy'],
    ['*filter\n-I INPUT -j DROP\nCOMMIT', 2, 'command -I is not modelled'],
    ['*security\nCOMMIT', 1, 'table security is not modelled'],
    ['-A INPUT -j DROP', 1, '"-A INPUT -j DROP" stands outside a table'],
    ['*filter\n-A INPUT -j DROP', 2, 'table filter has no COMMIT'],
  ])('%j', (text, line, message) => {
    expect(parseIptablesSave(text, 'ipv4')).toEqual({ ok: false, error: { line, message } });
  });

  it('reads over counters and comments, and gives undeclared base chains the policy ACCEPT', () => {
    const parsed = parseIptablesSave('# by hand\n*filter\n:INPUT DROP [12:3456]\n[7:420] -A INPUT -j ACCEPT\nCOMMIT\n', 'ipv4');
    expect(parsed.ok && renderIptablesSave(parsed.value, 'ipv4')).toBe(
      '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n',
    );
  });
});

const negated = fc.boolean();
const port = fc.integer({ min: 0, max: 65_535 });
const range = fc.tuple(port, port).map(([left, right]) => ({ first: Math.min(left, right), last: Math.max(left, right) }));
const negatedRange = fc.tuple(range, negated).map(([ports, flag]) => ({ ...ports, negated: flag }));
const word = fc.integer({ min: 0, max: 0xffffffff });
const name = fc.stringMatching(/^[A-Za-z][\w-]{0,20}$/);
const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => ipAddress(octets.join('.')));
const prefix = fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([host, length]) => cidr(`${host}/${length}`));
const addressType = fc.record({ type: fc.constantFrom('LOCAL', 'UNICAST', 'BROADCAST', 'BLACKHOLE'), negated });

const moduleMatch: fc.Arbitrary<Match> = fc.oneof(
  fc.record({
    kind: fc.constant('multiport'),
    side: fc.constantFrom('sports', 'dports', 'ports'),
    ports: fc.array(range, { minLength: 1, maxLength: 4 }),
    negated,
  }),
  fc.record({ kind: fc.constant('comment'), text: fc.string({ unit: 'grapheme-ascii', maxLength: 30 }) }),
  fc.record({
    kind: fc.constant('conntrackState'),
    // In the order that iptables keeps them in.
    states: fc.subarray(['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'] as const, { minLength: 1 }),
    negated,
  }),
  fc.record({ kind: fc.constant('mark'), value: word, mask: word, negated }),
  fc.record({ kind: fc.constant('addressType'), source: addressType }),
  fc.record({
    kind: fc.constant('addressType'),
    source: addressType,
    destination: addressType,
    limitInterface: fc.constantFrom('in', 'out'),
  }),
  fc.integer({ min: 1, max: 2000 }).map((count): Match => ({ kind: 'statisticRandom', probability: 1 / count })),
  fc.record({ kind: fc.constant('recent'), name, operation: fc.constant({ kind: 'set' } as const) }),
  fc.record({
    kind: fc.constant('recent'),
    name,
    operation: fc.record({ kind: fc.constant('rcheck'), seconds: fc.integer({ min: 1, max: 86_400 }), reap: fc.boolean() }),
  }),
  fc.record({
    kind: fc.constant('set'),
    name,
    directions: fc.array(fc.constantFrom('src', 'dst'), { minLength: 1, maxLength: 3 }),
    negated,
  }),
  fc.record({ kind: fc.constant('reversePathFilter'), validMark: fc.boolean(), loose: fc.boolean(), invert: fc.boolean() }),
  fc.record({ kind: fc.constant('nfacct'), name }),
);

const headerMatches: fc.Arbitrary<readonly Match[]> = fc
  .record(
    {
      source: fc.record({ kind: fc.constant('source'), cidr: prefix, negated }),
      destination: fc.record({ kind: fc.constant('destination'), cidr: prefix, negated }),
      inInterface: fc.record({ kind: fc.constant('inInterface'), name, negated }),
      outInterface: fc.record({ kind: fc.constant('outInterface'), name: name.map((text) => `${text}+`), negated }),
    },
    { requiredKeys: [] },
  )
  .map(({ source, destination, inInterface, outInterface }) =>
    [source, destination, inInterface, outInterface].filter((match) => match !== undefined),
  );

const protocolMatches: fc.Arbitrary<readonly Match[]> = fc.oneof(
  fc.constant([]),
  fc.constantFrom('icmp', 'icmpv6', 'ipencap').map((protocol): readonly Match[] => [{ kind: 'protocol', protocol, negated: true }]),
  fc
    .tuple(fc.constantFrom('tcp', 'udp', 'sctp'), fc.record({ source: negatedRange, destination: negatedRange }, { requiredKeys: [] }))
    .map(([module, sides]): readonly Match[] => [
      { kind: 'protocol', protocol: module, negated: false },
      { kind: 'ports', module, ...sides },
    ]),
  fc.tuple(octet, fc.option(octet, { nil: undefined }), negated).map(([type, code, flag]): readonly Match[] => [
    { kind: 'protocol', protocol: 'icmp', negated: false },
    { kind: 'icmpType', family: 'ipv4', type, ...(code === undefined ? {} : { code }), negated: flag },
  ]),
);

const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom<Target>({ kind: 'accept' }, { kind: 'drop' }, { kind: 'return' }, { kind: 'notrack' }, { kind: 'none' }),
  fc.constantFrom<Target>({ kind: 'jump', chain: 'OTHER' }, { kind: 'goto', chain: 'OTHER' }),
  fc.record({ kind: fc.constant('reject'), with: fc.constantFrom('icmp-port-unreachable', 'icmp-net-unreachable', 'tcp-reset') }),
  fc.record({ kind: fc.constantFrom('dnat', 'snat'), address, port }),
  fc.record({ kind: fc.constantFrom('dnat', 'snat'), address }),
  fc.record({ kind: fc.constant('masquerade'), randomFully: fc.boolean() }),
  fc.record({ kind: fc.constant('mark'), value: word, mask: word }),
);

const rule: fc.Arbitrary<Rule> = fc
  .tuple(headerMatches, protocolMatches, fc.array(moduleMatch, { maxLength: 3 }), target)
  .map(([header, protocol, modules, action]) => ({ matches: [...header, ...protocol, ...modules], target: action }));

describe('parse and render', () => {
  it('are inverse to each other', () => {
    const chain = (chainName: string, rules: readonly Rule[]) => ({ name: chainName, policy: null, rules });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 6 }), fc.array(rule, { maxLength: 3 }), (own, appended) => {
        const netfilter = assembleNetfilter(
          [
            {
              family: 'ipv4',
              table: 'mangle',
              chains: [chain('OTHER', []), chain('OWN', own)],
              hooks: [{ hook: 'FORWARD', position: 'append', rules: appended }],
            },
          ],
          [],
        );
        expect(parseIptablesSave(renderIptablesSave(netfilter, 'ipv4'), 'ipv4')).toEqual({ ok: true, value: netfilter });
      }),
      { numRuns: 400, seed: 20 },
    );
  });

  it("are so in kube-proxy's writing, too", () => {
    // kube-proxy never negates a protocol, never names one without its module, and quotes no quotes.
    const plain = fc.tuple(headerMatches, fc.constantFrom('tcp', 'udp', 'sctp'), negatedRange, target).map(
      ([header, module, destination, action]): Rule => ({
        matches: [
          ...header,
          { kind: 'protocol', protocol: module, negated: false },
          { kind: 'comment', text: 'some words' },
          { kind: 'ports', module, destination },
        ],
        target: action.kind === 'reject' ? { kind: 'accept' } : action,
      }),
    );
    fc.assert(
      fc.property(plain, (given) => {
        const text = `*filter\n:T - [0:0]\n:OTHER - [0:0]\n${renderRestoreRule('T', given)}\nCOMMIT\n`;
        const parsed = parseIptablesSave(text, 'ipv4');
        expect(parsed.ok && parsed.value.tables.ipv4.get('filter')?.chains.get('T')?.rules).toEqual([given]);
      }),
      { numRuns: 200, seed: 21 },
    );
  });
});

describe('renderIpset', () => {
  const set = {
    name: 'cali40all-vxlan-net',
    type: 'hash:net',
    family: 'ipv4',
    members: [{ cidr: cidr('10.0.0.0/16') }, { cidr: cidr('10.1.1.1/32') }],
  } as const;
  const ports = {
    name: 'cali40s:named-port',
    type: 'hash:ip,port',
    family: 'ipv4',
    members: [{ cidr: cidr('10.1.1.1/32'), protocol: 'udp', port: 53 }],
  } as const;

  it('prints a set for people and for ipset restore', () => {
    expect(renderIpset(set)).toBe(
      'Name: cali40all-vxlan-net\nType: hash:net\nHeader: family inet\nNumber of entries: 2\nMembers:\n10.0.0.0/16\n10.1.1.1\n',
    );
    expect(renderIpset(set, 'save')).toBe(
      'create cali40all-vxlan-net hash:net family inet\nadd cali40all-vxlan-net 10.0.0.0/16\nadd cali40all-vxlan-net 10.1.1.1\n',
    );
    expect(renderIpset(ports, 'save')).toBe('create cali40s:named-port hash:ip,port family inet\nadd cali40s:named-port 10.1.1.1,udp:53\n');
  });
});

const felixDumps = ['v3.29-vxlan', 'v3.31-ipip', 'v3.31-none', 'v3.31-vxlan', 'v3.32-vxlan'];

describe.skipIf(!hasSharedData)("dumps of Felix's rules (needs ../shared)", () => {
  it.each(felixDumps)('iptables-felix-%s comes out as it went in', (version) => {
    const text = sharedText(`vectors/calico/iptables-felix-${version}.txt`);
    const parsed = parseIptablesSave(text, 'ipv4');
    expect(parsed.ok ? renderIptablesSave(parsed.value, 'ipv4') : parsed.error).toBe(text);
  });
});
