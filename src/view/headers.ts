/** A packet's headers before and after, as the inspector's table shows them, and its layers in bytes. */

import { headerBytes, type Packet, portsOf } from '../engine/index.ts';
import { message } from '../shared/message.ts';
import type { HeaderRow, LayerBytes } from './model.ts';
import { transportWords, unwrap } from './names.ts';

type Fields = ReadonlyMap<string, string>;

/** Rows in reading order: outer headers first while the packet is encapsulated, then the packet's own. */
export function buildHeaders(before: Packet | null, after: Packet | null): readonly HeaderRow[] {
  const innerBefore = before === null ? null : unwrap(before);
  const innerAfter = after === null ? null : unwrap(after);
  return [
    ...rows(outerFields(innerBefore?.outer ?? null), outerFields(innerAfter?.outer ?? null), true),
    ...rows(packetFields(innerBefore?.inner ?? null), packetFields(innerAfter?.inner ?? null), false),
  ];
}

function rows(before: Fields, after: Fields, outer: boolean): readonly HeaderRow[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.map((name) => ({
    field: message(`view.header.${name}`),
    before: before.get(name) ?? null,
    after: after.get(name) ?? null,
    changed: before.size > 0 && after.size > 0 && before.get(name) !== after.get(name),
    outer,
  }));
}

function outerFields(packet: Packet | null): Fields {
  if (packet === null) return new Map();
  const ports = portsOf(packet);
  const entries: [string, string][] = [
    ['outerSource', packet.source],
    ['outerDestination', packet.destination],
    ['outerTtl', String(packet.ttl)],
  ];
  if (packet.transport.kind === 'udp') entries.push(['outerUdp', `${ports.source} → ${ports.destination}`]);
  if (packet.payload.kind === 'vxlan') entries.push(['vni', String(packet.payload.vni)]);
  if (packet.link !== null) entries.push(['outerMac', `${packet.link.source} → ${packet.link.destination}`]);
  return new Map(entries);
}

function packetFields(packet: Packet | null): Fields {
  if (packet === null) return new Map();
  const ports = portsOf(packet);
  const entries: [string, string][] = [
    ['source', packet.source],
    ['destination', packet.destination],
    ['protocol', transportWords(packet)],
  ];
  if (packet.transport.kind !== 'icmp' && packet.transport.kind !== 'ipencap') {
    entries.push(['sourcePort', String(ports.source)], ['destinationPort', String(ports.destination)]);
  }
  entries.push(['ttl', String(packet.ttl)]);
  if (packet.mark !== 0) entries.push(['mark', `0x${packet.mark.toString(16)}`]);
  if (packet.link !== null) entries.push(['mac', `${packet.link.source} → ${packet.link.destination}`]);
  if (packet.payload.kind === 'data') entries.push(['payload', packet.payload.summary]);
  return new Map(entries);
}

/** Headers from the wire inwards with their sizes; TCP without options. */
export function buildLayers(packet: Packet): readonly LayerBytes[] {
  const wrapped = packet.payload.kind === 'vxlan' || packet.payload.kind === 'ipip';
  const own: LayerBytes[] = [
    { name: 'ETH', bytes: headerBytes.ethernet, outer: wrapped },
    { name: 'IP', bytes: packet.source.includes(':') ? headerBytes.ipv6 : headerBytes.ipv4, outer: wrapped },
  ];
  switch (packet.transport.kind) {
    case 'tcp':
    case 'udp':
    case 'sctp':
    case 'icmp':
      own.push({ name: packet.transport.kind.toUpperCase(), bytes: headerBytes[packet.transport.kind], outer: wrapped });
      break;
    case 'ipencap':
      break;
  }
  switch (packet.payload.kind) {
    case 'vxlan':
      return [...own, { name: 'VXLAN', bytes: headerBytes.vxlan, outer: true }, ...buildLayers(packet.payload.inner)];
    case 'ipip':
      return [...own, ...buildLayers(packet.payload.inner).slice(1)];
    case 'data':
      return [...own, { name: 'DATA', bytes: packet.payload.bytes, outer: false }];
    case 'none':
      return own;
  }
}
