/**
 * All that kube-proxy in iptables mode holds on one node for one address family, after a full sync (pkg/proxy/iptables/proxier.go,
 * syncProxyRules). Partial syncs lead to the same rules and are not modelled; chains of Services that are gone do not linger.
 */
import { cidr } from '../../../net/address.ts';
import type { NetfilterContribution } from '../../../netfilter/assemble.ts';
import type { Chain, Match, Rule } from '../../../netfilter/ruleset.ts';
import { indexEndpoints } from '../endpoints.ts';
import type { KubeProxyInput } from '../kubeProxyInput.ts';
import { servicePorts } from '../servicePorts.ts';
import { type KubeProxyIptablesOptions, type RenderContext, renderContext } from './context.ts';
import { localnetRule } from './kubelet.ts';
import { buildRule, comment, counted, jump, marked, states, to, toHost, toLocal } from './ruleParts.ts';
import { type ServicePortRules, servicePortRules } from './servicePortRules.ts';

/** Three contributions of the input's family: mangle (a canary only), filter and nat. */
export function renderKubeProxyIptables(input: KubeProxyInput, options: KubeProxyIptablesOptions = {}): readonly NetfilterContribution[] {
  const context = renderContext(input, indexEndpoints(input), options);
  const ports = servicePorts(input).map((port) => servicePortRules(context, port));
  const canary: Chain = { name: 'KUBE-PROXY-CANARY', policy: null, rules: [] };
  return [
    { family: input.family, table: 'mangle', chains: [canary], hooks: [] },
    { family: input.family, table: 'filter', chains: [canary, ...filterChains(context, ports)], hooks: filterHooks(context) },
    { family: input.family, table: 'nat', chains: [canary, ...natChains(context, ports)], hooks: natHooks(context) },
  ];
}

const collect = (ports: readonly ServicePortRules[], part: Exclude<keyof ServicePortRules, 'natChains'>): readonly Rule[] =>
  ports.flatMap((port) => port[part]);

function filterChains(context: RenderContext, ports: readonly ServicePortRules[]): readonly Chain[] {
  const rulesOf = {
    'KUBE-SERVICES': collect(ports, 'filterServices'),
    'KUBE-EXTERNAL-SERVICES': collect(ports, 'filterExternalServices'),
    'KUBE-NODEPORTS': collect(ports, 'filterNodePorts'),
    'KUBE-PROXY-FIREWALL': collect(ports, 'filterProxyFirewall'),
    'KUBE-FORWARD': forwardRules(context),
    'KUBE-FIREWALL': context.nodePorts.localhost ? [localnetRule(context.origin)] : [],
  };
  return Object.entries(rulesOf).map(([name, rules]) => ({ name, policy: null, rules }));
}

function forwardRules({ options, mark, origin }: RenderContext): readonly Rule[] {
  const counter: readonly Match[] = options.hasNfacct ? [counted('ct_state_invalid_dropped_pkts')] : [];
  const dropInvalid = options.isConntrackTcpLiberal ? [] : [buildRule({}, [states(['INVALID']), ...counter], { kind: 'drop' }, origin)];
  return [
    ...dropInvalid,
    buildRule({}, [comment('kubernetes forwarding rules'), marked(mark)], { kind: 'accept' }, origin),
    buildRule({}, [comment('kubernetes forwarding conntrack rule'), states(['RELATED', 'ESTABLISHED'])], { kind: 'accept' }, origin),
  ];
}

function natChains(context: RenderContext, ports: readonly ServicePortRules[]): readonly Chain[] {
  const { mark, options, origin } = context;
  const masquerade = { kind: 'masquerade', randomFully: options.hasRandomFully } as const;
  const rulesOf = {
    'KUBE-SERVICES': [...collect(ports, 'natServices'), ...nodePortEntries(context)],
    'KUBE-NODEPORTS': collect(ports, 'natNodePorts'),
    'KUBE-POSTROUTING': [
      buildRule({}, [marked(mark, true)], { kind: 'return' }, origin),
      // Takes the mark away again, so that a packet that is routed a second time is not masqueraded a second time.
      buildRule({}, [], { kind: 'mark', value: mark, mask: 0 }, origin),
      buildRule({}, [comment('kubernetes service traffic requiring SNAT')], masquerade, origin),
    ],
    'KUBE-MARK-MASQ': [buildRule({}, [], { kind: 'mark', value: mark, mask: mark }, origin)],
  };
  return [...Object.entries(rulesOf).map(([name, rules]) => ({ name, policy: null, rules })), ...ports.flatMap((port) => port.natChains)];
}

/** The last rules of nat KUBE-SERVICES: which local addresses answer on node ports. */
function nodePortEntries({ input, nodePorts, origin }: RenderContext): readonly Rule[] {
  const about = comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain');
  const target = jump('KUBE-NODEPORTS');
  if (nodePorts.addresses !== 'all') {
    return nodePorts.addresses.map((address) => buildRule({ destination: toHost(address) }, [about], target, origin));
  }
  if (nodePorts.localhost) return [buildRule({}, [about, toLocal], target, origin)];
  const loopback = cidr(input.family === 'ipv6' ? '::1/128' : '127.0.0.0/8');
  return [buildRule({ destination: to(loopback, true) }, [about, toLocal], target, origin)];
}

/**
 * The jumps from the base chains. kube-proxy prepends each that is missing, one after the other, so they stand in the reverse of that order;
 * KUBE-FIREWALL comes last of all and is first, unless the kubelet, which starts earlier, has put it there already.
 */
function filterHooks({ origin }: RenderContext): NetfilterContribution['hooks'] {
  const ifNew = states(['NEW']);
  const firewall = buildRule({}, [], jump('KUBE-FIREWALL'), origin);
  const proxyFirewall = buildRule({}, [ifNew, comment('kubernetes load balancer firewall')], jump('KUBE-PROXY-FIREWALL'), origin);
  const healthChecks = buildRule({}, [comment('kubernetes health check service ports')], jump('KUBE-NODEPORTS'), origin);
  const forwarding = buildRule({}, [comment('kubernetes forwarding rules')], jump('KUBE-FORWARD'), origin);
  const services = buildRule({}, [ifNew, comment('kubernetes service portals')], jump('KUBE-SERVICES'), origin);
  const visible = comment('kubernetes externally-visible service portals');
  const externalServices = buildRule({}, [ifNew, visible], jump('KUBE-EXTERNAL-SERVICES'), origin);
  return [
    { hook: 'INPUT', position: 'prepend', rules: [firewall, proxyFirewall, healthChecks, externalServices] },
    { hook: 'FORWARD', position: 'prepend', rules: [proxyFirewall, forwarding, services, externalServices] },
    { hook: 'OUTPUT', position: 'prepend', rules: [firewall, proxyFirewall, services] },
  ];
}

function natHooks({ origin }: RenderContext): NetfilterContribution['hooks'] {
  const services = buildRule({}, [comment('kubernetes service portals')], jump('KUBE-SERVICES'), origin);
  const postrouting = buildRule({}, [comment('kubernetes postrouting rules')], jump('KUBE-POSTROUTING'), origin);
  return [
    { hook: 'PREROUTING', position: 'prepend', rules: [services] },
    { hook: 'OUTPUT', position: 'prepend', rules: [services] },
    { hook: 'POSTROUTING', position: 'prepend', rules: [postrouting] },
  ];
}
