/** What must hold of every trace, whatever the cluster: checked by every test that walks. It judges the trace's own coherence, not whether Linux agrees. */
import type { Packet } from '../net/packet.ts';
import { type Hop, type Step, successfulDispositions, type Trace } from './trace.ts';

/** Sentences about what is broken; empty for a sound trace. */
export function checkTrace(trace: Trace): readonly string[] {
  return [...checkHops(trace.hops), ...checkLinks(trace.hops), ...checkEnd(trace)];
}

function checkHops(hops: readonly Hop[]): readonly string[] {
  if (hops.length === 0) return ['a trace has at least one hop'];
  return hops.flatMap((hop, index) => {
    const name = `hop ${index} (${hop.namespace})`;
    const first = hop.steps[0]?.kind;
    const last = hop.steps.at(-1);
    const isLast = index === hops.length - 1;
    const wrong: string[] = [];
    if (index > 0 && first !== 'receive') wrong.push(`${name} begins with ${first ?? 'nothing'}, not receive`);
    if (index === 0 && first !== 'receive' && first !== 'originate') wrong.push(`${name} begins with ${first ?? 'nothing'}`);
    if ((hop.packetIn === null) !== (first === 'originate')) wrong.push(`${name} has packetIn and originates, or neither`);
    if ((hop.packetIn === null) !== (hop.interfaceIn === null))
      wrong.push(`${name} has a packet in without an interface in, or the reverse`);
    if (!isLast && last?.kind !== 'transmit') wrong.push(`${name} does not transmit`);
    if (isLast && last?.kind === 'transmit') wrong.push(`${name} is the last and transmits`);
    if ((hop.packetOut === null) !== (hop.interfaceOut === null))
      wrong.push(`${name} has a packet out without an interface out, or the reverse`);
    if ((hop.packetOut !== null) !== (last?.kind === 'transmit'))
      wrong.push(`${name} has a packet out and does not transmit, or the reverse`);
    for (const kind of ['receive', 'originate'] as const) {
      if (hop.steps.slice(1).some((step) => step.kind === kind)) wrong.push(`${name} has a ${kind} step that is not its first`);
    }
    if (hop.steps.slice(0, -1).some(isFinalStep)) wrong.push(`${name} goes on after its end`);
    return [...wrong, ...checkTtl(hop, name)];
  });
}

const isFinalStep = (step: Step): boolean =>
  step.kind === 'deliver' || step.kind === 'exit' || step.kind === 'drop' || step.kind === 'transmit';

/** A TTL falls by one in a ttl step and nowhere else inside a host (a tunnel's outer packet has its own). */
function checkTtl(hop: Hop, name: string): readonly string[] {
  return hop.steps.flatMap((step, index) => {
    const before = hop.steps[index - 1];
    if (before === undefined || step.kind === 'encapsulate' || step.kind === 'decapsulate') return [];
    const expected = step.kind === 'ttl' ? before.packet.ttl - 1 : before.packet.ttl;
    return step.packet.ttl === expected
      ? []
      : [`${name} step ${index} (${step.kind}) changes the TTL from ${before.packet.ttl} to ${step.packet.ttl}`];
  });
}

const withoutLink = (packet: Packet): string => JSON.stringify({ ...packet, link: null });

function checkLinks(hops: readonly Hop[]): readonly string[] {
  return hops.slice(1).flatMap((hop, index) => {
    const before = hops[index];
    if (before?.packetOut == null || hop.packetIn === null) return [`nothing travels from hop ${index} to hop ${index + 1}`];
    const same = withoutLink(before.packetOut) === withoutLink(hop.packetIn);
    return same ? [] : [`the packet out of hop ${index} is not the packet into hop ${index + 1}`];
  });
}

function checkEnd({ hops, disposition, final, response }: Trace): readonly string[] {
  const wrong: string[] = [];
  const end = hops.at(-1);
  const last = end?.steps.at(-1);
  const expected = disposition === 'delivered' ? 'deliver' : disposition === 'exitsCluster' ? 'exit' : 'drop';
  if (last?.kind !== expected) wrong.push(`disposition ${disposition} ends with ${last?.kind ?? 'nothing'}`);
  if (end !== undefined && end.namespace !== final.namespace)
    wrong.push(`the trace ends in ${end.namespace}, its final namespace is ${final.namespace}`);
  if (successfulDispositions.has(disposition) !== (final.cause === undefined))
    wrong.push(`disposition ${disposition} and its cause disagree`);
  if (response !== null && successfulDispositions.has(disposition))
    wrong.push('a kernel answers with an error although the packet arrived');
  if (response !== null && response.namespace !== final.namespace)
    wrong.push('the error comes from somewhere else than where the packet ended');
  return wrong;
}
