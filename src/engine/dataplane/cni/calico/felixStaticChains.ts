/**
 * The chains that every Calico node has, whatever Pods it runs (felix/rules static.go, v3.31), and the rules that hook them into the
 * kernel's chains. Host endpoint chains are there and empty.
 */
import type { NetfilterContribution } from '../../../netfilter/assemble.ts';
import type { HookName, TableName } from '../../../netfilter/ruleset.ts';
import type { FelixInput } from './felixInput.ts';
import { acceptMark, allMarks, fromWorkloadMark, setNames, workloadInterfaces } from './felixMarks.ts';
import {
  accept,
  clearMark,
  conntrackState,
  destinationPorts,
  drop,
  type FelixAction,
  type FelixChain,
  type FelixMatch,
  type FelixRule,
  failsReversePath,
  fromLocal,
  goTo,
  inInterface,
  inSet,
  ipProtocol,
  jump,
  markClear,
  markSet,
  masquerade,
  noTrack,
  notConntrackState,
  notFromOutInterface,
  notInSet,
  outInterface,
  renderChain,
  renderRules,
  returns,
  setMark,
  toLocal,
  udpDestinationPort,
} from './felixRule.ts';
import { vxlanPort } from './tunnels.ts';

const vxlanPackets = [ipProtocol('udp', 17), destinationPorts(vxlanPort)];
const ipipPackets = ipProtocol('ipencap', 4);

const rule = (matches: readonly FelixMatch[], action: FelixAction, comment?: string): FelixRule => ({
  matches,
  action,
  ...(comment === undefined ? {} : { comment }),
});
const emptyChain = (name: string): FelixChain => ({ name, rules: [] });
const acceptedByHostEndpoint = (action: FelixAction): FelixRule =>
  rule([markSet(acceptMark)], action, 'Host endpoint policy accepted packet.');

/** One table's part: chains with every rule's origin filled in, and the hooks. */
function contribution(
  table: TableName,
  input: FelixInput,
  chains: readonly FelixChain[],
  hooks: readonly { readonly hook: HookName; readonly position: 'prepend' | 'append'; readonly rules: readonly FelixRule[] }[],
): NetfilterContribution {
  const withOrigin = (rules: readonly FelixRule[]): readonly FelixRule[] => rules.map((each) => ({ origin: input.origin, ...each }));
  return {
    family: 'ipv4',
    table,
    chains: chains.map((chain) => renderChain({ ...chain, rules: withOrigin(chain.rules) })),
    hooks: hooks.map(({ hook, position, rules }) => ({
      hook,
      position,
      rules: renderRules(position === 'append' ? `${hook}*appends*` : hook, withOrigin(rules)),
    })),
  };
}

const hookTo = (hook: HookName, position: 'prepend' | 'append' = 'prepend') => ({
  hook,
  position,
  rules: [rule([], jump(`cali-${hook}`))],
});

export function rawTable(input: FelixInput): NetfilterContribution {
  const withoutTracking =
    input.vxlan === null ? [] : [{ ...rule([ipProtocol('udp'), udpDestinationPort(vxlanPort)], noTrack), origin: input.vxlan }];
  const prerouting: FelixChain = {
    name: 'cali-PREROUTING',
    rules: [
      rule([], clearMark(allMarks)),
      ...withoutTracking,
      rule([inInterface(workloadInterfaces)], setMark(fromWorkloadMark)),
      rule([markSet(fromWorkloadMark)], jump('cali-rpf-skip')),
      rule([markSet(fromWorkloadMark), failsReversePath], drop),
      rule([markClear(fromWorkloadMark)], jump('cali-from-host-endpoint')),
      rule([markSet(acceptMark)], accept),
    ],
  };
  const output: FelixChain = {
    name: 'cali-OUTPUT',
    rules: [
      rule([], clearMark(allMarks)),
      rule([], jump('cali-to-host-endpoint')),
      ...withoutTracking,
      rule([markSet(acceptMark)], accept),
    ],
  };
  const chains = [output, prerouting, ...['cali-from-host-endpoint', 'cali-rpf-skip', 'cali-to-host-endpoint'].map(emptyChain)];
  return contribution('raw', input, chains, [hookTo('PREROUTING'), hookTo('OUTPUT')]);
}

export function mangleTable(input: FelixInput): NetfilterContribution {
  const prerouting: FelixChain = {
    name: 'cali-PREROUTING',
    rules: [
      rule([conntrackState('RELATED', 'ESTABLISHED')], accept),
      rule([markSet(acceptMark)], accept),
      rule([], jump('cali-from-host-endpoint')),
      acceptedByHostEndpoint(accept),
    ],
  };
  const leavesCluster = [inSet(setNames.dscpSources, 'src'), notInSet(setNames.allPools, 'dst'), notInSet(setNames.thisHost, 'dst')];
  const postrouting: FelixChain = {
    name: 'cali-POSTROUTING',
    rules: [
      rule(leavesCluster, jump('cali-egress-dscp'), 'set dscp for traffic leaving cluster.'),
      rule([markSet(acceptMark)], returns),
      rule([], clearMark(allMarks)),
      rule([conntrackState('DNAT')], jump('cali-to-host-endpoint')),
      acceptedByHostEndpoint(returns),
    ],
  };
  const chains = [postrouting, prerouting, ...['cali-egress-dscp', 'cali-from-host-endpoint', 'cali-to-host-endpoint'].map(emptyChain)];
  return contribution('mangle', input, chains, [hookTo('PREROUTING'), hookTo('POSTROUTING')]);
}

export function natTable(input: FelixInput): NetfilterContribution {
  const { natOutgoing } = input;
  const leaving = [inSet(setNames.masqueradedPools, 'src'), notInSet(setNames.allPools, 'dst')];
  const natOutgoingChain: FelixChain = {
    name: 'cali-nat-outgoing',
    rules: natOutgoing === null ? [] : [{ ...rule(leaving, masquerade), origin: natOutgoing }],
  };
  const postrouting: FelixChain = {
    name: 'cali-POSTROUTING',
    rules: [
      rule([], jump('cali-fip-snat')),
      rule([], jump('cali-nat-outgoing')),
      ...input.tunnelDevices.map((device) => rule([outInterface(device), notFromOutInterface, fromLocal], masquerade)),
    ],
  };
  const chains = [
    { name: 'cali-OUTPUT', rules: [rule([], jump('cali-fip-dnat'))] },
    postrouting,
    { name: 'cali-PREROUTING', rules: [rule([], jump('cali-fip-dnat'))] },
    emptyChain('cali-fip-dnat'),
    emptyChain('cali-fip-snat'),
    natOutgoingChain,
  ];
  return contribution('nat', input, chains, [hookTo('PREROUTING'), hookTo('OUTPUT'), hookTo('POSTROUTING', 'append')]);
}

/** `endpointChains` are those of this node's workloads, policies and profiles. */
export function filterTable(input: FelixInput, endpointChains: readonly FelixChain[]): NetfilterContribution {
  const forward: FelixChain = {
    name: 'cali-FORWARD',
    rules: [
      rule([], clearMark(allMarks & ~acceptMark)),
      rule([markClear(acceptMark)], jump('cali-from-hep-forward')),
      rule([inInterface(workloadInterfaces)], jump('cali-from-wl-dispatch')),
      rule([outInterface(workloadInterfaces)], jump('cali-to-wl-dispatch')),
      rule([], jump('cali-to-hep-forward')),
      rule([], jump('cali-cidr-block')),
    ],
  };
  const endpointToHost = { accept, drop, return: returns }[input.endpointToHost];
  const workloadToHost: FelixChain = {
    name: 'cali-wl-to-host',
    rules: [rule([], jump('cali-from-wl-dispatch')), rule([], endpointToHost, 'Configured DefaultEndpointToHostAction')],
  };
  const empty = ['cali-cidr-block', 'cali-from-hep-forward', 'cali-from-host-endpoint', 'cali-to-hep-forward', 'cali-to-host-endpoint'];
  const chains = [forward, inputChain(input), outputChain(input), ...empty.map(emptyChain), ...endpointChains, workloadToHost];
  const acceptMarked = [rule([markSet(acceptMark)], accept, 'Policy explicitly accepted packet.'), rule([], setMark(acceptMark))];
  return contribution('filter', input, chains, [
    hookTo('INPUT'),
    hookTo('FORWARD'),
    { hook: 'FORWARD', position: 'append', rules: acceptMarked },
    hookTo('OUTPUT'),
  ]);
}

function inputChain(input: FelixInput): FelixChain {
  return {
    name: 'cali-INPUT',
    rules: [
      ...(input.ipip === null
        ? []
        : [
            {
              ...rule([ipipPackets, inSet(setNames.ipipHosts, 'src'), toLocal], accept, 'Allow IPIP packets from Calico hosts'),
              origin: input.ipip,
            },
            { ...rule([ipipPackets], drop, 'Drop IPIP packets from non-Calico hosts'), origin: input.ipip },
          ]),
      ...(input.vxlan === null
        ? []
        : [
            {
              ...rule([...vxlanPackets, inSet(setNames.vxlanHosts, 'src'), toLocal], accept, 'Allow IPv4 VXLAN packets from allowed hosts'),
              origin: input.vxlan,
            },
            { ...rule([...vxlanPackets, toLocal], drop, 'Drop IPv4 VXLAN packets from non-allowed hosts'), origin: input.vxlan },
          ]),
      rule([inInterface(workloadInterfaces)], goTo('cali-wl-to-host')),
      rule([markSet(acceptMark)], accept),
      rule([], clearMark(allMarks)),
      rule([], jump('cali-from-host-endpoint')),
      acceptedByHostEndpoint(accept),
    ],
  };
}

function outputChain(input: FelixInput): FelixChain {
  const vxlanOut = [...vxlanPackets, fromLocal, inSet(setNames.vxlanHosts, 'dst')];
  return {
    name: 'cali-OUTPUT',
    rules: [
      rule([markSet(acceptMark)], accept),
      rule([outInterface(workloadInterfaces)], returns),
      ...(input.ipip === null
        ? []
        : [
            {
              ...rule([ipipPackets, inSet(setNames.ipipHosts, 'dst'), fromLocal], accept, 'Allow IPIP packets to other Calico hosts'),
              origin: input.ipip,
            },
          ]),
      ...(input.vxlan === null
        ? []
        : [{ ...rule(vxlanOut, accept, 'Allow IPv4 VXLAN packets to other allowed hosts'), origin: input.vxlan }]),
      rule([], clearMark(allMarks)),
      rule([notConntrackState('DNAT')], jump('cali-to-host-endpoint')),
      acceptedByHostEndpoint(accept),
    ],
  };
}
