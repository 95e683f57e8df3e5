/**
 * Services with everything assigned: ClusterIPs, node ports, health-check ports, balancer addresses. Addresses that the text states are
 * honoured first, then those the ledger kept, then the rest is allocated. A stated address that somebody has already: the API server
 * refuses the Service, in its own words. One outside the range is honoured (a dump of another cluster is), with a warning.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import { referenceKey } from '../api/origin.ts';
import { diagnosticOf } from '../api/report.ts';
import type { Resource } from '../api/resource.ts';
import { withObject } from '../api/resourceList.ts';
import type { ClusterSettings, ServiceState } from '../clusterState.ts';
import type { Ledger, LedgerEntry } from '../ledger.ts';
import { familyOf, type IpAddress, parseIpAddress } from '../net/address.ts';
import { message } from '../net/message.ts';
import { type AddressAllocator, addressAllocator } from './addressAllocation.ts';
import { assignBalancerAddresses, type LoadBalancerIngress } from './loadBalancers.ts';
import { type PortAllocator, portAllocator } from './portAllocation.ts';
import {
  defaultService,
  familyName,
  isHeadless,
  needsHealthCheckPort,
  needsNodePorts,
  type ServicePort,
  type ServiceSpec,
} from './serviceDefaults.ts';

export interface AssignedServices {
  readonly services: readonly ServiceState[];
  readonly ledgerEntries: Readonly<Record<string, LedgerEntry>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** One Service on its way: what it has been given so far. */
interface Draft {
  readonly key: string;
  readonly service: Resource<'Service'>;
  readonly spec: ServiceSpec;
  readonly kept: LedgerEntry;
  addresses: readonly IpAddress[];
  readonly nodePorts: Map<string, number>;
  healthCheckNodePort: number | undefined;
}

interface Allocators {
  readonly subnets: readonly AddressAllocator[];
  readonly claimedOutside: Set<IpAddress>;
  readonly ports: PortAllocator;
  readonly settings: ClusterSettings;
}

export function assignServices(services: readonly Resource<'Service'>[], settings: ClusterSettings, ledger: Ledger): AssignedServices {
  const diagnostics: Diagnostic[] = [];
  const families = [...new Set(settings.serviceSubnets.map(familyOf))];
  const allocators: Allocators = {
    subnets: settings.serviceSubnets.map(addressAllocator),
    claimedOutside: new Set(),
    ports: portAllocator(settings.nodePortRange),
    settings,
  };
  const drafts = services
    .map((service): Draft => {
      const defaulted = defaultService(service, families);
      const key = referenceKey(service.reference);
      const kept = ledger.entries[key] ?? {};
      return {
        key,
        service: defaulted,
        spec: defaulted.object.spec ?? {},
        kept,
        addresses: [],
        nodePorts: new Map(),
        healthCheckNodePort: undefined,
      };
    })
    .filter((draft) => claimStated(draft, allocators, diagnostics));
  for (const draft of drafts) claimKept(draft, allocators);
  for (const draft of drafts) allocateMissing(draft, allocators, diagnostics);
  const balancers = assignBalancerAddresses(
    drafts
      .filter(({ spec }) => spec.type === 'LoadBalancer')
      .map(({ key, service, kept }) => ({
        key,
        service,
        kept: (kept.loadBalancerAddresses ?? []).flatMap((text) => parseIpAddress(text) ?? []),
      })),
  );
  return {
    services: drafts.map((draft) => serviceState(draft, balancers.ingress.get(draft.key) ?? [])),
    ledgerEntries: Object.fromEntries(
      drafts.flatMap((draft) => {
        const entry = ledgerEntry(draft, balancers.ingress.get(draft.key) ?? []);
        return entry === undefined ? [] : [[draft.key, entry] as const];
      }),
    ),
    diagnostics: [...diagnostics, ...balancers.diagnostics],
  };
}

const needsClusterIP = (spec: ServiceSpec): boolean => spec.type !== 'ExternalName' && !isHeadless(spec);

/** TCP and UDP on one `port` share a node port, so the number is the key. */
const portKey = (port: ServicePort): string => String(port.port);

/** Takes what the text states; false when the API server would refuse the Service. */
function claimStated(draft: Draft, allocators: Allocators, diagnostics: Diagnostic[]): boolean {
  const { service, spec } = draft;
  const refuse = (field: string, text: string): false => {
    const sentence = `The Service "${service.reference.name}" is invalid: ${text}`;
    diagnostics.push(diagnosticOf('error', message('controlplane.service.refused', { text: sentence }), service, field));
    return false;
  };
  if (isHeadless(spec) && (spec.type === 'NodePort' || spec.type === 'LoadBalancer')) {
    return refuse('/spec/clusterIP', `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for ${spec.type} services`);
  }
  if (needsClusterIP(spec)) {
    const texts = (spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP])).filter((text) => text !== '');
    const stated: IpAddress[] = [];
    for (const [index, text] of texts.entries()) {
      const address = parseIpAddress(text);
      if (address === undefined) {
        return refuse(
          '/spec/clusterIP',
          `spec.clusterIPs[${index}]: Invalid value: ${JSON.stringify(text)}: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
        );
      }
      if (!claimAddress(address, draft, allocators, diagnostics)) {
        const list = JSON.stringify(texts);
        return refuse(
          '/spec/clusterIP',
          `spec.clusterIPs: Invalid value: ${list}: failed to allocate IP ${address}: provided IP is already allocated`,
        );
      }
      stated.push(address);
    }
    draft.addresses = stated;
  }
  return claimStatedPorts(draft, allocators, diagnostics, refuse);
}

function claimAddress(address: IpAddress, draft: Draft, allocators: Allocators, diagnostics: Diagnostic[]): boolean {
  const subnet = allocators.subnets.find((candidate) => candidate.contains(address));
  if (subnet !== undefined) return subnet.claim(address);
  if (allocators.claimedOutside.has(address)) return false;
  allocators.claimedOutside.add(address);
  if (!isDump(draft.service)) {
    const params = { service: draft.service.reference.name, address, subnets: allocators.settings.serviceSubnets.join(', ') };
    diagnostics.push(diagnosticOf('warning', message('controlplane.service.addressOutside', params), draft.service, '/spec/clusterIP'));
  }
  return true;
}

function claimStatedPorts(
  draft: Draft,
  { ports: allocator, settings }: Allocators,
  diagnostics: Diagnostic[],
  refuse: (field: string, text: string) => false,
): boolean {
  const { service, spec } = draft;
  const claim = (port: number, field: string): boolean => {
    if (!allocator.contains(port) && !isDump(service)) {
      const params = { service: service.reference.name, port, first: settings.nodePortRange.first, last: settings.nodePortRange.last };
      diagnostics.push(diagnosticOf('warning', message('controlplane.service.nodePortOutside', params), service, field));
    }
    return allocator.claim(port);
  };
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (port.nodePort === undefined || port.nodePort === 0) continue;
    const field = `spec.ports[${index}].nodePort`;
    if (spec.type === 'ClusterIP' || spec.type === undefined) {
      return refuse(`/spec/ports/${index}/nodePort`, `${field}: Forbidden: may not be used when \`type\` is 'ClusterIP'`);
    }
    if (spec.type === 'ExternalName' || [...draft.nodePorts.values()].includes(port.nodePort)) continue;
    if (!claim(port.nodePort, `/spec/ports/${index}/nodePort`)) {
      return refuse(`/spec/ports/${index}/nodePort`, `${field}: Invalid value: ${port.nodePort}: provided port is already allocated`);
    }
    draft.nodePorts.set(portKey(port), port.nodePort);
  }
  const health = spec.healthCheckNodePort;
  if (health !== undefined && health !== 0 && needsHealthCheckPort(spec)) {
    if (!claim(health, '/spec/healthCheckNodePort')) {
      return refuse('/spec/healthCheckNodePort', `spec.healthCheckNodePort: Invalid value: ${health}: provided port is already allocated`);
    }
    draft.healthCheckNodePort = health;
  }
  return true;
}

/** An object that an API server wrote: its addresses were checked there. */
const isDump = ({ object }: Resource<'Service'>): boolean =>
  object.metadata?.uid !== undefined || object.metadata?.resourceVersion !== undefined;

/** The families that still want an address, each with its subnet's allocator. */
function missingFamilies(draft: Draft, allocators: Allocators): readonly AddressAllocator[] {
  if (!needsClusterIP(draft.spec)) return [];
  const present = new Set<string>(draft.addresses.map((address) => familyName[familyOf(address)]));
  return (draft.spec.ipFamilies ?? []).flatMap((family) => {
    if (present.has(family)) return [];
    const index = allocators.settings.serviceSubnets.findIndex((subnet) => familyName[familyOf(subnet)] === family);
    return allocators.subnets[index] ?? [];
  });
}

function claimKept(draft: Draft, allocators: Allocators): void {
  const keptAddresses = (draft.kept.addresses ?? []).flatMap((text) => parseIpAddress(text) ?? []);
  for (const subnet of missingFamilies(draft, allocators)) {
    const address = keptAddresses.find((candidate) => subnet.contains(candidate));
    if (address !== undefined && subnet.claim(address)) draft.addresses = [...draft.addresses, address];
  }
  const { ports } = allocators;
  if (needsNodePorts(draft.spec)) {
    for (const port of draft.spec.ports ?? []) {
      const key = portKey(port);
      const kept = draft.kept.nodePorts?.[key];
      if (kept !== undefined && !draft.nodePorts.has(key) && ports.contains(kept) && ports.claim(kept)) draft.nodePorts.set(key, kept);
    }
  }
  const health = draft.kept.healthCheckNodePort;
  if (needsHealthCheckPort(draft.spec) && draft.healthCheckNodePort === undefined && health !== undefined) {
    if (ports.contains(health) && ports.claim(health)) draft.healthCheckNodePort = health;
  }
}

function allocateMissing(draft: Draft, allocators: Allocators, diagnostics: Diagnostic[]): void {
  const full = (what: string): void => {
    diagnostics.push(
      diagnosticOf('error', message('controlplane.service.rangeFull', { service: draft.service.reference.name, what }), draft.service),
    );
  };
  for (const subnet of missingFamilies(draft, allocators)) {
    const address = subnet.next(draft.key);
    if (address === undefined) full('ClusterIP');
    else draft.addresses = [...draft.addresses, address];
  }
  if (needsNodePorts(draft.spec)) {
    for (const port of draft.spec.ports ?? []) {
      const key = portKey(port);
      if (draft.nodePorts.has(key)) continue;
      const nodePort = allocators.ports.next(`${draft.key} ${key}`);
      if (nodePort === undefined) full('nodePort');
      else draft.nodePorts.set(key, nodePort);
    }
  }
  if (needsHealthCheckPort(draft.spec) && draft.healthCheckNodePort === undefined) {
    draft.healthCheckNodePort = allocators.ports.next(`${draft.key} healthCheck`);
    if (draft.healthCheckNodePort === undefined) full('healthCheckNodePort');
  }
}

function serviceState(draft: Draft, ingress: readonly LoadBalancerIngress[]): ServiceState {
  const { service, spec, addresses } = draft;
  const headless = isHeadless(spec);
  const [first] = addresses;
  const withPorts = needsNodePorts(spec) || (spec.type === 'LoadBalancer' && draft.nodePorts.size > 0);
  const assigned: ServiceSpec = {
    ...spec,
    ...(headless
      ? { clusterIP: 'None', clusterIPs: ['None'] }
      : first === undefined
        ? {}
        : { clusterIP: first, clusterIPs: [...addresses] }),
    ...(withPorts && spec.ports !== undefined
      ? { ports: spec.ports.map((port) => withNodePort(port, draft.nodePorts.get(portKey(port)))) }
      : {}),
    ...(draft.healthCheckNodePort === undefined ? {} : { healthCheckNodePort: draft.healthCheckNodePort }),
  };
  const stated = service.object.status?.loadBalancer?.ingress;
  const loadBalancer =
    stated !== undefined ? { ingress: stated } : ingress.length === 0 ? {} : { ingress: ingress.map((entry) => ({ ...entry })) };
  return {
    resource: withObject(service, { ...service.object, spec: assigned, status: { ...service.object.status, loadBalancer } }),
    namespace: service.reference.namespace ?? 'default',
    name: service.reference.name,
    type: spec.type ?? 'ClusterIP',
    clusterIPs: addresses,
    headless,
    loadBalancerIngress: ingress,
  };
}

const withNodePort = (port: ServicePort, nodePort: number | undefined): ServicePort =>
  port.nodePort !== undefined && port.nodePort !== 0 ? port : nodePort === undefined ? port : { ...port, nodePort };

function ledgerEntry(draft: Draft, ingress: readonly LoadBalancerIngress[]): LedgerEntry | undefined {
  if (draft.service.provenance === 'added' && draft.service.object.spec?.clusterIP !== undefined) return undefined;
  const entry: LedgerEntry = {
    ...(draft.addresses.length === 0 ? {} : { addresses: draft.addresses }),
    ...(draft.nodePorts.size === 0 ? {} : { nodePorts: Object.fromEntries(draft.nodePorts) }),
    ...(draft.healthCheckNodePort === undefined ? {} : { healthCheckNodePort: draft.healthCheckNodePort }),
    ...(ingress.length === 0 ? {} : { loadBalancerAddresses: ingress.map(({ ip }) => ip) }),
  };
  return Object.keys(entry).length === 0 ? undefined : entry;
}
