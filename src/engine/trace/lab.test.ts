/** The walk against what a real kernel did in the laboratory: every ping, traceroute and `ip route get` of its transcripts. */
import { describe, expect, it } from 'vitest';
import { ipAddress } from '../net/address.ts';
import { lookupRoute, selectSource } from '../routing/lookup.ts';
import { answerTo, calicoRules, echoRequest, type LabMode, labCluster, udpPacket } from '../testing/network.ts';
import { hasSharedData, sharedText } from '../testing/sharedData.ts';
import type { Cluster } from '../topology/networkNamespace.ts';
import { hostOf } from './host.ts';
import { routeInput } from './inputRoute.ts';
import { checkTrace } from './invariants.ts';
import { emptyKernelState, type KernelState } from './kernelState.ts';
import { type WalkStart, walkPacket } from './walk.ts';

const noChoice = {
  pick: () => {
    throw new Error('the laboratory leaves nothing to chance');
  },
};

function walk(cluster: Cluster, state: KernelState, start: WalkStart) {
  const result = walkPacket(cluster, state, start, noChoice);
  expect(checkTrace(result.trace)).toEqual([]);
  return result;
}

/** The TTL of the echo reply, or undefined when none came back. */
function ping(cluster: Cluster, from: string, to: string): number | undefined {
  const asked = walk(cluster, emptyKernelState, { kind: 'send', namespace: from, packet: echoRequest({ to }), process: 'ping' });
  if (asked.trace.disposition !== 'delivered') return undefined;
  const { namespace, packet } = asked.trace.final;
  const answered = walk(cluster, asked.state, { kind: 'send', namespace, packet: answerTo(packet), process: 'kernel' });
  const arrived = answered.trace.disposition === 'delivered' && answered.trace.final.namespace === from;
  return arrived ? answered.trace.final.packet.ttl : undefined;
}

/** Sources of the answers to probes of TTL 1, 2, 3 … until the destination answers. */
function traceroute(cluster: Cluster, from: string, to: string): readonly string[] {
  const hops: string[] = [];
  for (let ttl = 1; ttl <= 6; ttl += 1) {
    const packet = udpPacket({ to, ttl, dport: 33_433 + ttl });
    const probe = walk(cluster, emptyKernelState, { kind: 'send', namespace: from, packet, process: 'traceroute' });
    const { response } = probe.trace;
    if (response === null) return [...hops, '*'];
    const back = walk(cluster, probe.state, { kind: 'send', ...response, process: 'kernel' });
    if (back.trace.disposition !== 'delivered' || back.trace.final.namespace !== from) return [...hops, '*'];
    hops.push(back.trace.final.packet.source);
    if (response.packet.transport.kind === 'icmp' && response.packet.transport.type === 3) return hops;
  }
  return hops;
}

/** Text of `ip route get`, one line, as iproute2 words it. */
function routeGet(cluster: Cluster, at: string, to: string, from?: string, iif?: string): string {
  const namespace = cluster.namespaces.get(at);
  if (namespace === undefined) throw new Error(`no ${at}`);
  const host = hostOf(namespace);
  const destination = ipAddress(to);
  const device = iif === undefined ? undefined : host.interfaceByName.get(iif);
  const lookup =
    device === undefined || from === undefined
      ? lookupRoute(namespace.routing(), { destination }, { isUsable: host.isUp, pickNextHop: () => 0 })
      : routeInput(host, device, { source: ipAddress(from), destination, mark: 0 }, () => 0).lookup;
  if (lookup === null || lookup.route === null) return 'RTNETLINK answers: Network is unreachable';
  const { decision } = lookup;
  if (decision.kind === 'blackhole') return 'RTNETLINK answers: Invalid argument';
  const source = device === undefined ? selectSource(host.interfaces, { route: lookup.route, nextHop: lookup.nextHop }, destination) : null;
  const tail = source === null ? '' : ` src ${source} uid 0`;
  const head = `${to}${from === undefined ? '' : ` from ${from}`}`;
  if (decision.kind === 'local') return `local ${head} dev lo${tail} `;
  if (decision.kind !== 'forward') return decision.kind;
  return `${head}${decision.onLink ? '' : ` via ${decision.nextHop}`} dev ${decision.interface}${tail} `;
}

const modes: readonly LabMode[] = ['noencap', 'vxlan', 'vxlan-cross'];

describe.skipIf(!hasSharedData).each(modes)('the laboratory, %s (needs ../shared)', (mode) => {
  const transcript = hasSharedData ? sharedText(`vectors/calico/lab/calico-${mode}.txt`) : '';
  const cluster = labCluster(mode, { n1: calicoRules, n2: calicoRules, n3: calicoRules });

  const pings = [...transcript.matchAll(/^\[(\w+)\]\$ ping -c1 -W1 (\S+)\n([\s\S]*?)(?=\n\[|\n---\s|\n\n\n)/gm)];
  it.each(pings.map(([, from = '', to = '', output = '']) => ({ from, to, ttl: /ttl=(\d+)/.exec(output)?.[1] })))(
    'ping $from → $to: reply with TTL $ttl',
    ({ from, to, ttl }) => {
      expect(ping(cluster, from, to)).toBe(ttl === undefined ? undefined : Number(ttl));
    },
  );

  const routes = [...transcript.matchAll(/^\[(\w+)\]\$ traceroute -n -q1 -w1 -m6 (\S+)\n.*\n((?: +\d+ .*\n)+)/gm)];
  it.each(
    routes.map(([, from = '', to = '', output = '']) => ({
      from,
      to,
      hops: output
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[1] ?? ''),
    })),
  )('traceroute $from → $to: $hops', ({ from, to, hops }) => {
    expect(traceroute(cluster, from, to)).toEqual(hops);
  });

  const gets = [...transcript.matchAll(/^\[(\w+)\]\$ ip route get (\S+)(?: from (\S+) iif (\S+))?\n(.*)\n/gm)];
  it.each(gets.map(([, at = '', to = '', from, iif, line = '']) => ({ at, to, from, iif, line })))(
    '[$at] ip route get $to from $from iif $iif',
    ({ at, to, from, iif, line }) => {
      expect(routeGet(cluster, at, to, from, iif)).toBe(line);
    },
  );

  it('finds pings, traceroutes and lookups in the transcript', () => {
    expect([pings.length, routes.length, gets.length].map((count) => count >= 4)).toEqual([true, true, true]);
  });
});
