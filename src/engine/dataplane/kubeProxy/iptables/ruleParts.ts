/** Small builders for the rules that kube-proxy and kubelet write: conditions in the order iptables-save prints them, with few words. */
import type { Origin } from '../../../api/origin.ts';
import { type Cidr, hostCidr, type IpAddress } from '../../../net/address.ts';
import type { TransportProtocol } from '../../../net/packet.ts';
import type { ConntrackMatchState, Match, Rule, Target } from '../../../netfilter/ruleset.ts';

/** The header's conditions, which iptables keeps apart from its modules. */
export interface Header {
  readonly source?: Match;
  readonly destination?: Match;
  readonly inInterface?: Match;
  readonly protocol?: TransportProtocol;
}

// Shared, because a node has thousands of rules and these parts are all alike.
const protocols = {
  tcp: { kind: 'protocol', protocol: 'tcp', negated: false },
  udp: { kind: 'protocol', protocol: 'udp', negated: false },
  sctp: { kind: 'protocol', protocol: 'sctp', negated: false },
} as const satisfies Record<TransportProtocol, Match>;
/** `-m tcp` alone. */
export const bareModules = {
  tcp: { kind: 'ports', module: 'tcp' },
  udp: { kind: 'ports', module: 'udp' },
  sctp: { kind: 'ports', module: 'sctp' },
} as const satisfies Record<TransportProtocol, Match>;
export const toMarkMasquerade: Target = { kind: 'jump', chain: 'KUBE-MARK-MASQ' };

export function buildRule(header: Header, modules: readonly Match[], target: Target, origin: Origin | undefined): Rule {
  const matches: Match[] = [];
  if (header.source !== undefined) matches.push(header.source);
  if (header.destination !== undefined) matches.push(header.destination);
  if (header.inInterface !== undefined) matches.push(header.inInterface);
  if (header.protocol !== undefined) matches.push(protocols[header.protocol]);
  for (const module of modules) matches.push(module);
  return origin === undefined ? { matches, target } : { matches, target, origin };
}

export const from = (cidr: Cidr, negated = false): Match => ({ kind: 'source', cidr, negated });
export const to = (cidr: Cidr, negated = false): Match => ({ kind: 'destination', cidr, negated });
export const fromHost = (address: IpAddress): Match => from(hostCidr(address));
export const toHost = (address: IpAddress): Match => to(hostCidr(address));
export const comment = (text: string): Match => ({ kind: 'comment', text });
export const states = (list: readonly ConntrackMatchState[], negated = false): Match => ({
  kind: 'conntrackState',
  states: list,
  negated,
});
export const marked = (mark: number, negated = false): Match => ({ kind: 'mark', value: mark, mask: mark, negated });
export const fromLocal: Match = { kind: 'addressType', source: { type: 'LOCAL', negated: false } };
export const toLocal: Match = { kind: 'addressType', destination: { type: 'LOCAL', negated: false } };
export const counted = (name: string): Match => ({ kind: 'nfacct', name });

export const toPort = (module: TransportProtocol, port: number): Match => ({
  kind: 'ports',
  module,
  destination: { first: port, last: port, negated: false },
});

export const jump = (chain: string): Target => ({ kind: 'jump', chain });
