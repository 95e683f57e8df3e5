/**
 * The cluster's settings from kubeadm's ClusterConfiguration and the KubeProxyConfiguration, defaulted as kubeadm and kube-proxy default
 * them (pkg/proxy/apis/config/v1alpha1/defaults.go). Of kube-proxy's modes only iptables is rendered; another one is said and not followed.
 */
import type { KubeProxyConfiguration } from '../api/clusterDocuments.ts';
import type { Diagnostic } from '../api/diagnostic.ts';
import { diagnosticOf } from '../api/report.ts';
import type { Resource } from '../api/resource.ts';
import { resourcesOfKind } from '../api/resourceList.ts';
import type { ClusterSettings, KubeProxySettings } from '../clusterState.ts';
import { addressPlus, type Cidr, cidr, cidrContains, familyOf, parseCidr, prefixOf } from '../net/address.ts';
import { message } from '../net/message.ts';

const defaultPodSubnet = cidr('10.244.0.0/16');
const defaultServiceSubnet = cidr('10.96.0.0/16');
const defaultNodePorts = { first: 30000, last: 32767 };
const defaultMasqueradeBit = 14;
/** kubeadm gives DNS the tenth address of the Service subnet (constants.GetDNSIP). */
const dnsAddressIndex = 10;

export interface SettingsResult {
  readonly settings: ClusterSettings;
  readonly diagnostics: readonly Diagnostic[];
}

export function clusterSettings(declared: readonly Resource[]): SettingsResult {
  const diagnostics: Diagnostic[] = [];
  const configuration = resourcesOfKind(declared, 'ClusterConfiguration').at(-1);
  const networking = configuration?.object.networking;
  const podSubnets =
    subnets(networking?.podSubnet, configuration, '/networking/podSubnet', diagnostics) ?? podSubnetsOfPools(declared, diagnostics);
  const serviceSubnets = subnets(networking?.serviceSubnet, configuration, '/networking/serviceSubnet', diagnostics) ?? [
    defaultServiceSubnet,
  ];
  const settings: ClusterSettings = {
    podSubnets,
    serviceSubnets,
    dnsDomain: networking?.dnsDomain ?? 'cluster.local',
    nodePortRange: nodePortRange(configuration, diagnostics),
    kubeProxy: kubeProxySettings(resourcesOfKind(declared, 'KubeProxyConfiguration').at(-1), podSubnets, diagnostics),
    dnsServiceAddress: addressPlus(prefixOf(serviceSubnets[0] ?? defaultServiceSubnet).first, dnsAddressIndex),
  };
  return { settings, diagnostics };
}

/** "A" or "A,B" as kubeadm writes one or two families; undefined when nothing usable is there. */
function subnets(
  text: string | undefined,
  configuration: Resource | undefined,
  field: string,
  diagnostics: Diagnostic[],
): readonly Cidr[] | undefined {
  if (text === undefined || text.trim() === '' || configuration === undefined) return undefined;
  const read: Cidr[] = [];
  for (const part of text.split(',')) {
    const subnet = parseCidr(part);
    if (subnet !== undefined && part.includes('/')) read.push(subnet);
    else diagnostics.push(diagnosticOf('error', message('controlplane.settings.notASubnet', { text: part.trim() }), configuration, field));
  }
  return read.length > 0 ? read : undefined;
}

/**
 * Without a ClusterConfiguration the Pod subnet is 10.244.0.0/16, unless the declared IP pools lie elsewhere: Calico's installation takes
 * its pool from kubeadm's podSubnet, so the first pool tells what it must have been.
 */
function podSubnetsOfPools(declared: readonly Resource[], diagnostics: Diagnostic[]): readonly Cidr[] {
  const pools = resourcesOfKind(declared, 'IPPool').flatMap((pool) => {
    const range = parseCidr(pool.object.spec.cidr);
    return range === undefined || pool.object.spec.disabled === true ? [] : [{ pool, range }];
  });
  const overlapsDefault = pools.some(
    ({ range }) => cidrContains(defaultPodSubnet, prefixOf(range).first) || cidrContains(range, prefixOf(defaultPodSubnet).first),
  );
  const first = pools.find(({ range }) => familyOf(range) === 'ipv4');
  if (first === undefined || overlapsDefault) return [defaultPodSubnet];
  diagnostics.push(
    diagnosticOf(
      'info',
      message('controlplane.settings.podSubnetFromPool', { subnet: first.range, pool: first.pool.reference.name }),
      first.pool,
      '/spec/cidr',
    ),
  );
  return [first.range];
}

function nodePortRange(
  configuration: Resource<'ClusterConfiguration'> | undefined,
  diagnostics: Diagnostic[],
): ClusterSettings['nodePortRange'] {
  const text = configuration?.object.apiServer?.extraArgs?.['service-node-port-range'];
  if (text === undefined || configuration === undefined) return defaultNodePorts;
  const [, firstText, separator, lastText] = /^(\d+)([-+])(\d+)$/.exec(text.trim()) ?? [];
  const first = Number(firstText);
  const last = separator === '+' ? first + Number(lastText) : Number(lastText);
  if (first >= 1 && last <= 65535 && first <= last) return { first, last };
  diagnostics.push(
    diagnosticOf(
      'error',
      message('controlplane.settings.notAPortRange', { text }),
      configuration,
      '/apiServer/extraArgs/service-node-port-range',
    ),
  );
  return defaultNodePorts;
}

function kubeProxySettings(
  resource: Resource<'KubeProxyConfiguration'> | undefined,
  podSubnets: readonly Cidr[],
  diagnostics: Diagnostic[],
): KubeProxySettings {
  const object: Partial<KubeProxyConfiguration> = resource?.object ?? {};
  if (resource !== undefined && (object.mode === 'nftables' || object.mode === 'ipvs')) {
    diagnostics.push(diagnosticOf('warning', message('controlplane.settings.modeNotModelled', { mode: object.mode }), resource, '/mode'));
  }
  return {
    mode: 'iptables',
    detectLocal: localDetector(resource, podSubnets, diagnostics),
    masqueradeAll: object.iptables?.masqueradeAll ?? false,
    masqueradeBit: masqueradeBit(resource, diagnostics),
    localhostNodePorts: object.iptables?.localhostNodePorts ?? true,
    nodePortAddresses: nodePortAddresses(resource, diagnostics),
    ...(resource === undefined ? {} : { resource }),
  };
}

function localDetector(
  resource: Resource<'KubeProxyConfiguration'> | undefined,
  podSubnets: readonly Cidr[],
  diagnostics: Diagnostic[],
): KubeProxySettings['detectLocal'] {
  const mode = resource?.object.detectLocalMode ?? '';
  switch (mode) {
    case '':
    case 'ClusterCIDR': {
      const text = resource?.object.clusterCIDR;
      if (text === undefined) return { kind: 'clusterCidr', cidrs: podSubnets };
      if (text.trim() === '') return { kind: 'none' };
      const cidrs = subnets(text, resource, '/clusterCIDR', diagnostics);
      return cidrs === undefined ? { kind: 'none' } : { kind: 'clusterCidr', cidrs };
    }
    case 'NodeCIDR':
      return { kind: 'nodeCidr' };
    case 'BridgeInterface':
    case 'InterfaceNamePrefix':
      return interfaceDetector(mode, resource, diagnostics);
  }
}

/** Both modes name an interface in `detectLocal`; kube-proxy refuses to start without it. */
function interfaceDetector(
  mode: 'BridgeInterface' | 'InterfaceNamePrefix',
  resource: Resource<'KubeProxyConfiguration'> | undefined,
  diagnostics: Diagnostic[],
): KubeProxySettings['detectLocal'] {
  const detectLocal = resource?.object.detectLocal;
  const name = mode === 'BridgeInterface' ? detectLocal?.bridgeInterface : detectLocal?.interfaceNamePrefix;
  if (name !== undefined && name !== '') {
    return mode === 'BridgeInterface' ? { kind: 'bridgeInterface', name } : { kind: 'interfaceNamePrefix', prefix: name };
  }
  if (resource !== undefined) {
    diagnostics.push(
      diagnosticOf('error', message('controlplane.settings.detectorNeedsInterface', { mode }), resource, '/detectLocalMode'),
    );
  }
  return { kind: 'none' };
}

function masqueradeBit(resource: Resource<'KubeProxyConfiguration'> | undefined, diagnostics: Diagnostic[]): number {
  const bit = resource?.object.iptables?.masqueradeBit;
  if (bit === undefined || resource === undefined) return defaultMasqueradeBit;
  if (Number.isInteger(bit) && bit >= 0 && bit <= 31) return bit;
  diagnostics.push(diagnosticOf('error', message('controlplane.settings.masqueradeBit', { bit }), resource, '/iptables/masqueradeBit'));
  return defaultMasqueradeBit;
}

function nodePortAddresses(resource: Resource<'KubeProxyConfiguration'> | undefined, diagnostics: Diagnostic[]): readonly Cidr[] {
  const texts = resource?.object.nodePortAddresses ?? [];
  return texts.flatMap((text, index) => {
    const range = text.includes('/') ? parseCidr(text) : undefined;
    if (range !== undefined) return [range];
    if (resource !== undefined) {
      const code = text === 'primary' ? 'controlplane.settings.primaryNotModelled' : 'controlplane.settings.notASubnet';
      diagnostics.push(
        diagnosticOf(text === 'primary' ? 'warning' : 'error', message(code, { text }), resource, `/nodePortAddresses/${index}`),
      );
    }
    return [];
  });
}
