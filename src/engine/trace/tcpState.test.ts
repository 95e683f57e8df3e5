/** Connections as /proc/net/nf_conntrack words them, segment by segment (W11, W12). */
import { describe, expect, it } from 'vitest';
import type { TcpFlags } from '../net/packet.ts';
import { firstTcpState, nextTcpState, type TcpState } from './tcpState.ts';

const syn: TcpFlags = { syn: true };
const synAck: TcpFlags = { syn: true, ack: true };
const ack: TcpFlags = { ack: true };
const fin: TcpFlags = { fin: true, ack: true };
const rst: TcpFlags = { rst: true };

type Sent = readonly ['original' | 'reply', TcpFlags];

/** The states after each segment; an ignored segment keeps the state, an invalid or reopening one is named. */
function follow(first: TcpFlags, ...sent: readonly Sent[]): readonly string[] {
  const begun = firstTcpState(first);
  if (begun === undefined) return ['invalid'];
  const states: string[] = [begun];
  let state: TcpState = begun;
  for (const [direction, flags] of sent) {
    const next = nextTcpState(state, direction, flags);
    if (next !== 'ignored' && next !== 'invalid' && next !== 'reopened') state = next;
    states.push(next === 'ignored' ? state : next);
  }
  return states;
}

describe('TCP states of conntrack', () => {
  it('open and close', () => {
    const life = follow(syn, ['reply', synAck], ['original', ack], ['original', fin], ['reply', ack], ['reply', fin], ['original', ack]);
    expect(life).toEqual(['SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT']);
  });

  it.each<{ name: string; first: TcpFlags; sent: readonly Sent[]; states: readonly string[] }>([
    { name: 'refused', first: syn, sent: [['reply', rst]], states: ['SYN_SENT', 'CLOSE'] },
    { name: 'the SYN again', first: syn, sent: [['original', syn]], states: ['SYN_SENT', 'SYN_SENT'] },
    { name: 'data before the answer', first: syn, sent: [['original', ack]], states: ['SYN_SENT', 'invalid'] },
    { name: 'picked up in the middle', first: ack, sent: [['reply', ack]], states: ['ESTABLISHED', 'ESTABLISHED'] },
    { name: 'a SYN-ACK out of nowhere', first: synAck, sent: [], states: ['invalid'] },
    { name: 'a FIN out of nowhere', first: fin, sent: [], states: ['invalid'] },
    { name: 'a SYN of the server’s side', first: ack, sent: [['reply', syn]], states: ['ESTABLISHED', 'invalid'] },
    {
      name: 'the same ports again after the close',
      first: syn,
      sent: [
        ['reply', synAck],
        ['original', ack],
        ['reply', rst],
        ['original', syn],
      ],
      states: ['SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'CLOSE', 'reopened'],
    },
  ])('$name', ({ first, sent, states }) => {
    expect(follow(first, ...sent)).toEqual(states);
  });
});
