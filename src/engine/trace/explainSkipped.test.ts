/** Why rules were passed over, from a chain step of a real walk, in iptables' own words. */
import { describe, expect, it } from 'vitest';
import { calicoRules, labCluster, serviceRules, tcpPacket } from '../testing/network.ts';
import type { NetworkNamespace } from '../topology/networkNamespace.ts';
import { explainSkipped } from './explainSkipped.ts';
import { emptyKernelState } from './kernelState.ts';
import { walkPacket } from './walk.ts';

const cluster = labCluster('vxlan', { n1: serviceRules(), n2: calicoRules });

function nodeNamed(name: string): NetworkNamespace {
  const namespace = cluster.namespaces.get(name);
  if (namespace === undefined) throw new Error(`the laboratory has ${name}`);
  return namespace;
}
const node = nodeNamed('n1');

const packet = tcpPacket({ to: '172.18.0.2', dport: 30_080 });
const { trace } = walkPacket(cluster, emptyKernelState, { kind: 'send', namespace: 'ext', packet, process: 'curl' }, { pick: () => 0 });
const chains = trace.hops.flatMap((hop) => (hop.namespace === 'n1' ? hop.steps : [])).filter((step) => step.kind === 'chain');

/** "CHAIN INDEX: failed condition" of every skipped rule of a step. */
function skipped(table: string, hook: string): readonly string[] {
  const step = chains.find((candidate) => candidate.table === table && candidate.hook === hook);
  if (step === undefined) throw new Error(`no step of ${table} ${hook}`);
  const hits = step.hits.map((hit) => ({ chain: hit.reference.chain, from: hit.skippedFrom, to: hit.reference.index, packet: hit.packet }));
  const rest = { chain: step.hook, from: step.skippedFrom, to: Number.POSITIVE_INFINITY, packet: step.packet };
  return [...hits, ...(step.decidedBy === null ? [rest] : [])].flatMap((stretch) =>
    explainSkipped(node, step, stretch).map((rule) => `${stretch.chain} ${rule.index}: ${rule.failedText}`),
  );
}

describe('skipped rules', () => {
  it.each([
    ['raw', 'PREROUTING', ['PREROUTING 0: -p udp', 'PREROUTING 1: -i cali+']],
    ['nat', 'PREROUTING', ['KUBE-SERVICES 0: -d 10.96.0.10/32', 'KUBE-SVC 0: -d 10.96.0.10/32', 'KUBE-SEP 0: -s 10.244.110.129/32']],
    ['nat', 'POSTROUTING', ['KUBE-POSTROUTING 0: -m mark ! --mark 0x4000/0x4000']],
  ])('%s %s', (table, hook, expected) => {
    expect(skipped(table, hook)).toEqual(expected);
  });
});
