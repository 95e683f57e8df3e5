/** A small shop seen by the kube-proxy of one of its nodes: one Service for each thing that rules can say. For tests only. */
import type { EndpointSliceSetup, KubeProxySetup, ServiceSetup } from './kubeProxySetup.ts';

const namespace = 'shop';
const here = 'node-a';
const elsewhere = 'node-b';

const services: readonly ServiceSetup[] = [
  {
    namespace,
    name: 'web',
    type: 'LoadBalancer',
    clusterIP: '10.96.0.20',
    ports: [{ name: 'http', port: 80, nodePort: 30080 }],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 32000,
    loadBalancerSourceRanges: ['203.0.113.0/24', '172.18.0.0/16'],
    loadBalancerIngress: [{ ip: '198.51.100.10' }],
  },
  {
    namespace,
    name: 'cart',
    type: 'ClusterIP',
    clusterIP: '10.96.0.21',
    ports: [{ port: 7070 }],
    sessionAffinity: 'ClientIP',
    sessionAffinityTimeoutSeconds: 600,
  },
  {
    namespace,
    name: 'api',
    type: 'ClusterIP',
    clusterIP: '10.96.0.22',
    ports: [{ name: 'grpc', port: 9000 }],
    internalTrafficPolicy: 'Local',
  },
  {
    namespace,
    name: 'names',
    type: 'ClusterIP',
    clusterIP: '10.96.0.23',
    ports: [
      { name: 'udp', port: 53, protocol: 'UDP' },
      { name: 'tcp', port: 53, protocol: 'TCP' },
    ],
    externalIPs: ['192.0.2.53'],
  },
  {
    namespace,
    name: 'legacy',
    type: 'NodePort',
    clusterIP: '10.96.0.24',
    ports: [{ name: 'sctp', port: 9999, protocol: 'SCTP', nodePort: 30999 }],
    selector: { app: 'nobody' },
  },
  { namespace, name: 'peers', type: 'ClusterIP', clusterIP: 'None', ports: [{ port: 1 }] },
];

const slice = (service: string, ports: EndpointSliceSetup['ports'], endpoints: EndpointSliceSetup['endpoints']): EndpointSliceSetup => ({
  namespace,
  name: `${service}-1`,
  service,
  addressType: 'IPv4',
  ports,
  endpoints,
});

const endpointSlices: readonly EndpointSliceSetup[] = [
  slice(
    'web',
    [{ name: 'http', port: 8080 }],
    [
      { addresses: ['10.244.1.2'], nodeName: here },
      { addresses: ['10.244.2.2'], nodeName: elsewhere },
    ],
  ),
  slice(
    'cart',
    [{ name: '', port: 7070 }],
    [
      { addresses: ['10.244.1.10'], nodeName: here },
      { addresses: ['10.244.1.9'], nodeName: here },
      { addresses: ['10.244.2.9'], nodeName: elsewhere },
    ],
  ),
  slice('api', [{ name: 'grpc', port: 9000 }], [{ addresses: ['10.244.2.4'], nodeName: elsewhere }]),
  slice(
    'names',
    [
      { name: 'udp', port: 5353, protocol: 'UDP' },
      { name: 'tcp', port: 5353, protocol: 'TCP' },
    ],
    [{ addresses: ['10.244.1.3'], nodeName: here }],
  ),
  slice('peers', [{ name: '', port: 1 }], [{ addresses: ['10.244.1.2'], nodeName: here }]),
];

export const storefront: KubeProxySetup = {
  ipFamily: 'IPv4',
  nodeName: here,
  nodeIP: '172.18.0.2',
  masqueradeAll: false,
  masqueradeMark: '0x4000',
  localDetector: { mode: 'ClusterCIDR', cidr: '10.244.0.0/16' },
  localhostNodePorts: true,
  nodePortAddresses: null,
  conntrackTCPLiberal: false,
  randomFully: true,
  nfacctCounters: ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'],
  services,
  endpointSlices,
  nodeInterfaces: [
    { name: 'lo', addresses: ['127.0.0.1/8', '::1/128'] },
    { name: 'eth0', addresses: ['172.18.0.2/16', 'fc00:f853:ccd:e793::2/64'] },
  ],
};
