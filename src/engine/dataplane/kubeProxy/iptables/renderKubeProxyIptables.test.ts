/**
 * kube-proxy's rules as a node shows them. The golden text was printed by iptables-save 1.8.9 (nf_tables) after a Linux kernel had loaded
 * these rules, so it is the tools' own writing; the other cases change one thing and look at the rules that it decides.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cidr, ipAddress } from '../../../net/address.ts';
import { assembleNetfilter } from '../../../netfilter/assemble.ts';
import { parseIptablesSave } from '../../../netfilter/parse.ts';
import { renderIptablesSave, renderRule } from '../../../netfilter/render.ts';
import type { TableName } from '../../../netfilter/ruleset.ts';
import { endpointSliceState, kubeProxyInput, serviceState } from '../../../testing/kubeProxySetup.ts';
import { storefront } from '../../../testing/storefront.ts';
import type { KubeProxyInput } from '../kubeProxyInput.ts';
import type { KubeProxyIptablesOptions } from './context.ts';
import { renderKubeletIptables } from './kubelet.ts';
import { renderKubeProxyIptables } from './renderKubeProxyIptables.ts';

const golden = readFileSync(new URL('./__golden__/storefront.iptables-save', import.meta.url), 'utf8');

const base = kubeProxyInput(storefront);
const withSettings = (settings: Partial<KubeProxyInput['settings']>): KubeProxyInput => ({
  ...base,
  settings: { ...base.settings, ...settings },
});

/** The lines of one chain, of kube-proxy alone. */
function linesOf(input: KubeProxyInput, table: TableName, chain: string, options: KubeProxyIptablesOptions = {}): readonly string[] {
  const rules = assembleNetfilter(renderKubeProxyIptables(input, options), []).tables[input.family].get(table)?.chains.get(chain)?.rules;
  return (rules ?? []).map((rule) => renderRule(chain, rule, input.family));
}

const webService = 'KUBE-SVC-67NZLRHBNDSAWJRO';
const webExternal = 'KUBE-EXT-67NZLRHBNDSAWJRO';

describe('renderKubeProxyIptables', () => {
  const netfilter = assembleNetfilter([...renderKubeletIptables('ipv4'), ...renderKubeProxyIptables(base)], []);

  it('gives what iptables-save prints on a node, kubelet included', () => {
    expect(renderIptablesSave(netfilter, 'ipv4')).toBe(golden);
  });

  it('gives what its own text is read back as', () => {
    const parsed = parseIptablesSave(golden, 'ipv4');
    expect(parsed.ok && renderIptablesSave(parsed.value, 'ipv4')).toBe(golden);
  });

  it('depends on no order of its input', () => {
    const reversed = { ...base, services: base.services.toReversed(), endpointSlices: base.endpointSlices.toReversed() };
    const other = assembleNetfilter([...renderKubeletIptables('ipv4'), ...renderKubeProxyIptables(reversed)], []);
    expect(renderIptablesSave(other, 'ipv4')).toBe(golden);
  });

  it('names the object and field behind every rule of a Service', () => {
    const fields = (table: TableName, chain: string) =>
      netfilter.tables.ipv4
        .get(table)
        ?.chains.get(chain)
        ?.rules.map((rule) => `${rule.origin?.object.kind} ${rule.origin?.object.name} ${rule.origin?.field}`);
    expect(fields('filter', 'KUBE-SERVICES')).toEqual(['Service api /spec/internalTrafficPolicy', 'Service legacy /spec/selector']);
    expect(fields('nat', 'KUBE-SVL-67NZLRHBNDSAWJRO')).toEqual(['Service web /spec/ports/0']);
    expect(fields('nat', 'KUBE-SEP-LYOGWTXD3FSSWSCA')).toEqual(['EndpointSlice web-1 /endpoints/1', 'EndpointSlice web-1 /endpoints/1']);
    expect(fields('filter', 'KUBE-PROXY-FIREWALL')).toEqual(['Service web /spec/loadBalancerSourceRanges']);
    const unnamed = [...netfilter.tables.ipv4.values()]
      .flatMap((table) => [...table.chains.values()])
      .filter((chain) => /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(chain.name) && chain.rules.some((rule) => rule.origin === undefined));
    expect(unnamed).toEqual([]);
  });
});

describe('local detection', () => {
  it.each([
    ['clusterCidr', { kind: 'clusterCidr', cidrs: [cidr('fd00::/48'), cidr('10.244.0.0/16')] }, '! -s 10.244.0.0/16 ', '-s 10.244.0.0/16 '],
    ['nodeCidr', { kind: 'nodeCidr' }, '! -s 10.244.1.0/24 ', '-s 10.244.1.0/24 '],
    ['bridgeInterface', { kind: 'bridgeInterface', name: 'cni0' }, '! -i cni0 ', '-i cni0 '],
    ['interfaceNamePrefix', { kind: 'interfaceNamePrefix', prefix: 'cali' }, '! -i cali+ ', '-i cali+ '],
  ] as const)('%s', (_name, detectLocal, ifNotLocal, ifLocal) => {
    const input = { ...withSettings({ detectLocal }), podCidrs: [cidr('10.244.1.0/24')] };
    const [masquerade = ''] = linesOf(input, 'nat', webService);
    expect(masquerade).toContain(ifNotLocal);
    expect(masquerade).toContain('-j KUBE-MARK-MASQ');
    expect(linesOf(input, 'nat', webExternal)[0]).toBe(
      `-A ${webExternal} ${ifLocal}-m comment --comment "pod traffic for shop/web:http external destinations" -j ${webService}`,
    );
  });

  it.each([
    ['none', { kind: 'none' }],
    ['a cluster CIDR of the other family', { kind: 'clusterCidr', cidrs: [cidr('fd00::/48')] }],
  ] as const)('%s: neither rule is written', (_name, detectLocal) => {
    const input = withSettings({ detectLocal });
    expect(linesOf(input, 'nat', webService).filter((line) => line.includes('KUBE-MARK-MASQ'))).toEqual([]);
    expect(linesOf(input, 'nat', webExternal)[0]).toContain('masquerade LOCAL traffic');
  });

  it('masqueradeAll asks nobody where they come from', () => {
    expect(linesOf(withSettings({ masqueradeAll: true }), 'nat', webService)[0]).toBe(
      `-A ${webService} -d 10.96.0.20/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    );
  });
});

describe('node ports', () => {
  const lastRule = (input: KubeProxyInput): readonly string[] =>
    linesOf(input, 'nat', 'KUBE-SERVICES')
      .filter((line) => line.includes('must be the last rule'))
      .map((line) => line.replace(/ -m comment --comment ".*?"/, ''));

  it.each([
    ['everywhere', {}, ['-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS']],
    [
      'but for localhost',
      { localhostNodePorts: false },
      ['-A KUBE-SERVICES ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'],
    ],
    ['on one range', { nodePortAddresses: [cidr('172.18.0.0/16')] }, ['-A KUBE-SERVICES -d 172.18.0.2/32 -j KUBE-NODEPORTS']],
    [
      'on a range of the other family, which leaves all',
      { nodePortAddresses: [cidr('fd00::/8')] },
      ['-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'],
    ],
    [
      'on localhost by its range',
      { nodePortAddresses: [cidr('127.0.0.0/8'), cidr('172.18.0.2/32')] },
      ['-A KUBE-SERVICES -d 127.0.0.1/32 -j KUBE-NODEPORTS', '-A KUBE-SERVICES -d 172.18.0.2/32 -j KUBE-NODEPORTS'],
    ],
  ] as const)('%s', (_name, settings, expected) => {
    expect(lastRule(withSettings(settings))).toEqual(expected);
  });

  it('guard localhost only while it answers', () => {
    expect(linesOf(base, 'filter', 'KUBE-FIREWALL')).toHaveLength(1);
    expect(linesOf(withSettings({ nodePortAddresses: [cidr('172.18.0.0/16')] }), 'filter', 'KUBE-FIREWALL')).toEqual([]);
  });
});

describe('options of the node', () => {
  it('without nfacct there are no counting rules', () => {
    expect(linesOf(base, 'nat', 'KUBE-NODEPORTS', { hasNfacct: false })).toHaveLength(1);
    expect(linesOf(base, 'filter', 'KUBE-FORWARD', { hasNfacct: false })[0]).toBe('-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP');
  });

  it('a liberal conntrack keeps invalid packets, an old iptables knows no --random-fully', () => {
    expect(linesOf(base, 'filter', 'KUBE-FORWARD', { isConntrackTcpLiberal: true })).toHaveLength(2);
    expect(linesOf(base, 'nat', 'KUBE-POSTROUTING', { hasRandomFully: false }).at(-1)).toMatch(/-j MASQUERADE$/);
  });

  it('the mark is the configured bit', () => {
    expect(linesOf(withSettings({ masqueradeBit: 31 }), 'nat', 'KUBE-MARK-MASQ')).toEqual([
      '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x80000000/0x80000000',
    ]);
  });
});

describe('IPv6', () => {
  const input: KubeProxyInput = {
    ...withSettings({ detectLocal: { kind: 'clusterCidr', cidrs: [cidr('fd00:10:244::/56')] } }),
    family: 'ipv6',
    nodeAddress: ipAddress('fc00::2'),
    localAddresses: [ipAddress('::1'), ipAddress('fc00::2')],
    services: [
      serviceState({
        namespace: 'shop',
        name: 'web',
        type: 'NodePort',
        clusterIP: 'fd00:10:96::20',
        ports: [{ name: 'http', port: 80, nodePort: 30080 }],
        sessionAffinity: 'ClientIP',
      }),
      serviceState({ namespace: 'shop', name: 'empty', type: 'ClusterIP', clusterIP: 'fd00:10:96::21', ports: [{ port: 80 }] }),
    ],
    endpointSlices: [
      endpointSliceState({
        namespace: 'shop',
        name: 'web-1',
        service: 'web',
        addressType: 'IPv6',
        ports: [{ name: 'http', port: 8080 }],
        endpoints: [{ addresses: ['fd00:10:244:1::2'] }],
      }),
    ],
  };
  const netfilter = assembleNetfilter([...renderKubeletIptables('ipv6'), ...renderKubeProxyIptables(input)], []);
  const text = renderIptablesSave(netfilter, 'ipv6');

  it.each([
    '-A KUBE-SERVICES ! -d ::1/128 -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    '-A KUBE-SERVICES -d fd00:10:96::20/128 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-67NZLRHBNDSAWJRO',
    '-A KUBE-SERVICES -d fd00:10:96::21/128 -p tcp -m comment --comment "shop/empty has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp6-port-unreachable',
  ])('%s', (line) => {
    expect(text.split('\n')).toContain(line);
  });

  it('translates to a bracketed address, remembers clients by the whole address, guards no localhost', () => {
    expect(text).toContain(
      ' --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource -m tcp -j DNAT --to-destination [fd00:10:244:1::2]:8080',
    );
    expect(netfilter.tables.ipv6.get('filter')?.chains.get('KUBE-FIREWALL')?.rules).toEqual([]);
    expect(netfilter.tables.ipv4.size).toBe(0);
  });
});

describe('a large cluster', () => {
  const services = Array.from({ length: 1000 }, (_, index) =>
    serviceState({
      namespace: 'many',
      name: `service-${index}`,
      type: 'ClusterIP',
      clusterIP: `10.96.${Math.floor(index / 250) + 1}.${(index % 250) + 1}`,
      ports: [{ name: 'http', port: 80 }],
    }),
  );
  const endpointSlices = services.map((service, index) =>
    endpointSliceState({
      namespace: 'many',
      name: `${service.name}-1`,
      service: service.name,
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: Array.from({ length: 3 }, (_, copy) => ({
        addresses: [`10.244.${Math.floor(index / 80)}.${(index % 80) * 3 + copy + 1}`],
      })),
    }),
  );
  const input = { ...base, services, endpointSlices };

  it('leaves the comments per endpoint away above 1000 endpoints, and keeps all others', () => {
    const rules = renderKubeProxyIptables(input).flatMap((part) => part.chains);
    const endpointChains = rules.filter((chain) => chain.name.startsWith('KUBE-SEP-'));
    expect(endpointChains).toHaveLength(3000);
    const comments = endpointChains
      .flatMap((chain) => chain.rules)
      .filter((rule) => rule.matches.some((match) => match.kind === 'comment'));
    expect(comments).toEqual([]);
    expect(rules.find((chain) => chain.name === 'KUBE-SERVICES' && chain.rules.length > 1)?.rules).toHaveLength(1001);
  });

  it('keeps them at 1000', () => {
    const fewer = { ...input, endpointSlices: endpointSlices.slice(0, 333) };
    const [chain] = renderKubeProxyIptables(fewer)
      .flatMap((part) => part.chains)
      .filter((candidate) => candidate.name.startsWith('KUBE-SEP-'));
    expect(chain?.rules[0]?.matches.map((match) => match.kind)).toContain('comment');
  });
});
