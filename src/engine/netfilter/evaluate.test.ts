/** What rules do to packets, in iptables' own text; and that the index of a long chain changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidr, ipAddress } from '../net/address.ts';
import type { Packet } from '../net/packet.ts';
import { echoRequest, netfilterFrom, tcpPacket, udpPacket } from '../testing/network.ts';
import { evaluateChain, explainChain } from './evaluate.ts';
import type { RuleContext } from './match.ts';
import type { HookName, IpSet, TableName } from './ruleset.ts';

const context = (changes: Partial<RuleContext> = {}): RuleContext => ({
  inInterface: 'eth0',
  outInterface: null,
  connection: { state: 'NEW', sourceTranslated: false, destinationTranslated: false },
  sets: new Map(),
  addressType: (address, limit) => (address === '10.0.0.1' && (limit === null || limit === 'eth0') ? 'LOCAL' : 'UNICAST'),
  hasReversePath: () => true,
  isInRecentList: () => false,
  addToRecentList: () => undefined,
  pick: () => 0,
  ...changes,
});

function run(text: string, packet: Packet, changes: Partial<RuleContext> = {}, table: TableName = 'filter', hook: HookName = 'INPUT') {
  const found = netfilterFrom(`*${table}\n${text}\nCOMMIT\n`).tables.ipv4.get(table);
  if (found === undefined) throw new Error('the table was parsed');
  const outcome = evaluateChain(found, hook, 'ipv4', packet, context(changes));
  if (outcome === undefined) throw new Error('the chain exists');
  return outcome;
}

const web = tcpPacket({ from: '10.0.0.9', to: '10.0.0.1', sport: 40_000, dport: 80 });
const dns = udpPacket({ from: '10.0.0.9', to: '10.0.0.1', dport: 53 });
const ping = echoRequest({ from: '10.0.0.9', to: '10.0.0.1' });

const set = (name: string, type: IpSet['type'], ...members: IpSet['members']): [string, IpSet] => [
  name,
  { name, type, family: 'ipv4', members },
];
const sets = new Map([
  set('ips', 'hash:ip', { cidr: cidr('10.0.0.9/32') }),
  set('nets', 'hash:net', { cidr: cidr('10.0.0.0/24') }, { cidr: cidr('10.0.0.0/8') }),
  set('ports', 'hash:ip,port', { cidr: cidr('10.0.0.1/32'), protocol: 'tcp', port: 80 }),
]);

describe('one condition', () => {
  it.each<{ rule: string; packet: Packet; matches: boolean; with?: Partial<RuleContext> }>([
    { rule: '-s 10.0.0.0/24', packet: web, matches: true },
    { rule: '! -s 10.0.0.0/24', packet: web, matches: false },
    { rule: '-d 10.0.0.1/32', packet: web, matches: true },
    { rule: '-d 10.0.0.2/32', packet: web, matches: false },
    { rule: '-i eth0', packet: web, matches: true },
    { rule: '-i eth+', packet: web, matches: true },
    { rule: '-i cali+', packet: web, matches: false },
    { rule: '! -i eth0', packet: web, matches: false },
    { rule: '! -i eth0', packet: web, matches: true, with: { inInterface: null } },
    { rule: '-o eth0', packet: web, matches: false },
    { rule: '-p tcp', packet: web, matches: true },
    { rule: '! -p tcp', packet: web, matches: false },
    { rule: '-p udp', packet: web, matches: false },
    { rule: '-p tcp -m tcp --dport 80', packet: web, matches: true },
    { rule: '-p tcp -m tcp --dport 79:81', packet: web, matches: true },
    { rule: '-p tcp -m tcp ! --dport 80', packet: web, matches: false },
    { rule: '-p tcp -m tcp --sport 40000 --dport 81', packet: web, matches: false },
    { rule: '-p udp -m udp --dport 80', packet: web, matches: false },
    { rule: '-p tcp -m multiport --dports 22,80:90', packet: web, matches: true },
    { rule: '-p tcp -m multiport --sports 22,80:90', packet: web, matches: false },
    { rule: '-p tcp -m multiport --ports 40000', packet: web, matches: true },
    { rule: '-p udp -m multiport ! --dports 53', packet: dns, matches: false },
    { rule: '-p icmp -m icmp --icmp-type 8', packet: ping, matches: true },
    { rule: '-p icmp -m icmp --icmp-type 0', packet: ping, matches: false },
    { rule: '-m conntrack --ctstate NEW', packet: web, matches: true },
    { rule: '-m conntrack --ctstate RELATED,ESTABLISHED', packet: web, matches: false },
    { rule: '-m conntrack ! --ctstate RELATED,ESTABLISHED', packet: web, matches: true },
    {
      rule: '-m conntrack --ctstate DNAT',
      packet: web,
      matches: true,
      with: { connection: { state: 'ESTABLISHED', sourceTranslated: false, destinationTranslated: true } },
    },
    { rule: '-m mark --mark 0x4000/0x4000', packet: { ...web, mark: 0x14000 }, matches: true },
    { rule: '-m mark ! --mark 0x4000/0x4000', packet: web, matches: true },
    { rule: '-m mark --mark 0x0/0x10000', packet: web, matches: true },
    { rule: '-m addrtype --dst-type LOCAL', packet: web, matches: true },
    { rule: '-m addrtype --src-type LOCAL', packet: web, matches: false },
    { rule: '-m addrtype ! --dst-type LOCAL', packet: web, matches: false },
    { rule: '-m addrtype --dst-type LOCAL --limit-iface-in', packet: web, matches: true },
    { rule: '-m addrtype --dst-type LOCAL --limit-iface-in', packet: web, matches: false, with: { inInterface: 'eth1' } },
    { rule: '-m set --match-set ips src', packet: web, matches: true, with: { sets } },
    { rule: '-m set ! --match-set ips src', packet: web, matches: false, with: { sets } },
    { rule: '-m set --match-set nets dst', packet: web, matches: true, with: { sets } },
    {
      rule: '-m set --match-set nets dst',
      packet: tcpPacket({ from: '10.0.0.9', to: '11.0.0.1', dport: 1 }),
      matches: false,
      with: { sets },
    },
    { rule: '-m set --match-set ports dst,dst', packet: web, matches: true, with: { sets } },
    { rule: '-m set --match-set ports dst,dst', packet: dns, matches: false, with: { sets } },
    { rule: '-m rpfilter --validmark --invert', packet: web, matches: false },
    { rule: '-m rpfilter --validmark --invert', packet: web, matches: true, with: { hasReversePath: () => false } },
    { rule: '-m statistic --mode random --probability 0.50000000000', packet: web, matches: true },
    { rule: '-m statistic --mode random --probability 0.50000000000', packet: web, matches: false, with: { pick: () => 1 } },
    { rule: '-m comment --comment "no condition at all"', packet: web, matches: true },
  ])('$rule: $matches', ({ rule, packet, matches, with: changes }) => {
    expect(run(`-A INPUT ${rule} -j DROP`, packet, changes).verdict).toBe(matches ? 'drop' : 'accept');
  });

  it('`recent --set` adds the source, `--rcheck` asks for it', () => {
    const seen: string[] = [];
    const lists: Partial<RuleContext> = {
      isInRecentList: (name, address) => seen.includes(`${name} ${address}`),
      addToRecentList: (name, address) => seen.push(`${name} ${address}`),
    };
    const rules =
      '-A INPUT -m recent --rcheck --seconds 10 --reap --name A --mask 255.255.255.255 --rsource -j DROP\n-A INPUT -m recent --set --name A --mask 255.255.255.255 --rsource';
    expect([
      run(rules, web, lists).verdict,
      run(rules, web, lists).verdict,
      run(rules, { ...web, source: ipAddress('10.0.0.8') }, lists).verdict,
    ]).toEqual(['accept', 'drop', 'accept']);
  });

  it('a rule that names a set that is not there is a bug', () => {
    expect(() => run('-A INPUT -m set --match-set missing src -j DROP', web)).toThrow('ipset missing');
  });
});

describe('how chains are walked (W3)', () => {
  const hits = (text: string, packet: Packet = web) =>
    run(text, packet).hits.map(
      (hit) => `${hit.depth} ${hit.reference.chain} ${hit.reference.index} ${hit.effect} after ${hit.skippedFrom}`,
    );

  it.each([
    {
      name: 'the end of a user chain goes on behind the jump',
      text: ':A - [0:0]\n-A INPUT -j A\n-A INPUT -j DROP\n-A A -j MARK --set-xmark 0x1/0x1',
      verdict: 'drop',
    },
    {
      name: 'RETURN in a user chain too',
      text: ':A - [0:0]\n-A INPUT -j A\n-A INPUT -j DROP\n-A A -j RETURN\n-A A -j ACCEPT',
      verdict: 'drop',
    },
    { name: 'RETURN in a base chain is its policy', text: ':INPUT DROP [0:0]\n-A INPUT -j RETURN\n-A INPUT -j ACCEPT', verdict: 'drop' },
    {
      name: 'the end of a chain reached by goto returns to the caller’s caller',
      text: ':A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A INPUT -j DROP\n-A A -g B\n-A A -j ACCEPT\n-A B -j MARK --set-xmark 0x1/0x1',
      verdict: 'drop',
    },
    {
      name: 'goto from a base chain ends in the policy',
      text: ':B - [0:0]\n-A INPUT -g B\n-A INPUT -j DROP\n-A B -j MARK --set-xmark 0x1/0x1',
      verdict: 'accept',
    },
    { name: 'ACCEPT deep down is final', text: ':A - [0:0]\n-A INPUT -j A\n-A INPUT -j DROP\n-A A -j ACCEPT', verdict: 'accept' },
    { name: 'a rule without a target only counts', text: '-A INPUT -p tcp\n-A INPUT -j DROP', verdict: 'drop' },
    { name: 'an empty chain has its policy', text: ':INPUT DROP [0:0]', verdict: 'drop' },
  ])('$name', ({ text, verdict }) => {
    expect(run(text, web).verdict).toBe(verdict);
  });

  it('keeps each hit with the stretch it passed over', () => {
    const text =
      ':A - [0:0]\n-A INPUT -p udp -j DROP\n-A INPUT -s 1.2.3.4/32 -j DROP\n-A INPUT -j A\n-A INPUT -p udp -j DROP\n-A INPUT -j ACCEPT\n-A A -p udp\n-A A -p tcp -j RETURN';
    expect(hits(text)).toEqual(['0 INPUT 2 jump after 0', '1 A 1 return after 0', '0 INPUT 4 accept after 3']);
  });

  it('says from where on nothing matched when the policy decides', () => {
    const outcome = run('-A INPUT -p tcp\n-A INPUT -p udp -j DROP\n-A INPUT -p udp -j DROP', web);
    expect([outcome.decidedBy, outcome.skippedFrom, outcome.verdict]).toEqual([null, 1, 'accept']);
  });

  it('marks: and-not, then xor; the next rule sees the new mark', () => {
    const text =
      '-A INPUT -j MARK --set-xmark 0x4000/0x4000\n-A INPUT -m mark --mark 0x4000/0x4000 -j MARK --set-xmark 0x4000/0x0\n-A INPUT -m mark --mark 0x0 -j DROP';
    const outcome = run(text, web);
    expect([outcome.verdict, outcome.packet.mark]).toEqual(['drop', 0]);
    expect(outcome.hits.map((hit) => hit.packet.mark)).toEqual([0, 0x4000, 0]);
  });

  it('DNAT ends the table, NOTRACK does not', () => {
    const nat = run(
      '-A PREROUTING -j DNAT --to-destination 10.1.1.1:8080\n-A PREROUTING -j MARK --set-xmark 0x1/0x1',
      web,
      {},
      'nat',
      'PREROUTING',
    );
    expect([nat.verdict, nat.decidedBy?.effect, nat.packet.mark]).toEqual(['accept', 'translate', 0]);
    const raw = run('-A PREROUTING -j NOTRACK\n-A PREROUTING -j DROP', web, {}, 'raw', 'PREROUTING');
    expect([raw.verdict, raw.untracked]).toEqual(['drop', true]);
  });

  it('rules that jump in a circle are a bug, not an endless walk', () => {
    expect(() => run(':A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -j A', web)).toThrow('circle');
  });
});

describe('why rules were skipped', () => {
  it('names the first condition that failed', () => {
    const text =
      '-A INPUT -s 10.0.0.9/32 -p udp -j DROP\n-A INPUT ! -i eth0 -j DROP\n-A INPUT -m statistic --mode random --probability 0.50000000000 -j DROP';
    const chain = netfilterFrom(`*filter\n${text}\nCOMMIT\n`).tables.ipv4.get('filter')?.chains.get('INPUT');
    if (chain === undefined) throw new Error('the chain was parsed');
    expect(explainChain(chain, web, context(), { from: 0, to: 3 }).map((skipped) => [skipped.index, skipped.failed.kind])).toEqual([
      [0, 'protocol'],
      [1, 'inInterface'],
      [2, 'statisticRandom'],
    ]);
  });
});

describe('the index of long chains (W4)', () => {
  const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.1.1');
  const port = fc.integer({ min: 80, max: 84 });
  const condition = fc.oneof(
    address.map((value) => `-d ${value}/32`),
    address.map((value) => `! -d ${value}/32`),
    address.map((value) => `-s ${value}/32`),
    fc.constantFrom(
      '-s 10.0.0.0/24',
      '-d 10.0.0.0/31',
      '-i eth0',
      '-i eth1',
      '-i eth+',
      '! -i eth0',
      '-o eth1',
      '-m mark --mark 0x1/0x1',
      '',
    ),
    port.map((value) => `-p tcp -m tcp --dport ${value}`),
    port.map((value) => `-p tcp -m tcp ! --dport ${value}`),
    port.map((value) => `-p udp -m udp --dport ${value}`),
    port.map((value) => `-p tcp -m multiport --dports ${value},90`),
  );
  const target = fc.constantFrom(
    '-j ACCEPT',
    '-j DROP',
    '-j RETURN',
    '-j A',
    '-g A',
    '-j MARK --set-xmark 0x1/0x1',
    '-j MARK --set-xmark 0x0/0x1',
    '',
  );
  const rule = (chain: string, targets: fc.Arbitrary<string>) =>
    fc.tuple(condition, targets).map(([conditionText, targetText]) => `-A ${chain} ${conditionText} ${targetText}`.trim());
  const long = fc.array(rule('FORWARD', target), { minLength: 12, maxLength: 40 });
  const short = fc.array(rule('A', fc.constantFrom('-j ACCEPT', '-j RETURN', '-j MARK --set-xmark 0x1/0x1', '')), { maxLength: 20 });
  const packet = fc
    .tuple(address, address, port, fc.boolean())
    .map(([from, to, dport, tcp]) => (tcp ? tcpPacket({ from, to, dport }) : udpPacket({ from, to, dport })));
  const place = fc.constantFrom('eth0', 'eth1');

  it('gives what asking every rule gives: the same hits, the same verdict', () => {
    fc.assert(
      fc.property(long, short, packet, place, place, (rules, inner, sent, inInterface, outInterface) => {
        const table = netfilterFrom(`*filter\n:A - [0:0]\n${[...rules, ...inner].join('\n')}\nCOMMIT\n`).tables.ipv4.get('filter');
        if (table === undefined) throw new Error('the table was parsed');
        const seen = context({ inInterface, outInterface });
        expect(evaluateChain(table, 'FORWARD', 'ipv4', sent, seen)).toEqual(evaluateChain(table, 'FORWARD', 'ipv4', sent, seen, false));
      }),
      { seed: 20, numRuns: 400 },
    );
  });
});
