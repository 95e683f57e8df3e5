/**
 * The generic cloud balancer: every Service of type LoadBalancer gets an address of 198.51.100.0/24 (documentation range). What a dump
 * states is honoured; a loadBalancerClass is some other controller's business. How the balancer passes packets is dataplane/'s.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import { diagnosticOf } from '../api/report.ts';
import type { Resource } from '../api/resource.ts';
import type { ServiceState } from '../clusterState.ts';
import { addressPlus, familyOf, type IpAddress, ipAddress, parseIpAddress } from '../net/address.ts';
import { message } from '../net/message.ts';

export type LoadBalancerIngress = ServiceState['loadBalancerIngress'][number];

/** The balancer of an ingress controller that packetwalk added has this one, so that it comes and goes without moving others. */
const addedBalancerAddress = ipAddress('198.51.100.20');
const firstAddress = ipAddress('198.51.100.21');
const addressCount = 234;

export interface BalancerRequest {
  /** Unique; the result's key. */
  readonly key: string;
  readonly service: Resource<'Service'>;
  readonly kept: readonly IpAddress[];
}

export function assignBalancerAddresses(requests: readonly BalancerRequest[]): {
  readonly ingress: ReadonlyMap<string, readonly LoadBalancerIngress[]>;
  readonly diagnostics: readonly Diagnostic[];
} {
  const ingress = new Map<string, readonly LoadBalancerIngress[]>();
  const diagnostics: Diagnostic[] = [];
  const taken = new Set<IpAddress>([addedBalancerAddress]);
  const give = (key: string, entries: readonly LoadBalancerIngress[]): void => {
    for (const { ip } of entries) taken.add(ip);
    ingress.set(key, entries);
  };
  for (const { key, service } of requests) {
    const stated = statedIngress(service, diagnostics);
    if (stated !== undefined) give(key, stated);
    else if (service.provenance === 'added') give(key, [{ ip: addedBalancerAddress, ipMode: 'VIP' }]);
  }
  const waiting = requests.filter(({ key }) => !ingress.has(key));
  for (const { key, kept } of waiting) {
    const [address] = kept;
    if (address !== undefined && !taken.has(address)) give(key, [{ ip: address, ipMode: 'VIP' }]);
  }
  for (const { key, service } of waiting) {
    if (ingress.has(key)) continue;
    const address = nextAddress(taken);
    if (address === undefined) {
      diagnostics.push(
        diagnosticOf('warning', message('controlplane.service.balancersExhausted', { service: service.reference.name }), service),
      );
    }
    give(key, address === undefined ? [] : [{ ip: address, ipMode: 'VIP' }]);
  }
  return { ingress, diagnostics };
}

function nextAddress(taken: ReadonlySet<IpAddress>): IpAddress | undefined {
  for (let step = 0; step < addressCount; step += 1) {
    const address = addressPlus(firstAddress, step);
    if (!taken.has(address)) return address;
  }
  return undefined;
}

/** What the text itself decides: a dump's status, a class of its own, a requested address; undefined when the cloud chooses. */
function statedIngress(service: Resource<'Service'>, diagnostics: Diagnostic[]): readonly LoadBalancerIngress[] | undefined {
  const { spec, status } = service.object;
  const name = service.reference.name;
  const stated = status?.loadBalancer?.ingress ?? [];
  if (stated.length > 0) {
    const entries = stated.flatMap((entry): LoadBalancerIngress[] => {
      const ip = parseIpAddress(entry.ip ?? '');
      return ip === undefined ? [] : [{ ip, ipMode: entry.ipMode === 'Proxy' ? 'Proxy' : 'VIP' }];
    });
    const hostname = stated.find((entry) => entry.ip === undefined)?.hostname;
    if (hostname !== undefined) {
      const params = { service: name, hostname };
      diagnostics.push(
        diagnosticOf('warning', message('controlplane.service.balancerHostname', params), service, '/status/loadBalancer/ingress'),
      );
    }
    return entries;
  }
  if (spec?.loadBalancerClass !== undefined) {
    const params = { service: name, class: spec.loadBalancerClass };
    diagnostics.push(diagnosticOf('info', message('controlplane.service.balancerClass', params), service, '/spec/loadBalancerClass'));
    return [];
  }
  if (spec?.ipFamilies !== undefined && !spec.ipFamilies.includes('IPv4')) {
    diagnostics.push(
      diagnosticOf('warning', message('controlplane.service.balancerFamily', { service: name }), service, '/spec/ipFamilies'),
    );
    return [];
  }
  const requested = parseIpAddress(spec?.loadBalancerIP ?? '');
  return requested !== undefined && familyOf(requested) === 'ipv4' ? [{ ip: requested, ipMode: 'VIP' }] : undefined;
}
