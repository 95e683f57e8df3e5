/**
 * What kubeadm's ClusterConfiguration, kube-proxy's KubeProxyConfiguration, Calico's IPPool and packetwalk's Scenario may hold.
 * Sources: kubeadm apis/kubeadm/v1beta3 and v1beta4 types.go, kube-proxy config/v1alpha1 types.go, Calico api/v3 ippool.go.
 */
import type { KindTypes } from '../api/resource.ts';
import { parseCidr } from '../net/address.ts';
import { type Finding, fieldError, shownValue } from './finding.ts';
import { isPlainObject, memberOf, type PlainObject, valueAt } from './plainValue.ts';
import { flag, type ObjectShape, type Shape, shapeFindings, text, textList, textMap } from './shape.ts';

export type ClusterDocumentKind = 'ClusterConfiguration' | 'KubeProxyConfiguration' | 'IPPool' | 'Scenario';

const isCidrText = (value: string): boolean => value.includes('/') && parseCidr(value) !== undefined;
const cidrText: Shape = { type: 'string', code: 'manifest.field.notCidr', accepts: isCidrText };
/** "10.244.0.0/16" or, for two families, "10.244.0.0/16,fd00:10:244::/56"; empty means none. */
const cidrListText: Shape = {
  type: 'string',
  code: 'manifest.field.notCidr',
  accepts: (value) => value === '' || value.split(',').every((part) => isCidrText(part.trim())),
};
const oneOf = (...options: readonly string[]): Shape => ({ type: 'string', oneOf: options });
const typeFields = { apiVersion: text, kind: text };

const metadata: ObjectShape = {
  type: 'object',
  fields: { name: text, labels: textMap, annotations: textMap },
  required: ['name'],
  quiet: [
    'creationTimestamp',
    'generation',
    'managedFields',
    'namespace',
    'resourceVersion',
    'selfLink',
    'uid',
    'finalizers',
    'ownerReferences',
  ],
};

const clusterConfiguration: ObjectShape = {
  type: 'object',
  fields: {
    ...typeFields,
    kubernetesVersion: text,
    networking: { type: 'object', fields: { podSubnet: cidrListText, serviceSubnet: cidrListText, dnsDomain: text } },
    apiServer: {
      type: 'object',
      fields: { extraArgs: textMap },
      quiet: ['certSANs', 'extraEnvs', 'extraVolumes', 'timeoutForControlPlane'],
    },
  },
  quiet: [
    'caCertificateValidityPeriod',
    'certificateValidityPeriod',
    'certificatesDir',
    'clusterName',
    'controlPlaneEndpoint',
    'encryptionAlgorithm',
    'etcd',
    'imageRepository',
    'metadata',
    'scheduler',
  ],
  notModelled: ['controllerManager', 'dns', 'featureGates', 'proxy'],
};

const kubeProxyConfiguration: ObjectShape = {
  type: 'object',
  fields: {
    ...typeFields,
    mode: oneOf('', 'iptables', 'nftables', 'ipvs'),
    clusterCIDR: cidrListText,
    detectLocalMode: oneOf('', 'ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'),
    nodePortAddresses: textList,
    iptables: {
      type: 'object',
      fields: { masqueradeAll: flag, masqueradeBit: { type: 'integer', minimum: 0, maximum: 31 }, localhostNodePorts: flag },
      quiet: ['minSyncPeriod', 'syncPeriod'],
    },
  },
  quiet: [
    'bindAddress',
    'bindAddressHardFail',
    'clientConnection',
    'configSyncPeriod',
    'enableProfiling',
    'healthzBindAddress',
    'hostnameOverride',
    'logging',
    'metadata',
    'metricsBindAddress',
    'oomScoreAdj',
    'portRange',
    'showHiddenMetricsForVersion',
    'udpIdleTimeout',
    'windowsRunAsService',
    'winkernel',
  ],
  notModelled: ['conntrack', 'detectLocal', 'featureGates', 'ipvs', 'nftables'],
};

const encapsulation = oneOf('Never', 'Always', 'CrossSubnet');

const ipPool: ObjectShape = {
  type: 'object',
  fields: {
    ...typeFields,
    metadata,
    spec: {
      type: 'object',
      fields: {
        cidr: cidrText,
        // Its bounds depend on the range's family.
        blockSize: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
        ipipMode: encapsulation,
        vxlanMode: encapsulation,
        natOutgoing: flag,
        disabled: flag,
        nodeSelector: text,
        allowedUses: { type: 'list', items: oneOf('Workload', 'Tunnel', 'LoadBalancer') },
      },
      required: ['cidr'],
      notModelled: ['assignmentMode', 'disableBGPExport', 'ipip', 'namespaceSelector', 'nat-outgoing'],
    },
  },
  required: ['metadata', 'spec'],
  quiet: ['status'],
};

const scenario: ObjectShape = {
  type: 'object',
  fields: {
    ...typeFields,
    metadata,
    spec: {
      type: 'object',
      fields: {
        title: text,
        requests: {
          type: 'list',
          items: {
            type: 'object',
            fields: {
              name: text,
              from: text,
              to: text,
              protocol: oneOf('TCP', 'UDP', 'SCTP', 'ICMP'),
              via: text,
              host: text,
              method: text,
              headers: textMap,
              show: oneOf('crossNode', 'sameNode'),
            },
            required: ['from', 'to'],
          },
        },
      },
      required: ['title', 'requests'],
    },
  },
  required: ['metadata', 'spec'],
};

const shapes: { readonly [Kind in ClusterDocumentKind]: ObjectShape } = {
  ClusterConfiguration: clusterConfiguration,
  KubeProxyConfiguration: kubeProxyConfiguration,
  IPPool: ipPool,
  Scenario: scenario,
};

export const isClusterDocumentKind = (kind: string): kind is ClusterDocumentKind => Object.hasOwn(shapes, kind);

/** v1beta4 writes extraArgs as a list of name and value; everything after this reads a map. A list that is no such list stays. */
function withExtraArgsMap(value: PlainObject): PlainObject {
  const extraArgs = valueAt(value, '/apiServer/extraArgs');
  const apiServer = value.apiServer;
  if (!Array.isArray(extraArgs) || !isPlainObject(apiServer)) return value;
  const entries: [string, unknown][] = [];
  for (const argument of extraArgs) {
    const name = memberOf(argument, 'name');
    if (typeof name !== 'string') return value;
    entries.push([name, memberOf(argument, 'value')]);
  }
  return { ...value, apiServer: { ...apiServer, extraArgs: Object.fromEntries(entries) } };
}

/** The document in the form in which the engine reads it. */
export const normalizeClusterDocument = (kind: ClusterDocumentKind, value: PlainObject): PlainObject =>
  kind === 'ClusterConfiguration' ? withExtraArgsMap(value) : value;

/** Calico's validator: block sizes per family, and one encapsulation at most (libcalico-go validator v3, validateIPPoolSpec). */
function ipPoolFindings(value: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  const cidr = valueAt(value, '/spec/cidr');
  const blockSize = valueAt(value, '/spec/blockSize');
  if (typeof cidr === 'string' && isCidrText(cidr) && typeof blockSize === 'number') {
    const [minimum, maximum] = cidr.includes(':') ? [116, 128] : [20, 32];
    const length = Number(cidr.slice(cidr.indexOf('/') + 1));
    if (blockSize < minimum || blockSize > maximum) {
      findings.push(fieldError('manifest.field.outOfRange', '/spec/blockSize', { value: shownValue(blockSize), minimum, maximum }));
    } else if (blockSize < length) {
      findings.push(fieldError('manifest.ipPool.smallerThanBlock', '/spec/cidr', { cidr, blockSize }));
    }
  }
  const isOn = (mode: unknown): boolean => mode === 'Always' || mode === 'CrossSubnet';
  if (isOn(valueAt(value, '/spec/ipipMode')) && isOn(valueAt(value, '/spec/vxlanMode'))) {
    findings.push(fieldError('manifest.ipPool.twoEncapsulations', '/spec/ipipMode'));
  }
  return findings;
}

/** What is wrong or not modelled in a cluster document (already normalised). */
export const clusterDocumentFindings = (kind: ClusterDocumentKind, value: unknown): readonly Finding[] => [
  ...shapeFindings(shapes[kind], value),
  ...(kind === 'IPPool' ? ipPoolFindings(value) : []),
];

export type ClusterDocument = {
  readonly [Kind in ClusterDocumentKind]: { readonly kind: Kind; readonly object: KindTypes[Kind] };
}[ClusterDocumentKind];

const harmlessCodes: ReadonlySet<string> = new Set(['manifest.field.unknown', 'manifest.field.notModelled']);

/** Whether a document has the type of its kind: every field that is typed is right. */
export const isClusterDocument = (entry: { readonly kind: ClusterDocumentKind; readonly object: unknown }): entry is ClusterDocument =>
  clusterDocumentFindings(entry.kind, entry.object).every((finding) => harmlessCodes.has(finding.message.code));
