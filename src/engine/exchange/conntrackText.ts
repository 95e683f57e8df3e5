/**
 * A network namespace's connections as `conntrack -L` prints them. Nothing ages here: the seconds left are the kernel's default time-outs
 * (net/netfilter/nf_conntrack_proto_*.c), as if every packet had just passed. Counters are left out, as without nf_conntrack_acct.
 */
import { compareText } from '../../shared/compare.ts';
import type { FlowTuple } from '../net/packet.ts';
import { type ConntrackEntry, type KernelState, namespaceState } from '../trace/kernelState.ts';

const protocolNumbers: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmpv6: 58 };
const tcpTimeouts: Readonly<Record<string, number>> = {
  SYN_SENT: 120,
  SYN_RECV: 60,
  ESTABLISHED: 432_000,
  FIN_WAIT: 120,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  TIME_WAIT: 120,
  CLOSE: 10,
};

/** One line per connection, ordered by its original direction; empty when there is none. */
export function renderConntrack(state: KernelState, namespace: string): string {
  const entries = new Set(namespaceState(state, namespace).conntrack.values());
  return [...entries]
    .map((entry) => `${renderEntry(entry)}\n`)
    .sort(compareText)
    .join('');
}

function renderEntry(entry: ConntrackEntry): string {
  const { protocol } = entry.original;
  const head = `${protocol.padEnd(8)} ${protocolNumbers[protocol] ?? 0} ${timeout(entry)}`;
  return [
    head,
    ...(entry.tcpState === undefined ? [] : [entry.tcpState]),
    tuple(entry.original, 8),
    ...(entry.unreplied ? ['[UNREPLIED]'] : []),
    tuple(entry.reply, 0),
    ...(entry.assured ? ['[ASSURED]'] : []),
    'mark=0 use=1',
  ].join(' ');
}

function timeout(entry: ConntrackEntry): number {
  if (entry.tcpState !== undefined) return tcpTimeouts[entry.tcpState] ?? 0;
  return entry.original.protocol === 'udp' && entry.assured ? 120 : 30;
}

/** Echoes print their identifier and the type of their direction instead of ports. */
function tuple(flow: FlowTuple, echoType: 0 | 8): string {
  const addresses = `src=${flow.source} dst=${flow.destination}`;
  if (flow.protocol === 'icmp') return `${addresses} type=${echoType} code=0 id=${flow.sourcePort}`;
  if (flow.protocol === 'icmpv6') return `${addresses} type=${echoType === 8 ? 128 : 129} code=0 id=${flow.sourcePort}`;
  return `${addresses} sport=${flow.sourcePort} dport=${flow.destinationPort}`;
}
