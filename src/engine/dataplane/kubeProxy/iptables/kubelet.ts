/**
 * What the kubelet itself leaves in iptables (pkg/kubelet/kubelet_network_linux.go): canaries, a hint which iptables is in use, and, for IPv4,
 * the guard of 127.0.0.0/8. hostPort rules are the CNI plugins' and not modelled here.
 */
import type { Origin } from '../../../api/origin.ts';
import { type AddressFamily, cidr } from '../../../net/address.ts';
import type { NetfilterContribution } from '../../../netfilter/assemble.ts';
import type { Chain, Rule } from '../../../netfilter/ruleset.ts';
import { buildRule, comment, from, jump, states, to } from './ruleParts.ts';

const localnet = cidr('127.0.0.0/8');

/** Drops what comes for 127.0.0.0/8 from elsewhere, which route_localnet would let in; kubelet and kube-proxy write the same rule. */
export const localnetRule = (origin?: Origin): Rule =>
  buildRule(
    { source: from(localnet, true), destination: to(localnet) },
    [comment('block incoming localnet connections'), states(['RELATED', 'ESTABLISHED', 'DNAT'], true)],
    { kind: 'drop' },
    origin,
  );

const emptyChain = (name: string): Chain => ({ name, policy: null, rules: [] });

/** Stands before kube-proxy's contributions: the kubelet is up before it starts kube-proxy's Pod. */
export function renderKubeletIptables(family: AddressFamily): readonly NetfilterContribution[] {
  const canary = emptyChain('KUBE-KUBELET-CANARY');
  const guard: Chain = { name: 'KUBE-FIREWALL', policy: null, rules: [localnetRule()] };
  const toGuard = [buildRule({}, [], jump('KUBE-FIREWALL'), undefined)];
  const isIpv4 = family === 'ipv4';
  return [
    { family, table: 'mangle', chains: [emptyChain('KUBE-IPTABLES-HINT'), canary], hooks: [] },
    {
      family,
      table: 'filter',
      chains: isIpv4 ? [guard, canary] : [canary],
      hooks: isIpv4
        ? [
            { hook: 'INPUT', position: 'prepend', rules: toGuard },
            { hook: 'OUTPUT', position: 'prepend', rules: toGuard },
          ]
        : [],
    },
    { family, table: 'nat', chains: [canary], hooks: [] },
  ];
}
