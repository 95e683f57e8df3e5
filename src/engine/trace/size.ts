/** How long a packet is, and whether a device can carry it. Fragments and segments of their own are not modelled. */
import { familyOf } from '../net/address.ts';
import { headerBytes, type Packet } from '../net/packet.ts';

/** Whether a packet that may not be cut exceeds an MTU. TCP is never too big: its sender cuts the stream to the way's MTU. */
export function isTooBig(packet: Packet, mtu: number): boolean {
  const mayBeCut = familyOf(packet.source) === 'ipv4' && !packet.dontFragment;
  return !mayBeCut && packet.transport.kind !== 'tcp' && packetBytes(packet) > mtu;
}

/** The length of a packet from its IP header on. */
export function packetBytes(packet: Packet): number {
  const network = headerBytes[familyOf(packet.source)];
  const transport = packet.transport.kind === 'ipencap' ? 0 : headerBytes[packet.transport.kind];
  switch (packet.payload.kind) {
    case 'none':
      return network + transport;
    case 'data':
      return network + transport + packet.payload.bytes;
    case 'vxlan':
      return network + transport + headerBytes.vxlan + headerBytes.ethernet + packetBytes(packet.payload.inner);
    case 'ipip':
      return network + packetBytes(packet.payload.inner);
  }
}
