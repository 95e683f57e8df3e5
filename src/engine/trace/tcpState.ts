/**
 * How conntrack's TCP state follows the segments of both directions: tcp_conntracks of net/netfilter/nf_conntrack_proto_tcp.c.
 * Windows and sequence numbers are not modelled, nor simultaneous open as a state of its own (SYN_SENT2 counts as SYN_SENT).
 */
import type { TcpFlags } from '../net/packet.ts';
import type { ConntrackEntryView } from './trace.ts';

export type TcpState = NonNullable<ConntrackEntryView['tcpState']>;
type Segment = 'syn' | 'synAck' | 'fin' | 'ack' | 'rst' | 'none';
/** A next state, or: the segment changes nothing; it does not belong to this connection; it begins the connection anew. */
export type TcpTransition = TcpState | 'ignored' | 'invalid' | 'reopened';

const columns = ['SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE'] as const;

const cells = {
  SS: 'SYN_SENT',
  SR: 'SYN_RECV',
  ES: 'ESTABLISHED',
  FW: 'FIN_WAIT',
  CW: 'CLOSE_WAIT',
  LA: 'LAST_ACK',
  TW: 'TIME_WAIT',
  CL: 'CLOSE',
  IG: 'ignored',
  IV: 'invalid',
  RO: 'reopened',
} as const satisfies Record<string, TcpTransition>;

const row = (text: string): readonly TcpTransition[] =>
  text.split(' ').map((cell) => {
    const known = Object.entries(cells).find(([name]) => name === cell);
    if (known === undefined) throw new Error(`no such TCP state: ${cell}`);
    return known[1];
  });

const transitions: Record<'original' | 'reply', Record<Segment, readonly TcpTransition[]>> = {
  //              SS SR ES FW CW LA TW CL
  original: {
    syn: row('SS IG IG IG IG IG RO RO'),
    synAck: row('IV SR IV IV IV IV IV IV'),
    fin: row('IV FW FW LA LA LA TW CL'),
    ack: row('IV ES ES CW CW TW TW CL'),
    rst: row('CL CL CL CL CL CL CL CL'),
    none: row('IV IV IV IV IV IV IV IV'),
  },
  reply: {
    syn: row('SS IV IV IV IV IV RO IV'),
    synAck: row('SR IG IG IG IG IG IG IG'),
    fin: row('IV FW FW LA LA LA TW CL'),
    ack: row('IG SR ES CW CW TW TW CL'),
    rst: row('CL CL CL CL CL CL CL CL'),
    none: row('IV IV IV IV IV IV IV IV'),
  },
};

function segmentOf(flags: TcpFlags): Segment {
  if (flags.rst) return 'rst';
  if (flags.syn) return flags.ack ? 'synAck' : 'syn';
  if (flags.fin) return 'fin';
  return flags.ack ? 'ack' : 'none';
}

/** The state of a connection whose first seen segment is this one; undefined when conntrack finds it invalid. */
export function firstTcpState(flags: TcpFlags): TcpState | undefined {
  switch (segmentOf(flags)) {
    case 'syn':
      return 'SYN_SENT';
    // nf_conntrack_tcp_loose is on by default: a connection already under way is picked up.
    case 'ack':
      return 'ESTABLISHED';
    default:
      return undefined;
  }
}

export function nextTcpState(state: TcpState, direction: 'original' | 'reply', flags: TcpFlags): TcpTransition {
  return transitions[direction][segmentOf(flags)][columns.indexOf(state)] ?? 'invalid';
}
