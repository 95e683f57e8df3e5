/**
 * Where kube-proxy's rules lead a first packet: the flows of kube-proxy's own tests, run over the rendered rules by the small tracer that those
 * tests describe (no state, every random choice followed, filter chains run directly). The walk through a real node's hooks is tested elsewhere.
 */
import { describe, expect, it } from 'vitest';
import { addressWithPort, cidrContains, type IpAddress, ipAddress } from '../../../net/address.ts';
import type { TransportProtocol } from '../../../net/packet.ts';
import { assembleNetfilter } from '../../../netfilter/assemble.ts';
import { parseIptablesSave } from '../../../netfilter/parse.ts';
import type { Match, Netfilter, PortRange, Rule, TableName } from '../../../netfilter/ruleset.ts';
import { type KubeProxySetup, kubeProxyInput, kubeProxyOptions } from '../../../testing/kubeProxySetup.ts';
import { hasSharedData, sharedText } from '../../../testing/sharedData.ts';
import { transportProtocol } from '../servicePorts.ts';
import { renderKubeProxyIptables } from './renderKubeProxyIptables.ts';

interface Flow {
  readonly name: string;
  readonly sourceIP: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly destIP: string;
  readonly destPort: number;
  readonly output: string;
  readonly masq: boolean;
}

interface FlowCase {
  readonly id: string;
  readonly backend: 'iptables' | 'nftables';
  readonly test: string;
  readonly subtest: string | null;
  readonly localIPs: readonly string[];
  readonly setup: string | null;
  readonly staticRulesFile?: string;
  readonly flows: readonly Flow[];
}

interface FlowFile {
  readonly cases: readonly FlowCase[];
  readonly setups: Readonly<Record<string, KubeProxySetup>>;
}

interface Tracer {
  readonly netfilter: Netfilter;
  readonly family: 'ipv4' | 'ipv6';
  readonly localAddresses: ReadonlySet<IpAddress>;
  readonly source: IpAddress;
  readonly protocol: TransportProtocol;
  readonly port: number;
  destination: IpAddress;
  readonly outputs: string[];
  masquerades: boolean;
}

const within = (range: PortRange, port: number): boolean => range.first <= port && port <= range.last;

function holds(match: Match, tracer: Tracer): boolean {
  switch (match.kind) {
    case 'source':
      return cidrContains(match.cidr, tracer.source) !== match.negated;
    case 'destination':
      return cidrContains(match.cidr, tracer.destination) !== match.negated;
    case 'protocol':
      return (match.protocol === tracer.protocol) !== match.negated;
    case 'ports':
      return match.destination === undefined || within(match.destination, tracer.port) !== match.destination.negated;
    case 'addressType': {
      const source = match.source === undefined || tracer.localAddresses.has(tracer.source) !== match.source.negated;
      return source && (match.destination === undefined || tracer.localAddresses.has(tracer.destination) !== match.destination.negated);
    }
    case 'comment':
    case 'nfacct':
    case 'statisticRandom':
      return true;
    case 'recent':
      return match.operation.kind === 'set';
    case 'mark':
    case 'conntrackState':
      return false;
    default:
      throw new Error(`the rules of kube-proxy have no match ${match.kind}`);
  }
}

/** Runs a chain; true when the packet needs no further rule. */
function runChain(tracer: Tracer, table: TableName, name: string): boolean {
  const chain = tracer.netfilter.tables[tracer.family].get(table)?.chains.get(name);
  if (chain === undefined) throw new Error(`no chain ${name} in table ${table}`);
  return chain.rules.some((rule) => rule.matches.every((match) => holds(match, tracer)) && runTarget(tracer, table, rule));
}

function runTarget(tracer: Tracer, table: TableName, rule: Rule): boolean {
  const { target } = rule;
  switch (target.kind) {
    case 'none':
      return false;
    case 'jump':
      if (target.chain === 'KUBE-MARK-MASQ') {
        tracer.masquerades = true;
        return false;
      }
      return runChain(tracer, table, target.chain) && !rule.matches.some((match) => match.kind === 'statisticRandom');
    case 'dnat':
      tracer.outputs.push(target.port === undefined ? target.address : addressWithPort(target.address, target.port));
      return true;
    case 'accept':
    case 'drop':
    case 'reject':
      tracer.outputs.push(target.kind.toUpperCase());
      return true;
    default:
      throw new Error(`the chains traced here have no target ${target.kind}`);
  }
}

function trace(netfilter: Netfilter, localIPs: readonly string[], flow: Flow): { readonly output: string; readonly masq: boolean } {
  const destination = ipAddress(flow.destIP);
  const tracer: Tracer = {
    netfilter,
    family: destination.includes(':') ? 'ipv6' : 'ipv4',
    localAddresses: new Set(['127.0.0.1', '::1', ...localIPs].map(ipAddress)),
    source: ipAddress(flow.sourceIP),
    protocol: transportProtocol(flow.protocol),
    port: flow.destPort,
    destination,
    outputs: [],
    masquerades: false,
  };
  runChain(tracer, 'nat', 'PREROUTING');
  const [first] = tracer.outputs;
  if (first !== undefined) tracer.destination = ipAddress(first.replace(/^\[?(.*?)\]?:\d+$/, '$1'));
  for (const chain of ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL']) {
    runChain(tracer, 'filter', chain);
  }
  return { output: tracer.outputs.join(', '), masq: tracer.masquerades };
}

function rulesOf(flowCase: FlowCase, setups: FlowFile['setups']): Netfilter {
  if (flowCase.staticRulesFile !== undefined) {
    const parsed = parseIptablesSave(sharedText(`vectors/kube-proxy/${flowCase.staticRulesFile}`), 'ipv4');
    if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.message}`);
    return parsed.value;
  }
  const setup = setups[flowCase.setup ?? ''];
  if (setup === undefined) throw new Error(`no set-up for ${flowCase.id}`);
  return assembleNetfilter(renderKubeProxyIptables(kubeProxyInput(setup), kubeProxyOptions(setup)), []);
}

describe.skipIf(!hasSharedData)("the flows of kube-proxy's iptables tests (needs ../shared)", () => {
  const file: FlowFile = hasSharedData ? JSON.parse(sharedText('vectors/kube-proxy/flows.json')) : { cases: [], setups: {} };
  const cases = file.cases.filter((candidate) => candidate.backend === 'iptables');
  const rows = cases.flatMap((flowCase) =>
    flowCase.flows.map((flow) => ({
      flowCase,
      flow,
      title: `${flowCase.id} ${flowCase.test} ${flowCase.subtest ?? ''}: ${flow.name} (${flow.sourceIP} to ${flow.destIP}:${flow.destPort})`,
    })),
  );
  it.each(rows)('$title', ({ flowCase, flow }) => {
    expect(trace(rulesOf(flowCase, file.setups), flowCase.localIPs, flow)).toEqual({ output: flow.output, masq: flow.masq });
  });
});
