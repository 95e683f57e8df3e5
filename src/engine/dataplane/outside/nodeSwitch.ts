/** The switch of one node network: a bridge with a port per attached interface, which has learned every MAC address. Spanning tree and VLANs are not modelled. */
import { lazy } from '../../../shared/lazy.ts';
import type { MacAddress } from '../../net/address.ts';
import type { LinkEnd, NetworkNamespace } from '../../topology/networkNamespace.ts';
import { device } from '../devices.ts';
import { emptyNetfilter } from '../podNamespace.ts';
import { routingOf } from '../routes.ts';

/** Something plugged into the switch. The port is called like the attached network namespace. */
export interface Attachment {
  readonly end: LinkEnd;
  readonly mac: MacAddress | null;
}

const bridgeName = 'bridge';

export function switchNamespace(id: string, attachments: readonly Attachment[]): NetworkNamespace {
  const ports = attachments.map(({ end }, position) => device({ name: end.namespace, index: position + 2, master: bridgeName }));
  return {
    id,
    kind: 'switch',
    added: true,
    interfaces: ports,
    forwarding: false,
    reversePathFilter: 0,
    routing: lazy(() => routingOf([], [])),
    neighbours: lazy(() => []),
    fdb: lazy(() => attachments.flatMap(({ end, mac }) => (mac === null ? [] : [{ mac, interface: end.namespace }]))),
    netfilter: emptyNetfilter,
    listeners: [],
    acceptsEverything: false,
  };
}
