/**
 * JSON schemas of the documents that shape the cluster and have no generated one, in our own words: what packetwalk reads of them.
 * Fields that it does not model are allowed where the document's own program knows them.
 */
const text = (description, extra = {}) => ({ type: 'string', description, ...extra });
const flag = (description, fallback) => ({ type: 'boolean', description, default: fallback });
const integer = (description, minimum, maximum) => ({ type: 'integer', description, minimum, maximum });
const choice = (description, ...options) => ({ type: 'string', description, enum: options });
const textMap = (description) => ({ type: 'object', description, additionalProperties: { type: 'string' } });
const object = (description, properties, { required = [], isOpen = false } = {}) => ({
  type: 'object',
  description,
  properties,
  required,
  additionalProperties: isOpen,
});
const metadata = object(
  'Name and labels of the object.',
  { name: text('The name of the object.'), labels: textMap('Labels of the object.'), annotations: textMap('Annotations of the object.') },
  { required: ['name'], isOpen: true },
);
const document = (apiVersion, kind, description, properties, { required = [], isOpen = false } = {}) => ({
  apiVersion,
  kind,
  schema: object(
    description,
    { apiVersion: { const: apiVersion, type: 'string' }, kind: { const: kind, type: 'string' }, ...properties },
    { required: ['apiVersion', 'kind', ...required], isOpen },
  ),
});

const networking = object(
  'The address ranges of the cluster.',
  {
    podSubnet: text('The range that Pod addresses come from, and a second after a comma for two families.', { examples: ['10.244.0.0/16'] }),
    serviceSubnet: text('The range that cluster IPs come from.', { examples: ['10.96.0.0/16'] }),
    dnsDomain: text('The domain under which the cluster DNS answers.', { examples: ['cluster.local'] }),
  },
);
const clusterConfiguration = (apiVersion, extraArgs) =>
  document(
    apiVersion,
    'ClusterConfiguration',
    'kubeadm’s description of a cluster. packetwalk reads its address ranges, its DNS domain and the node port range.',
    {
      kubernetesVersion: text('The version of the control plane.'),
      networking,
      apiServer: object('The API server.', { extraArgs }, { isOpen: true }),
    },
    { isOpen: true },
  );
const argumentNote = 'Command-line arguments of the API server. packetwalk reads service-node-port-range and service-cluster-ip-range.';

const kubeProxyConfiguration = document(
  'kubeproxy.config.k8s.io/v1alpha1',
  'KubeProxyConfiguration',
  'How kube-proxy programs the nodes.',
  {
    mode: choice('The part of the kernel that kube-proxy programs. Empty is iptables on Linux.', '', 'iptables', 'nftables', 'ipvs'),
    clusterCIDR: text('Traffic to a Service from outside this range is masqueraded. An empty text means no range; a missing key takes podSubnet.'),
    detectLocalMode: choice(
      'How kube-proxy tells traffic of the node’s own Pods.',
      '',
      'ClusterCIDR',
      'NodeCIDR',
      'BridgeInterface',
      'InterfaceNamePrefix',
    ),
    nodePortAddresses: {
      type: ['array', 'null'],
      description: 'Ranges of node addresses on which node ports answer; "primary" for the main address. Empty means all.',
      items: { type: 'string' },
    },
    iptables: object(
      'Settings of iptables mode.',
      {
        masqueradeAll: flag('Masquerade all traffic to cluster IPs.', false),
        masqueradeBit: { ...integer('The bit of the packet mark that asks for masquerading.', 0, 31), type: ['integer', 'null'] },
        localhostNodePorts: { ...flag('Whether node ports answer on 127.0.0.1.', true), type: ['boolean', 'null'] },
      },
      { isOpen: true },
    ),
  },
  { isOpen: true },
);

const encapsulation = (name) =>
  choice(`When packets between nodes travel in ${name}: never, always, or only between subnets.`, 'Never', 'Always', 'CrossSubnet');
const ipPool = (apiVersion) =>
  document(
    apiVersion,
    'IPPool',
    'A range from which Calico gives Pods their addresses, and how packets between its blocks cross the network.',
    {
      metadata,
      spec: object(
        'The pool.',
        {
          cidr: text('The range of addresses.', { examples: ['10.244.0.0/16'] }),
          blockSize: integer('Prefix length of the blocks that nodes get: 20 to 32 (IPv4, default 26), 116 to 128 (IPv6, default 122).', 20, 128),
          ipipMode: encapsulation('IP-in-IP'),
          vxlanMode: encapsulation('VXLAN'),
          natOutgoing: flag('Masquerade what Pods send to addresses outside all pools.', false),
          disabled: flag('Give no more addresses from this pool.', false),
          nodeSelector: text('The nodes that get blocks, as a Calico selector.', { default: 'all()' }),
          allowedUses: {
            type: 'array',
            description: 'What addresses of this pool may be given to.',
            items: { type: 'string', enum: ['Workload', 'Tunnel', 'LoadBalancer'] },
          },
          disableBGPExport: flag('Not modelled.', false),
          assignmentMode: text('Not modelled.'),
          namespaceSelector: text('Not modelled.'),
        },
        { required: ['cidr'] },
      ),
    },
    { required: ['metadata', 'spec'] },
  );

const request = object(
  'One request, sent when the scenario opens or when it is chosen.',
  {
    name: text('What the request is called in the list.'),
    from: text('Who sends it.', { examples: ['external', 'pod/default/web-0', 'deployment/default/web', 'node/kind-worker'] }),
    to: text('Where it goes: a URL, an address with a port, or an object with a port.', {
      examples: ['http://microservice1.com/', 'service/default/web:80', 'pod/default/web-0:8080', 'node/kind-worker:30080'],
    }),
    protocol: choice('The transport protocol; TCP if none is given.', 'TCP', 'UDP', 'SCTP', 'ICMP'),
    via: text('The node at which traffic from outside arrives.'),
    host: text('The Host header, if it is not the URL’s.'),
    method: text('The HTTP method; GET if none is given.'),
    headers: textMap('HTTP headers of the request.'),
    show: choice('Which of several ways is shown first.', 'crossNode', 'sameNode'),
  },
  { required: ['from', 'to'] },
);
const scenario = document(
  'packetwalk.dev/v1alpha1',
  'Scenario',
  'packetwalk’s own kind: a title, and the requests that make a set of manifests worth watching.',
  {
    metadata,
    spec: object(
      'The scenario.',
      { title: text('What the scenario is called.'), requests: { type: 'array', description: 'Requests, the first of which is shown.', items: request } },
      { required: ['title', 'requests'] },
    ),
  },
  { required: ['metadata', 'spec'] },
);

export const clusterDocuments = [
  clusterConfiguration('kubeadm.k8s.io/v1beta4', {
    type: 'array',
    description: argumentNote,
    items: object('One argument.', { name: text('Its name, without the dashes.'), value: text('Its value.') }, { required: ['name', 'value'] }),
  }),
  clusterConfiguration('kubeadm.k8s.io/v1beta3', textMap(argumentNote)),
  kubeProxyConfiguration,
  ipPool('projectcalico.org/v3'),
  ipPool('crd.projectcalico.org/v1'),
  scenario,
];
