/** What every cluster has from the first day: its namespaces, the Service kubernetes, DNS with CoreDNS, Calico's default pool. */
import type { EncapsulationMode } from '../api/clusterDocuments.ts';
import type { AnyResource, Resource } from '../api/resource.ts';
import { makeResource, resourcesOfKind } from '../api/resourceList.ts';
import type { ClusterSettings, NodeState } from '../clusterState.ts';
import { addressPlus, type Cidr, familyOf, prefixOf } from '../net/address.ts';
import { controlPlaneLabel, isControlPlane } from './nodes.ts';

const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'] as const;
const apiServerPort = 6443;

export const addedNamespace = (name: string): Resource<'Namespace'> =>
  makeResource(
    'Namespace',
    { apiVersion: 'v1', kind: 'Namespace', name },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    },
    'added',
  );

/** Everything of this file that the text does not declare itself, in the order it comes up. */
export function systemObjects(
  declared: readonly Resource[],
  settings: ClusterSettings,
  nodes: readonly NodeState[],
): readonly AnyResource[] {
  const has = (kind: string, name: string, namespace?: string): boolean =>
    declared.some(({ reference }) => reference.kind === kind && reference.name === name && reference.namespace === namespace);
  const objects: AnyResource[] = systemNamespaces.filter((name) => !has('Namespace', name)).map(addedNamespace);
  if (!has('Service', 'kubernetes', 'default')) objects.push(kubernetesService(settings));
  if (!declaresSliceOf(declared, 'default', 'kubernetes')) objects.push(...kubernetesEndpoints(nodes));
  if (!has('Service', 'kube-dns', 'kube-system')) objects.push(dnsService(settings));
  if (!declaresDnsServer(declared)) objects.push(coreDns());
  if (resourcesOfKind(declared, 'IPPool').length === 0) objects.push(...settings.podSubnets.map(defaultPool));
  return objects;
}

const declaresSliceOf = (declared: readonly Resource[], namespace: string, service: string): boolean =>
  resourcesOfKind(declared, 'EndpointSlice').some(
    (slice) => slice.reference.namespace === namespace && slice.object.metadata?.labels?.['kubernetes.io/service-name'] === service,
  );

/** A dump may hold CoreDNS's Deployment, or only its Pods. */
const declaresDnsServer = (declared: readonly Resource[]): boolean =>
  declared.some(
    ({ kind, reference, object }) =>
      reference.namespace === 'kube-system' &&
      (((kind === 'Deployment' || kind === 'DaemonSet') && reference.name === 'coredns') ||
        (kind === 'Pod' && 'metadata' in object && object.metadata?.labels?.['k8s-app'] === 'kube-dns')),
  );

function kubernetesService(settings: ClusterSettings): Resource<'Service'> {
  const first = settings.serviceSubnets[0];
  return makeResource(
    'Service',
    { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'kubernetes' },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        ...(first === undefined ? {} : { clusterIP: addressPlus(prefixOf(first).first, 1) }),
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: apiServerPort }],
      },
    },
    'added',
  );
}

/** The API servers write this slice themselves (pkg/controlplane/reconcilers), one per address family. */
function kubernetesEndpoints(nodes: readonly NodeState[]): readonly Resource<'EndpointSlice'>[] {
  const addresses = nodes.filter((node) => isControlPlane(node.resource)).flatMap((node) => node.addresses.slice(0, 1));
  const family = addresses[0]?.family ?? 'ipv4';
  return [
    makeResource(
      'EndpointSlice',
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: 'default', name: 'kubernetes' },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
        addressType: family === 'ipv4' ? 'IPv4' : 'IPv6',
        endpoints: addresses
          .filter((entry) => entry.family === family)
          .map(({ address }) => ({ addresses: [address], conditions: { ready: true } })),
        ports: [{ name: 'https', port: apiServerPort, protocol: 'TCP' }],
      },
      'added',
    ),
  ];
}

const dnsLabels = { 'k8s-app': 'kube-dns' } as const;

function dnsService(settings: ClusterSettings): Resource<'Service'> {
  return makeResource(
    'Service',
    { apiVersion: 'v1', kind: 'Service', namespace: 'kube-system', name: 'kube-dns' },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'kube-dns',
        namespace: 'kube-system',
        annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
        labels: { ...dnsLabels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
      },
      spec: {
        clusterIP: settings.dnsServiceAddress,
        selector: dnsLabels,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'dns-tcp' },
          { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 'metrics' },
        ],
      },
    },
    'added',
  );
}

/** kubeadm's CoreDNS addon. */
function coreDns(): Resource<'Deployment'> {
  return makeResource(
    'Deployment',
    { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'kube-system', name: 'coredns' },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'coredns', namespace: 'kube-system', labels: dnsLabels },
      spec: {
        replicas: 2,
        selector: { matchLabels: dnsLabels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
        template: {
          metadata: { labels: dnsLabels },
          spec: {
            priorityClassName: 'system-cluster-critical',
            serviceAccountName: 'coredns',
            dnsPolicy: 'Default',
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            tolerations: [
              { key: 'CriticalAddonsOnly', operator: 'Exists' },
              { key: controlPlaneLabel, effect: 'NoSchedule' },
            ],
            containers: [
              {
                name: 'coredns',
                image: 'registry.k8s.io/coredns/coredns',
                args: ['-conf', '/etc/coredns/Corefile'],
                ports: [
                  { name: 'dns', containerPort: 53, protocol: 'UDP' },
                  { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
                  { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
                  { name: 'liveness-probe', containerPort: 8080, protocol: 'TCP' },
                  { name: 'readiness-probe', containerPort: 8181, protocol: 'TCP' },
                ],
                resources: { requests: { cpu: '100m', memory: '70Mi' }, limits: { memory: '170Mi' } },
              },
            ],
          },
        },
      },
    },
    'added',
  );
}

/** The pool that Calico makes of kubeadm's podSubnet, with the encapsulation this cluster uses. */
function defaultPool(subnet: Cidr): Resource<'IPPool'> {
  const family = familyOf(subnet);
  const name = `default-${family}-ippool`;
  const vxlanMode: EncapsulationMode = family === 'ipv4' ? 'CrossSubnet' : 'Never';
  return makeResource(
    'IPPool',
    { apiVersion: 'projectcalico.org/v3', kind: 'IPPool', name },
    {
      apiVersion: 'projectcalico.org/v3',
      kind: 'IPPool',
      metadata: { name },
      spec: {
        cidr: subnet,
        blockSize: family === 'ipv4' ? 26 : 122,
        ipipMode: 'Never',
        vxlanMode,
        natOutgoing: family === 'ipv4',
        nodeSelector: 'all()',
        allowedUses: ['Workload', 'Tunnel'],
      },
    },
    'added',
  );
}
